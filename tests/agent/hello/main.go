// Command hello serves what its page held when it was started; some pages make it misbehave.
package main

import (
	"fmt"
	"net/http"
	"os"
	"strings"
)

func main() {
	if len(os.Args) > 2 {
		fmt.Fprintln(os.Stderr, "no way")
		os.Exit(3)
	}
	content, _ := os.ReadFile(os.Args[1])
	page := strings.TrimSpace(string(content))
	fmt.Println("serving", page, "for", os.Getenv("GREETED"))
	switch page {
	case "crash":
		os.Exit(1)
	case "eat":
		eat()
	}
	http.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, page) })
	http.ListenAndServe(":8080", nil)
}

func eat() {
	var eaten [][]byte
	for {
		piece := make([]byte, 1<<20)
		for i := range piece {
			piece[i] = 1
		}
		eaten = append(eaten, piece)
	}
}
