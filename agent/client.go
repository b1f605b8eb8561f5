package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"sync"
)

const (
	protocol = 1
	// A client that asks on without reading answers waits here.
	longestQueue = 64
	// What one answer to `list` holds at most; more come in further answers.
	listedAtOnce = 8 << 20
	// What an entry needs besides its path.
	listedBytes = 160
)

type order struct {
	id   uint32
	kind byte
	sync syncOrder
	puts *batch
}

// client is one connection: one goroutine reads it, one works, one writes.
type client struct {
	server *server
	conn   *os.File
	out    *outbox
	orders chan order
	gone   chan struct{}

	mu        sync.Mutex
	batches   map[uint32]*batch
	pending   map[uint32]bool // syncs that were read and are not answered
	cancelled map[uint32]bool
}

func newClient(s *server, conn *os.File) *client {
	return &client{
		server: s, conn: conn, out: newOutbox(conn), orders: make(chan order, longestQueue), gone: make(chan struct{}),
		batches: map[uint32]*batch{}, pending: map[uint32]bool{}, cancelled: map[uint32]bool{},
	}
}

func (c *client) serve() {
	go c.out.send()
	go c.work()
	err := c.guarded(c.read)
	if broken, ok := err.(frameError); ok {
		c.out.add(encodeError(0, &failure{Code: "frame", Message: broken.Error()}))
	}
	if refused, ok := err.(*failure); ok {
		c.out.add(encodeError(0, refused))
	}
	c.server.leave(c)
	close(c.gone)
	close(c.orders)
	c.server.turn.giveWay()
	c.out.close()
	for _, left := range c.takeAll() {
		left.drop()
	}
}

// guarded keeps a mistake of ours from ending process 1, and with it the app.
func (c *client) guarded(step func() error) (err error) {
	defer func() {
		if bug := recover(); bug != nil {
			say(fmt.Sprint("a bug ended a client's connection: ", bug))
			err = frameError(fmt.Sprint("a bug: ", bug))
		}
	}()
	return step()
}

func (c *client) read() error {
	stream := bufio.NewReaderSize(c.conn, 1<<16)
	if err := c.hello(stream); err != nil {
		return err
	}
	for {
		read, err := readFrame(stream)
		if err != nil {
			return err
		}
		if err := c.take(read); err != nil {
			return err
		}
	}
}

func (c *client) hello(stream *bufio.Reader) error {
	read, err := readFrame(stream)
	if err != nil {
		return err
	}
	var said struct {
		Protocol int `json:"protocol"`
	}
	if read.kind != kindHello {
		return frameError("the first frame is no hello")
	}
	if err := parseObject(read.body, &said); err != nil {
		return err
	}
	if said.Protocol != protocol {
		c.out.add(encodeError(read.id, &failure{
			Code:    "protocol",
			Message: fmt.Sprintf("the client speaks protocol %d, the agent in this container speaks %d", said.Protocol, protocol),
		}))
		return io.EOF
	}
	c.server.join(c, read.id)
	return nil
}

func (c *client) take(read frame) error {
	switch read.kind {
	case kindPut:
		header, content, err := parsePut(read.body)
		if err == nil {
			c.batch(read.id).put(header, content)
		}
		return err
	case kindCancel:
		c.cancel(read.id)
		return nil
	case kindList, kindStatus, kindSync:
		return c.queue(read)
	}
	return frameError(fmt.Sprintf("a frame of the kind %q from a client", read.kind))
}

func (c *client) queue(read frame) error {
	wanted := order{id: read.id, kind: read.kind}
	if err := parseObject(read.body, &wanted.sync); err != nil {
		return err
	}
	if read.kind == kindSync {
		wanted.puts = c.takeBatch(read.id)
		c.mu.Lock()
		c.pending[read.id] = true
		c.mu.Unlock()
	}
	c.orders <- wanted
	return nil
}

func (c *client) work() {
	for wanted := range c.orders {
		if c.guarded(func() error { c.obey(wanted); return nil }) != nil {
			c.conn.Close()
		}
	}
}

func (c *client) obey(wanted order) {
	switch wanted.kind {
	case kindList:
		c.list(wanted.id)
	case kindStatus:
		c.out.add(encodeJSON(kindResult, wanted.id, c.server.status()))
	case kindSync:
		c.sync(wanted)
	}
}

func (c *client) list(id uint32) {
	parts := cut(c.server.known.list(), listedAtOnce)
	for i, part := range parts {
		body := map[string]any{"files": part}
		if i < len(parts)-1 {
			body["more"] = true
		}
		c.out.add(encodeJSON(kindResult, id, body))
	}
}

// cut makes parts of about so many bytes; one part, if need be an empty one.
func cut(files map[string]listed, atMost int) []map[string]listed {
	part, size := map[string]listed{}, 0
	parts := []map[string]listed{part}
	for path, told := range files {
		if size > 0 && size+entryBytes(path, told) > atMost {
			part, size = map[string]listed{}, 0
			parts = append(parts, part)
		}
		part[path] = told
		size += entryBytes(path, told)
	}
	return parts
}

// entryBytes is enough also where JSON writes six characters for one.
func entryBytes(path string, told listed) int {
	return listedBytes + 6*(len(path)+len(told.Link))
}

func (c *client) sync(wanted order) {
	answer, failed := c.server.sync(c, wanted)
	c.mu.Lock()
	delete(c.pending, wanted.id)
	delete(c.cancelled, wanted.id)
	c.mu.Unlock()
	if failed != nil {
		c.out.add(encodeError(wanted.id, failed))
		return
	}
	c.out.add(encodeJSON(kindResult, wanted.id, answer))
}

// cancel ends a sync's build; a sync that has not begun is not begun; without one the puts go.
func (c *client) cancel(id uint32) {
	c.mu.Lock()
	if c.pending[id] {
		c.cancelled[id] = true
	}
	c.mu.Unlock()
	c.server.turn.cancel(c, id)
	c.takeBatch(id).drop()
}

func (c *client) isCancelled(id uint32) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.cancelled[id]
}

func (c *client) isGone() bool {
	select {
	case <-c.gone:
		return true
	default:
		return false
	}
}

func (c *client) batch(id uint32) *batch {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.batches[id] == nil {
		c.batches[id] = &batch{roots: c.server.roots}
	}
	return c.batches[id]
}

func (c *client) takeBatch(id uint32) *batch {
	taken := c.batch(id)
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.batches, id)
	return taken
}

func (c *client) takeAll() []*batch {
	c.mu.Lock()
	defer c.mu.Unlock()
	var taken []*batch
	for id, left := range c.batches {
		taken = append(taken, left)
		delete(c.batches, id)
	}
	return taken
}
