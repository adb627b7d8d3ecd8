package app_test

import (
	"testing"

	"parley/internal/app"
	"parley/internal/desk"
)

// TestTheDemoFollowsParcelsOfSeveralStores: one account tells of parcels of at least two stores, and their cases show it.
func TestTheDemoFollowsParcelsOfSeveralStores(t *testing.T) {
	d, err := app.NewDemo(t.Context(), app.Config{Addr: "127.0.0.1:0"}, 1)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = d.Stop() }()
	owner, err := d.Desk.Operator(t.Context(), d.Email)
	if err != nil {
		t.Fatal(err)
	}
	accounts, err := d.Desk.TrackerList(t.Context(), owner)
	if err != nil || len(accounts) != 1 || accounts[0].Watched < 10 || accounts[0].FaultKey != "" {
		t.Fatalf("%+v, %v", accounts, err)
	}
	page, err := d.Desk.Queue(t.Context(), owner, desk.QueueQuery{Connectors: []string{"mirakl", "shopify", "stripe"}, Limit: 200})
	if err != nil {
		t.Fatal(err)
	}
	stores, delivered := map[int64]bool{}, false
	for _, row := range page.Rows {
		c, err := d.Desk.Case(t.Context(), owner, row.ID)
		if err != nil {
			t.Fatal(err)
		}
		if c.Facts.Shipment == nil {
			continue
		}
		for _, scan := range c.Facts.Shipment.Events {
			if scan.Via == "seventeentrack" {
				stores[row.Store.ID] = true
				delivered = delivered || scan.Status == "delivered"
			}
		}
	}
	if len(stores) < 2 || !delivered {
		t.Errorf("parcels of %d stores are followed, one was delivered: %v", len(stores), delivered)
	}
}
