package main

import (
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
	"time"
)

const socketName = "agent.sock"

// server is what clients talk to.
type server struct {
	config  *config
	roots   roots
	known   *knownFiles
	app     *app
	reaper  *reaper
	memory  func() memory
	sockets *sockets
	turn    *turn

	isUnbuilt bool // guarded by the turn: a build was cancelled after its files were written

	mu      sync.Mutex
	clients map[*client]bool
}

// tell sends an event to every client that has said hello.
func (s *server) tell(event map[string]any) {
	encoded := encodeJSON(kindEvent, 0, event)
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.clients {
		c.out.add(encoded)
	}
}

// join says hello; every event from then on follows it.
func (s *server) join(c *client, id uint32) {
	listening := listeningEvent(s.app.number(), s.sockets.look())
	s.mu.Lock()
	defer s.mu.Unlock()
	c.out.add(encodeJSON(kindHello, id, s.hello()))
	c.out.add(encodeJSON(kindEvent, 0, listening))
	s.clients[c] = true
	s.sockets.watch(true)
}

func (s *server) leave(c *client) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.clients, c)
	s.sockets.watch(len(s.clients) > 0)
}

func (s *server) accept(listener *unixListener) {
	for {
		conn, err := listener.accept()
		if err != nil {
			time.Sleep(10 * time.Millisecond) // out of file descriptors, perhaps
			continue
		}
		if user := peerUser(conn); user != 0 && user != os.Geteuid() {
			conn.Close()
			continue
		}
		go newClient(s, conn).serve()
	}
}

// socketFolders are where the socket may be, in order.
func socketFolders(home string, uid int, roots []string) []string {
	number := strconv.Itoa(uid)
	folders := []string{filepath.Join(home, "run"), "/tmp/.draftpy-" + number}
	for _, root := range roots {
		folders = append(folders, filepath.Join(root, ".draftpy-"+number))
	}
	return folders
}

// listen opens the socket in the first folder that can be made, and returns the folder.
func listen(folders []string) (*unixListener, string, error) {
	var failed error
	for _, folder := range folders {
		listener, err := listenIn(folder)
		if err == nil {
			return listener, folder, nil
		}
		failed = err
	}
	return nil, "", failed
}

func listenIn(folder string) (*unixListener, error) {
	if err := makePrivate(folder); err != nil {
		return nil, err
	}
	path := filepath.Join(folder, socketName)
	_ = os.Remove(path) // of an agent that is gone: there is one per container
	return listenUnix(path)
}

func makePrivate(folder string) error {
	err := os.Mkdir(folder, 0o700)
	if err == nil {
		return os.Chmod(folder, 0o700)
	}
	found, failed := os.Lstat(folder)
	if failed != nil || !found.IsDir() {
		return err
	}
	if int(found.Sys().(*syscall.Stat_t).Uid) != os.Geteuid() {
		return &os.PathError{Op: "use", Path: folder, Err: syscall.EPERM}
	}
	return os.Chmod(folder, 0o700)
}
