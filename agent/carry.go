package main

import (
	"io"
	"os"
)

const carriedAtOnce = 256 << 10

// carry passes bytes both ways until the socket's end; either side may close its half before.
func carry(socket *os.File, input io.Reader, output io.Writer) int {
	go func() {
		copyBytes(socket, input)
		endWriting(socket)
	}()
	if copyBytes(output, socket) != nil {
		return 1
	}
	return 0
}

func copyBytes(to io.Writer, from io.Reader) error {
	buffer := make([]byte, carriedAtOnce)
	for {
		n, err := from.Read(buffer)
		if n > 0 {
			if _, err := to.Write(buffer[:n]); err != nil {
				return err
			}
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}
