package main

import (
	"encoding/json"
	"os"
	"path/filepath"
)

// config is agent.json, which was made with the development image.
type config struct {
	Version int               `json:"version"`
	Roots   []string          `json:"roots"`
	OnExit  string            `json:"onExit"`
	Files   map[string]string `json:"files"`
	problem string
}

// Without it, or where it is broken, nothing can be written, and the app runs all the same.
func loadConfig(folder string) *config {
	loaded := &config{}
	text, err := os.ReadFile(filepath.Join(folder, "agent.json"))
	if os.IsNotExist(err) {
		return loaded
	}
	if err == nil {
		err = json.Unmarshal(text, loaded)
	}
	if err != nil {
		return &config{problem: "agent.json cannot be read: " + err.Error()}
	}
	for i, root := range loaded.Roots {
		loaded.Roots[i] = filepath.Clean(root)
	}
	return loaded
}
