package app_test

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"parley/internal/app"
	"parley/internal/connector/aliexpress/fake"
)

const (
	readIssue = "aliexpress.issue.detail.get"
	agree     = "aliexpress.issue.solution.agree"
)

// brake is a platform that stops at one moment: it keeps a call or its answer back until whoever waits for it is gone.
type brake struct {
	platform *fake.Platform
	moment   moment
	holds    chan struct{} // closed when it has stopped
	once     sync.Once

	mu    sync.Mutex
	armed bool
}

// moment is where a refund is when the machine stops.
type moment struct {
	name     string
	method   string
	after    string // only once this was carried out
	executed bool   // the call is carried out, and the answer lost; otherwise the call is
}

func moments() []moment {
	return []moment{
		{name: "the case is read before the call", method: readIssue},
		{name: "the call is on its way", method: agree},
		{name: "the platform has paid and not answered", method: agree, executed: true},
		{name: "the answer came and stands nowhere yet", method: readIssue, after: agree},
		{name: "the payment was seen and stands nowhere yet", method: readIssue, after: agree, executed: true},
	}
}

func (b *brake) arm() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.armed = true
}

func (b *brake) here(r *http.Request, body []byte) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.armed && strings.Contains(r.URL.RawQuery+string(body), b.moment.method) && (b.moment.after == "" || b.platform.Count(b.moment.after) > 0)
}

func (b *brake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	stop := false
	if b.here(r, body) {
		b.once.Do(func() { stop = true })
	}
	if !stop {
		b.platform.ServeHTTP(w, r)
		return
	}
	gone := r.Context().Done()
	if b.moment.executed {
		b.platform.ServeHTTP(httptest.NewRecorder(), r)
	}
	close(b.holds)
	<-gone
}

// A desk is killed in the middle of a refund, with a signal that it cannot hear, and started again on the same database: the buyer is
// paid once, and the act ends confirmed.
func TestADeskIsKilledInTheMiddleOfARefund(t *testing.T) {
	for engine, address := range addresses(t) {
		for _, m := range moments() {
			t.Run(engine+"/"+m.name, func(t *testing.T) {
				t.Parallel() // they mostly wait for leases to end
				killed(t, m, address())
			})
		}
	}
}

func killed(t *testing.T, at moment, address string) {
	origin := time.Now()
	clock := app.FastClockFrom(origin, nodeSpeed)
	b := &brake{platform: fake.New(fake.Options{Now: clock.Now}), moment: at, holds: make(chan struct{})}
	shop := b.platform.AddShop(fake.ShopSpec{Name: "Casa Norte", Country: "ES", Currency: "EUR"})
	server := httptest.NewServer(b)
	t.Cleanup(server.Close)
	here, err := app.New(t.Context(), app.Config{Data: t.TempDir(), DB: address, AllowPrivate: true, Clock: clock, SyncEvery: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = here.Stop() })
	c := &cutCase{t: t, App: here, who: owner(t, here), platform: b.platform}
	c.begin(shop, server.URL)

	spec := nodeSpec{Data: here.Data, DB: address, Key: filepath.Join(here.Data, "key"), Origin: origin, Speed: nodeSpeed}
	b.arm()
	kill := startNode(t, nil, spec)
	wait(t, at.name, b.holds)
	kill()
	if e := c.effect(); !e.EndedAt.IsZero() {
		t.Fatalf("the act had ended already: %s", e.State)
	}
	startNode(t, nil, spec)
	c.until("the act is confirmed", func() bool { return !c.effect().EndedAt.IsZero() })
	if e := c.effect(); e.State != "confirmed" {
		t.Errorf("%s after %d attempts: %s", e.State, e.Attempts, e.Fault)
	}
	c.paidOnce()
}

// paidOnce: the platform was asked once, paid once, and the history says so once.
func (c *cutCase) paidOnce() {
	c.t.Helper()
	if n := c.platform.Count(agree); n != 1 {
		c.t.Errorf("agreed %d times", n)
	}
	if p := c.platform.Payouts(c.issue.ID()); len(p) != 1 {
		c.t.Errorf("paid %d times", len(p))
	}
	events, err := c.DB.Events(c.t.Context(), c.id, 0, 100)
	if err != nil || count(events, "effect_confirmed") != 1 {
		c.t.Errorf("%d events of the confirmation, %v", count(events, "effect_confirmed"), err)
	}
}
