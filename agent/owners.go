package main

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

type owner struct {
	pid     int
	process string
}

// findOwners looks through the open files of all processes that may be looked at.
func findOwners(wanted []socket) map[uint64]owner {
	found := make(map[uint64]owner, len(wanted))
	missing := make(map[string]uint64, len(wanted))
	for _, one := range wanted {
		found[one.inode] = owner{}
		missing["socket:["+strconv.FormatUint(one.inode, 10)+"]"] = one.inode
	}
	for _, pid := range processes() {
		if len(missing) == 0 {
			break
		}
		for _, inode := range takeOwned(pid, missing) {
			found[inode] = owner{pid, processName(pid)}
		}
	}
	return found
}

func takeOwned(pid int, missing map[string]uint64) []uint64 {
	var owned []uint64
	folder := filepath.Join("/proc", strconv.Itoa(pid), "fd")
	for _, name := range namesIn(folder) {
		link, err := os.Readlink(filepath.Join(folder, name))
		if err != nil {
			continue
		}
		if inode, ok := missing[link]; ok {
			delete(missing, link)
			owned = append(owned, inode)
		}
	}
	return owned
}

func processes() []int {
	var pids []int
	for _, name := range namesIn("/proc") {
		if pid, err := strconv.Atoi(name); err == nil {
			pids = append(pids, pid)
		}
	}
	return pids
}

func processName(pid int) string {
	text, _ := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "comm"))
	return strings.TrimSpace(string(text))
}

func namesIn(folder string) []string {
	opened, err := os.Open(folder)
	if err != nil {
		return nil
	}
	defer opened.Close()
	names, _ := opened.Readdirnames(-1)
	return names
}
