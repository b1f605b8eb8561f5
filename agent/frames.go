package main

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

const (
	smallestLength = 5
	largestLength  = 16 << 20
	headBytes      = 9
)

// The kinds of frames, see PROTOCOL.md.
const (
	kindHello  = 'H'
	kindList   = 'L'
	kindPut    = 'P'
	kindSync   = 'S'
	kindStatus = 'Q'
	kindCancel = 'X'
	kindOutput = 'O'
	kindResult = 'R'
	kindError  = 'E'
	kindEvent  = 'V'
)

type frame struct {
	kind byte
	id   uint32
	body []byte
}

// frameError says that a stream holds something else than frames: it is of no more use.
type frameError string

func (e frameError) Error() string { return string(e) }

func readFrame(r io.Reader) (frame, error) {
	var head [headBytes]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return frame{}, cutShort(err)
	}
	length := binary.BigEndian.Uint32(head[:4])
	if length < smallestLength || length > largestLength {
		return frame{}, frameError(fmt.Sprintf("a frame of %d bytes", length))
	}
	read := frame{kind: head[4], id: binary.BigEndian.Uint32(head[5:])}
	if !isKind(read.kind) {
		return frame{}, frameError(fmt.Sprintf("a frame of the unknown kind %q", read.kind))
	}
	read.body = make([]byte, length-smallestLength)
	if _, err := io.ReadFull(r, read.body); err != nil {
		return frame{}, cutShort(err)
	}
	return read, nil
}

// A stream may end between two frames only.
func cutShort(err error) error {
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return frameError("the stream ends inside a frame")
	}
	return err
}

func isKind(kind byte) bool {
	switch kind {
	case kindHello, kindList, kindPut, kindSync, kindStatus, kindCancel,
		kindOutput, kindResult, kindError, kindEvent:
		return true
	}
	return false
}

func encodeFrame(f frame) []byte {
	encoded := make([]byte, headBytes, headBytes+len(f.body))
	binary.BigEndian.PutUint32(encoded, uint32(smallestLength+len(f.body)))
	encoded[4] = f.kind
	binary.BigEndian.PutUint32(encoded[5:], f.id)
	return append(encoded, f.body...)
}

func encodeJSON(kind byte, id uint32, body any) []byte {
	encoded, err := json.Marshal(body)
	if err != nil {
		return encodeError(id, &failure{Code: "frame", Message: err.Error()})
	}
	return encodeFrame(frame{kind: kind, id: id, body: encoded})
}

func encodeError(id uint32, failed *failure) []byte {
	encoded, _ := json.Marshal(failed)
	return encodeFrame(frame{kind: kindError, id: id, body: encoded})
}

// failure is the body of an error frame.
type failure struct {
	Code    string `json:"code"`
	Message string `json:"message"`
	Path    string `json:"path"`
	Exit    int    `json:"exit,omitempty"`
}

func (f *failure) Error() string { return f.Message }

type putHeader struct {
	Path string `json:"path"`
	Mode uint32 `json:"mode"`
	Last bool   `json:"last"`
	Link string `json:"link"`
}

func parsePut(body []byte) (putHeader, []byte, error) {
	var header putHeader
	if len(body) < 4 {
		return header, nil, frameError("a put without a header")
	}
	length, rest := binary.BigEndian.Uint32(body), body[4:]
	if uint64(length) > uint64(len(rest)) {
		return header, nil, frameError("a put's header is longer than its body")
	}
	if err := parseObject(rest[:length], &header); err != nil {
		return header, nil, err
	}
	return header, rest[length:], nil
}

func parseObject(text []byte, into any) error {
	if err := json.Unmarshal(text, into); err != nil {
		return frameError("a body that is no JSON object: " + err.Error())
	}
	return nil
}
