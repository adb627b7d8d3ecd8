package paypal

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"net/url"
	"slices"
	"time"

	"parley/internal/connector"
	"parley/internal/fault"
)

const (
	pageSize = "50" // the most the list gives
	maxPages = 2000 // of one listing: a list that never ends is broken
	// farBack is how far back the list can be asked for: 180 days, less two for clocks that differ.
	farBack = 178 * 24 * time.Hour
	// recently: on the first pull, what ended so lately is read too.
	recently = 30 * 24 * time.Hour
	// overlap is how far before the newest change seen a later pull looks again.
	overlap = 15 * time.Minute
)

// openStates are the dispute_states of what still runs. Their listing has no bound in time, so that nothing open is missed that did not
// change for half a year.
const openStates = "OPEN_INQUIRIES,REQUIRED_ACTION,REQUIRED_OTHER_PARTY_ACTION,UNDER_PAYPAL_REVIEW"

// note is what a pull remembers for the next: the newest change seen, by PayPal's clock, and what was open.
type note struct {
	Newest int64    `json:"newest"` // epoch milliseconds
	Open   []string `json:"open"`
}

// pull is one run of Session.Pull.
type pull struct {
	s      *Session
	known  connector.Known
	yield  func([]connector.Snapshot) error
	done   map[string]string // dispute → fingerprint, of what was dealt with in this run
	open   map[string]bool
	newest time.Time
	got    bool
}

// Pull lists what runs, then all that changed since the newest change seen (on the first pull: in half a year), then reads what was open
// and stood in neither list.
func (s *Session) Pull(ctx context.Context, from connector.Cursor, known connector.Known, yield func([]connector.Snapshot) error) (connector.Pulled, error) {
	var last note
	if json.Unmarshal([]byte(from), &last) != nil || last.Newest < 0 {
		last = note{}
	}
	p := &pull{s: s, known: known, yield: yield, done: map[string]string{}, open: map[string]bool{}, newest: time.UnixMilli(last.Newest).UTC()}
	err := p.run(ctx, last)
	result := connector.Pulled{Count: -1, Cursor: from}
	for id := range p.open {
		result.Listed = append(result.Listed, disputeKind+"/"+id)
	}
	slices.Sort(result.Listed)
	if fault.Is(err, fault.Limited) && p.got {
		result.Partial = true // what was read is kept; what is known by then costs nothing in the next pull
		return result, nil
	}
	if err != nil {
		return result, err
	}
	cursor, err := json.Marshal(note{max(p.newest.UnixMilli(), 0), slices.Sorted(maps.Keys(p.open))})
	result.Cursor = connector.Cursor(cursor)
	return result, err
}

func (p *pull) run(ctx context.Context, last note) error {
	if err := p.listing(ctx, url.Values{"dispute_state": {openStates}}, time.Time{}); err != nil {
		return err
	}
	since, ended := p.s.world.Now().Add(-farBack), p.s.world.Now().Add(-recently)
	if last.Newest > 0 {
		if t := time.UnixMilli(last.Newest).Add(-overlap); t.After(since) {
			since = t
		}
		ended = time.Time{}
	}
	changed := url.Values{"update_time_after": {since.UTC().Format("2006-01-02T15:04:05.000Z")}}
	if err := p.listing(ctx, changed, ended); err != nil {
		return err
	}
	return p.vanished(ctx, last.Open)
}

// listing reads all pages of one question. What ended before an instant is passed over.
func (p *pull) listing(ctx context.Context, ask url.Values, ended time.Time) error {
	ask.Set("page_size", pageSize)
	seen := map[string]bool{}
	for range maxPages {
		got, err := p.s.get(ctx, disputes, ask)
		if err != nil {
			return err
		}
		if !got.get("items").there() && !got.get("links").there() {
			return garbled(errors.New("neither items nor links"), false)
		}
		if err := p.take(ctx, p.rows(got.get("items"), ended)); err != nil {
			return err
		}
		token := nextPage(got.value)
		if token == "" {
			return nil
		}
		if seen[token] {
			return garbled(errors.New("the list comes back to a page"), false)
		}
		seen[token] = true
		ask.Set("next_page_token", token)
	}
	return garbled(errors.New("the list does not end"), false)
}

// nextPage takes the token out of the link to the next page; the address itself is not followed: it is PayPal's word, not ours.
func nextPage(v value) string {
	for _, link := range v.get("links").list() {
		if link.get("rel").text() == "next" {
			if u, err := url.Parse(link.get("href").text()); err == nil {
				return u.Query().Get("next_page_token")
			}
		}
	}
	return ""
}

// row is one line of the list.
type row struct {
	id, fingerprint string
	snap            connector.Snapshot
	raw             value
}

func (p *pull) rows(items value, ended time.Time) (out []row) {
	for _, v := range items.list() {
		snap, _, err := readDispute(v)
		r := row{id: v.get("dispute_id").text(), fingerprint: fingerprint(v), snap: snap, raw: v}
		if err != nil {
			r.snap, r.fingerprint = connector.Snapshot{Ref: connector.Ref{Kind: disputeKind, ID: r.id}, Open: true}, ""
		}
		if !disputeID.MatchString(r.id) {
			continue // a row without a number cannot be read, nor be named
		}
		if !r.snap.Open && r.snap.ChangedAt.Before(ended) {
			continue
		}
		out = append(out, r)
	}
	return out
}

// take deals with the rows of one page: those the desk does not have as they are now are read in full, together, and handed over in the
// order of the page.
func (p *pull) take(ctx context.Context, rows []row) error {
	var todo []row
	for _, r := range rows {
		p.sees(r.snap)
		if had, was := p.done[r.id]; !was || had != r.fingerprint {
			todo = append(todo, r)
			p.done[r.id] = r.fingerprint
		}
	}
	todo, err := p.fresh(ctx, todo)
	if err != nil || len(todo) == 0 {
		return err
	}
	snaps, err := p.details(ctx, todo)
	for _, s := range snaps {
		p.sees(s)
	}
	if len(snaps) > 0 {
		p.got = true
		if failed := p.yield(snaps); failed != nil {
			return failed
		}
	}
	return err
}

// sees notes whether a dispute is open and how new its change is.
func (p *pull) sees(s connector.Snapshot) {
	if s.Open {
		p.open[s.Ref.ID] = true
	} else {
		delete(p.open, s.Ref.ID)
	}
	if s.ChangedAt.After(p.newest) {
		p.newest = s.ChangedAt
	}
}

// fresh leaves out the rows the desk has already: one question a page.
func (p *pull) fresh(ctx context.Context, rows []row) ([]row, error) {
	if len(rows) == 0 || p.known == nil {
		return rows, nil
	}
	ids := make([]string, len(rows))
	for n, r := range rows {
		ids[n] = r.id
	}
	had, err := p.known(ctx, disputeKind, ids)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(rows, func(r row) bool { return r.fingerprint != "" && had[r.id] == r.fingerprint }), nil
}

// details reads some disputes in full, one after the other: PayPal's limit of calls is reached that way too, and what is read does not
// depend on which answer comes first. One that cannot be read becomes a snapshot of what its row says, with the problem; what concerns the
// whole account ends the pull, with what was read until then.
func (p *pull) details(ctx context.Context, rows []row) ([]connector.Snapshot, error) {
	snaps := make([]connector.Snapshot, 0, len(rows))
	for _, r := range rows {
		snap, err := p.s.Fetch(ctx, r.snap.Ref)
		switch {
		case err != nil && stops(err):
			return snaps, err
		case err != nil:
			snap = r.unread(snap, err)
		}
		snaps = append(snaps, snap)
	}
	return snaps, nil
}

// unread is what a row says of a dispute that could not be read in full.
func (r row) unread(got connector.Snapshot, why error) connector.Snapshot {
	snap := r.snap
	snap.Problem, snap.Fingerprint = why, "" // so that the next pull tries again
	if snap.Raw = got.Raw; len(snap.Raw) == 0 {
		snap.Raw = json.RawMessage(r.raw.written())
	}
	return snap
}

// stops tells a failure that concerns the whole account from one of a single record.
func stops(err error) bool {
	f := fault.Of(err)
	return f == nil || (f.Kind != fault.Garbled && f.Kind != fault.NotFound && f.Kind != fault.Refused)
}

// vanished reads what was open in the last pull and stood in no list now. What PayPal no longer knows is told once, as a problem.
func (p *pull) vanished(ctx context.Context, open []string) error {
	var gone []row
	for _, id := range open {
		if _, seen := p.done[id]; !seen && disputeID.MatchString(id) {
			gone = append(gone, row{id: id, snap: connector.Snapshot{Ref: connector.Ref{Kind: disputeKind, ID: id}}})
		}
	}
	for page := range slices.Chunk(gone, 50) {
		snaps, err := p.details(ctx, page)
		if err != nil {
			return err
		}
		for _, s := range snaps {
			p.sees(s)
		}
		p.got = true
		if err := p.yield(snaps); err != nil {
			return err
		}
	}
	return nil
}
