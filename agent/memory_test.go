package main

import (
	"os"
	"path/filepath"
	"testing"
)

func cgroup(t *testing.T, files map[string]string) string {
	root := t.TempDir()
	for name, content := range files {
		path := filepath.Join(root, name)
		os.MkdirAll(filepath.Dir(path), 0o755)
		os.WriteFile(path, []byte(content), 0o644)
	}
	return root
}

func TestMemoryOfVersion2(t *testing.T) {
	root := cgroup(t, map[string]string{
		"cgroup.controllers": "memory\n", "memory.max": "134217728\n", "memory.peak": "2000\n", "memory.current": "1000\n",
		"memory.events": "low 0\noom 2\noom_kill 3\noom_group_kill 0\n",
	})
	if read := readMemory(root, "/"); read != (memory{134217728, 2000, 1000, 3}) {
		t.Error(read)
	}
}

func TestMemoryWithoutALimit(t *testing.T) {
	root := cgroup(t, map[string]string{"cgroup.controllers": "", "memory.max": "max\n", "memory.current": "7\n"})
	if read := readMemory(root, "/"); read != (memory{Current: 7}) {
		t.Error(read)
	}
}

func TestMemoryOfVersion2WithoutANamespace(t *testing.T) {
	root := cgroup(t, map[string]string{
		"cgroup.controllers": "", "memory.current": "1\n", "kubepods/pod1/memory.current": "2\n",
	})
	if read := readMemory(root, "/kubepods/pod1"); read.Current != 2 {
		t.Error(read)
	}
}

func TestMemoryOfVersion1(t *testing.T) {
	root := cgroup(t, map[string]string{
		"memory/memory.limit_in_bytes": "134217728\n", "memory/memory.max_usage_in_bytes": "2000\n",
		"memory/memory.usage_in_bytes": "1000\n", "memory/memory.oom_control": "oom_kill_disable 0\nunder_oom 0\noom_kill 3\n",
	})
	if read := readMemory(root, "/"); read != (memory{134217728, 2000, 1000, 3}) {
		t.Error(read)
	}
}

func TestNoLimitOfVersion1(t *testing.T) {
	root := cgroup(t, map[string]string{"memory/memory.limit_in_bytes": "9223372036854771712\n"})
	if read := readMemory(root, "/"); read.Limit != 0 {
		t.Error(read)
	}
}

func TestMemoryThatNobodyTells(t *testing.T) {
	if read := readMemory(t.TempDir(), "/"); read != (memory{}) {
		t.Error(read)
	}
}
