package main

import (
	"database/sql"
	"fmt"
	"log"
	"net/http"

	_ "github.com/mattn/go-sqlite3"
)

const version = "1"

func main() {
	db, err := sql.Open("sqlite3", ":memory:")
	if err != nil {
		log.Fatal(err)
	}
	http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		var sqlite string
		if err := db.QueryRow("SELECT sqlite_version()").Scan(&sqlite); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		fmt.Fprintf(w, "Hello from Go with SQLite %s, version %s\n", sqlite, version)
	})
	log.Fatal(http.ListenAndServe(":8090", nil))
}
