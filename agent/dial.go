package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
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
	go func() {
		io.Copy(conn, lines)
		conn.CloseWrite()
	}()
	if _, err := io.Copy(output, conn); err != nil {
		return 1
	}
	return 0
}

func dialPort(port string) (*net.TCPConn, error) {
	number, err := strconv.ParseUint(port, 10, 16)
	if err != nil {
		return nil, fmt.Errorf("%q is no port", port)
	}
	conn, err := net.DialTCP("tcp", nil, &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: int(number)})
	if err == nil {
		return conn, nil
	}
	second, other := net.DialTCP("tcp", nil, &net.TCPAddr{IP: net.IPv6loopback, Port: int(number)})
	if other == nil {
		return second, nil
	}
	return nil, err
}
