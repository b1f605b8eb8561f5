package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// folder is one root with what is asked of it.
type folder struct {
	t     *testing.T
	path  string
	known *knownFiles
}

func newFolder(t *testing.T, files ...string) *folder {
	f := &folder{t: t, path: t.TempDir()}
	for _, name := range files {
		f.write(name, "old "+name)
	}
	f.known = newKnownFiles(nil, filepath.Join(t.TempDir(), recordName))
	return f
}

// inMemory moves to where a disk's speed does not matter, if there is such a place.
func (f *folder) inMemory() {
	if path, err := os.MkdirTemp("/dev/shm", "agent"); err == nil {
		f.path = path
		f.t.Cleanup(func() { os.RemoveAll(path) })
	}
}

func (f *folder) at(name string) string { return filepath.Join(f.path, name) }

func (f *folder) write(name, content string) {
	f.t.Helper()
	if err := os.MkdirAll(filepath.Dir(f.at(name)), 0o755); err != nil {
		f.t.Fatal(err)
	}
	if err := os.WriteFile(f.at(name), []byte(content), 0o644); err != nil {
		f.t.Fatal(err)
	}
}

func (f *folder) batch() *batch { return &batch{roots: roots{f.path}} }

func (f *folder) put(b *batch, name, content string) {
	b.put(putHeader{Path: f.at(name), Mode: 0o644, Last: true}, []byte(content))
}

func (f *folder) link(b *batch, name, target string) {
	b.put(putHeader{Path: f.at(name), Mode: 0o777, Last: true, Link: target}, nil)
}

func (f *folder) apply(b *batch, deletes ...string) *change {
	f.t.Helper()
	for i, name := range deletes {
		deletes[i] = f.at(name)
	}
	applied, failed := applyBatch(b, deletes, f.known)
	if failed != nil {
		f.t.Fatal(failed)
	}
	return applied
}

func (f *folder) fail(b *batch, code string, deletes ...string) *failure {
	f.t.Helper()
	_, failed := applyBatch(b, deletes, f.known)
	if failed == nil || failed.Code != code {
		f.t.Fatalf("%v instead of %s", failed, code)
	}
	return failed
}

// holds compares the whole tree: "name=content", or "name>target" for a link.
func (f *folder) holds(wanted ...string) {
	f.t.Helper()
	var found []string
	filepath.WalkDir(f.path, func(path string, entry os.DirEntry, err error) error {
		name := strings.TrimPrefix(path, f.path+"/")
		if target, err := os.Readlink(path); err == nil {
			found = append(found, name+">"+target)
		} else if content, err := os.ReadFile(path); err == nil {
			found = append(found, name+"="+string(content))
		}
		return nil
	})
	if got, want := strings.Join(found, "\n"), strings.Join(wanted, "\n"); got != want {
		f.t.Errorf("found:\n%s\nwanted:\n%s", got, want)
	}
}

func TestFilesArePutInPlace(t *testing.T) {
	f := newFolder(t, "a")
	b := f.batch()
	f.put(b, "a", "new")
	f.put(b, "deep/er/b", "b")
	applied := f.apply(b)
	f.holds("a=new", "deep/er/b=b")
	if applied.written != 2 {
		t.Error(applied.written)
	}
}

func TestAFileComesInPieces(t *testing.T) {
	f := newFolder(t)
	b := f.batch()
	b.put(putHeader{Path: f.at("a"), Mode: 0o644}, []byte("one "))
	b.put(putHeader{Path: f.at("a"), Mode: 0o644, Last: true}, []byte("two"))
	f.apply(b)
	f.holds("a=one two")
}

func TestNothingIsSeenBeforeTheBatchIsApplied(t *testing.T) {
	f := newFolder(t, "a")
	b := f.batch()
	f.put(b, "a", "new")
	if content, _ := os.ReadFile(f.at("a")); string(content) != "old a" {
		t.Error(string(content))
	}
	b.drop()
	f.holds("a=old a")
}

func TestAFileIsNeverGoneNorHalf(t *testing.T) {
	f := newFolder(t, "a")
	stop := make(chan struct{})
	bad := make(chan string, 1)
	go func() {
		defer close(bad)
		for {
			select {
			case <-stop:
				return
			default:
			}
			if content, err := os.ReadFile(f.at("a")); err != nil || len(content) < 5 {
				bad <- fmt.Sprint(string(content), err)
				return
			}
		}
	}()
	for i := range 200 {
		b := f.batch()
		f.put(b, "a", fmt.Sprintf("content %d", i))
		f.put(b, "b", fmt.Sprintf("content %d", i))
		f.apply(b)
	}
	close(stop)
	if told := <-bad; told != "" {
		t.Error(told)
	}
}

func TestModes(t *testing.T) {
	f := newFolder(t, "a")
	b := f.batch()
	b.put(putHeader{Path: f.at("a"), Mode: 0o755, Last: true}, []byte("old a"))
	if applied := f.apply(b); applied.written != 1 {
		t.Error("a change of mode is a change")
	}
	if found, _ := os.Stat(f.at("a")); found.Mode().Perm() != 0o755 {
		t.Error(found.Mode())
	}
}

func TestDeletes(t *testing.T) {
	f := newFolder(t, "a", "b", "deep/c")
	applied := f.apply(f.batch(), "a", "deep/c", "absent", "absent/too", "b/below")
	f.holds("b=old b")
	if applied.deleted != 2 {
		t.Error(applied.deleted)
	}
}

func TestADeletedFolderGoesWithAllInIt(t *testing.T) {
	f := newFolder(t, "a", "deep/b", "deep/cache/c")
	f.apply(f.batch(), "deep")
	f.holds("a=old a")
}

func TestAFileTakesAFoldersPlace(t *testing.T) {
	f := newFolder(t, "a/b", "a/generated")
	b := f.batch()
	f.put(b, "a", "file")
	f.apply(b, "a/b")
	f.holds("a=file")
}

func TestAFolderTakesAFilesPlace(t *testing.T) {
	f := newFolder(t, "a")
	b := f.batch()
	f.put(b, "a/b", "below")
	f.apply(b, "a")
	f.holds("a/b=below")
}

func TestLinks(t *testing.T) {
	f := newFolder(t, "a", "b")
	b := f.batch()
	f.link(b, "new", "a")
	f.link(b, "b", "nowhere")
	if applied := f.apply(b); applied.written != 2 {
		t.Error(applied.written)
	}
	f.holds("a=old a", "b>nowhere", "new>a")
}

func TestAFileReplacesALinkAndNotItsTarget(t *testing.T) {
	f := newFolder(t, "a")
	os.Symlink("a", f.at("b"))
	b := f.batch()
	f.put(b, "b", "own")
	f.apply(b)
	f.holds("a=old a", "b=own")
}

func TestAFolderReplacesALinkToOutside(t *testing.T) {
	f := newFolder(t)
	os.Symlink(t.TempDir(), f.at("lib"))
	b := f.batch()
	f.put(b, "lib/a", "own")
	f.apply(b, "lib")
	f.holds("lib/a=own")
}

func TestAFileBelowALinkInsideTheRoot(t *testing.T) {
	f := newFolder(t, "real/a")
	os.Symlink(f.at("real"), f.at("shown"))
	b := f.batch()
	f.put(b, "shown/a", "new")
	f.apply(b)
	f.holds("real/a=new", "shown>"+f.at("real"))
}

func TestNothingIsWrittenOutside(t *testing.T) {
	f, other := newFolder(t), t.TempDir()
	os.Symlink(other, f.at("leak"))
	for _, path := range []string{f.at("leak/a"), other + "/a", f.at("../a"), f.path, f.path + "x/a", "a", ""} {
		b := f.batch()
		b.put(putHeader{Path: path, Mode: 0o644, Last: true}, []byte("x"))
		f.fail(b, "outside")
	}
	if left := namesIn(other); len(left) > 0 {
		t.Error(left)
	}
	f.holds("leak>" + other)
}

func TestNothingIsDeletedOutside(t *testing.T) {
	f, other := newFolder(t), newFolder(t, "a")
	os.Symlink(other.path, f.at("leak"))
	for _, path := range []string{f.at("leak/a"), other.at("a"), f.path} {
		f.fail(f.batch(), "outside", path)
	}
	other.holds("a=old a")
}

func TestABatchThatFailsIsUndone(t *testing.T) {
	f := newFolder(t, "a", "b", "c/d", "file", "g/h")
	os.Symlink("a", f.at("link"))
	b := f.batch()
	f.put(b, "a", "new")
	f.put(b, "deep/er/new", "new")
	f.put(b, "link", "no link")
	f.put(b, "g", "no folder")
	f.put(b, "file/below", "impossible")
	failed := f.fail(b, "write", f.at("b"), f.at("c/d"))
	if failed.Path != f.at("file/below") {
		t.Error(failed.Path)
	}
	f.holds("a=old a", "b=old b", "c/d=old c/d", "file=old file", "g/h=old g/h", "link>a")
	if isFile(f.at("deep")) {
		t.Error("a folder was left")
	}
}

func TestAnUnfinishedFileAppliesNothing(t *testing.T) {
	f := newFolder(t, "a")
	b := f.batch()
	f.put(b, "a", "new")
	b.put(putHeader{Path: f.at("b")}, []byte("half"))
	f.fail(b, "frame")
	f.holds("a=old a")
}

func TestAPieceOfAnotherFileIsRefused(t *testing.T) {
	f := newFolder(t)
	b := f.batch()
	b.put(putHeader{Path: f.at("a")}, []byte("half"))
	f.put(b, "b", "whole")
	if failed := f.fail(b, "frame"); failed.Path != f.at("a") {
		t.Error(failed)
	}
	f.holds()
}

func TestTooMuchIsRefused(t *testing.T) {
	f := newFolder(t)
	b := f.batch()
	b.bytes = largestBatch
	f.put(b, "a", "x")
	f.fail(b, "busy")
}

func TestEqualFilesChangeNothing(t *testing.T) {
	f := newFolder(t, "a")
	os.Symlink("a", f.at("link"))
	before, _ := os.Stat(f.at("a"))
	b := f.batch()
	f.put(b, "a", "old a")
	f.link(b, "link", "a")
	applied := f.apply(b, "absent")
	after, _ := os.Stat(f.at("a"))
	if !applied.isEmpty() || !os.SameFile(before, after) {
		t.Error(applied.written, applied.deleted)
	}
	f.holds("a=old a", "link>a")
}

func TestVersionsOfOneSizeDifferInTheirSecond(t *testing.T) {
	f := newFolder(t)
	var last int64
	for _, content := range []string{"v1", "v2", "v3"} {
		b := f.batch()
		f.put(b, "a", content)
		f.apply(b)
		found, _ := os.Stat(f.at("a"))
		if found.ModTime().Unix() == last {
			t.Error("same second")
		}
		last = found.ModTime().Unix()
	}
}

func TestOtherFilesKeepTheRealTime(t *testing.T) {
	f := newFolder(t, "a")
	b := f.batch()
	f.put(b, "a", "of another size")
	f.apply(b)
	found, _ := os.Stat(f.at("a"))
	if age := time.Since(found.ModTime()); age < -100*time.Millisecond || age > time.Minute {
		t.Error(age)
	}
}

func TestTenThousandFiles(t *testing.T) {
	f := newFolder(t)
	f.inMemory()
	b := f.batch()
	for i := range 10_000 {
		f.put(b, fmt.Sprintf("d%d/f%d", i%100, i), fmt.Sprint(i))
	}
	if applied := f.apply(b); applied.written != 10_000 {
		t.Fatal(applied.written)
	}
	if listed := f.known.list(); len(listed) != 10_000 {
		t.Fatal(len(listed))
	}
}

func TestARootThatIsNotThereIsMade(t *testing.T) {
	f := newFolder(t)
	f.path = filepath.Join(f.path, "not/yet")
	b := f.batch()
	f.put(b, "a", "new")
	f.apply(b)
	f.holds("a=new")
}

func TestAFullDiskAppliesNothing(t *testing.T) {
	if os.Getuid() != 0 {
		t.Log("only root can mount a small disk; on other machines the container tests are the proof")
		return
	}
	f := newFolder(t)
	if err := syscall.Mount("none", f.path, "tmpfs", 0, "size=64k"); err != nil {
		t.Log("no mounts here:", err)
		return
	}
	defer syscall.Unmount(f.path, 0)
	f.write("a", "old a")
	b := f.batch()
	f.put(b, "a", "new")
	f.put(b, "b", strings.Repeat("x", 1<<20))
	if failed := f.fail(b, "write"); !strings.Contains(failed.Message, "no space left") {
		t.Error(failed.Message)
	}
	f.holds("a=old a")
}

func TestRootKeepsOwners(t *testing.T) {
	if os.Getuid() != 0 {
		t.Log("only root can change owners")
		return
	}
	f := newFolder(t, "a")
	os.Chown(f.at("a"), 10001, 10002)
	os.Chown(f.path, 10003, 10004)
	b := f.batch()
	f.put(b, "a", "new")
	f.put(b, "deep/b", "new")
	f.apply(b)
	for name, wanted := range map[string]uint32{"a": 10001, "deep": 10003, "deep/b": 10003} {
		found, _ := os.Stat(f.at(name))
		if owner := found.Sys().(*syscall.Stat_t).Uid; owner != wanted {
			t.Error(name, owner)
		}
	}
}

func TestStaleTemporaryFilesGo(t *testing.T) {
	f := newFolder(t, "a", ".draftpy-12-3.tmp", "deep/.draftpy-1-9.old", "deep/.draftpy-10001/agent.sock", "deep/b.tmp")
	removeStale([]string{f.path, f.at("deep"), f.at("absent")})
	f.holds("a=old a", "deep/.draftpy-10001/agent.sock=old deep/.draftpy-10001/agent.sock", "deep/b.tmp=old deep/b.tmp")
}

func TestTheAgentsOwnTemporaryFilesAreNotStale(t *testing.T) {
	f := newFolder(t)
	b := f.batch()
	f.put(b, "a", "a")
	removeStale([]string{f.path})
	f.apply(b)
	f.holds("a=a")
}
