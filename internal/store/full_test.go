package store_test

import (
	"context"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"parley/internal/fault"
	"parley/internal/store"
	"parley/internal/store/storetest"
)

func isFull(err error) bool {
	f := fault.Of(err)
	return f != nil && f.Kind == fault.Unavailable && f.Key == "fault.store.full"
}

func TestAFullDiskRefusesWritesAndNothingElse(t *testing.T) {
	db := storetest.Open(t, storetest.SQLite(t), start)
	s := shop(t, db, "one")
	store.Fill(t, db, 0)
	long := strings.Repeat("x", 100_000)
	var all sync.WaitGroup
	for range 20 { // some share a commit with others
		all.Go(func() {
			err := db.Write(context.Background(), func(tx *store.Tx) error {
				return tx.AddEvents([]store.Event{{CaseID: 1, Kind: "note", Actor: "desk", Data: []byte(`"` + long + `"`)}})
			})
			if !isFull(err) {
				t.Errorf("a write on a full disk: %v", err)
			}
		})
	}
	all.Wait()
	if got, err := db.Store(t.Context(), s.ID); err != nil || got.Name != "one" {
		t.Errorf("reading: %+v %v", got, err)
	}
	if events, err := db.Events(t.Context(), 1, 0, 10); err != nil || len(events) != 0 {
		t.Errorf("%d events are there though all were refused, %v", len(events), err)
	}
	store.Fill(t, db, 1<<20)
	write(t, db, func(tx *store.Tx) error { // space is back: nothing had to be started again
		return tx.AddEvents([]store.Event{{CaseID: 1, Kind: "note", Actor: "desk", Data: []byte(`"` + long + `"`)}})
	})
}

func TestAFullDiskOfPostgreSQL(t *testing.T) {
	if err := store.Known(&pgconn.PgError{Code: "53100", Message: "could not extend file"}); !isFull(err) {
		t.Errorf("%v", err)
	}
}
