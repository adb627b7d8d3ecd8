package shopify

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"parley/internal/connector"
	"parley/internal/fault"
)

const (
	atOnce = 5 // records read by one query
	// recently: on the first pull, what ended so lately is read too; disputes may have begun that long before.
	recently       = 30 * 24 * time.Hour
	longestDispute = 120 * 24 * time.Hour
	// overlap is how far before the last pull a later one looks for what began and ended in between.
	overlap = 2 * time.Hour
	// mostPages ends a list whose cursor leads nowhere.
	mostPages = 2000
)

// note is what a pull remembers for the next: when it began, and what was open. What is open no more drops out of the lists of open
// records and is read by its id once more.
type note struct {
	At   int64               `json:"at"`   // epoch milliseconds
	Open map[string][]string `json:"open"` // kind → ids
}

// pull is one run of Session.Pull.
type pull struct {
	s     *Session
	known connector.Known
	yield func([]connector.Snapshot) error
	now   time.Time
	done  map[string]bool // kind/id of what was looked at
	open  map[string][]string
	got   bool
}

// row is one record in a list: which one, and the fingerprint it would have. whole is set where the list already tells everything.
type row struct {
	kind, id, mark string
	open           bool
	changed        time.Time
	whole          *connector.Snapshot
}

// Pull lists what is open of each kind and what changed since the last pull (on the first: lately), reads in full what the desk does
// not have as it is, and then what was open before and is listed no more.
func (s *Session) Pull(ctx context.Context, from connector.Cursor, known connector.Known, yield func([]connector.Snapshot) error) (connector.Pulled, error) {
	var last note
	if json.Unmarshal([]byte(from), &last) != nil {
		last = note{}
	}
	p := &pull{s: s, known: known, yield: yield, now: s.world.Now(), done: map[string]bool{}, open: map[string][]string{}}
	since, disputesSince, lately := p.now.Add(-overlap), p.now.Add(-longestDispute), p.endedLately
	if last.At > 0 {
		since = time.UnixMilli(last.At).Add(-overlap)
		disputesSince, lately = since, nothing
	}
	err := ctx.Err()
	for _, step := range []func() error{
		func() error { return p.disputes(ctx, "status:needs_response OR status:under_review") },
		func() error { return p.disputes(ctx, "initiated_at:>="+instant(disputesSince)) },
		func() error { return p.returns(ctx, openReturns) },
		func() error { return lately(ctx) },
		func() error { return p.returns(ctx, "updated_at:>="+instant(since)) }, // an order whose return was withdrawn counts as one without any
		func() error { return p.late(ctx) },
		func() error { return p.vanished(ctx, last.Open) },
	} {
		if err == nil {
			err = step()
		}
	}
	return p.result(from, err)
}

const openReturns = "return_status:return_requested OR return_status:in_progress OR return_status:inspection_complete OR return_status:return_failed"

// endedLately reads what ended before the desk knew the shop, as far as the order still counts as one with a return.
func (p *pull) endedLately(ctx context.Context) error {
	return p.returns(ctx, "updated_at:>="+instant(p.now.Add(-recently))+" AND -return_status:no_return")
}

func nothing(context.Context) error { return nil }

func instant(t time.Time) string { return quoted(t.UTC().Format(time.RFC3339)) }

func (p *pull) result(from connector.Cursor, err error) (connector.Pulled, error) {
	out := connector.Pulled{Count: -1, Cursor: from}
	for kind, ids := range p.open {
		for _, id := range ids {
			out.Listed = append(out.Listed, kind+"/"+id)
		}
	}
	slices.Sort(out.Listed)
	if fault.Is(err, fault.Limited) && p.got {
		out.Partial = true // what was read is kept; what is known by then costs nothing in the next pull
		return out, nil
	}
	if err != nil {
		return out, err
	}
	cursor, err := json.Marshal(note{p.now.UnixMilli(), p.open})
	out.Cursor = connector.Cursor(cursor)
	return out, err
}

// connection is one page of a list.
type connection struct {
	Page struct {
		More scalar `json:"hasNextPage"`
		End  scalar `json:"endCursor"`
	} `json:"pageInfo"`
	Nodes []json.RawMessage `json:"nodes"`
}

// pages walks a list and hands over its pages. A cursor that comes twice ends it.
func (p *pull) pages(ctx context.Context, document, member string, variables map[string]any, each func([]json.RawMessage) error) error {
	seen := map[string]bool{}
	for range mostPages {
		a, err := p.s.read(ctx, document, variables)
		if err != nil {
			return err
		}
		var c connection
		if err := json.Unmarshal(a.data[member], &c); err != nil || c.Nodes == nil {
			return garbled(err, false)
		}
		if err := each(c.Nodes); err != nil {
			return err
		}
		end := c.Page.End.plain()
		if c.Page.More.plain() != "true" || end == "" || seen[end] {
			return nil
		}
		seen[end] = true
		variables["after"] = end
	}
	return nil
}

// disputes come whole in their list.
func (p *pull) disputes(ctx context.Context, query string) error {
	return p.pages(ctx, "Disputes", "disputes", map[string]any{"query": query}, func(nodes []json.RawMessage) error {
		var rows []row
		for _, node := range nodes {
			node, err := p.s.complete(ctx, node)
			if err != nil {
				return err
			}
			snap := readDispute(node)
			rows = append(rows, row{kind: disputeKind, id: snap.Ref.ID, mark: snap.Fingerprint, open: snap.Open, changed: snap.ChangedAt, whole: &snap})
		}
		return p.take(ctx, disputeKind, rows)
	})
}

// returns hang on orders; the list tells only which there are and what would have changed.
func (p *pull) returns(ctx context.Context, query string) error {
	return p.pages(ctx, "Returns", "orders", map[string]any{"query": query}, func(nodes []json.RawMessage) error {
		var rows []row
		for _, node := range nodes {
			var o wireOrder
			if err := json.Unmarshal(node, &o); err != nil {
				return garbled(err, false)
			}
			changed := new(reading).at("", o.UpdatedAt)
			for _, r := range o.Returns.Nodes {
				rows = append(rows, row{
					kind: returnKind, id: r.ID.plain(), mark: returnMark(r.Status, o.UpdatedAt), open: !returnStandings[r.Status.plain()].ended, changed: changed,
				})
			}
		}
		return p.take(ctx, returnKind, rows)
	})
}

// late lists what is still to be sent, and keeps what should have been sent by now.
func (p *pull) late(ctx context.Context) error {
	return p.pages(ctx, "Fulfilments", "fulfillmentOrders", map[string]any{}, func(nodes []json.RawMessage) error {
		var rows []row
		for _, node := range nodes {
			if snap := readLate(node, p.s.shipDays, p.now); snap.Open {
				rows = append(rows, row{kind: lateKind, id: snap.Ref.ID, mark: snap.Fingerprint, open: true, changed: snap.ChangedAt})
			}
		}
		return p.take(ctx, lateKind, rows)
	})
}

// take deals with the rows of one page: what the desk does not have as it is now is handed over.
func (p *pull) take(ctx context.Context, kind string, rows []row) error {
	rows = slices.DeleteFunc(rows, func(r row) bool {
		had := p.done[kind+"/"+r.id]
		p.done[kind+"/"+r.id] = true
		return had
	})
	if len(rows) == 0 {
		return nil
	}
	ids := make([]string, len(rows))
	for i, r := range rows {
		ids[i] = r.id
		if r.open && r.id != "" {
			p.open[kind] = append(p.open[kind], r.id)
		}
	}
	had := map[string]string{}
	if p.known != nil {
		var err error
		if had, err = p.known(ctx, kind, ids); err != nil {
			return err
		}
	}
	rows = slices.DeleteFunc(rows, func(r row) bool { return r.mark != "" && had[r.id] == r.mark })
	for chunk := range slices.Chunk(rows, atOnce) {
		if err := p.hand(ctx, kind, chunk); err != nil {
			return err
		}
	}
	return nil
}

// hand reads what a list told only in part, and yields.
func (p *pull) hand(ctx context.Context, kind string, rows []row) error {
	var snaps []connector.Snapshot
	var ids []string
	for _, r := range rows {
		if r.whole == nil {
			ids = append(ids, r.id)
			continue
		}
		r.whole.Fingerprint = warm(r.whole.Fingerprint, r.whole.ChangedAt, p.now)
		snaps = append(snaps, *r.whole)
	}
	if len(ids) > 0 {
		read, err := p.s.records(ctx, kind, ids)
		if err != nil {
			return err
		}
		snaps = append(snaps, read...)
	}
	p.got = true
	return p.yield(snaps)
}

// vanished reads what was open at the last pull and was met in no list now.
func (p *pull) vanished(ctx context.Context, before map[string][]string) error {
	for _, kind := range []string{disputeKind, returnKind, lateKind} {
		ids := slices.DeleteFunc(slices.Clone(before[kind]), func(id string) bool { return p.done[kind+"/"+id] })
		for chunk := range slices.Chunk(ids, atOnce) {
			snaps, err := p.s.records(ctx, kind, chunk)
			if err != nil {
				return err
			}
			for _, snap := range snaps {
				if snap.Open {
					p.open[kind] = append(p.open[kind], snap.Ref.ID) // the list lost it only for a moment
				}
			}
			p.got = true
			if err := p.yield(snaps); err != nil {
				return err
			}
		}
	}
	return nil
}
