package main

import (
	"os"
	"sync"
)

// A client that is so far behind is dropped: nobody waits for it.
const largestBacklog = 16 << 20

// outbox sends frames to one client without ever making the sender wait.
type outbox struct {
	conn *os.File

	mu       sync.Mutex
	changed  *sync.Cond
	queue    []byte
	onTheWay int
	isClosed bool
}

func newOutbox(conn *os.File) *outbox {
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
	if len(o.queue)+o.onTheWay >= largestBacklog {
		o.isClosed, o.queue = true, nil
		o.conn.Close()
	} else {
		o.queue = append(o.queue, frame...)
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
		frames := o.take()
		if frames == nil {
			return
		}
		if _, err := o.conn.Write(frames); err != nil {
			o.close()
			return
		}
		o.sent()
	}
}

func (o *outbox) take() []byte {
	o.mu.Lock()
	defer o.mu.Unlock()
	for len(o.queue) == 0 && !o.isClosed {
		o.changed.Wait()
	}
	frames := o.queue
	o.queue, o.onTheWay = nil, len(frames)
	return frames
}

func (o *outbox) sent() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.onTheWay = 0
}

func (o *outbox) isEmpty() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return len(o.queue)+o.onTheWay == 0
}
