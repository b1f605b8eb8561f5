package main

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// Version 1 of cgroups writes "no limit" as the largest number of pages.
const noLimit = 1 << 60

type memory struct {
	Limit   int64 `json:"limit"`
	Peak    int64 `json:"peak"`
	Current int64 `json:"current"`
	kills   int64
}

// readMemory reads the container's own cgroup below a folder that is /sys/fs/cgroup but in tests.
func readMemory(root, own string) memory {
	if isFile(filepath.Join(root, "cgroup.controllers")) {
		return readMemory2(groupFolder(root, own))
	}
	return readMemory1(filepath.Join(root, "memory"))
}

// Without a cgroup namespace the container sees the whole tree.
func groupFolder(root, own string) string {
	if nested := filepath.Join(root, own); isFile(filepath.Join(nested, "memory.current")) {
		return nested
	}
	return root
}

func readMemory2(folder string) memory {
	return memory{
		Limit:   readNumber(filepath.Join(folder, "memory.max")),
		Peak:    readNumber(filepath.Join(folder, "memory.peak")),
		Current: readNumber(filepath.Join(folder, "memory.current")),
		kills:   readField(filepath.Join(folder, "memory.events"), "oom_kill"),
	}
}

func readMemory1(folder string) memory {
	read := memory{
		Limit:   readNumber(filepath.Join(folder, "memory.limit_in_bytes")),
		Peak:    readNumber(filepath.Join(folder, "memory.max_usage_in_bytes")),
		Current: readNumber(filepath.Join(folder, "memory.usage_in_bytes")),
		kills:   readField(filepath.Join(folder, "memory.oom_control"), "oom_kill"),
	}
	if read.Limit > noLimit {
		read.Limit = 0
	}
	return read
}

func readNumber(path string) int64 {
	text, err := os.ReadFile(path)
	if err != nil {
		return 0
	}
	number, _ := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64)
	return number
}

func readField(path, name string) int64 {
	text, _ := os.ReadFile(path)
	for _, line := range strings.Split(string(text), "\n") {
		if value, ok := strings.CutPrefix(line, name+" "); ok {
			number, _ := strconv.ParseInt(value, 10, 64)
			return number
		}
	}
	return 0
}

// ownGroup is this process's place in version 2's tree.
func ownGroup() string {
	text, _ := os.ReadFile("/proc/self/cgroup")
	for _, line := range strings.Split(string(text), "\n") {
		if path, ok := strings.CutPrefix(line, "0::"); ok {
			return path
		}
	}
	return "/"
}

func isFile(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
