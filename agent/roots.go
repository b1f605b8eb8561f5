package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// roots are the folders that may be written below.
type roots []string

// find returns the root that a path lies below by its name; the path of a root itself is below none.
func (r roots) find(path string) string {
	if !filepath.IsAbs(path) || filepath.Clean(path) != path {
		return ""
	}
	for _, root := range r {
		if isBelow(path, root) {
			return root
		}
	}
	return ""
}

func isBelow(path, root string) bool {
	if root == "/" {
		return path != "/"
	}
	return strings.HasPrefix(path, root+"/")
}

// locate follows the links above a path; it fails if they lead out of the root.
func (r roots) locate(path string) (string, *failure) {
	root := r.find(path)
	if root == "" {
		return "", outside(path, "it is in no folder that is synced")
	}
	folder, err := filepath.EvalSymlinks(filepath.Dir(path))
	if err != nil {
		return "", cannotWrite(path, err)
	}
	top, err := filepath.EvalSymlinks(root)
	if err != nil {
		return "", cannotWrite(path, err)
	}
	if folder != top && !isBelow(folder, top) {
		return "", outside(path, "a link leads to "+folder)
	}
	return filepath.Join(folder, filepath.Base(path)), nil
}

// stagingFolder is the nearest folder above a path that is there now, is on the path's file
// system, and lies in the root.
func (r roots) stagingFolder(path string) (string, *failure) {
	root := r.find(path)
	if root == "" {
		return "", outside(path, "it is in no folder that is synced")
	}
	for folder := filepath.Dir(path); ; folder = filepath.Dir(folder) {
		located, failed := r.locate(filepath.Join(folder, "x"))
		if failed == nil && isFolder(filepath.Dir(located)) {
			return filepath.Dir(located), nil
		}
		if folder == root || folder == "/" {
			break
		}
	}
	if err := os.MkdirAll(root, 0o755); err != nil {
		return "", cannotWrite(path, err)
	}
	return root, nil
}

// writable tells for each root why it cannot be written, or nothing.
func (r roots) writable() map[string]string {
	told := map[string]string{}
	for _, root := range r {
		told[root] = whyNotWritable(root)
	}
	return told
}

func whyNotWritable(folder string) string {
	const write, search = 2, 1
	for !isFile(folder) && folder != "/" {
		folder = filepath.Dir(folder)
	}
	if !isFolder(folder) {
		return folder + " is no folder"
	}
	if err := syscall.Access(folder, write|search); err != nil {
		return folder + ": " + err.Error()
	}
	return ""
}

func isFolder(path string) bool {
	found, err := os.Lstat(path)
	return err == nil && found.IsDir()
}

func outside(path, why string) *failure {
	return &failure{Code: "outside", Message: path + ": " + why, Path: path}
}

func cannotWrite(path string, err error) *failure {
	return &failure{Code: "write", Message: path + ": " + reason(err), Path: path}
}

// reason is the system's own word for it, without the names of temporary files.
func reason(err error) string {
	var number syscall.Errno
	if errors.As(err, &number) {
		return number.Error()
	}
	return err.Error()
}
