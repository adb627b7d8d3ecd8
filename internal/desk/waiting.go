package desk

import (
	"context"
	"encoding/json"
	"slices"

	"parley/internal/fault"
	"parley/internal/store"
)

// WaitingQuery asks for a page of the decisions that wait.
type WaitingQuery struct {
	Outdated bool   // only those whose case has changed since
	Cursor   string // Next of a page
	Limit    int    // 1 to 200; 0 = 50
}

// WaitingPage is a page of the decisions that wait: those for a second signature first, then prepared ones, each oldest first.
type WaitingPage struct {
	Rows []Pending
	Next string // cursor of the following page; empty = this is the end
}

// walkMost is how many decisions are looked at for one page: a page of outdated ones may come short, and its Next goes on from there.
const walkMost = 1000

// Waiting gives a page of the decisions that wait in the stores the member sees, with a mark on those whose case has changed since.
func (d *Desk) Waiting(ctx context.Context, who Who, q WaitingQuery) (WaitingPage, error) {
	var out WaitingPage
	if err := who.need(Read); err != nil {
		return out, err
	}
	if q.Limit == 0 {
		q.Limit = pageDefault
	}
	if q.Limit < 1 || q.Limit > pageMost {
		return out, fault.Input("limit", itoa(q.Limit), "1 to "+itoa(pageMost))
	}
	b, err := d.book(ctx)
	if err != nil {
		return out, err
	}
	stores, none := who.scope(b, QueueQuery{})
	if none {
		return out, nil
	}
	return d.waitingFrom(ctx, who, b, stores, q)
}

// waitingFrom walks on from the cursor until the page is full, everything was seen, or enough was looked at.
func (d *Desk) waitingFrom(ctx context.Context, who Who, b book, stores []int64, q WaitingQuery) (out WaitingPage, err error) {
	after := store.Cursor(q.Cursor)
	for looked := 0; looked < walkMost; {
		all, err := d.DB.WaitingPage(ctx, store.WaitingQuery{Stores: stores, After: after, Limit: q.Limit + 1})
		if err != nil {
			return WaitingPage{}, err
		}
		more := len(all) > q.Limit
		all = all[:min(len(all), q.Limit)]
		rows, err := d.waitingRows(ctx, who, b, all)
		if err != nil {
			return WaitingPage{}, err
		}
		for i, row := range rows {
			if after = all[i].After(); q.Outdated && !row.Outdated {
				continue
			}
			if out.Rows = append(out.Rows, row); len(out.Rows) == q.Limit && (more || i < len(rows)-1) {
				out.Next = string(after)
				return out, nil
			}
		}
		if looked += len(all); !more {
			return out, nil
		}
	}
	out.Next = string(after)
	return out, nil
}

// waitingRows adds to decisions their cases, and whether these have changed since.
func (d *Desk) waitingRows(ctx context.Context, who Who, b book, all []store.Decision) ([]Pending, error) {
	out, err := d.pendings(ctx, who, all)
	if err != nil || len(out) == 0 {
		return nil, err
	}
	var ids []int64
	for _, dec := range all {
		ids = append(ids, dec.CaseID)
	}
	cases, err := d.DB.CasesByID(ctx, ids)
	if err != nil {
		return nil, err
	}
	of := map[int64]*store.Case{}
	for i := range cases {
		of[cases[i].ID] = &cases[i]
	}
	present, err := d.present(ctx, of)
	if err != nil {
		return nil, err
	}
	for i := range out {
		c := of[out[i].CaseID]
		if c == nil {
			continue
		}
		row := d.row(b, c, d.Now())
		out[i].Case = &row
		if out[i].Outdated, err = outdated(all[i], present[c.ID]); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// present is what decisions on cases would rest on now.
func (d *Desk) present(ctx context.Context, of map[int64]*store.Case) (map[int64]basis, error) {
	var cases []*store.Case
	for _, c := range of {
		cases = append(cases, c)
	}
	slices.SortFunc(cases, func(a, b *store.Case) int { return int(a.ID - b.ID) })
	ms, err := gather(ctx, d.DB, cases)
	if err != nil {
		return nil, err
	}
	out := map[int64]basis{}
	for _, m := range ms {
		f, err := m.facts()
		if err != nil {
			return nil, err
		}
		out[m.c.ID] = basisOf(&f)
	}
	return out, nil
}

// outdated tells whether the case of a decision is no longer what it rests on.
func outdated(dec store.Decision, present basis) (bool, error) {
	var seen basis
	err := json.Unmarshal(dec.Basis, &seen)
	return seen.changed(present) != nil, err
}
