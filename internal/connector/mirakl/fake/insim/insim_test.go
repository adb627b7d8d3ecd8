package insim_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"parley/internal/connector"
	"parley/internal/connector/connectortest"
	"parley/internal/connector/mirakl"
	"parley/internal/connector/mirakl/fake/insim"
	"parley/internal/dispute"
	"parley/internal/sim"
	"parley/internal/webclient"
)

// TestTheTruthIsWhatADeskCanRead: all kinds of matters begin, and after weeks of whims each is read as it is told to the simulation.
func TestTheTruthIsWhatADeskCanRead(t *testing.T) {
	now := time.Date(2026, 3, 3, 9, 0, 0, 0, time.UTC)
	p := insim.New(func() time.Time { return now }, 1)
	server := httptest.NewServer(p)
	t.Cleanup(server.Close)
	d := sim.NewDraw(1, "customers")
	for n := range 3 {
		shop, err := p.AddShop(n, server.URL)
		if err != nil {
			t.Fatal(err)
		}
		read := reader(t, shop, func() time.Time { return now })
		kinds := map[string]int{}
		var all []sim.Matter
		for number := range 60 {
			m, err := shop.Open(d)
			if err != nil {
				t.Fatal(err)
			}
			kind, _ := m.Ref()
			kinds[kind]++
			all = append(all, m)
			now = now.Add(8 * time.Hour)
			if number%4 == 0 {
				read()
			}
			if o := sim.Pick(d, all); d.Chance(60) {
				o.Whim(d)
				o.Click(d)
			}
		}
		known := read()
		for _, m := range all {
			compare(t, m, known)
		}
		for _, kind := range []string{"incident", "return", "thread", "late"} {
			if kinds[kind] == 0 {
				t.Errorf("shop %d: no %s", n, kind)
			}
		}
	}
}

func compare(t *testing.T, m sim.Matter, known connectortest.Memory) {
	t.Helper()
	kind, id := m.Ref()
	truth := m.Truth()
	snap, ok := known[kind+"/"+id]
	c := snap.Facts.Case
	if c == nil {
		c = &dispute.Case{}
	}
	if !ok || snap.Open != truth.Open || c.Reported.Status != truth.Word || c.Claim.Amount != truth.Claim || truth.Claim.Minor > truth.Most.Minor {
		t.Errorf("%s/%s: read %v: open %v %q %s; told %+v", kind, id, ok, snap.Open, c.Reported.Status, c.Claim.Amount, truth)
	}
}

// reader reads a shop as a desk does.
func reader(t *testing.T, shop sim.Shop, now func() time.Time) func() connectortest.Memory {
	in := shop.Input()
	session, err := mirakl.New().Open(connector.Account{StoreID: 1, Settings: in.Settings}, connector.World{
		HTTP: webclient.New(webclient.Options{AllowPrivate: true}), Now: now, Log: slog.New(slog.DiscardHandler),
		Pause: func(ctx context.Context, _ time.Duration) error { return ctx.Err() },
	})
	if err != nil {
		t.Fatal(err)
	}
	known, at := connectortest.Memory{}, connector.Cursor("")
	return func() connectortest.Memory {
		t.Helper()
		pulled, err := session.Pull(t.Context(), at, known.Known, known.Take)
		if err != nil {
			t.Fatal(err)
		}
		at = pulled.Cursor
		return known
	}
}

// TestChangesSinceAnyInstantAreTheSameQuestion: a copy that lags behind answers each of them with what it had.
func TestChangesSinceAnyInstantAreTheSameQuestion(t *testing.T) {
	p := insim.New(func() time.Time { return time.Time{} }, 1)
	same := func(path string) string {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://mirakl.sim"+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		return p.Call(r, nil).Same
	}
	const orders = "/api/orders?max=100&start_update_date="
	if same(orders+"2026-03-01T00%3A00%3A00Z") != same(orders+"2026-03-02T00%3A00%3A00Z") || same(orders) == same("/api/orders?max=100") || same(orders) == same(orders+"&offset=100") {
		t.Errorf("%q, %q", same(orders), same("/api/orders?max=100"))
	}
}

// TestCallsAreNamed: without the numbers in them; what only reads is the same whenever it is asked.
func TestCallsAreNamed(t *testing.T) {
	p := insim.New(func() time.Time { return time.Date(2026, 3, 3, 9, 0, 0, 0, time.UTC) }, 1)
	for _, c := range []struct {
		method, path, name string
		acts               bool
	}{
		{"GET", "/api/orders?max=100", "GET orders", false},
		{"PUT", "/api/orders/F2001-1001-A/lines/F2001-1001-A-1/resolve_incident", "PUT orders/{id}/lines/{id}/resolve_incident", true},
		{"POST", "/api/inbox/threads/5c1a/message", "POST inbox/threads/{id}/message", true},
	} {
		r, err := http.NewRequestWithContext(t.Context(), c.method, "http://mirakl.sim"+c.path, nil)
		if err != nil {
			t.Fatal(err)
		}
		call, other := p.Call(r, nil), r.Clone(t.Context())
		other.Header.Set("Authorization", "another shop")
		if call.Name != c.name || call.Acts != c.acts || call.Login || (call.Same == "") != c.acts || (!c.acts && call.Same == p.Call(other, nil).Same) {
			t.Errorf("%s %s: %+v", c.method, c.path, call)
		}
	}
}
