package main

import (
	"bufio"
	"encoding/binary"
	"encoding/hex"
	"io"
	"net/netip"
	"os"
	"strconv"
	"strings"
)

// socketReader reads by netlink, or by /proc/net where the kernel has no such thing.
func socketReader() func() []socket {
	d, err := openDiag()
	if err != nil {
		return readProcNet
	}
	return func() []socket {
		found, err := d.listening()
		if err != nil {
			return readProcNet()
		}
		return found
	}
}

func readProcNet() []socket {
	var found []socket
	for _, name := range []string{"/proc/self/net/tcp", "/proc/self/net/tcp6"} {
		if file, err := os.Open(name); err == nil {
			found = append(found, parseProcNet(file)...)
			file.Close()
		}
	}
	return found
}

// parseProcNet reads the lines up to the first socket that does not listen: those come later.
func parseProcNet(table io.Reader) []socket {
	var found []socket
	lines := bufio.NewScanner(table)
	lines.Scan()
	for lines.Scan() {
		fields := strings.Fields(lines.Text())
		if len(fields) < 10 || fields[3] != "0A" {
			break
		}
		if one, ok := parseProcLine(fields); ok {
			found = append(found, one)
		}
	}
	return found
}

func parseProcLine(fields []string) (socket, bool) {
	host, port, _ := strings.Cut(fields[1], ":")
	number, err := strconv.ParseUint(port, 16, 16)
	if err != nil {
		return socket{}, false
	}
	raw, err := hex.DecodeString(host)
	if err != nil || len(raw)%4 != 0 {
		return socket{}, false
	}
	// Each group of four bytes is a number as the machine writes it.
	for i := 0; i < len(raw); i += 4 {
		binary.BigEndian.PutUint32(raw[i:], binary.NativeEndian.Uint32(raw[i:]))
	}
	address, ok := netip.AddrFromSlice(raw)
	inode, err := strconv.ParseUint(fields[9], 10, 64)
	return socket{Address: address.Unmap().String(), Port: int(number), inode: inode}, ok && err == nil
}
