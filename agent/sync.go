package main

import (
	"strings"
	"syscall"
	"time"
)

const defaultGrace = 2 * time.Second

type syncOrder struct {
	Delete  []string `json:"delete"`
	Build   []string `json:"build"`
	Restart string   `json:"restart"`
	Signal  string   `json:"signal"`
	GraceMS *int64   `json:"grace_ms"`
	Force   bool     `json:"force"`
}

type took struct {
	Write   float64 `json:"write"`
	Build   float64 `json:"build"`
	Restart float64 `json:"restart"`
}

type syncAnswer struct {
	Written   int  `json:"written"`
	Deleted   int  `json:"deleted"`
	Start     int  `json:"start"`
	Unchanged bool `json:"unchanged,omitempty"`
	MS        took `json:"ms"`
}

// sync does the three steps of one order; syncs of several clients follow each other.
func (s *server) sync(c *client, wanted order) (*syncAnswer, *failure) {
	if failed := checkOrder(wanted.sync); failed != nil {
		wanted.puts.drop()
		return nil, failed
	}
	s.turn.take(c, wanted.id)
	defer s.turn.release()
	if c.isCancelled(wanted.id) {
		wanted.puts.drop()
		return nil, cancelled()
	}
	answer := &syncAnswer{}
	begun := time.Now()
	applied, failed := applyBatch(wanted.puts, wanted.sync.Delete, s.known)
	if failed != nil {
		return nil, failed
	}
	answer.MS.Write = since(begun)
	answer.Written, answer.Deleted = applied.written, applied.deleted
	if applied.isEmpty() && !s.isUnbuilt && !wanted.sync.Force {
		answer.Unchanged, answer.Start = true, s.app.number()
		return answer, nil
	}
	if failed := s.renew(c, wanted, answer); failed != nil {
		return nil, failed
	}
	return answer, nil
}

// renew builds and restarts after the files have changed.
func (s *server) renew(c *client, wanted order, answer *syncAnswer) *failure {
	begun := time.Now()
	s.isUnbuilt = false
	if len(wanted.sync.Build) > 0 {
		if failed := s.build(c, wanted); failed != nil {
			// What was cancelled is still to be built; what failed would only fail again.
			s.isUnbuilt = failed.Code == "cancelled"
			return failed
		}
		answer.MS.Build = since(begun)
	}
	begun = time.Now()
	if err := s.bringUp(wanted.sync); err != nil {
		return &failure{Code: "start", Message: err.Error()}
	}
	answer.MS.Restart = since(begun)
	answer.Start = s.app.number()
	s.sockets.expect() // an app that reloads by itself may open its port again
	return nil
}

func (o syncOrder) grace() time.Duration {
	if o.GraceMS == nil {
		return defaultGrace
	}
	return time.Duration(*o.GraceMS) * time.Millisecond
}

func (s *server) bringUp(wanted syncOrder) error {
	switch wanted.Restart {
	case "exec":
		return s.app.restart(wanted.grace())
	case "signal":
		return s.app.signal(signalOf(wanted))
	}
	return s.app.ensure()
}

func (s *server) build(c *client, wanted order) *failure {
	b := &build{command: wanted.sync.Build, reaper: s.reaper}
	b.write = func(stream byte, text []byte) {
		c.out.add(encodeFrame(frame{kind: kindOutput, id: wanted.id, body: append([]byte{stream}, text...)}))
	}
	defer s.turn.building(nil)
	return b.run(s.turn.building)
}

func checkOrder(wanted syncOrder) *failure {
	switch wanted.Restart {
	case "exec", "none", "":
		return nil
	case "signal":
		if signalOf(wanted) != 0 {
			return nil
		}
		return &failure{Code: "frame", Message: "unknown signal " + wanted.Signal}
	}
	return &failure{Code: "frame", Message: "unknown restart " + wanted.Restart}
}

func signalOf(wanted syncOrder) syscall.Signal {
	if wanted.Signal == "" {
		return syscall.SIGHUP
	}
	return signalNames[strings.TrimPrefix(wanted.Signal, "SIG")]
}

func cancelled() *failure {
	return &failure{Code: "cancelled", Message: "the client cancelled it"}
}

func since(begun time.Time) float64 {
	return float64(time.Since(begun).Microseconds()) / 1000
}
