package main

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// change is a batch on its way into the folders: each step can be undone until it is kept.
type change struct {
	roots  roots
	known  *knownFiles
	undo   []func()
	finish []func()

	written int
	deleted int
}

// applyBatch puts all files in place and deletes the others, or leaves all as it was.
func applyBatch(b *batch, deletes []string, known *knownFiles) (*change, *failure) {
	c := &change{roots: b.roots, known: known}
	failed := b.check()
	for i := 0; failed == nil && i < len(deletes); i++ {
		failed = c.remove(deletes[i])
	}
	for i := 0; failed == nil && i < len(b.files); i++ {
		failed = c.place(b.files[i])
	}
	b.drop()
	if failed != nil {
		for i := len(c.undo) - 1; i >= 0; i-- {
			c.undo[i]()
		}
		return nil, failed
	}
	for _, step := range c.finish {
		step()
	}
	return c, nil
}

func (c *change) isEmpty() bool { return c.written+c.deleted == 0 }

func (c *change) remove(path string) *failure {
	if c.roots.find(path) == "" {
		return outside(path, "it is in no folder that is synced")
	}
	target, failed := c.roots.locate(path)
	if failed != nil && failed.Code == "outside" {
		return failed
	}
	if _, err := os.Lstat(target); failed != nil || err != nil {
		return nil // it is not there, or the folder is not
	}
	if err := c.setAside(target); err != nil {
		return cannotWrite(path, err)
	}
	c.deleted++
	c.finish = append(c.finish, func() { c.known.forget(path) })
	return nil
}

func (c *change) place(staged *stagedFile) *failure {
	if c.known.isEqual(staged) {
		return nil
	}
	if err := c.makeFolders(filepath.Dir(staged.path)); err != nil {
		return cannotWrite(staged.path, err)
	}
	target, failed := c.roots.locate(staged.path)
	if failed != nil {
		return failed
	}
	if err := c.clear(target, staged); err != nil {
		return cannotWrite(staged.path, err)
	}
	if err := os.Rename(staged.temp, target); err != nil {
		return cannotWrite(staged.path, err)
	}
	staged.temp = ""
	c.written++
	c.finish = append(c.finish, func() { c.known.remember(staged) })
	return nil
}

// clear keeps what stands in the target's place for an undo, without a moment in which it is gone.
func (c *change) clear(target string, staged *stagedFile) error {
	found, err := os.Lstat(target)
	if errors.Is(err, os.ErrNotExist) {
		c.undo = append(c.undo, func() { os.Remove(target) })
		adopt(staged.temp, filepath.Dir(target))
		return nil
	}
	if err != nil {
		return err
	}
	if found.IsDir() {
		return c.setAside(target)
	}
	adopt(staged.temp, target)
	if found.Mode().IsRegular() {
		keepApart(staged, found)
	}
	aside := tempName(filepath.Dir(target), asideSuffix)
	if err := duplicate(target, aside, found); err != nil {
		return err
	}
	c.undo = append(c.undo, func() { os.Rename(aside, target) })
	c.finish = append(c.finish, func() { os.Remove(aside) })
	return nil
}

// setAside moves something out of the way. A folder of a lower image layer cannot be moved: it
// is deleted, which no undo brings back; the client still has what it had put there.
func (c *change) setAside(target string) error {
	aside := tempName(filepath.Dir(target), asideSuffix)
	err := os.Rename(target, aside)
	if errors.Is(err, syscall.EXDEV) {
		return os.RemoveAll(target)
	}
	if err != nil {
		return err
	}
	c.undo = append(c.undo, func() {
		os.RemoveAll(target)
		os.Rename(aside, target)
	})
	c.finish = append(c.finish, func() { os.RemoveAll(aside) })
	return nil
}

func (c *change) makeFolders(folder string) error {
	err := os.Mkdir(folder, 0o755)
	if errors.Is(err, os.ErrNotExist) {
		if err := c.makeFolders(filepath.Dir(folder)); err != nil {
			return err
		}
		err = os.Mkdir(folder, 0o755)
	}
	if err == nil {
		adopt(folder, filepath.Dir(folder))
		c.undo = append(c.undo, func() { os.Remove(folder) })
		return nil
	}
	if found, failed := os.Stat(folder); failed == nil && found.IsDir() {
		return nil
	}
	return err
}

// keepApart gives a file another second than its predecessor of the same size has: Python's
// byte code and the ETags of web servers tell two versions by size and second alone.
func keepApart(staged *stagedFile, before os.FileInfo) {
	if staged.size != before.Size() || staged.link != "" || time.Now().Unix() > before.ModTime().Unix() {
		return
	}
	next := before.ModTime().Add(time.Second)
	os.Chtimes(staged.temp, next, next)
}

// adopt gives a file the owner that its predecessor, or else its folder, has: only root can.
func adopt(path, like string) {
	if os.Geteuid() != 0 {
		return
	}
	if found, err := os.Lstat(like); err == nil {
		owner := found.Sys().(*syscall.Stat_t)
		if owner.Uid != 0 || owner.Gid != 0 {
			os.Lchown(path, int(owner.Uid), int(owner.Gid))
		}
	}
}

// duplicate makes a second name for a file, or a copy where the system forbids that.
func duplicate(path, second string, found os.FileInfo) error {
	if os.Link(path, second) == nil {
		return nil
	}
	if found.Mode()&os.ModeSymlink != 0 {
		link, err := os.Readlink(path)
		if err != nil {
			return err
		}
		return os.Symlink(link, second)
	}
	return copyFile(path, second, found.Mode().Perm())
}

func copyFile(path, second string, mode os.FileMode) error {
	from, err := os.Open(path)
	if err != nil {
		return err
	}
	defer from.Close()
	to, err := os.OpenFile(second, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	if _, err := io.Copy(to, from); err != nil {
		to.Close()
		return err
	}
	return to.Close()
}
