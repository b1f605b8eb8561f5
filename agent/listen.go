package main

import (
	"slices"
	"sync"
	"time"
)

// How often is looked: a port that opens after a start is told within a millisecond or two.
const (
	quickLook = time.Millisecond
	slowLook  = 250 * time.Millisecond
	quickFor  = 5 * time.Second
	// What is open for so long after a start was what the start was for.
	settledFor = 500 * time.Millisecond
	// Where looking is costly, it is done less often: a twentieth of a core at most.
	costShare = 20
)

// socket is a TCP socket that waits for connections.
type socket struct {
	Address string `json:"address"`
	Port    int    `json:"port"`
	PID     int    `json:"pid"`
	Process string `json:"process"`
	inode   uint64
}

// sockets tells of every change in what listens in the container's network.
type sockets struct {
	read func() []socket
	told func(listening []socket)

	mu        sync.Mutex
	owners    map[uint64]owner
	isWatched bool
	started   time.Time
	wake      chan struct{}
}

func newSockets(read func() []socket, told func([]socket)) *sockets {
	return &sockets{read: read, told: told, owners: map[uint64]owner{}, wake: make(chan struct{}, 1)}
}

// expect makes the looks quick for a while: the app has just been started or ended.
func (s *sockets) expect() {
	s.mu.Lock()
	s.started = time.Now()
	s.mu.Unlock()
	s.poke()
}

// watch says whether there is anybody to tell.
func (s *sockets) watch(isWatched bool) {
	s.mu.Lock()
	s.isWatched = isWatched
	s.mu.Unlock()
	s.poke()
}

func (s *sockets) poke() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// look reads the sockets now, with their owners.
func (s *sockets) look() []socket {
	found := s.read()
	slices.SortFunc(found, bySocket)
	s.name(found)
	return found
}

func (s *sockets) run() {
	var last []socket
	var changed time.Time
	for {
		if !s.hasWatcher() {
			<-s.wake
			continue
		}
		begun := time.Now()
		found := s.read()
		slices.SortFunc(found, bySocket)
		cost := time.Since(begun)
		if !slices.EqualFunc(found, last, isSame) {
			last, changed = found, begun
			s.name(found)
			s.told(found)
		}
		s.pause(s.interval(cost, changed, len(found)))
	}
}

func (s *sockets) pause(interval time.Duration) {
	timer := time.NewTimer(interval)
	defer timer.Stop()
	select {
	case <-s.wake:
	case <-timer.C:
	}
}

func (s *sockets) interval(cost time.Duration, changed time.Time, count int) time.Duration {
	s.mu.Lock()
	age := time.Since(s.started)
	isSettled := count > 0 && changed.After(s.started) && time.Since(changed) > settledFor
	s.mu.Unlock()
	if age > quickFor || isSettled {
		return slowLook
	}
	return min(max(quickLook, costShare*cost), slowLook)
}

func (s *sockets) hasWatcher() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.isWatched
}

// name finds the processes; those of other users stay nameless.
func (s *sockets) name(found []socket) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, one := range found {
		if _, ok := s.owners[one.inode]; !ok {
			s.owners = findOwners(found)
			break
		}
	}
	for i := range found {
		found[i].PID, found[i].Process = s.owners[found[i].inode].pid, s.owners[found[i].inode].process
	}
}

func bySocket(a, b socket) int {
	if a.Port != b.Port {
		return a.Port - b.Port
	}
	if a.Address != b.Address {
		if a.Address < b.Address {
			return -1
		}
		return 1
	}
	return int(a.inode) - int(b.inode)
}

func isSame(a, b socket) bool {
	return a.inode == b.inode && a.Port == b.Port && a.Address == b.Address
}

func listeningEvent(start int, listening []socket) map[string]any {
	if listening == nil {
		listening = []socket{}
	}
	return map[string]any{"event": "listening", "start": start, "listening": listening}
}
