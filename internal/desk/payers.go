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
	// payerFresh is how old the last reading of a payment provider may be when money of a payment made there leaves by another way.
	payerFresh = time.Minute
	// payerPatience is how long such money waits for a provider that cannot be read.
	payerPatience = 15 * time.Minute
	// payerReading is how long one reading of it may take: shorter than the lease of the act that waits for it.
	payerReading = effectLease / 2
)

// payers remembers when payment providers were read because money was about to leave. It lives in memory: what is not known is read.
type payers struct {
	mu    sync.Mutex
	turns map[int64]chan struct{} // by store, one place each: who reads it
	read  map[int64]time.Time     // by store, when such a reading began that went well
}

func newPayers() *payers {
	return &payers{turns: map[int64]chan struct{}{}, read: map[int64]time.Time{}}
}

// turn is where those queue who want a store read: what the first has read serves the others too.
func (p *payers) turn(storeID int64) chan struct{} {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.turns[storeID] == nil {
		p.turns[storeID] = make(chan struct{}, 1)
	}
	return p.turns[storeID]
}

func (p *payers) since(storeID int64, at time.Time) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.read[storeID].After(at)
}

func (p *payers) note(storeID int64, began time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.read[storeID] = began
}

// hearPayers reads what is new at the payment providers that a purchase was paid through: a dispute begun there a moment ago takes the
// money too. It tells whether anything may have come in. A provider that stays out of reach is not waited for without end: the answer to
// the buyer has a deadline of its own.
func (t *trial) hearPayers(ctx context.Context, names []string) (bool, error) {
	stores, err := t.d.payersOf(ctx, t.st, names)
	if err != nil {
		return false, err
	}
	heard := false
	for _, st := range stores {
		read, err := t.d.readPayer(ctx, st, t.d.Now().Add(-payerFresh))
		if err := passing(ctx, err); err != nil && (ctx.Err() != nil || t.d.Now().Sub(t.e.CreatedAt) < payerPatience) {
			return heard, err
		}
		heard = heard || read
	}
	return heard, nil
}

// payersOf gives the stores of the same company that are accounts at the systems which know a purchase under these names. A number of an
// order is the name of a purchase at a shop, not of its payment.
func (d *Desk) payersOf(ctx context.Context, own store.Store, names []string) ([]store.Store, error) {
	var systems []string
	for _, name := range names {
		if system, _, _ := strings.Cut(name, ":"); numberOf(name) == "" && system != own.Connector {
			systems = append(systems, system)
		}
	}
	if len(systems) == 0 {
		return nil, nil
	}
	stores, err := d.DB.Stores(ctx)
	return slices.DeleteFunc(stores, func(st store.Store) bool {
		return st.CompanyID != own.CompanyID || st.State != "active" || d.abouts[st.Connector].Offline || !slices.Contains(systems, st.Connector)
	}), err
}

// readPayer reads what changed at a store, unless it was read since an instant; then it gives false. Where the reading stands is left to the
// readings at the store's own pace: the same taken in twice changes nothing.
func (d *Desk) readPayer(ctx context.Context, st store.Store, since time.Time) (bool, error) {
	turn := d.payers.turn(st.ID)
	select {
	case turn <- struct{}{}:
		defer func() { <-turn }()
	case <-ctx.Done():
		return false, ctx.Err()
	}
	if d.payers.since(st.ID, since) {
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
	limited, cancel := context.WithTimeout(ctx, payerReading)
	defer cancel()
	if _, err := d.pull(limited, st, session, connector.Cursor(s.Cursor)); err != nil {
		return false, err
	}
	d.payers.note(st.ID, began)
	return true, nil
}
