package desk_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"parley/internal/desk"
	"parley/internal/store"
	"parley/internal/store/storetest"
)

// two plays a test with two nodes that share a PostgreSQL database and the key.
func two(t *testing.T) (a *scene, b *desk.Desk) {
	t.Helper()
	address := storetest.Postgres(t)
	a = newScene(t, address)
	o := a.Options
	o.DB = storetest.Open(t, address, a.clock.Now)
	o.Node = desk.Node{ID: "b", Host: "host-b", Version: "v1"}
	return a, desk.New(o)
}

// until waits for a change that is asked for.
func until(t *testing.T, changes <-chan desk.Change, what string, is func(desk.Change) bool) {
	t.Helper()
	limit := time.After(20 * time.Second)
	for {
		select {
		case c := <-changes:
			if is(c) {
				return
			}
		case <-limit:
			t.Fatalf("never heard of %s", what)
		}
	}
}

func TestPeopleOnAnotherNodeSeeChanges(t *testing.T) {
	a, b := two(t)
	changes := b.Watch(t.Context(), a.owner)
	until(t, changes, "the open line", func(c desk.Change) bool { return c.All })
	if _, err := b.Around(t.Context(), a.owner); err != nil { // names and figures are in memory there now
		t.Fatal(err)
	}
	a.dispute(nil)
	a.sync()
	id := a.queue(desk.QueueQuery{})[0].ID
	until(t, changes, "the new case", func(c desk.Change) bool { return slices.Contains(c.Cases, id) })
	if around, err := b.Around(t.Context(), a.owner); err != nil || around.Open != 1 {
		t.Errorf("%+v %v", around, err)
	}
	in := a.input(a.shop)
	in.Name = "Casa Sur"
	_, err := a.UpdateStore(t.Context(), a.owner, a.store, 0, in)
	a.must(err)
	until(t, changes, "the store's new name", func(desk.Change) bool {
		p, err := b.Queue(t.Context(), a.owner, desk.QueueQuery{})
		a.must(err)
		return p.Rows[0].Store.Name == "Casa Sur"
	})
}

// gate lets calls of the platform wait until it is opened.
type gate struct {
	hold    chan struct{}
	arrived chan struct{}
}

func (g *gate) handler(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		select {
		case g.arrived <- struct{}{}:
		default:
		}
		select {
		case <-g.hold:
		case <-r.Context().Done():
			return
		}
		next.ServeHTTP(w, r)
	})
}

func TestAStoppedNodeGivesItsWorkBackAtOnce(t *testing.T) {
	onEach(t, func(s *scene) {
		g := &gate{hold: make(chan struct{}), arrived: make(chan struct{}, 1)}
		slow := httptest.NewServer(g.handler(s.platform))
		t.Cleanup(slow.Close)
		t.Cleanup(func() { close(g.hold) })
		s.must(s.DB.Write(t.Context(), func(tx *store.Tx) error {
			st, err := tx.Store(t.Context(), s.store)
			if err != nil {
				return err
			}
			st.Settings["address"] = slow.URL
			return tx.PutStore(&st)
		}))
		s.clock.Advance(2 * time.Minute)
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() { defer close(ended); _ = s.Run(ctx) }()
		<-g.arrived // the reading is under way
		stop()
		<-ended
		// Not a second has passed on the desk's clock, and the lease of ten minutes is over.
		taken, err := s.DB.ClaimSyncs(t.Context(), s.clock.Now(), time.Minute, 10)
		if err != nil || len(taken) != 1 {
			t.Errorf("another node may claim %d stores, %v", len(taken), err)
		}
	})
}

func TestPagesSayThatTheWorkStandsStill(t *testing.T) {
	onEach(t, func(s *scene) {
		s.Node = desk.Node{ID: "only", Host: "host", Version: "v1"}
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan struct{})
		changes := s.Watch(ctx, s.owner)
		s.clock.Advance(2 * time.Minute)
		go func() { defer close(ended); _ = s.Run(ctx) }()
		until(t, changes, "the first reading", func(c desk.Change) bool { return slices.Contains(c.Stores, s.store) })
		if h := s.Health(ctx); h.Standing || h.Database != nil {
			t.Errorf("%+v", h)
		}
		s.must(s.DB.Write(ctx, func(tx *store.Tx) error { // as it would stand if this node had died
			return tx.PutNode(store.Node{ID: "dead", SeenAt: s.clock.Now(), WorkedAt: s.clock.Now()}, time.Time{})
		}))
		stop()
		<-ended
		if around := s.around(); !around.StandingSince.IsZero() {
			t.Errorf("it stands still since %s", around.StandingSince)
		}
		s.clock.Advance(3 * time.Minute)
		if h := s.Health(t.Context()); !h.Standing || len(h.Nodes) != 1 || h.Nodes[0].ID != "dead" {
			t.Errorf("after three silent minutes: %+v", h)
		}
		if around := s.around(); around.StandingSince.IsZero() {
			t.Error("the pages do not say it")
		}
	})
}

func TestOneNodeRenewsATokenForAll(t *testing.T) {
	a, b := two(t)
	in := a.input(a.shop)
	in.Token.ExpiresAt = a.clock.Now().Add(10 * time.Minute) // inside the margin
	_, err := a.UpdateStore(t.Context(), a.owner, a.store, 0, in)
	a.must(err)
	a.dispute(nil)
	before := a.platform.Count("/auth/token/refresh")
	a.sync()
	if n := a.platform.Count("/auth/token/refresh") - before; n != 1 {
		t.Fatalf("%d renewals", n)
	}
	a.clock.Advance(61 * time.Second)
	a.must(b.Settle(t.Context())) // the other node reads with the new token
	if n := a.platform.Count("/auth/token/refresh") - before; n != 1 {
		t.Errorf("%d renewals by two nodes", n)
	}
	if around := a.around(); !around.Freshness[0].FailingSince.IsZero() {
		t.Errorf("%+v", around.Freshness[0])
	}
}
