package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// Whatever takes longer than this will not happen any more.
const patience = 30 * time.Second

var program string

func TestMain(m *testing.M) {
	os.Exit(withProgram(m.Run))
}

// withProgram compiles the agent once: signals, orphans and exits need a real process.
func withProgram(run func() int) int {
	folder, err := os.MkdirTemp("", "agent")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(folder)
	os.Chmod(folder, 0o755)
	program = filepath.Join(folder, "agent")
	if told, err := exec.Command("go", "build", "-o", program, ".").CombinedOutput(); err != nil {
		fmt.Println(string(told))
		return 1
	}
	return run()
}

// container stands for one: an agent with its folder, its app and what both wrote.
type container struct {
	t      *testing.T
	home   string
	root   string
	stdout lockedBuffer
	stderr lockedBuffer
	agent  *exec.Cmd
	ended  chan int
}

type lockedBuffer struct {
	mu      sync.Mutex
	content bytes.Buffer
}

func (b *lockedBuffer) Write(text []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.content.Write(text)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.content.String()
}

type setting func(c *container, settings map[string]any)

func withOnExit(what string) setting {
	return func(_ *container, settings map[string]any) { settings["onExit"] = what }
}

// start runs a shell script as the app; it is the root's file `app`.
func start(t *testing.T, script string, settings ...setting) *container {
	t.Helper()
	c := &container{t: t, home: t.TempDir(), root: t.TempDir(), ended: make(chan int, 1)}
	c.write("app", script)
	described := map[string]any{"version": 1, "roots": []string{c.root}, "onExit": "wait", "files": map[string]string{c.at("app"): ""}}
	for _, set := range settings {
		set(c, described)
	}
	text, _ := json.Marshal(described)
	os.WriteFile(filepath.Join(c.home, "agent.json"), text, 0o644)
	if err := os.Link(program, filepath.Join(c.home, "agent")); err != nil {
		t.Fatal(err)
	}
	c.run("sh", "app")
	return c
}

func (c *container) run(command ...string) {
	c.t.Helper()
	c.agent = exec.Command(filepath.Join(c.home, "agent"), append([]string{"run", "--"}, command...)...)
	c.agent.Dir, c.agent.Stdout, c.agent.Stderr = c.root, &c.stdout, &c.stderr
	// An app that is left behind would hold the pipes.
	c.agent.WaitDelay = time.Second
	if err := c.agent.Start(); err != nil {
		c.t.Fatal(err)
	}
	go func() {
		c.agent.Wait()
		c.ended <- c.agent.ProcessState.ExitCode()
	}()
	c.t.Cleanup(func() { c.agent.Process.Kill(); killIn(c.root) })
}

func (c *container) at(name string) string { return filepath.Join(c.root, name) }

func (c *container) write(name, content string) {
	c.t.Helper()
	if err := os.WriteFile(c.at(name), []byte(content), 0o644); err != nil {
		c.t.Fatal(err)
	}
}

func (c *container) read(name string) string {
	content, _ := os.ReadFile(c.at(name))
	return strings.TrimSpace(string(content))
}

func (c *container) signal(sig syscall.Signal) {
	c.t.Helper()
	if err := c.agent.Process.Signal(sig); err != nil {
		c.t.Fatal(err)
	}
}

// end is what the container ended with.
func (c *container) end() int {
	c.t.Helper()
	select {
	case code := <-c.ended:
		return code
	case <-time.After(patience):
		c.t.Fatal("the agent does not end")
		return -1
	}
}

func (c *container) stop() int {
	c.t.Helper()
	c.signal(syscall.SIGTERM)
	return c.end()
}

// until waits for something that no frame tells.
func (c *container) until(what string, is func() bool) {
	c.t.Helper()
	for deadline := time.Now().Add(patience); !is(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			c.t.Fatalf("%s: never; stdout %q stderr %q", what, c.stdout.String(), c.stderr.String())
		}
	}
}

func (c *container) untilFile(name string) string {
	c.t.Helper()
	c.until(name, func() bool { return c.read(name) != "" })
	return c.read(name)
}

// link is one attached client.
type link struct {
	c      *container
	attach *exec.Cmd
	input  *os.File
	frames chan frame
	seen   []frame // read while something else was waited for
	lastID uint32
}

func (c *container) attach() *link {
	c.t.Helper()
	l := c.open()
	l.lastID++
	l.send(kindHello, l.lastID, map[string]any{"protocol": protocol, "client": "test"})
	l.wait("hello", func(f frame) bool { return f.kind == kindHello })
	return l
}

// open attaches without a hello.
func (c *container) open() *link {
	c.t.Helper()
	l := &link{c: c, attach: exec.Command(filepath.Join(c.home, "agent"), "attach"), frames: make(chan frame, 100_000)}
	inRead, inWrite, _ := os.Pipe()
	outRead, outWrite, _ := os.Pipe()
	l.attach.Stdin, l.attach.Stdout, l.input = inRead, outWrite, inWrite
	if err := l.attach.Start(); err != nil {
		c.t.Fatal(err)
	}
	closeFiles(inRead, outWrite)
	go func() {
		defer close(l.frames)
		for {
			read, err := readFrame(outRead)
			if err != nil {
				return
			}
			l.frames <- read
		}
	}()
	c.t.Cleanup(func() {
		closeFiles(l.input, outRead)
		l.attach.Process.Kill()
		l.attach.Wait()
	})
	return l
}

func (l *link) send(kind byte, id uint32, body any) {
	l.c.t.Helper()
	l.raw(encodeJSON(kind, id, body))
}

func (l *link) raw(encoded []byte) {
	l.c.t.Helper()
	if _, err := l.input.Write(encoded); err != nil {
		l.c.t.Fatal(err)
	}
}

// wait returns the first frame that fits, also one that came before.
func (l *link) wait(what string, fits func(frame) bool) frame {
	l.c.t.Helper()
	for i, one := range l.seen {
		if fits(one) {
			l.seen = append(l.seen[:i:i], l.seen[i+1:]...)
			return one
		}
	}
	deadline := time.After(patience)
	for {
		select {
		case one, ok := <-l.frames:
			switch {
			case !ok:
				l.c.t.Fatalf("%s: the stream has ended; stderr %q", what, l.c.stderr.String())
			case fits(one):
				return one
			}
			l.seen = append(l.seen, one)
		case <-deadline:
			l.c.t.Fatalf("%s: never; stderr %q", what, l.c.stderr.String())
		}
	}
}

func decode[T any](t *testing.T, f frame) T {
	t.Helper()
	var decoded T
	if err := json.Unmarshal(f.body, &decoded); err != nil {
		t.Fatal(err)
	}
	return decoded
}

type event struct {
	Event     string
	Start     int
	PID       int
	Code      int
	Signal    string
	OOM       bool
	Expected  bool
	Message   string
	Listening []socket
}

func (l *link) event(name string, start int) event {
	l.c.t.Helper()
	return decode[event](l.c.t, l.wait(name, func(f frame) bool {
		if f.kind != kindEvent {
			return false
		}
		told := decode[event](l.c.t, f)
		return told.Event == name && told.Start == start
	}))
}

func (l *link) put(id uint32, path, content string) {
	l.c.t.Helper()
	l.raw(encodePiece(id, putHeader{Path: path, Mode: 0o644, Last: true}, content))
}

func encodePiece(id uint32, header putHeader, content string) []byte {
	text, _ := json.Marshal(header)
	body := append([]byte{0, 0, byte(len(text) >> 8), byte(len(text))}, text...)
	return encodeFrame(frame{kindPut, id, append(body, content...)})
}

// ask sends a request, and returns its answer and what a build wrote.
func (l *link) ask(kind byte, id uint32, body any) (frame, string) {
	l.c.t.Helper()
	l.send(kind, id, body)
	return l.answer(id)
}

func (l *link) answer(id uint32) (frame, string) {
	l.c.t.Helper()
	var output strings.Builder
	answer := l.wait("an answer", func(f frame) bool {
		if f.id == id && f.kind == kindOutput {
			output.Write(f.body[1:])
		}
		return f.id == id && (f.kind == kindResult || f.kind == kindError)
	})
	return answer, output.String()
}

func (l *link) nextID() uint32 {
	l.lastID++
	return l.lastID
}

type files map[string]string

// sync puts files into the root and expects that it is done.
func (l *link) sync(put files, wanted map[string]any) syncAnswer {
	l.c.t.Helper()
	answer := l.order(put, wanted)
	if answer.kind != kindResult {
		l.c.t.Fatalf("%s", answer.body)
	}
	return decode[syncAnswer](l.c.t, answer)
}

func (l *link) fail(put files, wanted map[string]any) failure {
	l.c.t.Helper()
	answer := l.order(put, wanted)
	if answer.kind != kindError {
		l.c.t.Fatalf("%s", answer.body)
	}
	return decode[failure](l.c.t, answer)
}

func (l *link) order(put files, wanted map[string]any) frame {
	l.c.t.Helper()
	id := l.nextID()
	for name, content := range put {
		l.put(id, l.c.at(name), content)
	}
	answer, _ := l.ask(kindSync, id, wanted)
	return answer
}

type statusAnswer struct {
	App struct {
		State    string    `json:"state"`
		PID      int       `json:"pid"`
		Start    int       `json:"start"`
		LastExit *lastExit `json:"last_exit"`
	} `json:"app"`
	Memory    memory   `json:"memory"`
	Listening []socket `json:"listening"`
}

func (l *link) status() statusAnswer {
	l.c.t.Helper()
	answer, _ := l.ask(kindStatus, l.nextID(), map[string]any{})
	return decode[statusAnswer](l.c.t, answer)
}

// killIn ends what runs in a folder: outside of a container nothing dies with its process 1.
func killIn(folder string) {
	links, _ := filepath.Glob("/proc/[0-9]*/cwd")
	for _, link := range links {
		if at, err := os.Readlink(link); err == nil && strings.HasPrefix(at, folder) {
			pid, _ := strconv.Atoi(strings.Split(link, "/")[2])
			syscall.Kill(pid, syscall.SIGKILL)
		}
	}
}
