package main

import (
	"fmt"
	"log"
	"net/http"
	"os"

	"example.com/tea/lib"
)

func main() {
	addr := os.Getenv("LISTEN_ADDR")
	if addr == "" {
		addr = "localhost:4000"
	}
	http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintln(w, lib.Greeting())
	})
	log.Fatal(http.ListenAndServe(addr, nil))
}
