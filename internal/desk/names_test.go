package desk_test

import (
	"testing"
	"time"

	"parley/internal/desk"
	"parley/internal/store/storetest"
)

// TestNamesThatAnotherProgramChangedUnheardAreSeenSoon: programs that share a file tell each other nothing.
func TestNamesThatAnotherProgramChangedUnheardAreSeenSoon(t *testing.T) {
	address := storetest.SQLite(t)
	a := newScene(t, address)
	o := a.Options
	o.DB = storetest.Open(t, address, a.clock.Now)
	b := desk.New(o)
	a.dispute(nil)
	a.sync()
	name := func() string {
		t.Helper()
		p, err := b.Queue(t.Context(), a.owner, desk.QueueQuery{})
		a.must(err)
		return p.Rows[0].Store.Name
	}
	before := name()
	in := a.input(a.shop)
	in.Name = "Casa Sur"
	_, err := a.UpdateStore(t.Context(), a.owner, a.store, 0, in)
	a.must(err)
	if now := name(); now != before {
		t.Errorf("at once it is %q", now)
	}
	a.pass(31 * time.Second)
	if now := name(); now != "Casa Sur" {
		t.Errorf("half a minute later it is %q", now)
	}
}
