package main

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"time"
)

// An exec may come before the agent has opened its socket.
const socketPatience = 500 * time.Millisecond

// attach carries bytes between this process and the agent of the container.
func attach(home string, input io.Reader, output io.Writer) int {
	conn, err := connectAgent(home)
	if err != nil {
		fmt.Fprintln(os.Stderr, "there is no agent to attach to:", err)
		return exitNoAgent
	}
	go func() {
		io.Copy(conn, input)
		conn.CloseWrite()
	}()
	if _, err := io.Copy(output, conn); err != nil {
		return 1
	}
	return 0
}

func connectAgent(home string) (*net.UnixConn, error) {
	folders := candidates(home)
	for deadline := time.Now().Add(socketPatience); ; time.Sleep(5 * time.Millisecond) {
		conn, err := connectFirst(folders)
		if err == nil || time.Now().After(deadline) {
			return conn, err
		}
	}
}

func connectFirst(folders []string) (*net.UnixConn, error) {
	err := errors.New("no folder for a socket")
	for _, folder := range folders {
		var conn *net.UnixConn
		address := &net.UnixAddr{Name: filepath.Join(folder, socketName), Net: "unix"}
		if conn, err = net.DialUnix("unix", nil, address); err == nil {
			return conn, nil
		}
	}
	return nil, err
}

// candidates are the folders of this user's agent; root may attach to anybody's.
func candidates(home string) []string {
	roots := loadConfig(home).Roots
	folders := socketFolders(home, os.Geteuid(), roots)
	if os.Geteuid() != 0 {
		return folders
	}
	for _, parent := range append([]string{"/tmp"}, roots...) {
		others, _ := filepath.Glob(filepath.Join(parent, ".draftpy-*"))
		folders = append(folders, others...)
	}
	return folders
}
