package main

import (
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"
)

const prSetChildSubreaper = 36

// reaper is the only caller of wait: it collects every orphan that is handed to process 1, and
// tells those who started a process how it ended.
type reaper struct {
	mu      sync.Mutex
	waiting map[int]chan syscall.WaitStatus
	reaped  chan struct{} // closed and replaced whenever something was collected
}

func newReaper() *reaper {
	// Where the pod's containers share their processes, the agent is not process 1.
	syscall.RawSyscall(syscall.SYS_PRCTL, prSetChildSubreaper, 1, 0)
	r := &reaper{waiting: map[int]chan syscall.WaitStatus{}, reaped: make(chan struct{})}
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGCHLD)
	go func() {
		for range signals {
			r.reap()
		}
	}()
	return r
}

// start runs a program in a process group of its own; the channel gets its end.
func (r *reaper) start(path string, argv []string, attr *syscall.ProcAttr) (int, <-chan syscall.WaitStatus, error) {
	// Held until the process is known, so that it cannot be collected before.
	r.mu.Lock()
	defer r.mu.Unlock()
	attr.Sys = &syscall.SysProcAttr{Setpgid: true}
	pid, err := syscall.ForkExec(path, argv, attr)
	if err != nil {
		return 0, nil, err
	}
	ended := make(chan syscall.WaitStatus, 1)
	r.waiting[pid] = ended
	return pid, ended, nil
}

func (r *reaper) reap() {
	r.mu.Lock()
	defer r.mu.Unlock()
	collected := false
	for {
		var status syscall.WaitStatus
		pid, err := syscall.Wait4(-1, &status, syscall.WNOHANG, nil)
		if err == syscall.EINTR {
			continue
		}
		if err != nil || pid <= 0 {
			break
		}
		collected = true
		if ended, ok := r.waiting[pid]; ok {
			delete(r.waiting, pid)
			ended <- status
		}
	}
	if collected {
		close(r.reaped)
		r.reaped = make(chan struct{})
	}
}

func (r *reaper) next() <-chan struct{} {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.reaped
}

// waitGroup waits until no member of the process group is left, zombies included.
func (r *reaper) waitGroup(group int, timeout time.Duration) bool {
	deadline := time.NewTimer(timeout)
	defer deadline.Stop()
	for {
		collected := r.next()
		if !isGroupAlive(group) {
			return true
		}
		select {
		case <-collected:
		case <-time.After(time.Millisecond): // a member whose parent is not the agent
		case <-deadline.C:
			return !isGroupAlive(group)
		}
	}
}

func isGroupAlive(group int) bool {
	return group > 0 && syscall.Kill(-group, 0) != syscall.ESRCH
}

// endGroup asks the group to end, and kills what is left after the grace.
func (r *reaper) endGroup(group int, grace time.Duration) {
	if syscall.Kill(-group, syscall.SIGTERM) == syscall.ESRCH {
		return
	}
	if r.waitGroup(group, grace) {
		return
	}
	_ = syscall.Kill(-group, syscall.SIGKILL)
	r.waitGroup(group, time.Second)
}
