package main

import "sync"

// turn lets one sync run at a time, and knows whose build is running.
type turn struct {
	mu      sync.Mutex
	free    *sync.Cond
	isTaken bool
	waiting int
	owner   *client
	id      uint32
	stop    func() // ends the build; nil while none runs
}

func newTurn() *turn {
	t := &turn{}
	t.free = sync.NewCond(&t.mu)
	return t
}

func (t *turn) take(owner *client, id uint32) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.waiting++
	t.giveWayLocked()
	for t.isTaken {
		t.free.Wait()
	}
	t.waiting--
	t.isTaken, t.owner, t.id = true, owner, id
}

func (t *turn) release() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.isTaken, t.owner, t.stop = false, nil, nil
	t.free.Signal()
}

// building says how the build of the present sync can be ended, or with nil that none runs.
func (t *turn) building(stop func()) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.stop = stop
	if stop == nil {
		return
	}
	if t.owner.isCancelled(t.id) {
		stop()
		return
	}
	t.giveWayLocked()
}

func (t *turn) cancel(owner *client, id uint32) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.owner == owner && t.id == id && t.stop != nil {
		t.stop()
	}
}

// giveWay ends the build of a client that has gone when another sync waits: nobody else can.
func (t *turn) giveWay() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.giveWayLocked()
}

func (t *turn) giveWayLocked() {
	if t.stop != nil && t.waiting > 0 && t.owner.isGone() {
		t.stop()
	}
}
