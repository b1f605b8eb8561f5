package main

import (
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

const procTable = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4711 1 0000000000000000 100 0 0 10 0
   1: 00000000:0050 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4712 1 0000000000000000 100 0 0 10 0
   2: 0100007F:9C40 0100007F:1F90 01 00000000:00000000 00:00000000 00000000     0        0 4713 1 0000000000000000 100 0 0 10 0
`

const procTable6 = `  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 00000000000000000000000000000000:0BB8 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 99 1 0 100
   1: 0000000000000000FFFF00000100007F:0BB9 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 98 1 0 100
   2: 00000000000000000000000001000000:0BBA 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 97 1 0 100
`

func TestProcNetIsRead(t *testing.T) {
	found := parseProcNet(strings.NewReader(procTable))
	wanted := []socket{{Address: "127.0.0.1", Port: 8080, inode: 4711}, {Address: "0.0.0.0", Port: 80, inode: 4712}}
	if !slices.Equal(found, wanted) {
		t.Error(found)
	}
}

func TestProcNetOfVersion6IsRead(t *testing.T) {
	found := parseProcNet(strings.NewReader(procTable6))
	wanted := []socket{{Address: "::", Port: 3000, inode: 99}, {Address: "127.0.0.1", Port: 3001, inode: 98}, {Address: "::1", Port: 3002, inode: 97}}
	if !slices.Equal(found, wanted) {
		t.Error(found)
	}
}

func TestBrokenTablesAreRead(t *testing.T) {
	for _, table := range []string{"", "head\n", "head\nxx\n", "head\n 0: zz:1F90 0:0 0A 1 2 3 4 5 6\n", "head\n 0: 0100007F:zz 0:0 0A 1 2 3 4 5 6\n"} {
		if found := parseProcNet(strings.NewReader(table)); len(found) > 0 {
			t.Error(table, found)
		}
	}
}

// ownSocket listens somewhere and returns the port.
func ownSocket(t *testing.T) int {
	t.Helper()
	port, closePort := listenSomewhere(t)
	t.Cleanup(closePort)
	return port
}

func TestBothWaysFindTheSameSockets(t *testing.T) {
	port := ownSocket(t)
	isOwn := func(one socket) bool { return one.Port == port }
	byProc := slices.IndexFunc(readProcNet(), isOwn)
	d, err := openDiag()
	if err != nil {
		t.Fatal(err)
	}
	byNetlink, err := d.listening()
	if err != nil {
		t.Fatal(err)
	}
	second := slices.IndexFunc(byNetlink, isOwn)
	if byProc < 0 || second < 0 || readProcNet()[byProc] != byNetlink[second] {
		t.Error(byProc, second)
	}
}

func TestAMessageThatIsNoneOfNetlink(t *testing.T) {
	for _, datagram := range [][]byte{make([]byte, 16), {255, 255, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}} {
		if _, _, err := parseDiag(datagram, nil); err == nil {
			t.Error(datagram)
		}
	}
}

func FuzzNetlink(f *testing.F) {
	f.Add(make([]byte, 100))
	f.Fuzz(func(t *testing.T, datagram []byte) { parseDiag(datagram, nil) })
}

func FuzzProcNet(f *testing.F) {
	f.Add(procTable)
	f.Add(procTable6)
	f.Fuzz(func(t *testing.T, table string) { parseProcNet(strings.NewReader(table)) })
}

func TestASocketsProcessIsFound(t *testing.T) {
	port := ownSocket(t)
	s := newSockets(socketReader(), nil)
	found := s.look()
	at := slices.IndexFunc(found, func(one socket) bool { return one.Port == port })
	if at < 0 || found[at].PID != os.Getpid() || found[at].Process == "" {
		t.Error(found)
	}
}

func TestAPortThatOpensIsTold(t *testing.T) {
	told := make(chan []socket, 100)
	s := newSockets(socketReader(), func(found []socket) { told <- found })
	go s.run()
	s.watch(true)
	<-told
	s.expect()
	port := ownSocket(t)
	for found := range told {
		if slices.ContainsFunc(found, func(one socket) bool { return one.Port == port }) {
			return
		}
	}
}

func TestLooksBecomeSeldom(t *testing.T) {
	s := newSockets(nil, nil)
	s.started = time.Now()
	if quick := s.interval(time.Microsecond, time.Time{}, 0); quick != quickLook {
		t.Error(quick)
	}
	if costly := s.interval(time.Millisecond, time.Time{}, 0); costly != costShare*time.Millisecond {
		t.Error(costly)
	}
	s.started = time.Now().Add(-time.Second)
	if settled := s.interval(time.Microsecond, time.Now().Add(-settledFor-time.Millisecond), 1); settled != slowLook {
		t.Error(settled)
	}
	s.started = time.Now().Add(-quickFor)
	if late := s.interval(time.Microsecond, time.Time{}, 0); late != slowLook {
		t.Error(late)
	}
}

func TestNothingIsLookedAtForNobody(t *testing.T) {
	looked := make(chan struct{}, 100)
	s := newSockets(func() []socket { looked <- struct{}{}; return nil }, func([]socket) {})
	go s.run()
	s.expect()
	s.expect()
	if len(looked) > 0 {
		t.Error("it was looked")
	}
	s.watch(true)
	<-looked
}
