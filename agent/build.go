package main

import (
	"fmt"
	"os"
	"strings"
	"sync"
	"syscall"
	"time"
)

const (
	outputBytes = 32 << 10
	// A compiler's daemon may keep the pipes open for ever.
	lateOutput = 100 * time.Millisecond
	buildGrace = 500 * time.Millisecond
)

// build runs one command in the app's folder and environment.
type build struct {
	command []string
	reaper  *reaper
	write   func(stream byte, text []byte)
}

// run tells by `running` how the build can be ended, and waits for its end.
func (b *build) run(running func(stop func())) *failure {
	stdout, stderr, err := openPipes()
	if err != nil {
		return b.cannotRun(err)
	}
	pid, ended, err := b.start(stdout.write, stderr.write)
	closeFiles(stdout.write, stderr.write)
	if err != nil {
		closeFiles(stdout.read, stderr.read)
		return b.cannotRun(err)
	}
	isStopped := make(chan struct{})
	running(sync.OnceFunc(func() {
		close(isStopped)
		go b.reaper.endGroup(pid, buildGrace)
	}))
	copied := b.copyAll(stdout.read, stderr.read)
	status := <-ended
	finishCopying(copied, stdout.read, stderr.read)
	select {
	case <-isStopped:
		return cancelled()
	default:
		return b.judge(status)
	}
}

func (b *build) start(stdout, stderr *os.File) (int, <-chan syscall.WaitStatus, error) {
	path, err := findProgram(b.command[0])
	if err != nil {
		return 0, nil, err
	}
	nothing, err := os.Open(os.DevNull)
	if err != nil {
		return 0, nil, err
	}
	defer nothing.Close()
	files := []uintptr{nothing.Fd(), stdout.Fd(), stderr.Fd()}
	return b.reaper.start(path, b.command, &syscall.ProcAttr{Env: os.Environ(), Files: files})
}

func (b *build) copyAll(stdout, stderr *os.File) <-chan struct{} {
	var copying sync.WaitGroup
	copying.Add(2)
	go b.copy(1, stdout, &copying)
	go b.copy(2, stderr, &copying)
	copied := make(chan struct{})
	go func() {
		copying.Wait()
		close(copied)
	}()
	return copied
}

func (b *build) copy(stream byte, from *os.File, copying *sync.WaitGroup) {
	defer copying.Done()
	buffer := make([]byte, outputBytes)
	for {
		n, err := from.Read(buffer)
		if n > 0 {
			b.write(stream, buffer[:n])
		}
		if err != nil {
			return
		}
	}
}

// finishCopying waits for what was written until the command ended, and no longer.
func finishCopying(copied <-chan struct{}, pipes ...*os.File) {
	select {
	case <-copied:
	case <-time.After(lateOutput):
		for _, one := range pipes {
			one.SetReadDeadline(time.Now())
		}
		<-copied
	}
	closeFiles(pipes...)
}

func (b *build) judge(status syscall.WaitStatus) *failure {
	exit := describeExit(status, 0)
	switch {
	case exit.Signal != "":
		return b.failed(fmt.Sprintf("was ended by signal %s", exit.Signal), exit.Code)
	case exit.Code != 0:
		return b.failed(fmt.Sprintf("ended with exit code %d", exit.Code), exit.Code)
	}
	return nil
}

func (b *build) cannotRun(err error) *failure {
	return b.failed("cannot be run: "+reason(err), exitCannotRun)
}

func (b *build) failed(how string, exit int) *failure {
	return &failure{Code: "build", Message: strings.Join(b.command, " ") + " " + how, Exit: exit}
}

type pipe struct{ read, write *os.File }

func openPipes() (pipe, pipe, error) {
	outRead, outWrite, err := os.Pipe()
	if err != nil {
		return pipe{}, pipe{}, err
	}
	errRead, errWrite, err := os.Pipe()
	if err != nil {
		closeFiles(outRead, outWrite)
		return pipe{}, pipe{}, err
	}
	return pipe{outRead, outWrite}, pipe{errRead, errWrite}, nil
}

func closeFiles(files ...*os.File) {
	for _, file := range files {
		file.Close()
	}
}
