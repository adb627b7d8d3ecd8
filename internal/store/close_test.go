package store_test

import (
	"context"
	"os"
	"strings"
	"testing"
	"time"

	"parley/internal/store"
	"parley/internal/store/storetest"
)

// A closed SQLite database leaves no file open: a connection whose statements are not ended would live on.
func TestCloseLeavesNoFileOpen(t *testing.T) {
	address := storetest.SQLite(t)
	db, err := store.Open(context.Background(), address, store.Options{Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Write(context.Background(), func(tx *store.Tx) error { return tx.PutSetting("a", "b") }); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	files, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Skip("this system does not tell which files are open")
	}
	for _, f := range files {
		if to, err := os.Readlink("/proc/self/fd/" + f.Name()); err == nil && strings.HasPrefix(to, strings.TrimPrefix(address, "sqlite:")) {
			t.Errorf("%s is still open", to)
		}
	}
}
