package store_test

import (
	"context"
	"testing"
	"time"

	"parley/internal/store"
	"parley/internal/store/storetest"
)

func TestMain(m *testing.M) { storetest.Main(m) }

// shop adds a company with a store.
func shop(t *testing.T, db *store.DB, name string) store.Store {
	t.Helper()
	s := store.Store{Connector: "aliexpress", Name: name, ExternalID: name, Zone: "Europe/Madrid", Currency: "USD", State: "active", CreatedAt: storetest.Start}
	write(t, db, func(tx *store.Tx) error {
		c := store.Company{Name: "Company of " + name}
		if err := tx.PutCompany(&c); err != nil {
			return err
		}
		s.CompanyID = c.ID
		return tx.PutStore(&s)
	})
	return s
}

func write(t *testing.T, db *store.DB, do func(*store.Tx) error) {
	t.Helper()
	if err := db.Write(context.Background(), do); err != nil {
		t.Fatalf("write: %v", err)
	}
}

func TestACaseIsKeptAsItWas(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := context.Background()
		s := shop(t, db, "a")
		c := store.Case{StoreID: s.ID, CompanyID: s.CompanyID, Matter: "8123", Open: true, View: "to_answer", DueAt: storetest.Start.Add(time.Hour), Card: store.Card{Title: "Lámpara"}}
		write(t, db, func(tx *store.Tx) error { return tx.PutCases([]*store.Case{&c}) })
		got, err := db.Case(ctx, c.ID)
		if err != nil || got.Card.Title != "Lámpara" || !got.DueAt.Equal(c.DueAt) {
			t.Fatalf("got %+v, %v", got, err)
		}
		page, err := db.Cases(ctx, store.Query{Stores: []int64{s.ID, 99}})
		if err != nil || len(page.Cases) != 1 {
			t.Fatalf("got %+v, %v", page, err)
		}
		write(t, db, func(tx *store.Tx) error {
			return tx.Index(c.ID, store.SearchDoc{Numbers: []string{"81 2345"}, Words: "no llegó 退款"})
		})
		for _, text := range []string{"812345", "llego", "退款"} {
			if found, err := db.Search(ctx, store.SearchQuery{Text: text}); err != nil || len(found.Cases) != 1 {
				t.Fatalf("%s: got %+v, %v", text, found, err)
			}
		}
	})
}
