package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// An app that is up says so in the file `up`.
const sleeper = "echo $$ > up; exec sleep 1000"

func TestTheAppsOutputIsUntouched(t *testing.T) {
	c := start(t, "echo out; echo err >&2; touch up; echo 1 > up; exec sleep 1000")
	c.untilFile("up")
	if c.stop(); c.stdout.String() != "out\n" || c.stderr.String() != "err\n" {
		t.Errorf("%q %q", c.stdout.String(), c.stderr.String())
	}
}

func TestTheAppHasTheImagesFolderAndEnvironment(t *testing.T) {
	t.Setenv("OF_THE_IMAGE", "a b")
	c := start(t, `echo "$OF_THE_IMAGE" > env; pwd > up; exec sleep 1000`)
	if where := c.untilFile("up"); where != c.root {
		t.Error(where)
	}
	if env := c.read("env"); env != "a b" {
		t.Error(env)
	}
	c.stop()
}

func TestTheContainerEndsAsTheAppDoes(t *testing.T) {
	c := start(t, `trap 'exit 7' TERM; echo 1 > up; while :; do sleep 0.01; done`)
	c.untilFile("up")
	if code := c.stop(); code != 7 {
		t.Error(code)
	}
}

func TestAnAppThatDiesOfTheSignal(t *testing.T) {
	c := start(t, sleeper)
	c.untilFile("up")
	if code := c.stop(); code != 128+int(syscall.SIGTERM) {
		t.Error(code)
	}
}

func TestASignalThatStopsReachesTheWholeGroup(t *testing.T) {
	c := start(t, `(trap 'echo bye > told; exit' TERM; echo 1 > up; while :; do sleep 0.01; done) & wait`)
	c.untilFile("up")
	c.stop()
	if c.read("told") != "bye" {
		t.Error("the app below the shell was not told")
	}
}

func TestOtherSignalsReachTheApp(t *testing.T) {
	for name, sig := range map[string]syscall.Signal{"HUP": syscall.SIGHUP, "USR1": syscall.SIGUSR1, "USR2": syscall.SIGUSR2, "WINCH": syscall.SIGWINCH} {
		c := start(t, `trap 'echo got > got' `+name+`; echo 1 > up; while :; do sleep 0.01; done`)
		c.untilFile("up")
		c.signal(sig)
		c.untilFile("got")
	}
}

func TestAnAppThatEndsByItselfIsToldOnce(t *testing.T) {
	c := start(t, "exit 3")
	l := c.attach()
	c.until("a line", func() bool { return c.stderr.String() != "" })
	status := l.status()
	if status.App.State != stateExited || status.App.LastExit.Code != 3 || status.App.LastExit.Signal != "" {
		t.Error(status.App)
	}
	if lines := strings.Split(c.stderr.String(), "\n"); len(lines) != 2 || !strings.Contains(lines[0], "exit code 3") {
		t.Error(lines)
	}
	if code := c.stop(); code != 3 {
		t.Error(code)
	}
}

func TestAnAppThatWasKilled(t *testing.T) {
	c := start(t, sleeper)
	l := c.attach()
	pid, _ := strconv.Atoi(c.untilFile("up"))
	syscall.Kill(pid, syscall.SIGKILL)
	told := l.event("exited", 1)
	if told.Signal != "KILL" || told.Code != 137 || told.OOM || told.Expected {
		t.Error(told)
	}
}

func TestACommandThatIsNotThere(t *testing.T) {
	c := start(t, sleeper)
	c.stop()
	c.run("no-such-command")
	l := c.attach()
	exit := l.status().App.LastExit
	if exit == nil || exit.Code != exitCannotRun || !strings.Contains(exit.Message, "no-such-command") {
		t.Fatal(exit)
	}
	if failed := l.fail(files{"a": "a"}, map[string]any{"restart": "exec"}); failed.Code != "start" {
		t.Error(failed)
	}
	c.until("a line", func() bool { return strings.Contains(c.stderr.String(), "cannot be started") })
}

func TestAProgramThatCannotBeExecuted(t *testing.T) {
	c := start(t, sleeper)
	c.stop()
	c.run(c.at("app"))
	if exit := c.attach().status().App.LastExit; exit.Code != exitNotExecutable {
		t.Error(exit)
	}
}

func TestARestartIsAnotherProcess(t *testing.T) {
	c := start(t, sleeper)
	l := c.attach()
	first := c.untilFile("up")
	answer := l.sync(files{"up": ""}, map[string]any{"restart": "exec"})
	if second := c.untilFile("up"); second == first || answer.Start != 2 {
		t.Error(first, second, answer.Start)
	}
	if told := l.event("exited", 1); !told.Expected || told.Signal != "TERM" {
		t.Error(told)
	}
	if told := l.event("started", 2); strconv.Itoa(told.PID) != c.read("up") {
		t.Error(told)
	}
	if c.stderr.String() != "" {
		t.Error(c.stderr.String())
	}
}

func TestARestartWaitsForTheWholeGroup(t *testing.T) {
	script := `test -e up && { test -e still && echo early > result || echo late > result; }
(trap '' TERM; touch still; echo 1 > up; sleep 0.3; rm still) & 
while :; do sleep 0.01; done`
	c := start(t, script)
	l := c.attach()
	c.untilFile("up")
	l.sync(files{"a": "a"}, map[string]any{"restart": "exec", "grace_ms": 20_000})
	if result := c.untilFile("result"); result != "late" {
		t.Error(result)
	}
}

func TestWhatDoesNotEndInItsGraceIsKilled(t *testing.T) {
	c := start(t, `trap '' TERM; echo $$ > up; while :; do sleep 0.01; done`)
	l := c.attach()
	c.untilFile("up")
	begun := time.Now()
	l.sync(files{"a": "a"}, map[string]any{"restart": "exec", "grace_ms": 100})
	if told := l.event("exited", 1); told.Signal != "KILL" || time.Since(begun) > 5*time.Second {
		t.Error(told, time.Since(begun))
	}
}

func TestARestartWithoutAGraceGivesTime(t *testing.T) {
	c := start(t, `trap 'sleep 0.2; exit 5' TERM; echo $$ > up; while :; do sleep 0.01; done`)
	l := c.attach()
	c.untilFile("up")
	l.sync(files{"a": "a"}, map[string]any{"restart": "exec"})
	if told := l.event("exited", 1); told.Code != 5 {
		t.Error(told)
	}
}

func TestWhatACrashedAppLeftIsEnded(t *testing.T) {
	c := start(t, `sleep 1000 & echo $! > left; exit 1`)
	l := c.attach()
	pid, _ := strconv.Atoi(c.untilFile("left"))
	c.until("its end", func() bool { return l.status().App.State == stateExited })
	l.sync(files{"app": sleeper}, map[string]any{"restart": "exec"})
	if syscall.Kill(pid, 0) != syscall.ESRCH {
		t.Error("it is still there")
	}
}

func TestACrashIsMendedByTheNextSync(t *testing.T) {
	for _, restart := range []string{"exec", "signal", "none"} {
		c := start(t, "exit 1")
		l := c.attach()
		c.until("its end", func() bool { return l.status().App.State == stateExited })
		l.sync(files{"app": sleeper}, map[string]any{"restart": restart})
		c.untilFile("up")
		if status := l.status(); status.App.State != stateRunning || status.App.Start != 2 {
			t.Error(restart, status.App)
		}
	}
}

func TestRestartBySignal(t *testing.T) {
	c := start(t, `trap 'echo got > got' HUP; echo 1 > up; while :; do sleep 0.01; done`)
	l := c.attach()
	c.untilFile("up")
	answer := l.sync(files{"a": "a"}, map[string]any{"restart": "signal", "signal": "SIGHUP"})
	if c.untilFile("got"); answer.Start != 1 {
		t.Error(answer.Start)
	}
}

func TestNoRestart(t *testing.T) {
	c := start(t, sleeper)
	l := c.attach()
	c.untilFile("up")
	if answer := l.sync(files{"a": "a"}, map[string]any{"restart": "none"}); answer.Start != 1 || c.read("a") != "a" {
		t.Error(answer, c.read("a"))
	}
}

func TestBackoff(t *testing.T) {
	c := start(t, `echo x >> count; exit 1`, withOnExit("restart"))
	l := c.attach()
	l.event("started", 3)
	if waited := strings.Count(c.stderr.String(), "it starts again in"); waited < 2 {
		t.Error(c.stderr.String())
	}
	l.sync(files{"app": sleeper}, map[string]any{"restart": "exec"})
	c.untilFile("up")
	if code := c.stop(); code != 143 {
		t.Error(code)
	}
}

func TestBackoffGrowsAndIsForgotten(t *testing.T) {
	a := &app{}
	short, long := &lastExit{RanMS: 10}, &lastExit{RanMS: soundRun.Milliseconds()}
	var waits []time.Duration
	for range 8 {
		waits = append(waits, a.nextBackoff(short))
	}
	if waits[0] != firstBackoff || waits[1] != 2*firstBackoff || waits[7] != longestBackoff {
		t.Error(waits)
	}
	if wait := a.nextBackoff(long); wait != firstBackoff {
		t.Error(wait)
	}
}

func TestAStopDuringBackoffEnds(t *testing.T) {
	c := start(t, "exit 4", withOnExit("restart"))
	c.until("backoff", func() bool { return strings.Contains(c.stderr.String(), "starts again") })
	if code := c.stop(); code != 4 {
		t.Error(code)
	}
}

func TestOrphansAreCollected(t *testing.T) {
	c := start(t, `(sh -c 'echo $$ > orphan' &) ; echo 1 > up; exec sleep 1000`)
	pid := c.untilFile("orphan")
	c.until("its end", func() bool { return !isFile("/proc/" + pid) })
}

func TestOrphansDoNotStealTheAppsEnd(t *testing.T) {
	c := start(t, `i=0; while [ $i -lt 100 ]; do (sh -c : &); i=$((i+1)); done; exit 9`)
	l := c.attach()
	c.until("its end", func() bool { return l.status().App.State == stateExited })
	if exit := l.status().App.LastExit; exit.Code != 9 {
		t.Error(exit)
	}
}

func TestDaemonsOfTheAppGoWithTheStop(t *testing.T) {
	c := start(t, `(trap '' TERM; echo 1 > up; sleep 1000) & exec sleep 1000`)
	c.untilFile("up")
	begun := time.Now()
	if c.stop(); time.Since(begun) > 10*time.Second {
		t.Error(time.Since(begun))
	}
}

func TestAnAgentOfARandomUser(t *testing.T) {
	if os.Getuid() != 0 {
		t.Log("only root can be somebody else")
		return
	}
	c := start(t, sleeper)
	c.stop()
	for _, path := range []string{c.root, filepath.Dir(c.root), filepath.Dir(c.home), c.home} {
		os.Chmod(path, 0o755)
	}
	os.Chown(c.root, 234567, 0)
	os.RemoveAll(c.at("up"))
	os.RemoveAll(filepath.Join(c.home, "run"))
	c.ended = make(chan int, 1)
	c.agent = exec.Command(filepath.Join(c.home, "agent"), "run", "--", "sh", "app")
	c.agent.Dir, c.agent.Stdout, c.agent.Stderr = c.root, &c.stdout, &c.stderr
	c.agent.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 234567}}
	if err := c.agent.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll("/tmp/.draftpy-234567") })
	go func() { c.agent.Wait(); c.ended <- c.agent.ProcessState.ExitCode() }()
	c.untilFile("up")
	c.attach().sync(files{"a": "by root's client"}, map[string]any{"restart": "exec"})
	if c.read("a") != "by root's client" {
		t.Error(c.read("a"))
	}
	c.stop()
}
