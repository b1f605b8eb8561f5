package main

import (
	"os"
	"syscall"
)

// Sockets as files: the package net would make the agent a fifth larger.

const backlog = 64

type unixListener struct{ file *os.File }

func listenUnix(path string) (*unixListener, error) {
	file, err := openSocket(syscall.AF_UNIX, func(fd int) error {
		if err := syscall.Bind(fd, &syscall.SockaddrUnix{Name: path}); err != nil {
			return err
		}
		return syscall.Listen(fd, backlog)
	})
	return &unixListener{file}, err
}

func dialUnix(path string) (*os.File, error) {
	return openSocket(syscall.AF_UNIX, func(fd int) error {
		return connect(fd, &syscall.SockaddrUnix{Name: path})
	})
}

func dialTCP(family int, address syscall.Sockaddr) (*os.File, error) {
	return openSocket(family, func(fd int) error {
		_ = syscall.SetsockoptInt(fd, syscall.IPPROTO_TCP, syscall.TCP_NODELAY, 1)
		return connect(fd, address)
	})
}

// openSocket prepares a socket that blocks, and hands it to Go's poller.
func openSocket(family int, prepare func(fd int) error) (*os.File, error) {
	fd, err := syscall.Socket(family, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err == nil {
		if err = prepare(fd); err == nil {
			err = syscall.SetNonblock(fd, true)
		}
		if err != nil {
			syscall.Close(fd)
		}
	}
	if err != nil {
		return nil, err
	}
	return os.NewFile(uintptr(fd), "socket"), nil
}

func connect(fd int, address syscall.Sockaddr) error {
	for {
		err := syscall.Connect(fd, address)
		if err != syscall.EINTR {
			return err
		}
	}
}

func (l *unixListener) accept() (*os.File, error) {
	raw, err := l.file.SyscallConn()
	if err != nil {
		return nil, err
	}
	var fd int
	var failed error
	err = raw.Read(func(listening uintptr) bool {
		fd, _, failed = syscall.Accept4(int(listening), syscall.SOCK_NONBLOCK|syscall.SOCK_CLOEXEC)
		return failed != syscall.EAGAIN
	})
	if err == nil {
		err = failed
	}
	if err != nil {
		return nil, err
	}
	return os.NewFile(uintptr(fd), "client"), nil
}

// peerUser is the user at the other end of a Unix socket, or -1.
func peerUser(socket *os.File) int {
	user := -1
	_ = onDescriptor(socket, func(fd int) {
		if peer, err := syscall.GetsockoptUcred(fd, syscall.SOL_SOCKET, syscall.SO_PEERCRED); err == nil {
			user = int(peer.Uid)
		}
	})
	return user
}

// endWriting tells the other end that no more comes, which may go on writing.
func endWriting(socket *os.File) {
	_ = onDescriptor(socket, func(fd int) { _ = syscall.Shutdown(fd, syscall.SHUT_WR) })
}

func onDescriptor(file *os.File, use func(fd int)) error {
	raw, err := file.SyscallConn()
	if err != nil {
		return err
	}
	return raw.Control(func(fd uintptr) { use(int(fd)) })
}
