package main

import (
	"errors"
	"fmt"
	"io"
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
	return carry(conn, input, output)
}

func connectAgent(home string) (*os.File, error) {
	folders := candidates(home)
	for deadline := time.Now().Add(socketPatience); ; time.Sleep(5 * time.Millisecond) {
		conn, err := connectFirst(folders)
		if err == nil || time.Now().After(deadline) {
			return conn, err
		}
	}
}

func connectFirst(folders []string) (*os.File, error) {
	err := errors.New("no folder for a socket")
	for _, folder := range folders {
		var conn *os.File
		if conn, err = dialUnix(filepath.Join(folder, socketName)); err == nil {
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
