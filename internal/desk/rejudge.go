package desk

import (
	"context"
	"encoding/json"
	"time"

	"parley/internal/connector"
	"parley/internal/dispute"
	"parley/internal/policy"
	"parley/internal/store"
)

// reader is what loading a matter needs: the database, or the transaction that is about to change it.
type reader interface {
	Store(ctx context.Context, id int64) (store.Store, error)
	SourcesOfCases(ctx context.Context, ids []int64) (map[int64][]store.Source, error)
	OrdersByNumber(ctx context.Context, storeID int64, numbers []string) (map[string]store.Order, error)
	TrackingsOfCases(ctx context.Context, ids []int64) (map[int64]store.Tracking, error)
}

// gather lays everything a case is judged by beside its row.
func gather(ctx context.Context, r reader, cases []*store.Case) ([]*matter, error) {
	byID := map[int64]*matter{}
	out := make([]*matter, 0, len(cases))
	ids := make([]int64, 0, len(cases))
	stores := map[int64]store.Store{}
	numbers := map[int64][]string{}
	for _, c := range cases {
		st, ok := stores[c.StoreID]
		if !ok {
			var err error
			if st, err = r.Store(ctx, c.StoreID); err != nil {
				return nil, err
			}
			stores[c.StoreID] = st
		}
		m := &matter{c: c, st: st}
		byID[c.ID], out, ids = m, append(out, m), append(ids, c.ID)
		if c.OrderNo != "" {
			numbers[c.StoreID] = append(numbers[c.StoreID], c.OrderNo)
		}
	}
	rows, err := r.SourcesOfCases(ctx, ids)
	if err != nil {
		return nil, err
	}
	if err := addRecords(byID, rows); err != nil {
		return nil, err
	}
	if err := addParcels(ctx, r, byID); err != nil {
		return nil, err
	}
	for storeID, nos := range numbers {
		orders, err := r.OrdersByNumber(ctx, storeID, nos)
		if err != nil {
			return nil, err
		}
		for _, m := range out {
			if o := orders[m.c.OrderNo]; m.c.StoreID == storeID && len(o.Facts) > 0 {
				f, err := sharedFacts(o.Facts)
				if err != nil {
					return nil, err
				}
				m.order = &f
			}
		}
	}
	for _, m := range out {
		m.was = *stateOf(m)
	}
	return out, nil
}

// rejudge judges cases again because facts or time changed, and leaves an event where the verdict did. alter, if given, changes what
// is recorded here before judging. People's own changes bring their own event; the one written here tells what followed from it.
func (d *Desk) rejudge(ctx context.Context, tx *store.Tx, ids []int64, now time.Time, alter func(*matter) error) ([]*matter, error) {
	cases, err := forUpdate(tx, ids)
	if err != nil {
		return nil, err
	}
	ms, err := gather(ctx, tx, cases)
	if err != nil {
		return nil, err
	}
	var events []store.Event
	hang := newHanging(len(ms))
	for _, m := range ms {
		before := stateOf(m)
		if alter != nil {
			if err := alter(m); err != nil {
				return nil, err
			}
		}
		f, v, err := d.judge(m, now)
		if err != nil {
			return nil, err
		}
		hang.add(m, &f, &v, now)
		if after := stateOf(m); *after != *before {
			m.c.ChangedAt = now
			ev, err := judgedEvent(m, before, now)
			if err != nil {
				return nil, err
			}
			events = append(events, ev)
		}
	}
	if err := tx.PutCases(cases); err != nil {
		return nil, err
	}
	if err := hang.write(tx); err != nil {
		return nil, err
	}
	if err := d.tellAll(ctx, tx, now, hang.tells); err != nil {
		return nil, err
	}
	return ms, tx.AddEvents(events)
}

// judgedEvent tells that a case stands otherwise than before.
func judgedEvent(m *matter, before *state, now time.Time) (store.Event, error) {
	return event(m.c.ID, now, "judged_again", netDesk, map[string]any{"before": before, "after": stateOf(m), "why": m.c.Card.Why})
}

// keep writes a case that somebody acts on. It was judged for that: what time alone had changed since it was judged last leaves its own
// event, before that of the act.
func (m *matter) keep(tx *store.Tx, now time.Time) error {
	if err := tx.PutCases([]*store.Case{m.c}); err != nil || *stateOf(m) == m.was {
		return err
	}
	ev, err := judgedEvent(m, &m.was, now)
	if err != nil {
		return err
	}
	m.was = *stateOf(m)
	return tx.AddEvents([]store.Event{ev})
}

// hanging is what hangs on judged cases and is renewed with them: their timers, the words they are found by, and the names of their purchase.
type hanging struct {
	timers  map[int64][]store.Timer
	docs    map[int64]store.SearchDoc
	handles []store.Handle
	parcels []store.ParcelLink
	now     time.Time
	tells   map[int64][]tell
}

func newHanging(n int) *hanging {
	return &hanging{timers: make(map[int64][]store.Timer, n), docs: make(map[int64]store.SearchDoc, n), tells: make(map[int64][]tell, n)}
}

func (h *hanging) add(m *matter, f *dispute.Facts, v *policy.Verdict, now time.Time) {
	h.timers[m.c.ID] = timersOf(m.c, v, now)
	if at, dl := netAt(netOf(m.st), m.c.Card.Pending, m.c.Card.Net, v); dl != nil {
		h.timers[m.c.ID] = append(h.timers[m.c.ID], store.Timer{CaseID: m.c.ID, Kind: netTimer, DueAt: netDue(at, m.c)})
	}
	h.docs[m.c.ID] = searchDoc(m, f)
	if l, ok := linkOf(m, f); ok {
		h.parcels, h.now = append(h.parcels, l), now
	}
	h.tells[m.c.ID] = tellsOf(m.c, v, now)
	if f.Order != nil {
		for _, name := range f.Order.Handles {
			h.handles = append(h.handles, store.Handle{CaseID: m.c.ID, CompanyID: m.c.CompanyID, Name: name})
		}
	}
}

func (h *hanging) write(tx *store.Tx) error {
	if err := tx.SetTimersOf(h.timers); err != nil {
		return err
	}
	if err := tx.AddHandles(h.handles); err != nil {
		return err
	}
	if err := tx.LinkParcels(h.parcels, h.now); err != nil {
		return err
	}
	return tx.IndexAll(h.docs)
}

// addRecords lays the platform records beside their cases.
func addRecords(byID map[int64]*matter, rows map[int64][]store.Source) error {
	for id, sources := range rows {
		for _, row := range sources {
			f, err := sharedFacts(row.Facts)
			if err != nil {
				return err
			}
			byID[id].sources = append(byID[id].sources, record{row, f})
		}
	}
	return nil
}

// record adds facts to what is recorded here about a case.
func (m *matter) record(add dispute.Facts) error {
	own, err := decodeFacts(m.c.Own)
	if err != nil {
		return err
	}
	own.History = append(own.History, add.History...)
	own.Messages = append(own.Messages, add.Messages...)
	own.Evidence = append(own.Evidence, add.Evidence...)
	own.Ledger = append(own.Ledger, add.Ledger...)
	return m.setOwn(own)
}

func (m *matter) setOwn(own dispute.Facts) (err error) {
	m.c.Own, err = json.Marshal(own)
	return err
}

func refOfSource(src store.Source) (connector.Ref, error) {
	var ref connector.Ref
	err := json.Unmarshal(src.Ref, &ref)
	return ref, err
}
