package mirakl

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"

	"parley/internal/connector"
	"parley/internal/fault"
)

const (
	// overlap is how far before the last reading a later one looks again: clocks differ and writing takes time.
	overlap = 2 * time.Minute
	// recently: what ended so lately is read on the first pull.
	recently = 30 * 24 * time.Hour
	// everything is listed again after so long, in case a change was missed.
	everything = 12 * time.Hour
	// calmer is how much rarer than orders returns and threads are read.
	calmer = 3
)

// note is what a pull remembers for the next.
type note struct {
	Orders  int64            `json:"orders"`  // epoch milliseconds of the last reading of orders
	Returns int64            `json:"returns"` // … of returns
	Threads int64            `json:"threads"` // … of threads
	Full    int64            `json:"full"`    // … of everything open
	Latest  stamps           `json:"latest"`  // the latest changes seen, by the platform's own clock
	Open    map[string]ref   `json:"open"`    // "kind/id" of every open source
	Waiting map[string]int64 `json:"waiting"` // orders that wait for shipping, with their deadline in epoch milliseconds

	Back    map[string]string `json:"back"`    // fingerprints of the open returns, without their orders, as they were read last
	Talked  map[string]bool   `json:"talked"`  // orders that were talked about since orders were read
	Stirred map[string]bool   `json:"stirred"` // orders that changed, or were talked about, since returns were read
	Lately  map[string]sight  `json:"lately"`  // changes that later readings list again because of the overlap: "kind/id"
}

// sight is a change that was listed.
type sight struct {
	At    int64 `json:"at"`              // epoch milliseconds
	Again bool  `json:"again,omitempty"` // by two readings, so that no later change can carry the same instant
}

// fill makes what is not there, so that it can be written to.
func (n *note) fill() {
	if n.Waiting == nil {
		n.Waiting = map[string]int64{}
	}
	if n.Back == nil {
		n.Back = map[string]string{}
	}
	if n.Talked == nil {
		n.Talked = map[string]bool{}
	}
	if n.Stirred == nil {
		n.Stirred = map[string]bool{}
	}
	if n.Lately == nil {
		n.Lately = map[string]sight{}
	}
}

// news tells whether an order or a thread may have changed since it was listed. One without an instant may always have.
func (n *note) news(kind, id string, at time.Time) bool {
	if at.IsZero() {
		return true
	}
	key := kind + "/" + id
	was, known := n.Lately[key]
	known = known && was.At == at.UnixMilli()
	n.Lately[key] = sight{at.UnixMilli(), known}
	return !known || !was.Again
}

// forget drops changes of a kind that no later reading lists again.
func (n *note) forget(kind string, latest int64) {
	maps.DeleteFunc(n.Lately, func(key string, was sight) bool {
		return strings.HasPrefix(key, kind+"/") && was.At < latest-2*overlap.Milliseconds()
	})
}

// stamps are instants of change in epoch milliseconds.
type stamps struct {
	Orders  int64 `json:"orders"`
	Returns int64 `json:"returns"`
	Threads int64 `json:"threads"`
}

// since is from when on changes are asked for: the last reading by our clock or the latest change by theirs, whichever is earlier, as the
// two may differ by hours.
func since(last time.Time, latest int64) time.Time {
	if latest == 0 {
		return last.Add(-2 * 24 * time.Hour).UTC()
	}
	if t := time.UnixMilli(latest); t.Before(last) {
		last = t
	}
	return last.Add(-overlap).UTC()
}

func newest(stamp *int64, t time.Time) {
	if !t.IsZero() {
		*stamp = max(*stamp, t.UnixMilli())
	}
}

// ref is what is needed to read an open source again.
type ref struct {
	Order string `json:"o,omitempty"`
	Line  string `json:"l,omitempty"`
	Note  string `json:"n,omitempty"`
}

// pull is one run of Session.Pull.
type pull struct {
	s     *Session
	known connector.Known
	yield func([]connector.Snapshot) error
	now   time.Time
	first bool
	note  note
	seen  map[string]bool // orders read in this run
	back  map[string]bool // returns read in this run
	got   bool
}

// Pull reads threads, orders and returns that changed, each as often as operators want to be asked; on the first run, and every twelve
// hours as a net, it lists everything open.
func (s *Session) Pull(ctx context.Context, from connector.Cursor, known connector.Known, yield func([]connector.Snapshot) error) (connector.Pulled, error) {
	p := &pull{s: s, known: known, yield: yield, now: s.world.Now().UTC(), seen: map[string]bool{}, back: map[string]bool{}}
	if err := ctx.Err(); err != nil {
		return connector.Pulled{Cursor: from}, err
	}
	if json.Unmarshal([]byte(from), &p.note) != nil || p.note.Open == nil {
		p.note = note{Open: map[string]ref{}}
		p.first = true
	}
	p.note.fill()
	err := p.run(ctx)
	result := connector.Pulled{Count: -1, Cursor: from}
	if fault.Is(err, fault.Limited) && p.got {
		result.Partial = true // what was read is kept; what is known by then costs less in the next pull
		return result, nil
	}
	if err != nil {
		return result, err
	}
	result.Listed = slices.Sorted(maps.Keys(p.note.Open))
	cursor, err := json.Marshal(p.note)
	result.Cursor = connector.Cursor(cursor)
	return result, err
}

func (p *pull) run(ctx context.Context) error {
	steps := []struct {
		last  *int64
		every time.Duration
		do    func(context.Context, time.Time) error
	}{
		{&p.note.Threads, calmer * p.s.every, p.threads},
		{&p.note.Orders, p.s.every, p.orders},
		{&p.note.Returns, calmer * p.s.every, p.returns},
	}
	for _, step := range steps {
		last := time.UnixMilli(*step.last)
		if *step.last > 0 && p.now.Sub(last) >= 0 && p.now.Sub(last) < step.every {
			continue
		}
		if err := step.do(ctx, last); err != nil {
			return err
		}
		*step.last = p.now.UnixMilli()
	}
	return p.overdue(ctx)
}

// keep notes whether a source is open.
func (p *pull) keep(snap connector.Snapshot) {
	key := snap.Ref.Kind + "/" + snap.Ref.ID
	if snap.Open {
		p.note.Open[key] = ref{snap.Ref.Order, snap.Ref.Line, snap.Ref.Note}
	} else {
		delete(p.note.Open, key)
	}
}

// give hands over those snapshots of one kind that the desk does not have as they are.
func (p *pull) give(ctx context.Context, kind string, snaps []connector.Snapshot) error {
	if len(snaps) == 0 {
		return nil
	}
	ids := make([]string, len(snaps))
	for n, s := range snaps {
		ids[n] = s.Ref.ID
		p.keep(s)
	}
	had, err := p.ask(ctx, kind, ids)
	if err != nil {
		return err
	}
	fresh := slices.DeleteFunc(snaps, func(s connector.Snapshot) bool { print, ok := had[s.Ref.ID]; return ok && print == s.Fingerprint })
	if len(fresh) == 0 {
		return nil
	}
	p.got = true
	return p.yield(fresh)
}

func (p *pull) ask(ctx context.Context, kind string, ids []string) (map[string]string, error) {
	if p.known == nil || len(ids) == 0 {
		return nil, nil
	}
	return p.known(ctx, kind, ids)
}

// threads reads the talks that changed; on the first run those of the last thirty days.
func (p *pull) threads(ctx context.Context, last time.Time) error {
	from := since(last, p.note.Latest.Threads)
	if p.first {
		from = p.now.Add(-recently)
	}
	q := url.Values{"updated_since": {from.Format(time.RFC3339)}, "with_messages": {"true"}}
	err := p.s.seek(ctx, "/api/inbox/threads", q, func(page []value) error {
		var snaps []connector.Snapshot
		for _, v := range page {
			t := readThread(v, p.s.base)
			if t.id == "" {
				continue
			}
			newest(&p.note.Latest.Threads, t.updated)
			if t.order != "" && p.note.news(threadKind, t.id, t.updated) {
				p.note.Talked[t.order], p.note.Stirred[t.order] = true, true
			}
			snaps = append(snaps, t.snapshot())
		}
		return p.give(ctx, threadKind, snaps)
	})
	p.note.forget(threadKind, p.note.Latest.Threads)
	return err
}

// orders reads the orders that changed and, from time to time, all with an incident and all that wait for shipping; then those with an open
// incident whose talk changed or that a full listing no longer had. A full listing does not have what changed on an order whose incidents
// are over.
func (p *pull) orders(ctx context.Context, last time.Time) error {
	full := p.first || p.now.Sub(time.UnixMilli(p.note.Full)) >= everything
	filters := []url.Values{{"start_update_date": {since(last, p.note.Latest.Orders).Format(time.RFC3339)}}}
	if p.first {
		filters = nil
	}
	if full {
		filters = append(filters, url.Values{"has_incident": {"true"}}, url.Values{"order_state_codes": {"SHIPPING"}})
		p.note.Waiting = map[string]int64{}
	}
	for _, f := range filters {
		if err := p.listing(ctx, f); err != nil {
			return err
		}
	}
	var again []string
	for key, r := range p.note.Open {
		kind, _, _ := strings.Cut(key, "/")
		if (kind == incidentKind && (full || p.note.Talked[r.Order]) || kind == lateKind && full) && !p.seen[r.Order] {
			again = append(again, r.Order)
		}
	}
	if full {
		p.note.Full = p.now.UnixMilli()
		clear(p.note.Back)
	}
	p.note.forget(orderKind, p.note.Latest.Orders)
	clear(p.note.Talked)
	return p.reread(ctx, again)
}

// listing reads all pages of OR11 for a filter. Rows may move between pages while others change: what comes twice is read once. A platform
// that gives one page again and again, or has no end, is not believed.
func (p *pull) listing(ctx context.Context, filter url.Values) error {
	var before []string
	for n := range mostPages {
		page, total, err := p.s.ordersBy(ctx, filter, n*pageSize)
		if err != nil {
			return err
		}
		ids := numbers(page)
		if len(ids) > 0 && slices.Equal(ids, before) {
			return garbled(errors.New("the same page of orders again"), false)
		}
		before = ids
		if err := p.take(ctx, page); err != nil {
			return err
		}
		if len(page) == 0 || (n+1)*pageSize >= total {
			return nil
		}
	}
	return garbled(errors.New("orders without end"), false)
}

// reread reads some orders by number.
func (p *pull) reread(ctx context.Context, ids []string) error {
	slices.Sort(ids)
	for chunk := range slices.Chunk(slices.Compact(ids), pageSize) {
		page, _, err := p.s.ordersBy(ctx, url.Values{"order_ids": {strings.Join(chunk, ",")}}, 0)
		if err != nil {
			return err
		}
		if err := p.take(ctx, page); err != nil {
			return err
		}
		p.vanished(chunk)
	}
	return nil
}

// vanished lists as open no more what hangs on orders the platform does not know any more: the desk then asks for each of them.
func (p *pull) vanished(ids []string) {
	for _, id := range ids {
		if p.seen[id] {
			continue
		}
		delete(p.note.Waiting, id)
		for key, r := range p.note.Open {
			if kind, _, _ := strings.Cut(key, "/"); r.Order == id && (kind == incidentKind || kind == lateKind) {
				delete(p.note.Open, key)
			}
		}
	}
}

// overdue finds the orders whose shipping deadline has come since they were read.
func (p *pull) overdue(ctx context.Context) error {
	var due []string
	for id, at := range p.note.Waiting {
		if _, open := p.note.Open[lateKind+"/"+id]; !open && at <= p.now.UnixMilli() && !p.seen[id] {
			due = append(due, id)
		}
	}
	return p.reread(ctx, due)
}

// returns lists the open returns, then those that changed, which tells how the others ended; on the first run what changed lately. One
// that was open and is listed no more is left to the desk to ask for. The orders of returns on which nothing stirred are read again only
// when everything open is.
func (p *pull) returns(ctx context.Context, last time.Time) error {
	from := since(last, p.note.Latest.Returns)
	if p.first {
		from = p.now.Add(-recently)
	}
	listed := map[string]bool{}
	for _, q := range []url.Values{{"return_state": openReturns}, {"return_last_updated_from": {from.UTC().Format(time.RFC3339)}}} {
		err := p.s.seek(ctx, "/api/returns", q, func(page []value) error {
			for _, v := range page {
				listed[v.text("id")] = true
				newest(&p.note.Latest.Returns, (&reading{}).at(v, "last_updated"))
			}
			return p.takeReturns(ctx, page)
		})
		if err != nil {
			return err
		}
	}
	for key := range p.note.Open {
		if kind, id, _ := strings.Cut(key, "/"); kind == returnKind && !listed[id] {
			delete(p.note.Open, key)
		}
	}
	maps.DeleteFunc(p.note.Back, func(id, _ string) bool { _, open := p.note.Open[returnKind+"/"+id]; return !open })
	clear(p.note.Stirred)
	return nil
}
