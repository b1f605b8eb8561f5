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
	stdout, stderr, err := b.pipes()
	if err != nil {
		return b.cannotRun(err)
	}
	path, err := findProgram(b.command[0])
	if err != nil {
		closeAll(stdout, stderr)
		return b.cannotRun(err)
	}
	nothing, err := os.Open(os.DevNull)
	input := uintptr(0)
	if err == nil {
		defer nothing.Close()
		input = nothing.Fd()
	}
	attr := &syscall.ProcAttr{Env: os.Environ(), Files: []uintptr{input, stdout.write.Fd(), stderr.write.Fd()}}
	pid, ended, err := b.reaper.start(path, b.command, attr)
	if err != nil {
		closeAll(stdout, stderr)
		return b.cannotRun(err)
	}
	closeFiles(stdout.write, stderr.write)
	var stopped sync.Once
	isStopped := make(chan struct{})
	running(func() {
		stopped.Do(func() {
			close(isStopped)
			go b.reaper.endGroup(pid, buildGrace)
		})
	})
	copied := b.copyAll(stdout, stderr)
	status := <-ended
	select {
	case <-copied:
	case <-time.After(lateOutput):
		stdout.read.SetReadDeadline(time.Now())
		stderr.read.SetReadDeadline(time.Now())
		<-copied
	}
	closeFiles(stdout.read, stderr.read)
	select {
	case <-isStopped:
		return cancelled()
	default:
	}
	return b.judge(status)
}

type pipe struct{ read, write *os.File }

func (b *build) pipes() (pipe, pipe, error) {
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

func (b *build) copyAll(stdout, stderr pipe) <-chan struct{} {
	var copying sync.WaitGroup
	copying.Add(2)
	go b.copy(1, stdout.read, &copying)
	go b.copy(2, stderr.read, &copying)
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

func (b *build) judge(status syscall.WaitStatus) *failure {
	exit := describeExit(status, 0)
	switch {
	case exit.Signal != "":
		return &failure{Code: "build", Message: fmt.Sprintf("%s was ended by signal %s", b.name(), exit.Signal), Exit: exit.Code}
	case exit.Code != 0:
		return &failure{Code: "build", Message: fmt.Sprintf("%s ended with exit code %d", b.name(), exit.Code), Exit: exit.Code}
	}
	return nil
}

func (b *build) cannotRun(err error) *failure {
	return &failure{Code: "build", Message: b.name() + " cannot be run: " + err.Error(), Exit: 127}
}

func (b *build) name() string { return strings.Join(b.command, " ") }

func closeAll(pipes ...pipe) {
	for _, one := range pipes {
		closeFiles(one.read, one.write)
	}
}

func closeFiles(files ...*os.File) {
	for _, file := range files {
		file.Close()
	}
}
