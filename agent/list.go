package main

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"time"
)

// listed is one file as `list` tells it.
type listed struct {
	Mode   uint32 `json:"mode"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256,omitempty"`
	Link   string `json:"link,omitempty"`
}

// stamp changes whenever the bytes of a file may have changed.
type stamp struct {
	device, inode uint64
	size          int64
	modified      syscall.Timespec
	changed       syscall.Timespec
}

type hashed struct {
	stamp stamp
	sum   string
}

// knownFiles are the paths that came by the image's source or by a sync.
type knownFiles struct {
	mu     sync.Mutex
	paths  map[string]bool
	sums   map[string]hashed
	record string // where paths that came by a sync are kept, for the next agent of this container
}

func newKnownFiles(files map[string]string, record string) *knownFiles {
	k := &knownFiles{paths: make(map[string]bool, len(files)), sums: map[string]hashed{}, record: record}
	for path := range files {
		k.paths[path] = true
	}
	k.loadRecord()
	return k
}

func (k *knownFiles) loadRecord() {
	file, err := os.Open(k.record)
	if err != nil {
		return
	}
	defer file.Close()
	for lines := bufio.NewScanner(file); lines.Scan(); {
		var path string
		if json.Unmarshal(lines.Bytes(), &path) == nil {
			k.paths[path] = true
		}
	}
}

func (k *knownFiles) remember(staged *stagedFile) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if found, err := os.Lstat(staged.path); err == nil && staged.link == "" {
		k.sums[staged.path] = hashed{stampOf(found), staged.sum}
	}
	if !k.paths[staged.path] {
		k.paths[staged.path] = true
		k.append(staged.path)
	}
}

func (k *knownFiles) append(path string) {
	file, err := os.OpenFile(k.record, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return // then the next agent of this container does not list it
	}
	defer file.Close()
	line, _ := json.Marshal(path)
	file.Write(append(line, '\n'))
}

func (k *knownFiles) forget(path string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	delete(k.paths, path)
	delete(k.sums, path)
}

// isEqual is whether a staged file is what stands in its place.
func (k *knownFiles) isEqual(staged *stagedFile) bool {
	present, ok := k.describe(staged.path)
	if !ok || present.Link != staged.link {
		return false
	}
	return staged.link != "" || (present.Mode == uint32(staged.mode) && present.Size == staged.size && present.SHA256 == staged.sum)
}

// describe tells of a file or link; folders and the like are not listed.
func (k *knownFiles) describe(path string) (listed, bool) {
	found, err := os.Lstat(path)
	if err != nil {
		return listed{}, false
	}
	told := listed{Mode: uint32(found.Mode().Perm()), Size: found.Size()}
	switch {
	case found.Mode()&os.ModeSymlink != 0:
		told.Link, err = os.Readlink(path)
	case found.Mode().IsRegular():
		told.SHA256, err = k.sumOf(path, stampOf(found))
	default:
		return listed{}, false
	}
	return told, err == nil
}

func (k *knownFiles) sumOf(path string, present stamp) (string, error) {
	k.mu.Lock()
	known, ok := k.sums[path]
	k.mu.Unlock()
	if ok && known.stamp == present {
		return known.sum, nil
	}
	sum, err := sumFile(path)
	if err == nil && present.isOld() {
		k.mu.Lock()
		k.sums[path] = hashed{present, sum}
		k.mu.Unlock()
	}
	return sum, err
}

// list describes every known file that is there.
func (k *knownFiles) list() map[string]listed {
	files := map[string]listed{}
	for _, path := range k.all() {
		if told, ok := k.describe(path); ok {
			files[path] = told
		}
	}
	return files
}

func (k *knownFiles) all() []string {
	k.mu.Lock()
	defer k.mu.Unlock()
	paths := make([]string, 0, len(k.paths))
	for path := range k.paths {
		paths = append(paths, path)
	}
	return paths
}

// folders are all that hold a known file.
func (k *knownFiles) folders() []string {
	seen := map[string]bool{}
	var folders []string
	for _, path := range k.all() {
		if folder := filepath.Dir(path); !seen[folder] {
			seen[folder] = true
			folders = append(folders, folder)
		}
	}
	return folders
}

func stampOf(found os.FileInfo) stamp {
	stat := found.Sys().(*syscall.Stat_t)
	return stamp{uint64(stat.Dev), stat.Ino, stat.Size, stat.Mtim, stat.Ctim}
}

// isOld is whether another change would show: a file system's clock goes in steps.
func (s stamp) isOld() bool {
	const step = 50 * time.Millisecond
	return time.Since(time.Unix(s.changed.Unix())) > step
}

func sumFile(path string) (string, error) {
	file, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer file.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, file); err != nil {
		return "", err
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}
