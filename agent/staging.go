package main

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

const (
	// Temporary files beside their targets; what has such a name at the start is an older agent's.
	stagedPrefix = ".draftpy-"
	stagedSuffix = ".tmp"
	asideSuffix  = ".old"

	largestBatch = 1 << 30
)

var stagedNumber atomic.Int64

// ownPrefix tells this agent's temporary files from those of one that was killed.
var ownPrefix = stagedPrefix + strconv.FormatInt(time.Now().UnixNano(), 36) + "-"

// stagedFile is a file that is complete but not yet in its place.
type stagedFile struct {
	path string
	temp string
	link string
	mode os.FileMode
	size int64
	sum  string
}

// batch is what one client has put under one id.
type batch struct {
	roots  roots
	files  []*stagedFile
	open   *openFile
	bytes  int64
	failed *failure
}

type openFile struct {
	staged *stagedFile
	file   *os.File
	sum    hash.Hash
}

// put takes one piece; whatever fails is told when the batch is to be applied.
func (b *batch) put(header putHeader, content []byte) {
	if b.failed != nil {
		return
	}
	b.bytes += int64(len(content))
	switch {
	case b.bytes > largestBatch:
		b.fail(&failure{Code: "busy", Message: "more than 1 GiB was put at once", Path: header.Path})
	case b.open == nil:
		b.begin(header, content)
	case b.open.staged.path != header.Path:
		b.fail(&failure{Code: "frame", Message: b.open.staged.path + " is not complete", Path: b.open.staged.path})
	default:
		b.write(header, content)
	}
}

func (b *batch) begin(header putHeader, content []byte) {
	folder, failed := b.roots.stagingFolder(header.Path)
	if failed != nil {
		b.fail(failed)
		return
	}
	staged := &stagedFile{path: header.Path, temp: tempName(folder, stagedSuffix), mode: os.FileMode(header.Mode) & os.ModePerm, link: header.Link}
	if header.Link != "" {
		if err := os.Symlink(header.Link, staged.temp); err != nil {
			b.fail(cannotWrite(header.Path, err))
			return
		}
		b.files = append(b.files, staged)
		return
	}
	file, err := os.OpenFile(staged.temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		b.fail(cannotWrite(header.Path, err))
		return
	}
	b.open = &openFile{staged: staged, file: file, sum: sha256.New()}
	b.write(header, content)
}

func (b *batch) write(header putHeader, content []byte) {
	open := b.open
	if _, err := open.file.Write(content); err != nil {
		b.fail(cannotWrite(header.Path, err))
		return
	}
	open.sum.Write(content)
	open.staged.size += int64(len(content))
	if !header.Last {
		return
	}
	b.open = nil
	err := open.file.Chmod(open.staged.mode)
	if closing := open.file.Close(); err == nil {
		err = closing
	}
	open.staged.sum = hex.EncodeToString(open.sum.Sum(nil))
	b.files = append(b.files, open.staged)
	if err != nil {
		b.fail(cannotWrite(header.Path, err))
	}
}

// check is what stands in the way of applying the batch.
func (b *batch) check() *failure {
	if b.failed == nil && b.open != nil {
		return &failure{Code: "frame", Message: b.open.staged.path + " is not complete", Path: b.open.staged.path}
	}
	return b.failed
}

func (b *batch) fail(failed *failure) {
	b.failed = failed
	b.drop()
}

// drop removes what was not moved to its place.
func (b *batch) drop() {
	if b.open != nil {
		b.open.file.Close()
		os.Remove(b.open.staged.temp)
		b.open = nil
	}
	for _, staged := range b.files {
		if staged.temp != "" {
			os.Remove(staged.temp)
		}
	}
	b.files = nil
}

func tempName(folder, suffix string) string {
	return filepath.Join(folder, fmt.Sprintf("%s%d%s", ownPrefix, stagedNumber.Add(1), suffix))
}

func isTempName(name string) bool {
	return strings.HasPrefix(name, stagedPrefix) &&
		(strings.HasSuffix(name, stagedSuffix) || strings.HasSuffix(name, asideSuffix))
}

// removeStale removes what an agent left that was killed in the middle of a batch.
func removeStale(folders []string) {
	for _, folder := range folders {
		opened, err := os.Open(folder)
		if err != nil {
			continue
		}
		names, _ := opened.Readdirnames(-1)
		opened.Close()
		for _, name := range names {
			if isTempName(name) && !strings.HasPrefix(name, ownPrefix) {
				os.RemoveAll(filepath.Join(folder, name))
			}
		}
	}
}
