package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

var errNoCommand = errors.New("no such command in PATH")

// findProgram finds a command as a shell does.
func findProgram(name string) (string, error) {
	if strings.Contains(name, "/") {
		return name, whyNotExecutable(name)
	}
	for _, folder := range filepath.SplitList(os.Getenv("PATH")) {
		path := filepath.Join(folder, name)
		if folder == "" {
			path = "./" + name
		}
		if whyNotExecutable(path) == nil {
			return path, nil
		}
	}
	return "", &os.PathError{Op: "find", Path: name, Err: errNoCommand}
}

func whyNotExecutable(path string) error {
	const execute = 1
	found, err := os.Stat(path)
	if err != nil {
		return err
	}
	if found.IsDir() {
		return &os.PathError{Op: "exec", Path: path, Err: syscall.EISDIR}
	}
	if err := syscall.Access(path, execute); err != nil {
		return &os.PathError{Op: "exec", Path: path, Err: err}
	}
	return nil
}
