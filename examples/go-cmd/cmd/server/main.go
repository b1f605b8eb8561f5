package main

import (
	"fmt"
	"log"
	"net/http"

	"example.com/shop/internal/greeting"
)

func main() {
	http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		log.Printf("%s %s", r.Method, r.URL.Path)
		fmt.Fprintln(w, greeting.Text())
	})
	log.Print("listening on 9090")
	log.Fatal(http.ListenAndServe(":9090", nil))
}
