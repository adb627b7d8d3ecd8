package stripe

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"parley/internal/connector"
	"parley/internal/fault"
)

const (
	pageSize = 100 // the most a list gives
	// longestCase is how far back the first pull looks for what is still open, recently for what ended lately: Stripe
	// does not filter by status.
	longestCase = 365 * 24 * time.Hour
	recently    = 120 * 24 * time.Hour
	// overlap is how far before the last pull a later one looks: clocks differ, and a list may lag behind. What is known
	// costs nothing but its place on a page.
	overlap = 48 * time.Hour
)

// note is what a pull remembers for the next: when it began and when everything was listed, the last event, and what was open, as
// "kind/id" → creation.
type note struct {
	At    int64            `json:"at"` // Unix seconds
	Full  int64            `json:"full,omitempty"`
	Event string           `json:"event,omitempty"`
	Open  map[string]int64 `json:"open"`
}

// pull is one run of Session.Pull.
type pull struct {
	s       *Session
	last    note
	began   time.Time
	full    int64  // when everything was listed
	event   string // the last one
	known   connector.Known
	yield   func([]connector.Snapshot) error
	seen    map[string]bool // "kind/id" of what was dealt with in this run
	paid    map[string]bool // payments whose records were read
	open    map[string]int64
	got     bool
	endings map[string]time.Time // when disputes ended; nil = not asked yet
}

// Pull reads what events name. The first time, every three days as a net, and where events may not be read, it lists what was created since
// the oldest open record (the first time: within a year), and reads what was open and is not in the list any more.
func (s *Session) Pull(ctx context.Context, from connector.Cursor, known connector.Known, yield func([]connector.Snapshot) error) (connector.Pulled, error) {
	p := &pull{s: s, began: s.world.Now(), known: known, yield: yield, seen: map[string]bool{}, paid: map[string]bool{}, open: map[string]int64{}}
	if json.Unmarshal([]byte(from), &p.last) != nil {
		p.last = note{}
	}
	err := p.all(ctx)
	result := connector.Pulled{Count: -1, Cursor: from, Listed: sortedKeys(p.open)}
	if fault.Is(err, fault.Limited) && p.got {
		result.Partial = true // what was read is kept; what is known by then costs nothing in the next pull
		return result, nil
	}
	if err != nil {
		return result, err
	}
	cursor, err := json.Marshal(note{p.began.Unix(), p.full, p.event, p.open})
	result.Cursor = connector.Cursor(cursor)
	return result, err
}

func (p *pull) all(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	p.full = p.last.Full
	if done, err := p.changes(ctx); done || err != nil {
		return err
	}
	return p.everything(ctx)
}

// everything lists all that is open. What happens meanwhile is told by events, of which the last one is asked for before.
func (p *pull) everything(ctx context.Context) (err error) {
	p.full = p.began.Unix()
	if p.event, err = p.newestEvent(ctx); err != nil {
		return err
	}
	if err := p.listing(ctx, disputes); err != nil {
		return err
	}
	if p.s.warnings {
		switch err := p.listing(ctx, warnings); {
		case optional(err):
			p.s.world.Log.Info("stripe: the key may not read early fraud warnings", "store", p.s.store)
		case err != nil:
			return err
		}
	}
	return p.vanished(ctx)
}

// since is from when on a list is asked for: everything open must be in it.
func (p *pull) since(of source) time.Time {
	if p.last.At == 0 {
		if of.kind == warningKind {
			return p.began.Add(-warningLasts)
		}
		return p.began.Add(-longestCase)
	}
	since := time.Unix(p.last.At, 0).Add(-overlap)
	for key, created := range p.last.Open {
		if at := time.Unix(created, 0); strings.HasPrefix(key, of.kind+"/") && at.Before(since) {
			since = at
		}
	}
	if oldest := p.began.Add(-longestCase); since.Before(oldest) {
		since = oldest // what is older is read by its number
	}
	return since
}

// listing reads what was created since there was something open.
func (p *pull) listing(ctx context.Context, of source) error {
	return p.pages(ctx, of, param{in("created", "gte"), strconv.FormatInt(p.since(of).Unix(), 10)})
}

// pages reads a list page by page, the newest first.
func (p *pull) pages(ctx context.Context, of source, which param) error {
	ask := []param{
		{"limit", strconv.Itoa(pageSize)}, which,
		{"expand[]", "data.charge.refunds"}, {"expand[]", "data.payment_intent"}, // the record itself tells neither the payment nor what was paid back of it
	}
	after := ""
	for {
		params := ask
		if after != "" {
			params = append(slices.Clone(ask), param{"starting_after", after})
		}
		l, err := p.s.page(ctx, of, params...)
		if err != nil {
			return err
		}
		if err := p.take(ctx, of, l.Data); err != nil {
			return err
		}
		last := lastID(l.Data)
		if !bool(l.More) || last == "" || last == after {
			return nil
		}
		after = last
	}
}

// take hands over what the desk does not have as it is now.
func (p *pull) take(ctx context.Context, of source, rows []json.RawMessage) error {
	rows, err := p.changed(ctx, of, rows)
	if err != nil {
		return err
	}
	var snaps []connector.Snapshot
	for _, raw := range rows {
		snap := p.s.snapshot(of, raw)
		key := of.kind + "/" + snap.Ref.ID
		if snap.Ref.ID == "" || p.seen[key] {
			continue // a row came twice because others were created meanwhile, or has no name to keep it by
		}
		p.seen[key] = true
		if snap.Open {
			p.open[key] = created(raw)
		}
		if p.wanted(snap) {
			snaps = append(snaps, snap)
		}
	}
	return p.fresh(ctx, of, snaps)
}

// fresh hands over what the desk does not have as it is now.
func (p *pull) fresh(ctx context.Context, of source, snaps []connector.Snapshot) error {
	snaps, err := p.unknown(ctx, of, snaps)
	if err != nil || len(snaps) == 0 {
		return err
	}
	return p.hand(ctx, snaps)
}

// changed leaves out disputes that are as the desk has them, without reading them in full: most rows of most pulls. Warnings are read, since
// they end by time alone.
func (p *pull) changed(ctx context.Context, of source, rows []json.RawMessage) ([]json.RawMessage, error) {
	if p.last.At == 0 || p.known == nil || of != disputes {
		return rows, nil
	}
	members := make([]map[string]json.RawMessage, len(rows))
	ids := make([]string, len(rows))
	for n, raw := range rows {
		if json.Unmarshal(raw, &members[n]) == nil { // what is no record is read in full, to say so
			ids[n] = string(read[text](members[n]["id"]))
		}
	}
	had, err := p.known(ctx, of.kind, ids)
	if err != nil {
		return nil, err
	}
	var out []json.RawMessage
	for n, raw := range rows {
		if had[ids[n]] == "" || had[ids[n]] != digestOf(members[n]) {
			out = append(out, raw)
			continue
		}
		key := of.kind + "/" + ids[n]
		p.seen[key] = true
		if !standings[string(read[text](members[n]["status"]))].ended {
			p.open[key] = read[whole](members[n]["created"]).n
		}
	}
	return out, nil
}

// read takes a member, or what stands for one that is missing.
func read[T any](raw json.RawMessage) (value T) {
	_ = json.Unmarshal(raw, &value) // missing, then
	return value
}

// wanted leaves out what ended long ago, on the first pull.
func (p *pull) wanted(snap connector.Snapshot) bool {
	return p.last.At != 0 || snap.Open || snap.Problem != nil || p.began.Sub(snap.ChangedAt) < recently
}

// unknown leaves out what the desk has already.
func (p *pull) unknown(ctx context.Context, of source, snaps []connector.Snapshot) ([]connector.Snapshot, error) {
	if len(snaps) == 0 || p.known == nil {
		return snaps, nil
	}
	ids := make([]string, len(snaps))
	for n, snap := range snaps {
		ids[n] = snap.Ref.ID
	}
	had, err := p.known(ctx, of.kind, ids)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(snaps, func(s connector.Snapshot) bool { return s.Fingerprint != "" && had[s.Ref.ID] == s.Fingerprint }), nil
}

// hand yields records, those that ended with the time of it.
func (p *pull) hand(ctx context.Context, snaps []connector.Snapshot) error {
	for n := range snaps {
		if err := p.end(ctx, &snaps[n]); err != nil {
			return err
		}
		if err := p.s.moreRefunds(ctx, &snaps[n]); err != nil {
			return err
		}
	}
	p.got = true
	return p.yield(snaps)
}

// end finds when a record ended: from the account's events; where they are not told, a record that was open at the last
// pull ended by now.
func (p *pull) end(ctx context.Context, snap *connector.Snapshot) error {
	if lacksEnd(*snap) {
		if p.endings == nil {
			var err error
			if p.endings, err = p.s.closings(ctx, p.began.Add(-eventsKept)); err != nil && !optional(err) {
				return err
			}
		}
		ended(snap, p.endings[snap.Ref.ID])
	}
	if _, wasOpen := p.last.Open[snap.Ref.Kind+"/"+snap.Ref.ID]; wasOpen {
		ended(snap, p.began.UTC().Truncate(time.Second))
	}
	return nil
}

// vanished reads what was open at the last pull and was not listed now.
func (p *pull) vanished(ctx context.Context) error {
	for _, of := range []source{disputes, warnings} {
		snaps, err := p.gone(ctx, of)
		if err == nil {
			err = p.fresh(ctx, of, snaps)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// gone reads one by one what the list of a kind had no more.
func (p *pull) gone(ctx context.Context, of source) (snaps []connector.Snapshot, err error) {
	for _, key := range sortedKeys(p.last.Open) {
		id, ours := strings.CutPrefix(key, of.kind+"/")
		if !ours || p.seen[key] || (of == warnings && !p.s.warnings) {
			continue
		}
		snap, err := p.again(ctx, of, id)
		if err != nil {
			return nil, err
		}
		snaps = append(snaps, snap)
	}
	return snaps, nil
}

// again reads one record. One that is gone, or that cannot be read, is a snapshot that says so.
func (p *pull) again(ctx context.Context, of source, id string) (connector.Snapshot, error) {
	key := of.kind + "/" + id
	snap, err := p.s.record(ctx, connector.Ref{Kind: of.kind, ID: id})
	if err != nil && !fault.Is(err, fault.NotFound) && !fault.Is(err, fault.Garbled) {
		return snap, err
	}
	p.seen[key] = true
	if snap.Open || fault.Is(err, fault.Garbled) {
		p.open[key] = cmp.Or(p.last.Open[key], created(snap.Raw))
	}
	return snap, nil
}

func created(raw json.RawMessage) int64 {
	var r struct {
		Created whole `json:"created"`
	}
	_ = json.Unmarshal(raw, &r) // read before
	return r.Created.n
}
