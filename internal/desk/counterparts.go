package desk

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"parley/internal/connector"
	"parley/internal/fault"
	"parley/internal/store"
)

const (
	// counterpartFresh is how old the last reading of a counterpart may be when money of a purchase that it may know leaves by another way.
	counterpartFresh = time.Minute
	// counterpartLeast and counterpartMost are how long such money waits for one that cannot be read, where something is due of the seller.
	// The longer one ends before an act is given up, see effectTries.
	counterpartLeast = 15 * time.Minute
	counterpartMost  = 4 * time.Hour
	// counterpartReading is how long reading them all may take: shorter than the lease of the act that waits for it.
	counterpartReading = effectLease / 2
)

// counterparts remembers when they were read because money was about to leave. It lives in memory: what is not known is read.
type counterparts struct {
	mu    sync.Mutex
	turns map[int64]chan struct{} // by store, one place each: who reads it
	read  map[int64]time.Time     // by store, when such a reading began that went well
}

func newCounterparts() *counterparts {
	return &counterparts{turns: map[int64]chan struct{}{}, read: map[int64]time.Time{}}
}

// turn is where those queue who want a store read: what the first has read serves the others too.
func (p *counterparts) turn(storeID int64) chan struct{} {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.turns[storeID] == nil {
		p.turns[storeID] = make(chan struct{}, 1)
	}
	return p.turns[storeID]
}

func (p *counterparts) since(storeID int64, at time.Time) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.read[storeID].After(at)
}

func (p *counterparts) note(storeID int64, began time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.read[storeID] = began
}

// hearCounterparts reads what is new where the money of a purchase may leave, too: at the payment providers it was paid through, where a
// dispute may have begun a moment ago, and, when it leaves at a provider, in the shops where it may have been bought and paid back by hand.
// It tells whether anything may have come in. An act waits for one that stays out of reach, but no longer than its own deadline allows, and
// not for one that nobody can read until a person has done something there.
func (t *trial) hearCounterparts(ctx context.Context, names []string) (bool, error) {
	stores, err := t.d.counterpartsOf(ctx, t.st, names)
	if err != nil {
		return false, err
	}
	limited, cancel := context.WithTimeout(ctx, counterpartReading)
	defer cancel()
	heard := false
	t.unheard = nil
	for _, st := range stores {
		read, err := t.d.readCounterpart(limited, st, t.d.Now().Add(-counterpartFresh))
		if waits := passing(ctx, err); waits != nil && (ctx.Err() != nil || t.patient(ctx)) {
			return heard, unheard(st, waits)
		}
		if err != nil {
			t.unheard = append(t.unheard, st.Name)
		}
		heard = heard || read
	}
	return heard, nil
}

// patient tells whether the act waits for a counterpart: half of the time until the answer is due at most. Where nothing is due it waits as
// long as any act is tried, and a person is asked then.
func (t *trial) patient(ctx context.Context) bool {
	c, err := t.d.DB.Case(ctx, t.e.CaseID)
	if err != nil || c.DueAt.IsZero() || c.Owner == "buyer" {
		return true
	}
	wait := min(max(c.DueAt.Sub(t.e.CreatedAt)/2, counterpartLeast), counterpartMost)
	return t.d.Now().Sub(t.e.CreatedAt) < wait
}

// unheard is the failure of an act that waits for a store which cannot be read.
func unheard(st store.Store, cause error) error {
	f := fault.New(fault.Unavailable, "fault.unheard", "store", st.Name).Because(cause)
	if of := fault.Of(cause); of != nil {
		f.After = of.After
	}
	return f
}

// leavesUnheard is what the history tells where money leaves although a counterpart could not be read.
func (t *trial) leavesUnheard() ([]store.Event, error) {
	if len(t.unheard) == 0 {
		return nil, nil
	}
	ev, err := event(t.e.CaseID, t.d.Now(), "unheard", netDesk, map[string]any{"effect": t.e.ID, "do": t.step.Do, "stores": strings.Join(t.unheard, ", ")})
	return []store.Event{ev}, err
}

// counterpartsOf gives the stores of the same company where the money of a purchase, known under these names, may leave besides at its own
// store: accounts at the systems that know its payment, and shops whose purchases are paid through the own one. A number of an order is the
// name of a purchase at a shop, not of its payment.
func (d *Desk) counterpartsOf(ctx context.Context, own store.Store, names []string) ([]store.Store, error) {
	systems := map[string]bool{}
	for _, name := range names {
		if system, _, _ := strings.Cut(name, ":"); numberOf(name) == "" {
			systems[system] = true
		}
	}
	if len(systems) == 0 {
		return nil, nil
	}
	stores, err := d.DB.Stores(ctx)
	return slices.DeleteFunc(stores, func(st store.Store) bool {
		if st.Connector == own.Connector || st.CompanyID != own.CompanyID || st.State != "active" || d.abouts[st.Connector].Offline {
			return true
		}
		return !systems[st.Connector] && !(systems[own.Connector] && slices.Contains(d.abouts[st.Connector].Through, own.Connector))
	}), err
}

// readCounterpart reads what changed at a store, unless it was read since an instant; then it gives false. Where the reading stands is left to the
// readings at the store's own pace: the same taken in twice changes nothing.
func (d *Desk) readCounterpart(ctx context.Context, st store.Store, since time.Time) (bool, error) {
	turn := d.counterparts.turn(st.ID)
	select {
	case turn <- struct{}{}:
		defer func() { <-turn }()
	case <-ctx.Done():
		return false, ctx.Err()
	}
	if d.counterparts.since(st.ID, since) {
		return true, nil // by another act just now, perhaps after this one looked
	}
	s, err := d.DB.SyncOf(ctx, st.ID)
	if err != nil || s.LastOKAt.After(since) {
		return false, err
	}
	session, err := d.ready(ctx, st)
	if err != nil {
		return false, err
	}
	began := d.Now()
	if _, err := d.pull(ctx, st, session, connector.Cursor(s.Cursor)); err != nil {
		return false, err
	}
	if err := d.readUnread(ctx, st); err != nil {
		return false, err
	}
	d.counterparts.note(st.ID, began)
	return true, nil
}

// unreadMost is how many purchases are read to learn how they were paid.
const unreadMost = 200

// readUnread reads the purchases of a store that were never read: some platforms tell only with the purchase how it was paid.
func (d *Desk) readUnread(ctx context.Context, st store.Store) error {
	unread, err := d.DB.UnreadOrders(ctx, st.ID, d.Now().Add(orderRetry), unreadMost)
	if err != nil {
		return err
	}
	for _, o := range unread {
		if err := passing(ctx, d.readOrder(ctx, o)); err != nil {
			return err
		}
	}
	return nil
}
