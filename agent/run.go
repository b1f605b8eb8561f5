package main

import (
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"
)

const recordName = "synced"

// passedOn are the signals that somebody may send to an app on purpose.
var passedOn = []os.Signal{
	syscall.SIGTERM, syscall.SIGINT, syscall.SIGQUIT, syscall.SIGHUP, syscall.SIGUSR1, syscall.SIGUSR2,
	syscall.SIGALRM, syscall.SIGWINCH, syscall.SIGCONT, syscall.SIGTTIN, syscall.SIGTTOU,
}

// runApp is the life of process 1; it returns what the container ends with.
func runApp(home string, command []string) int {
	signals := make(chan os.Signal, 16)
	signal.Notify(signals, passedOn...)
	s := newServer(home, command)
	_ = s.app.start() // what fails is told, and mended by a sync
	go ownDigest()
	go removeStale(append(s.known.folders(), s.roots...))
	go s.sockets.run()
	return s.waitStopped(signals)
}

func newServer(home string, command []string) *server {
	loaded := loadConfig(home)
	if loaded.problem != "" {
		say(loaded.problem)
	}
	group := ownGroup()
	s := &server{config: loaded, roots: loaded.Roots, reaper: newReaper(), turn: newTurn(), clients: map[*client]bool{}}
	s.memory = func() memory { return readMemory("/sys/fs/cgroup", group) }
	s.app = &app{
		command: command, reaper: s.reaper, memory: s.memory, state: stateExited, say: say,
		onExit: func() string { return loaded.OnExit },
		tell: func(event map[string]any) {
			s.tell(event)
			s.sockets.expect()
		},
	}
	s.sockets = newSockets(socketReader(), func(found []socket) { s.tell(listeningEvent(s.app.number(), found)) })
	listener, folder, err := listen(socketFolders(home, os.Geteuid(), loaded.Roots))
	s.known = newKnownFiles(loaded.Files, filepath.Join(folder, recordName))
	if err != nil {
		say("no socket can be made, so nothing can be synced: " + err.Error())
		return s
	}
	go s.accept(listener)
	return s
}

// waitStopped passes signals on; the three that tell a pod to stop end with the app's end.
func (s *server) waitStopped(signals <-chan os.Signal) int {
	stopped := make(chan int, 1)
	isStopping := false
	for {
		select {
		case code := <-stopped:
			s.farewell()
			return code
		case received := <-signals:
			sig := received.(syscall.Signal)
			switch sig {
			case syscall.SIGTERM, syscall.SIGINT, syscall.SIGQUIT:
				s.app.stop(sig)
				if !isStopping {
					isStopping = true
					s.tell(map[string]any{"event": "stopping"})
					go func() { stopped <- s.app.waitStopped() }()
				}
			default:
				s.app.forward(sig)
			}
		}
	}
}

// farewell lets the last events out, where somebody reads them.
func (s *server) farewell() {
	s.mu.Lock()
	defer s.mu.Unlock()
	deadline := time.Now().Add(50 * time.Millisecond)
	for c := range s.clients {
		for !c.out.isEmpty() && time.Now().Before(deadline) {
			time.Sleep(time.Millisecond)
		}
	}
}
