package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"syscall"
)

// dial reads a port, connects to it and carries bytes both ways; either end may close its half.
func dial(input io.Reader, output io.Writer) int {
	lines := bufio.NewReader(input)
	line, err := lines.ReadString('\n')
	if err != nil {
		return 0 // it was not needed
	}
	conn, err := dialPort(strings.TrimSpace(line))
	if err != nil {
		fmt.Fprintf(output, "refused %s\n", reason(err))
		return 1
	}
	if _, err := io.WriteString(output, "ok\n"); err != nil {
		return 1
	}
	return carry(conn, lines, output)
}

func dialPort(port string) (*os.File, error) {
	number, err := strconv.ParseUint(port, 10, 16)
	if err != nil {
		return nil, fmt.Errorf("%q is no port", port)
	}
	conn, err := dialTCP(syscall.AF_INET, &syscall.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}, Port: int(number)})
	if err == nil {
		return conn, nil
	}
	second, other := dialTCP(syscall.AF_INET6, &syscall.SockaddrInet6{Addr: [16]byte{15: 1}, Port: int(number)})
	if other == nil {
		return second, nil
	}
	return nil, err
}
