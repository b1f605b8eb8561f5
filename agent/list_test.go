package main

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestFilesOfTheImageAreListedByTheirPresentBytes(t *testing.T) {
	f := newFolder(t, "a", "other")
	known := newKnownFiles(map[string]string{f.at("a"): "of the image", f.at("gone"): "x"}, "")
	f.write("a", "hello")
	listed := known.list()
	const sum = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"
	if len(listed) != 1 || listed[f.at("a")].SHA256 != sum || listed[f.at("a")].Mode != 0o644 || listed[f.at("a")].Size != 5 {
		t.Error(listed)
	}
}

func TestSyncedFilesAreListed(t *testing.T) {
	f := newFolder(t, "generated")
	b := f.batch()
	f.put(b, "a", "a")
	f.link(b, "link", "a")
	f.apply(b)
	listed := f.known.list()
	if len(listed) != 2 || listed[f.at("link")].Link != "a" || listed[f.at("link")].SHA256 != "" {
		t.Error(listed)
	}
	f.apply(f.batch(), "a")
	if listed := f.known.list(); len(listed) != 1 {
		t.Error(listed)
	}
}

func TestTheNextAgentKnowsWhatWasSynced(t *testing.T) {
	f := newFolder(t)
	b := f.batch()
	f.put(b, "a\nb", "a")
	f.apply(b)
	next := newKnownFiles(nil, f.known.record)
	if listed := next.list(); len(listed) != 1 {
		t.Error(listed)
	}
}

func TestAHashIsOfThePresentBytes(t *testing.T) {
	f := newFolder(t, "a")
	before, _ := f.known.describe(f.at("a"))
	long := time.Now().Add(-time.Hour)
	f.write("a", "new a")
	os.Chtimes(f.at("a"), long, long)
	after, _ := f.known.describe(f.at("a"))
	if before.SHA256 == after.SHA256 {
		t.Error("the hash is the old one")
	}
}

func TestAFileIsHashedOnce(t *testing.T) {
	f := newFolder(t, "a")
	found, _ := os.Lstat(f.at("a"))
	present := stampOf(found)
	f.known.sums[f.at("a")] = hashed{present, "remembered"}
	if told, _ := f.known.describe(f.at("a")); told.SHA256 != "remembered" {
		t.Error(told)
	}
}

func TestAHashOfAFreshFileIsNotRemembered(t *testing.T) {
	f := newFolder(t, "a")
	f.known.describe(f.at("a"))
	if _, ok := f.known.sums[f.at("a")]; ok {
		t.Error("a second change in the same moment would not show")
	}
}

func TestFoldersAreNotListed(t *testing.T) {
	f := newFolder(t, "a/b")
	if _, ok := f.known.describe(f.at("a")); ok {
		t.Error("a folder is listed")
	}
}

func TestARecordThatCannotBeKeptStopsNothing(t *testing.T) {
	f := newFolder(t)
	f.known.record = filepath.Join(t.TempDir(), "absent", "record")
	b := f.batch()
	f.put(b, "a", "a")
	f.apply(b)
	f.holds("a=a")
}
