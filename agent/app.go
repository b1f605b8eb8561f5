package main

import (
	"errors"
	"fmt"
	"os"
	"sync"
	"syscall"
	"time"
)

const (
	stateRunning = "running"
	stateExited  = "exited"
	stateBackoff = "backoff"

	firstBackoff   = 500 * time.Millisecond
	longestBackoff = 15 * time.Second
	// An app that ran so long did not fail at its start.
	soundRun = 10 * time.Second
	// What may outlive the app's own process when the pod is told to stop.
	lastWords = time.Second
)

// lastExit tells how a run of the app ended; Message is why it could not be started.
type lastExit struct {
	Code    int    `json:"code"`
	Signal  string `json:"signal"`
	OOM     bool   `json:"oom"`
	At      string `json:"at"`
	RanMS   int64  `json:"ran_ms"`
	Message string `json:"message,omitempty"`
}

type run struct {
	pid        int // of the leader, and of its process group
	number     int
	started    time.Time
	kills      int64
	isExpected bool
	ended      chan struct{} // closed when its end was told
}

// app is the image's own command: at most one run of it at a time.
type app struct {
	command []string
	reaper  *reaper
	memory  func() memory
	onExit  func() string
	tell    func(event map[string]any)
	say     func(line string)

	ops sync.Mutex // held by whoever starts or ends a run

	mu         sync.Mutex
	state      string
	present    *run
	last       *lastExit
	starts     int
	isStopping bool
	backoff    time.Duration
}

var errStopping = errors.New("the pod was told to stop")

func (a *app) start() error {
	a.ops.Lock()
	defer a.ops.Unlock()
	return a.startLocked()
}

// ensure starts the app if it is not running.
func (a *app) ensure() error {
	a.ops.Lock()
	defer a.ops.Unlock()
	if a.isRunning() {
		return nil
	}
	a.endLocked(0)
	return a.startLocked()
}

// restart ends the present run, whatever its state, and starts another.
func (a *app) restart(grace time.Duration) error {
	a.ops.Lock()
	defer a.ops.Unlock()
	a.endLocked(grace)
	return a.startLocked()
}

// signal reaches the app's own process only; an app that is not running is started instead.
func (a *app) signal(sig syscall.Signal) error {
	a.mu.Lock()
	present, isRunning := a.present, a.state == stateRunning
	a.mu.Unlock()
	if isRunning && syscall.Kill(present.pid, sig) == nil {
		return nil
	}
	return a.ensure()
}

func (a *app) startLocked() error {
	a.mu.Lock()
	if a.isStopping {
		a.mu.Unlock()
		return errStopping
	}
	a.starts++
	present := &run{number: a.starts, started: time.Now(), kills: a.memory().kills, ended: make(chan struct{})}
	a.mu.Unlock()

	pid, ended, err := a.spawn()
	if err != nil {
		a.cannotStart(present, err)
		return err
	}
	present.pid = pid
	a.mu.Lock()
	a.present, a.state = present, stateRunning
	stopping := a.isStopping
	a.mu.Unlock()
	if stopping { // it was told between the look and the start
		_ = syscall.Kill(-pid, syscall.SIGTERM)
	}
	a.tell(map[string]any{"event": "started", "start": present.number, "pid": pid})
	go a.watch(present, ended)
	return nil
}

func (a *app) spawn() (int, <-chan syscall.WaitStatus, error) {
	path, err := findProgram(a.command[0])
	if err != nil {
		return 0, nil, err
	}
	return a.reaper.start(path, a.command, &syscall.ProcAttr{Env: os.Environ(), Files: []uintptr{0, 1, 2}})
}

func (a *app) watch(present *run, ended <-chan syscall.WaitStatus) {
	status := <-ended
	exit := describeExit(status, time.Since(present.started))
	exit.OOM = a.memory().kills > present.kills && (exit.Code != 0 || exit.Signal != "")
	a.mu.Lock()
	a.state, a.last = stateExited, exit
	isExpected := present.isExpected || a.isStopping
	if !isGroupAlive(present.pid) {
		present.pid = 0 // the number may be another's from now on
	}
	a.mu.Unlock()
	a.tell(exitEvent(present, exit, isExpected))
	close(present.ended)
	if !isExpected {
		a.endedByItself(present, exit)
	}
}

func (a *app) cannotStart(present *run, err error) {
	code := exitNotExecutable
	if errors.Is(err, errNoCommand) || errors.Is(err, syscall.ENOENT) {
		code = exitCannotRun
	}
	exit := &lastExit{Code: code, At: now(), Message: err.Error()}
	close(present.ended)
	a.mu.Lock()
	a.state, a.last, a.present = stateExited, exit, present
	a.mu.Unlock()
	a.tell(exitEvent(present, exit, false))
	a.endedByItself(present, exit)
}

// endedByItself says so once, and starts the app again where that is wanted.
func (a *app) endedByItself(present *run, exit *lastExit) {
	if a.onExit() != "restart" {
		a.say(exit.String() + "; it starts again with the next change")
		return
	}
	delay := a.nextBackoff(exit)
	a.say(fmt.Sprintf("%s; it starts again in %v", exit, delay))
	time.AfterFunc(delay, func() { a.retry(present) })
}

func (a *app) nextBackoff(exit *lastExit) time.Duration {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.state = stateBackoff
	switch {
	case a.backoff == 0 || exit.RanMS >= soundRun.Milliseconds():
		a.backoff = firstBackoff
	default:
		a.backoff = min(2*a.backoff, longestBackoff)
	}
	return a.backoff
}

func (a *app) retry(ended *run) {
	a.ops.Lock()
	defer a.ops.Unlock()
	a.mu.Lock()
	isStill := a.present == ended && !a.isStopping
	a.mu.Unlock()
	if isStill {
		a.endLocked(0)
		_ = a.startLocked()
	}
}

// endLocked ends the run and whatever it has left in its process group.
func (a *app) endLocked(grace time.Duration) {
	a.mu.Lock()
	present := a.present
	if present == nil || present.pid == 0 {
		a.mu.Unlock()
		return
	}
	present.isExpected = true
	group := present.pid
	a.mu.Unlock()
	a.reaper.endGroup(group, grace)
	// Not for ever: a process that waits for a disk does not even die.
	select {
	case <-present.ended:
	case <-time.After(2 * time.Second):
	}
}

// stop passes on what the pod was told, to the whole group: a shell before the app swallows it.
func (a *app) stop(sig syscall.Signal) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.isStopping = true
	if a.present != nil && a.present.pid != 0 {
		_ = syscall.Kill(-a.present.pid, sig)
	}
}

// waitStopped waits for the app to end, and returns what the container should end with.
func (a *app) waitStopped() int {
	a.mu.Lock()
	present := a.present
	a.mu.Unlock()
	if present != nil {
		<-present.ended
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if present != nil && present.pid != 0 && !a.reaper.waitGroup(present.pid, lastWords) {
		_ = syscall.Kill(-present.pid, syscall.SIGKILL)
	}
	return a.last.status()
}

// forward passes any other signal to the app's own process.
func (a *app) forward(sig syscall.Signal) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.state == stateRunning {
		_ = syscall.Kill(a.present.pid, sig)
	}
}

func (a *app) isRunning() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.state == stateRunning
}

func (a *app) number() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.starts
}

func (a *app) status() map[string]any {
	a.mu.Lock()
	defer a.mu.Unlock()
	told := map[string]any{"state": a.state, "pid": 0, "start": a.starts, "started_at": "", "last_exit": a.last}
	if a.present != nil {
		told["started_at"] = a.present.started.UTC().Format(time.RFC3339Nano)
		if a.state == stateRunning {
			told["pid"] = a.present.pid
		}
	}
	return told
}
