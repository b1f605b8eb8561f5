package main

// #include "dice.h"
import "C"

import (
	"fmt"
	"log"
	"net/http"
	"time"
)

const version = "1"

func main() {
	http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		rolled := C.roll(C.uint(time.Now().UnixNano()))
		fmt.Fprintf(w, "Rolled %d in C, called by Go, version %s\n", int(rolled), version)
	})
	log.Fatal(http.ListenAndServe(":8090", nil))
}
