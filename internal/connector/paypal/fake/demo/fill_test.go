package demo_test

import (
	"testing"
	"time"

	"parley/internal/connector/paypal/fake"
	"parley/internal/connector/paypal/fake/demo"
)

// TestTheWorldFills at any moment, with the linked purchase in it.
func TestTheWorldFills(t *testing.T) {
	for _, now := range []time.Time{time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC), time.Date(2028, 2, 29, 23, 59, 0, 0, time.UTC)} {
		p := fake.New(fake.Options{Now: func() time.Time { return now }})
		shops, err := demo.Fill(p, now)
		if err != nil {
			t.Fatal(err)
		}
		if len(shops) != 2 || shops[0].Company != "Ibérica Hogar y Herramienta S.L." || shops[0].Settings["client_secret"] == "" {
			t.Errorf("shops %+v", shops)
		}
		statuses, linked := map[string]int{}, false
		for _, d := range p.Disputes() {
			statuses[d.Status()]++
			linked = linked || d.Transaction() == "8AC96375V92981234"
		}
		if len(p.Disputes()) < 15 || len(statuses) != 4 || !linked {
			t.Errorf("%d disputes, statuses %v, linked %v", len(p.Disputes()), statuses, linked)
		}
	}
}
