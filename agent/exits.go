package main

import (
	"fmt"
	"syscall"
	"time"
)

var signalNames = map[string]syscall.Signal{
	"HUP": syscall.SIGHUP, "INT": syscall.SIGINT, "QUIT": syscall.SIGQUIT, "ILL": syscall.SIGILL,
	"TRAP": syscall.SIGTRAP, "ABRT": syscall.SIGABRT, "BUS": syscall.SIGBUS, "FPE": syscall.SIGFPE,
	"KILL": syscall.SIGKILL, "USR1": syscall.SIGUSR1, "SEGV": syscall.SIGSEGV, "USR2": syscall.SIGUSR2,
	"PIPE": syscall.SIGPIPE, "ALRM": syscall.SIGALRM, "TERM": syscall.SIGTERM, "XCPU": syscall.SIGXCPU,
	"XFSZ": syscall.SIGXFSZ, "SYS": syscall.SIGSYS, "WINCH": syscall.SIGWINCH,
}

func nameSignal(wanted syscall.Signal) string {
	for name, sig := range signalNames {
		if sig == wanted {
			return name
		}
	}
	return fmt.Sprintf("%d", int(wanted))
}

func describeExit(status syscall.WaitStatus, ran time.Duration) *lastExit {
	exit := &lastExit{At: now(), RanMS: ran.Milliseconds()}
	if status.Signaled() {
		exit.Signal = nameSignal(status.Signal())
		exit.Code = 128 + int(status.Signal())
	} else {
		exit.Code = status.ExitStatus()
	}
	return exit
}

func exitEvent(ended *run, exit *lastExit, isExpected bool) map[string]any {
	event := map[string]any{
		"event": "exited", "start": ended.number, "code": exit.Code, "signal": exit.Signal,
		"oom": exit.OOM, "ran_ms": exit.RanMS, "expected": isExpected,
	}
	if exit.Message != "" {
		event["message"] = exit.Message
	}
	return event
}

func (e *lastExit) String() string {
	switch {
	case e.Message != "":
		return "the app cannot be started: " + e.Message
	case e.OOM:
		return "the app was killed: it needs more memory than its limit"
	case e.Signal != "":
		return fmt.Sprintf("the app was ended by signal %s after %d ms", e.Signal, e.RanMS)
	}
	return fmt.Sprintf("the app ended by itself with exit code %d after %d ms", e.Code, e.RanMS)
}

// status is what process 1 ends with: a shell's way to tell of a signal, as no process 1 can die of one.
func (e *lastExit) status() int {
	if e == nil {
		return 0
	}
	return e.Code
}

func now() string {
	return time.Now().UTC().Format(time.RFC3339Nano)
}
