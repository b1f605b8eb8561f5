package main

import (
	"net"
	"sync"
)

// A client that is so far behind is dropped: nobody waits for it.
const largestBacklog = 16 << 20

// outbox sends frames to one client without ever making the sender wait.
type outbox struct {
	conn net.Conn

	mu       sync.Mutex
	changed  *sync.Cond
	queue    net.Buffers
	bytes    int
	isClosed bool
}

func newOutbox(conn net.Conn) *outbox {
	o := &outbox{conn: conn}
	o.changed = sync.NewCond(&o.mu)
	return o
}

func (o *outbox) add(frame []byte) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.isClosed {
		return
	}
	if o.bytes >= largestBacklog {
		o.isClosed = true
		o.conn.Close()
	} else {
		o.queue = append(o.queue, frame)
		o.bytes += len(frame)
	}
	o.changed.Broadcast()
}

// close lets what is queued be sent, and then ends the connection.
func (o *outbox) close() {
	o.mu.Lock()
	o.isClosed = true
	o.mu.Unlock()
	o.changed.Broadcast()
}

func (o *outbox) send() {
	defer o.conn.Close()
	for {
		frames, count := o.take()
		if frames == nil {
			return
		}
		if _, err := frames.WriteTo(o.conn); err != nil {
			o.close()
			return
		}
		o.sent(count)
	}
}

func (o *outbox) take() (net.Buffers, int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for len(o.queue) == 0 && !o.isClosed {
		o.changed.Wait()
	}
	frames, count := o.queue, o.bytes
	o.queue = nil
	return frames, count
}

// Only now: what is on its way counts as backlog, too.
func (o *outbox) sent(count int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.bytes -= count
}

func (o *outbox) isEmpty() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.bytes == 0
}
