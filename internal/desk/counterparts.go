package desk

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"parley/internal/connector"
	"parley/internal/store"
)

const (
	// counterpartFresh is how old the last reading of a counterpart may be when money of a purchase that it may know leaves by another way.
	counterpartFresh = time.Minute
	// counterpartPatience is how long such money waits for one that cannot be read.
	counterpartPatience = 15 * time.Minute
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
// It tells whether anything may have come in. One that stays out of reach is not waited for without end: the answer to the buyer has a
// deadline of its own.
func (t *trial) hearCounterparts(ctx context.Context, names []string) (bool, error) {
	stores, err := t.d.counterpartsOf(ctx, t.st, names)
	if err != nil {
		return false, err
	}
	limited, cancel := context.WithTimeout(ctx, counterpartReading)
	defer cancel()
	heard := false
	for _, st := range stores {
		read, err := t.d.readCounterpart(limited, st, t.d.Now().Add(-counterpartFresh))
		if err := passing(ctx, err); err != nil && (ctx.Err() != nil || t.d.Now().Sub(t.e.CreatedAt) < counterpartPatience) {
			return heard, err
		}
		heard = heard || read
	}
	return heard, nil
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
