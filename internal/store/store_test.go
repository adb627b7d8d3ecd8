package store_test

import (
	"context"
	"testing"

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
