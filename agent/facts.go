package main

import (
	"encoding/json"
	"os"
	"runtime"
	"sync"
)

// version is draftpy's own, set when the agent is built.
var version = "0"

// ownDigest is the sha256 of this very program.
var ownDigest = sync.OnceValue(func() string {
	sum, err := sumFile("/proc/self/exe")
	if err != nil {
		return ""
	}
	return sum
})

func (s *server) hello() map[string]any {
	workdir, _ := os.Getwd()
	told := map[string]any{
		"protocol": protocol, "version": version, "digest": ownDigest(),
		"os": runtime.GOOS, "arch": runtime.GOARCH, "uid": os.Geteuid(), "gid": os.Getegid(),
		"roots": s.roots, "writable": s.roots.writable(),
		"command": s.app.command, "workdir": workdir, "app": s.app.status(),
	}
	if s.config.problem != "" {
		told["problem"] = s.config.problem
	}
	return told
}

func (s *server) status() map[string]any {
	return map[string]any{"app": s.app.status(), "memory": s.memory(), "listening": s.sockets.look()}
}

func versionLine() []byte {
	line, _ := json.Marshal(map[string]any{"version": version, "protocol": protocol})
	return append(line, '\n')
}
