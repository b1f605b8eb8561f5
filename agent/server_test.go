package main

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestHello(t *testing.T) {
	c := start(t, sleeper)
	l := c.open()
	l.send(kindHello, 7, map[string]any{"protocol": protocol, "client": "test", "unknown": []int{1}})
	told := l.wait("hello", func(f frame) bool { return f.kind == kindHello })
	var said struct {
		Protocol      int
		Digest        string
		Arch, Workdir string
		UID           int
		Roots         []string
		Writable      map[string]string
		Command       []string
		App           struct{ State string }
	}
	json.Unmarshal(told.body, &said)
	digest, _ := sumFile(program)
	if told.id != 7 || said.Protocol != 1 || said.Digest != digest || said.Arch != runtime.GOARCH || said.UID != os.Getuid() {
		t.Errorf("%s", told.body)
	}
	if said.Workdir != c.root || said.Roots[0] != c.root || said.Writable[c.root] != "" || strings.Join(said.Command, " ") != "sh app" || said.App.State != stateRunning {
		t.Errorf("%s", told.body)
	}
}

func TestAnotherProtocolIsRefused(t *testing.T) {
	c := start(t, sleeper)
	l := c.open()
	l.send(kindHello, 1, map[string]any{"protocol": 99})
	refused := decode[failure](t, l.wait("a refusal", func(f frame) bool { return f.kind == kindError && f.id == 1 }))
	if refused.Code != "protocol" || !strings.Contains(refused.Message, "99") || !strings.Contains(refused.Message, "speaks 1") {
		t.Error(refused)
	}
	if _, more := <-l.frames; more {
		t.Error("the stream goes on")
	}
}

func TestANewClientHearsWhatListens(t *testing.T) {
	c := start(t, sleeper)
	c.attach().event("listening", 1)
}

func TestBadFramesEndTheConnectionOnly(t *testing.T) {
	c := start(t, sleeper)
	pid := c.untilFile("up")
	other := c.attach()
	for _, vector := range loadVectors(t).BadFrames {
		l := c.attach()
		l.raw(append(fromHex(vector.Hex), make([]byte, 64)...))
		refused := l.wait("a refusal", func(f frame) bool { return f.kind == kindError && f.id == 0 })
		if told := decode[failure](t, refused); told.Code != "frame" {
			t.Error(vector.Name, told)
		}
		l.isEnded()
	}
	if status := other.status(); status.App.Start != 1 || fmt.Sprint(status.App.PID) != pid {
		t.Error(status.App)
	}
}

func (l *link) isEnded() {
	l.c.t.Helper()
	for deadline := time.After(patience); ; {
		select {
		case _, more := <-l.frames:
			if !more {
				return
			}
		case <-deadline:
			l.c.t.Fatal("the stream goes on")
		}
	}
}

func TestRandomBytesNeverTouchTheApp(t *testing.T) {
	c := start(t, sleeper)
	pid := c.untilFile("up")
	random := rand.New(rand.NewPCG(1, 2))
	kinds := []byte{kindList, kindPut, kindSync, kindStatus, kindCancel, kindHello, 'z'}
	for range 60 {
		l := c.attach()
		for range 5 {
			body := []byte(`{"delete":["/x"],"build":[""],"restart":"none","path":"/y","mode":9}`)
			for range random.IntN(4) {
				body[random.IntN(len(body))] = byte(random.Uint32())
			}
			l.input.Write(encodeFrame(frame{kinds[random.IntN(len(kinds))], random.Uint32N(3), body[:random.IntN(len(body)+1)]}))
		}
		l.input.Close()
		l.attach.Wait()
	}
	if status := c.attach().status(); fmt.Sprint(status.App.PID) != pid || c.stderr.String() != "" {
		t.Error(status.App, c.stderr.String())
	}
}

func TestABugInOneConnectionIsKeptThere(t *testing.T) {
	c := &client{}
	err := c.guarded(func() error { return c.server.config.unknown() })
	if _, ok := err.(frameError); !ok {
		t.Error(err)
	}
}

func (c *config) unknown() error { return frameError(c.problem) }

func TestBodiesThatAreNoJSONEndTheConnection(t *testing.T) {
	c := start(t, sleeper)
	for _, kind := range []byte{kindSync, kindList, kindStatus, kindPut} {
		l := c.attach()
		l.raw(encodeFrame(frame{kind, 2, []byte("[1,")}))
		l.isEnded()
	}
	for _, kind := range []byte{kindHello, kindResult, kindEvent, kindError, kindOutput} {
		l := c.attach()
		l.raw(encodeFrame(frame{kind, 2, []byte("{}")}))
		l.isEnded()
	}
	c.attach().status()
}

func TestAClientWithoutAHelloIsEnded(t *testing.T) {
	l := start(t, sleeper).open()
	l.send(kindList, 1, map[string]any{})
	l.isEnded()
}

func TestAnUnknownWayToRestartIsRefusedBeforeAnythingIsWritten(t *testing.T) {
	c := start(t, sleeper)
	l := c.attach()
	for _, wanted := range []map[string]any{{"restart": "magic"}, {"restart": "signal", "signal": "NOPE"}} {
		if failed := l.fail(files{"a": "a"}, wanted); failed.Code != "frame" {
			t.Error(failed)
		}
	}
	if left := c.read("a"); left != "" {
		t.Error(left)
	}
}

func TestListing(t *testing.T) {
	c := start(t, sleeper)
	l := c.attach()
	l.sync(files{"a": "hello"}, map[string]any{"restart": "none"})
	answer, _ := l.ask(kindList, l.nextID(), map[string]any{})
	listing := decode[struct{ Files map[string]listed }](t, answer)
	if len(listing.Files) != 2 || listing.Files[c.at("a")].Size != 5 {
		t.Error(listing)
	}
}

func TestALongListingComesInParts(t *testing.T) {
	files := map[string]listed{"a": {}, "b": {}, "c": {}}
	for atMost, wanted := range map[int][]int{0: {1, 1, 1}, 1: {1, 1, 1}, 2: {2, 1}, 3: {3}, 4: {3}} {
		var sizes []int
		for _, part := range cut(files, atMost*(listedBytes+6)) {
			sizes = append(sizes, len(part))
		}
		if !slices.Equal(sizes, wanted) {
			t.Error(atMost, sizes)
		}
	}
	if parts := cut(nil, 2); len(parts) != 1 {
		t.Error(parts)
	}
}

func TestAnUnchangedSyncDoesNothing(t *testing.T) {
	c := start(t, sleeper)
	l := c.attach()
	l.sync(files{"a": "a"}, map[string]any{"restart": "exec"})
	answer := l.sync(files{"a": "a"}, map[string]any{"restart": "exec", "build": []string{"sh", "-c", "echo built > built"}})
	if !answer.Unchanged || answer.Start != 2 || c.read("built") != "" {
		t.Error(answer)
	}
	if forced := l.sync(files{"a": "a"}, map[string]any{"restart": "exec", "force": true}); forced.Unchanged || forced.Start != 3 {
		t.Error(forced)
	}
}

func TestABuildIsInTheAppsFolderAndItsOutputComes(t *testing.T) {
	c := start(t, sleeper)
	l := c.attach()
	id := l.nextID()
	l.put(id, c.at("a"), "a")
	answer, output := l.ask(kindSync, id, map[string]any{
		"build": []string{"sh", "-c", "cat a > built; echo out; echo err >&2"}, "restart": "exec",
	})
	if answer.kind != kindResult || c.read("built") != "a" || !strings.Contains(output, "out\n") || !strings.Contains(output, "err\n") {
		t.Errorf("%s %q", answer.body, output)
	}
	if c.stdout.String() != "" {
		t.Error("a build's output is not the app's")
	}
}

func TestAFailedBuildLeavesTheAppAsItWas(t *testing.T) {
	c := start(t, sleeper)
	l := c.attach()
	failed := l.fail(files{"a": "a"}, map[string]any{"build": []string{"sh", "-c", "exit 42"}, "restart": "exec"})
	if failed.Code != "build" || failed.Exit != 42 {
		t.Error(failed)
	}
	if status := l.status(); status.App.Start != 1 || status.App.State != stateRunning || c.read("a") != "a" {
		t.Error(status.App, c.read("a"))
	}
}

func TestABuildThatIsNotThere(t *testing.T) {
	l := start(t, sleeper).attach()
	if failed := l.fail(files{"a": "a"}, map[string]any{"build": []string{"no-such-compiler"}}); failed.Code != "build" || failed.Exit != exitCannotRun {
		t.Error(failed)
	}
}

func TestABuildsDaemonHoldsNothingUp(t *testing.T) {
	l := start(t, sleeper).attach()
	begun := time.Now()
	l.sync(files{"a": "a"}, map[string]any{"build": []string{"sh", "-c", "sleep 20 & echo done"}, "restart": "none"})
	if took := time.Since(begun); took > 15*time.Second {
		t.Error(took)
	}
}

var longBuild = []string{"sh", "-c", "echo x >> building; sleep 1000"}

func TestABuildIsCancelled(t *testing.T) {
	c := start(t, sleeper)
	l := c.attach()
	id := l.nextID()
	l.put(id, c.at("a"), "a")
	l.send(kindSync, id, map[string]any{"build": longBuild, "restart": "exec"})
	c.untilFile("building")
	answer, _ := l.ask(kindCancel, id, map[string]any{})
	if failed := decode[failure](t, answer); failed.Code != "cancelled" || l.status().App.Start != 1 {
		t.Errorf("%s", answer.body)
	}
	built := l.sync(nil, map[string]any{"build": []string{"sh", "-c", "echo built > built"}, "restart": "exec"})
	if built.Unchanged || c.read("built") != "built" {
		t.Error("what was cancelled is still to be built")
	}
	if again := l.sync(nil, map[string]any{"build": longBuild, "restart": "exec"}); !again.Unchanged {
		t.Error(again)
	}
}

func TestASyncThatWaitsIsCancelledBeforeItBegins(t *testing.T) {
	c := start(t, sleeper)
	first, second := c.attach(), c.attach()
	one, two := first.nextID(), second.nextID()
	first.send(kindSync, one, map[string]any{"build": longBuild, "force": true})
	c.untilFile("building")
	second.put(two, c.at("a"), "a")
	second.send(kindSync, two, map[string]any{"restart": "exec"})
	second.send(kindCancel, two, map[string]any{})
	first.send(kindCancel, one, map[string]any{})
	answer, _ := second.answer(two)
	if failed := decode[failure](t, answer); failed.Code != "cancelled" || c.read("a") != "" {
		t.Errorf("%s", answer.body)
	}
}

func TestACancelDropsWhatWasPut(t *testing.T) {
	c := start(t, sleeper)
	l := c.attach()
	id := l.nextID()
	l.put(id, c.at("a"), "a")
	l.send(kindCancel, id, map[string]any{})
	if answer, _ := l.ask(kindSync, id, map[string]any{}); !decode[syncAnswer](t, answer).Unchanged {
		t.Errorf("%s", answer.body)
	}
	if c.read("a") != "" || len(c.temporary()) > 0 {
		t.Error(c.temporary())
	}
}

func (c *container) temporary() []string {
	var left []string
	for _, name := range namesIn(c.root) {
		if isTempName(name) {
			left = append(left, name)
		}
	}
	return left
}

func TestAClientThatGoesTakesWhatItPut(t *testing.T) {
	c := start(t, sleeper)
	l := c.attach()
	l.put(5, c.at("a"), "a")
	l.raw(encodePiece(6, putHeader{Path: c.at("b"), Mode: 0o644}, "half"))
	c.until("staged files", func() bool { return len(c.temporary()) == 2 })
	l.attach.Process.Kill()
	c.until("no staged files", func() bool { return len(c.temporary()) == 0 })
}

func TestTheBuildOfAClientThatHasGoneGivesWay(t *testing.T) {
	c := start(t, sleeper)
	first := c.attach()
	first.send(kindSync, 9, map[string]any{"build": longBuild, "force": true})
	c.untilFile("building")
	first.attach.Process.Kill()
	second := c.attach()
	answer := second.sync(files{"a": "a"}, map[string]any{"build": []string{"sh", "-c", "cp a built"}, "restart": "exec"})
	if answer.Start != 2 || c.read("built") != "a" {
		t.Error(answer)
	}
}

func TestTheBuildOfAClientThatHasGoneGoesOn(t *testing.T) {
	c := start(t, sleeper)
	first, second := c.attach(), c.attach()
	first.send(kindSync, 9, map[string]any{"build": []string{"sh", "-c", "echo x > building; until test -e go; do sleep 0.01; done"}, "force": true, "restart": "exec"})
	c.untilFile("building")
	first.attach.Process.Kill()
	first.attach.Wait()
	c.write("go", "")
	second.event("started", 2)
}

func TestSeveralClientsAtOnce(t *testing.T) {
	c := start(t, sleeper)
	const clients, rounds = 4, 10
	links := make([]*link, clients)
	for i := range links {
		links[i] = c.attach()
	}
	for round := range rounds {
		ids := make([]uint32, clients)
		for i, l := range links {
			ids[i] = l.nextID()
			l.put(ids[i], c.at(fmt.Sprint("f", i)), fmt.Sprint(round))
			l.send(kindSync, ids[i], map[string]any{"restart": "none"})
		}
		for i, l := range links {
			if answer, _ := l.answer(ids[i]); answer.kind != kindResult || c.read(fmt.Sprint("f", i)) != fmt.Sprint(round) {
				t.Errorf("%s", answer.body)
			}
		}
	}
}

func TestAClientThatDoesNotReadHoldsNobodyUp(t *testing.T) {
	c := start(t, sleeper)
	silent := exec.Command(filepath.Join(c.home, "agent"), "attach")
	input, _ := silent.StdinPipe()
	silent.StdoutPipe() // never read
	if err := silent.Start(); err != nil {
		t.Fatal(err)
	}
	input.Write(encodeJSON(kindHello, 1, map[string]any{"protocol": protocol}))
	loud := []string{"sh", "-c", "head -c 40000000 /dev/zero; echo x > loud"}
	input.Write(encodeJSON(kindSync, 2, map[string]any{"build": loud, "restart": "exec", "force": true}))
	c.untilFile("loud")
	if answer := c.attach().sync(files{"a": "a"}, map[string]any{"restart": "exec"}); answer.Start != 3 {
		t.Error(answer)
	}
	ended := make(chan struct{})
	go func() { silent.Wait(); close(ended) }()
	input.Close()
	silent.Process.Kill()
	<-ended
}

func TestABacklogDropsTheClient(t *testing.T) {
	read, write, _ := os.Pipe()
	defer read.Close()
	out := newOutbox(write)
	for range 3 {
		out.add(make([]byte, largestBacklog-1))
	}
	if !out.isClosed {
		t.Error("it is kept")
	}
}

func TestStopping(t *testing.T) {
	c := start(t, sleeper)
	l := c.attach()
	c.stop()
	l.wait("stopping", func(f frame) bool { return f.kind == kindEvent && strings.Contains(string(f.body), `"stopping"`) })
	l.wait("exited", func(f frame) bool { return f.kind == kindEvent && strings.Contains(string(f.body), `"exited"`) })
	l.isEnded()
}

func TestListeningIsTold(t *testing.T) {
	c := start(t, sleeper)
	l := c.attach()
	before := l.event("listening", 1)
	port := ownSocket(t)
	l.sync(files{"a": "a"}, map[string]any{"restart": "exec"})
	told := l.wait("listening", func(f frame) bool {
		return f.kind == kindEvent && strings.Contains(string(f.body), fmt.Sprintf(`"port":%d,`, port))
	})
	if now := decode[event](t, told); len(now.Listening) <= len(before.Listening)-1 {
		t.Error(now)
	}
}

func TestRootsThatCannotBeWrittenAreNamed(t *testing.T) {
	if why := whyNotWritable("/proc/self"); why == "" {
		t.Error("it is thought to be writable")
	}
	if why := whyNotWritable(t.TempDir() + "/not/yet"); why != "" {
		t.Error(why)
	}
	if why := whyNotWritable("/proc/self/comm/x"); !strings.Contains(why, "no folder") {
		t.Error(why)
	}
}

func TestWithoutConfigNothingIsWritten(t *testing.T) {
	c := start(t, sleeper)
	c.stop()
	os.Remove(filepath.Join(c.home, "agent.json"))
	c.run("sh", "app")
	if failed := c.attach().fail(files{"a": "a"}, map[string]any{}); failed.Code != "outside" {
		t.Error(failed)
	}
}

func TestABrokenConfigIsToldAndTheAppRuns(t *testing.T) {
	c := start(t, sleeper)
	c.stop()
	os.Remove(c.at("up"))
	os.WriteFile(filepath.Join(c.home, "agent.json"), []byte("{"), 0o644)
	c.run("sh", "app")
	c.untilFile("up")
	if !strings.Contains(c.stderr.String(), "agent.json") {
		t.Error(c.stderr.String())
	}
}

func TestWithoutAFolderForTheSocketTheAppRuns(t *testing.T) {
	if _, _, err := listen([]string{"/proc/run", "/proc/self/comm"}); err == nil {
		t.Error("a socket in /proc")
	}
}

func TestASocketFolderOfSomebodyElseIsNotUsed(t *testing.T) {
	folder := t.TempDir()
	if os.Getuid() == 0 {
		os.Chown(folder, 12345, 0)
		if makePrivate(folder) == nil {
			t.Error("it is used")
		}
		return
	}
	if makePrivate("/") == nil {
		t.Error("it is used")
	}
}

func TestAttachWithoutAnAgent(t *testing.T) {
	home := t.TempDir()
	os.Link(program, filepath.Join(home, "agent"))
	attach := exec.Command(filepath.Join(home, "agent"), "attach")
	told, _ := attach.CombinedOutput()
	if attach.ProcessState.ExitCode() != exitNoAgent || !strings.Contains(string(told), "no agent") {
		t.Errorf("%d %s", attach.ProcessState.ExitCode(), told)
	}
}
