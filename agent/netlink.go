package main

import (
	"encoding/binary"
	"errors"
	"net/netip"
	"sync"
	"syscall"
	"time"
)

const (
	netlinkSockDiag  = 4
	sockDiagByFamily = 20
	tcpListen        = 10
	requestBytes     = 72
	answerBytes      = 72
	diagBytes        = 32 << 10 // as much as the kernel tells at once
)

var errNoDiag = errors.New("the kernel does not tell of sockets by netlink")

// diag asks the kernel for the sockets that listen and no others. /proc/net/tcp tells the same, but
// walks through all connections of the machine: 2 ms instead of 0.02.
type diag struct {
	mu     sync.Mutex
	fd     int
	buffer []byte
}

func openDiag() (*diag, error) {
	fd, err := syscall.Socket(syscall.AF_NETLINK, syscall.SOCK_DGRAM|syscall.SOCK_CLOEXEC, netlinkSockDiag)
	if err != nil {
		return nil, err
	}
	patience := syscall.NsecToTimeval(int64(time.Second))
	_ = syscall.SetsockoptTimeval(fd, syscall.SOL_SOCKET, syscall.SO_RCVTIMEO, &patience)
	d := &diag{fd: fd, buffer: make([]byte, diagBytes)}
	if _, err := d.listening(); err != nil {
		syscall.Close(fd)
		return nil, err
	}
	return d, nil
}

func (d *diag) listening() ([]socket, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	found, err := d.ask(syscall.AF_INET, nil)
	if err != nil {
		return nil, err
	}
	return d.ask(syscall.AF_INET6, found)
}

func (d *diag) ask(family byte, found []socket) ([]socket, error) {
	request := make([]byte, requestBytes)
	binary.NativeEndian.PutUint32(request, requestBytes)
	binary.NativeEndian.PutUint16(request[4:], sockDiagByFamily)
	binary.NativeEndian.PutUint16(request[6:], syscall.NLM_F_REQUEST|syscall.NLM_F_DUMP)
	request[16], request[17] = family, syscall.IPPROTO_TCP
	binary.NativeEndian.PutUint32(request[20:], 1<<tcpListen)
	if err := syscall.Sendto(d.fd, request, 0, &syscall.SockaddrNetlink{Family: syscall.AF_NETLINK}); err != nil {
		return nil, err
	}
	for {
		n, _, err := syscall.Recvfrom(d.fd, d.buffer, 0)
		if err == syscall.EINTR {
			continue
		}
		if err != nil {
			return nil, err
		}
		var isLast bool
		if found, isLast, err = parseDiag(d.buffer[:n], found); err != nil || isLast {
			return found, err
		}
	}
}

// parseDiag reads the messages of one datagram.
func parseDiag(datagram []byte, found []socket) ([]socket, bool, error) {
	for len(datagram) >= syscall.NLMSG_HDRLEN {
		length := int(binary.NativeEndian.Uint32(datagram))
		if length < syscall.NLMSG_HDRLEN || length > len(datagram) {
			return found, false, errNoDiag
		}
		switch binary.NativeEndian.Uint16(datagram[4:]) {
		case syscall.NLMSG_DONE:
			return found, true, nil
		case syscall.NLMSG_ERROR:
			return found, false, errNoDiag
		}
		if one, ok := parseSocket(datagram[syscall.NLMSG_HDRLEN:length]); ok {
			found = append(found, one)
		}
		datagram = datagram[min((length+3)&^3, len(datagram)):]
	}
	return found, false, nil
}

// parseSocket reads the kernel's struct inet_diag_msg.
func parseSocket(message []byte) (socket, bool) {
	if len(message) < answerBytes || message[1] != tcpListen {
		return socket{}, false
	}
	address := netip.AddrFrom16([16]byte(message[8:24]))
	if message[0] == syscall.AF_INET {
		address = netip.AddrFrom4([4]byte(message[8:12]))
	}
	return socket{
		Address: address.Unmap().String(),
		Port:    int(binary.BigEndian.Uint16(message[4:])),
		inode:   uint64(binary.NativeEndian.Uint32(message[68:])),
	}, true
}
