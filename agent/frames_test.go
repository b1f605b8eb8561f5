package main

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"os"
	"testing"
)

type vectorFrame struct {
	Kind string `json:"kind"`
	ID   uint32 `json:"id"`
	Body string `json:"body"`
}

type vectors struct {
	Frames []struct {
		Name   string        `json:"name"`
		Hex    string        `json:"hex"`
		Frames []vectorFrame `json:"frames"`
	} `json:"frames"`
	Puts []struct {
		Name    string    `json:"name"`
		Body    string    `json:"body"`
		Header  putHeader `json:"header"`
		Content string    `json:"content"`
	} `json:"puts"`
	BadFrames []struct{ Name, Hex string }  `json:"bad_frames"`
	BadPuts   []struct{ Name, Body string } `json:"bad_puts"`
}

func loadVectors(t testing.TB) vectors {
	t.Helper()
	text, err := os.ReadFile("testdata/frames.json")
	if err != nil {
		t.Fatal(err)
	}
	var loaded vectors
	if err := json.Unmarshal(text, &loaded); err != nil {
		t.Fatal(err)
	}
	return loaded
}

func fromHex(text string) []byte {
	decoded, err := hex.DecodeString(text)
	if err != nil {
		panic(err)
	}
	return decoded
}

func readAll(payload []byte) ([]frame, error) {
	var frames []frame
	for stream := bytes.NewReader(payload); ; {
		read, err := readFrame(stream)
		if err != nil {
			return frames, err
		}
		frames = append(frames, read)
	}
}

func TestVectorsAreRead(t *testing.T) {
	for _, vector := range loadVectors(t).Frames {
		read, _ := readAll(fromHex(vector.Hex))
		if len(read) != len(vector.Frames) {
			t.Fatalf("%s: %d frames", vector.Name, len(read))
		}
		for i, wanted := range vector.Frames {
			got := vectorFrame{string(read[i].kind), read[i].id, hex.EncodeToString(read[i].body)}
			if got != wanted {
				t.Errorf("%s: %v", vector.Name, got)
			}
		}
	}
}

func TestVectorsAreWritten(t *testing.T) {
	for _, vector := range loadVectors(t).Frames {
		var written []byte
		for _, one := range vector.Frames {
			written = append(written, encodeFrame(frame{one.Kind[0], one.ID, fromHex(one.Body)})...)
		}
		if !bytes.HasPrefix(fromHex(vector.Hex), written) {
			t.Errorf("%s: %x", vector.Name, written)
		}
	}
}

func TestBadFramesAreRefused(t *testing.T) {
	for _, vector := range loadVectors(t).BadFrames {
		_, err := readFrame(io.MultiReader(bytes.NewReader(fromHex(vector.Hex)), zeros{}))
		var refused frameError
		if !errors.As(err, &refused) {
			t.Errorf("%s: %v", vector.Name, err)
		}
	}
}

type zeros struct{}

func (zeros) Read(into []byte) (int, error) { clear(into); return len(into), nil }

func TestPutVectorsAreRead(t *testing.T) {
	for _, vector := range loadVectors(t).Puts {
		header, content, err := parsePut(fromHex(vector.Body))
		if err != nil || header != vector.Header || hex.EncodeToString(content) != vector.Content {
			t.Errorf("%s: %v %q %v", vector.Name, header, content, err)
		}
	}
}

func TestBadPutsAreRefused(t *testing.T) {
	for _, vector := range loadVectors(t).BadPuts {
		if _, _, err := parsePut(fromHex(vector.Body)); err == nil {
			t.Errorf("%s: no error", vector.Name)
		}
	}
}

func TestAStreamThatEndsInsideAFrameIsNamed(t *testing.T) {
	whole := encodeFrame(frame{kindList, 1, []byte("{}")})
	var cut frameError
	if _, err := readFrame(bytes.NewReader(whole[:10])); !errors.As(err, &cut) {
		t.Error(err)
	}
	if _, err := readFrame(bytes.NewReader(nil)); err != io.EOF {
		t.Error(err)
	}
}

func FuzzFrames(f *testing.F) {
	for _, vector := range loadVectors(f).Frames {
		f.Add(fromHex(vector.Hex))
	}
	for _, vector := range loadVectors(f).BadFrames {
		f.Add(fromHex(vector.Hex))
	}
	f.Fuzz(func(t *testing.T, payload []byte) {
		frames, _ := readAll(payload)
		var written []byte
		for _, one := range frames {
			written = append(written, encodeFrame(one)...)
		}
		if !bytes.HasPrefix(payload, written) {
			t.Fatalf("%x is written as %x", payload, written)
		}
	})
}

func FuzzPuts(f *testing.F) {
	for _, vector := range loadVectors(f).Puts {
		f.Add(fromHex(vector.Body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		_, content, err := parsePut(body)
		if err == nil && !bytes.HasSuffix(body, content) {
			t.Fatalf("%x holds %x", body, content)
		}
	})
}
