package aliexpress

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"parley/internal/connector"
	"parley/internal/fault"
)

const (
	pageSize = 50 // the most the list gives
	together = 16 // details read at a time
	// recently: on the first pull, what ended so lately is read too; it was opened at most that long before.
	recently    = 30 * 24 * time.Hour
	longestCase = 120 * 24 * time.Hour
	// overlap is how far before the last pull a later one looks for cases that were opened and ended in between.
	overlap = 2 * time.Hour
	// rounds of listing, if rows moved between the pages while they were read.
	rounds = 3
)

// note is what a pull remembers for the next: when it began, and whose issues were open. An issue that is open no more
// vanishes from the list of open ones, and no filter finds it again but its number.
type note struct {
	At   int64             `json:"at"`   // epoch milliseconds
	Open map[string]string `json:"open"` // issue → buyer's login
	// Wishes are the wishes to cancel that were open, with the buyer's login, and WishesAt is when they were listed, in epoch milliseconds.
	Wishes   map[string]string `json:"wishes,omitempty"`
	WishesAt int64             `json:"wishes_at,omitempty"`
}

// pull is one run of Session.Pull.
type pull struct {
	s      *Session
	known  connector.Known
	yield  func([]connector.Snapshot) error
	done   map[string]string // issue → fingerprint, of what was dealt with in this run
	open   map[string]string
	wish   map[string]string // wish to cancel → buyer's login
	listed []string
	count  int
	got    bool
}

// Pull lists everything open, reads what changed, then what vanished from the list, then what was opened and ended
// since the last pull (on the first: what ended lately), then the orders whose buyers want to cancel.
func (s *Session) Pull(ctx context.Context, from connector.Cursor, known connector.Known, yield func([]connector.Snapshot) error) (connector.Pulled, error) {
	began := s.world.Now()
	var last note
	if json.Unmarshal([]byte(from), &last) != nil {
		last = note{}
	}
	p := &pull{s: s, known: known, yield: yield, done: map[string]string{}, open: map[string]string{}, count: -1}
	err := p.openOnes(ctx)
	if err == nil {
		err = p.vanished(ctx, last.Open)
	}
	if err == nil {
		err = p.endedOnes(ctx, last.At, began)
	}
	if err == nil {
		err = p.wishes(ctx, &last, began)
	}
	result := connector.Pulled{Count: p.count, Listed: p.listed, Cursor: from}
	if fault.Is(err, fault.Limited) && p.got {
		result.Partial = true // what was read is kept; what is known by then costs nothing in the next pull
		return result, nil
	}
	if err != nil {
		return result, err
	}
	cursor, err := json.Marshal(note{began.UnixMilli(), p.open, p.wish, last.WishesAt})
	result.Cursor = connector.Cursor(cursor)
	return result, err
}

// openOnes reads the list of open issues until it stands still: rows move between pages while others end or begin, so
// when the total changes on the way, or fewer rows came than it says, the list is read again.
func (p *pull) openOnes(ctx context.Context) error {
	for round := range rounds {
		ids := map[string]bool{}
		still, err := p.listing(ctx, ids)
		if err != nil {
			return err
		}
		if (still && len(ids) >= p.count) || round == rounds-1 {
			p.keepOpen(ids)
			return nil
		}
	}
	return nil
}

// listing reads all pages of the open issues once and tells whether the total stayed the same meanwhile.
func (p *pull) listing(ctx context.Context, ids map[string]bool) (still bool, err error) {
	still = true
	for n := 1; ; n++ {
		page, err := p.s.list(ctx, query{page: n, size: pageSize, status: processing})
		if err != nil {
			return false, err
		}
		still = still && (n == 1 || page.total == p.count)
		p.count = page.total
		had := len(ids)
		for _, r := range page.rows {
			ids[r.ref.ID] = true
		}
		if err := p.take(ctx, page.rows); err != nil {
			return false, err
		}
		if len(ids) == had || page.last(n) {
			return still, nil
		}
	}
}

// last tells whether page n is the last one.
func (p page) last(n int) bool {
	if p.total >= 0 {
		return len(p.rows) == 0 || n*pageSize >= p.total
	}
	return len(p.rows) < pageSize
}

// keepOpen drops from the open ones what the last listing no longer had.
func (p *pull) keepOpen(ids map[string]bool) {
	for id := range p.open {
		if !ids[id] {
			delete(p.open, id)
			delete(p.done, id) // what left the list meanwhile is looked at again
		}
	}
	p.listed = p.listed[:0]
	for id := range p.open {
		p.listed = append(p.listed, issueKind+"/"+id)
	}
	slices.Sort(p.listed)
}

// take deals with the rows of one page: those the desk does not have as they are now are read in full, together, and
// handed over in the order of the page.
func (p *pull) take(ctx context.Context, rows []row) error {
	var todo []row
	for _, r := range rows {
		if r.open() && r.ref.ID != "" {
			p.open[r.ref.ID] = r.ref.Buyer
		}
		if had, was := p.done[r.ref.ID]; !was || had != r.fingerprint {
			todo = append(todo, r)
		}
	}
	todo, err := p.unknown(ctx, todo)
	if err != nil || len(todo) == 0 {
		return err
	}
	snaps, err := p.details(ctx, todo)
	if err != nil {
		// What was read before the failure is handed over all the same.
		snaps = slices.DeleteFunc(snaps, func(s connector.Snapshot) bool { return s.Ref.Kind == "" })
	}
	if len(snaps) > 0 {
		p.got = true
		if failed := p.yield(snaps); failed != nil {
			return failed
		}
	}
	return err
}

// unknown leaves out the rows that the desk has already, and marks all as dealt with.
func (p *pull) unknown(ctx context.Context, rows []row) ([]row, error) {
	if len(rows) == 0 {
		return nil, nil
	}
	ids := make([]string, len(rows))
	for n, r := range rows {
		ids[n] = r.ref.ID
	}
	var had map[string]string
	if p.known != nil {
		var err error
		if had, err = p.known(ctx, issueKind, ids); err != nil {
			return nil, err
		}
	}
	out := rows[:0]
	for _, r := range rows {
		p.done[r.ref.ID] = r.fingerprint
		if had[r.ref.ID] != r.fingerprint || r.fingerprint == "" {
			out = append(out, r)
		}
	}
	return out, nil
}

// details reads the issues of some rows, several at a time. One that cannot be read becomes a snapshot of what its row
// says, with the problem; what concerns the whole store ends the pull.
func (p *pull) details(ctx context.Context, rows []row) ([]connector.Snapshot, error) {
	snaps := make([]connector.Snapshot, len(rows))
	now := p.s.world.Now()
	group, inner := errgroup.WithContext(ctx)
	group.SetLimit(p.together())
	for n, r := range rows {
		group.Go(func() (err error) {
			snaps[n], err = p.detail(inner, r, now)
			return err
		})
	}
	err := group.Wait()
	if err == nil && len(rows) > 2 {
		err = allDown(snaps)
	}
	return snaps, err
}

func (p *pull) together() int {
	if p.s.world.OneByOne {
		return 1
	}
	return together
}

func (p *pull) detail(ctx context.Context, r row, now time.Time) (connector.Snapshot, error) {
	snap, err := p.s.detail(ctx, r.ref)
	if err == nil {
		if r.fingerprint != "" {
			snap.Fingerprint, snap.ChangedAt = r.fingerprint, r.changed
		}
		snap.Fingerprint = warm(snap.Fingerprint, snap.ChangedAt, now)
		return snap, nil
	}
	if stops(err) {
		return connector.Snapshot{}, err
	}
	bare := r.snapshot()
	bare.Fingerprint = "" // so that the next pull tries again
	bare.Raw, bare.Problem = snap.Raw, err
	return bare, nil
}

// stops tells whether an error of one record concerns all: no way in, no more calls, nobody waiting for the answer.
func stops(err error) bool {
	f := fault.Of(err)
	return f == nil || f.Kind == fault.Unauthorised || f.Kind == fault.Limited || f.Kind == fault.Invalid
}

// allDown finds that not one record of a page could be read because the platform is down.
func allDown(snaps []connector.Snapshot) error {
	for _, s := range snaps {
		if !fault.Is(s.Problem, fault.Unavailable) {
			return nil
		}
	}
	return snaps[0].Problem
}

// vanished reads the issues that were open at the last pull and are not listed as open now.
func (p *pull) vanished(ctx context.Context, before map[string]string) error {
	var gone []row
	for issue, buyer := range before {
		if _, still := p.open[issue]; !still {
			gone = append(gone, row{ref: connector.Ref{Kind: issueKind, ID: issue, Buyer: buyer}})
		}
	}
	slices.SortFunc(gone, func(a, b row) int { return strings.Compare(a.ref.ID, b.ref.ID) })
	for chunk := range slices.Chunk(gone, pageSize) {
		snaps, err := p.details(ctx, chunk)
		if err != nil {
			return err
		}
		p.revisited(snaps)
		p.got = true
		if err := p.yield(snaps); err != nil {
			return err
		}
	}
	return nil
}

// revisited keeps as open what the list lost only for a moment, or what could not be read now and may still be open.
func (p *pull) revisited(snaps []connector.Snapshot) {
	for n := range snaps {
		snap := &snaps[n]
		if fault.Is(snap.Problem, fault.Refused) {
			snap.Open = false // the platform knows it no more
		}
		if snap.Open {
			p.open[snap.Ref.ID] = snap.Ref.Buyer
		}
		p.done[snap.Ref.ID] = snap.Fingerprint
	}
}

// endedOnes reads what ended: since the last pull, or lately. The list filters by creation only; a gateway that
// ignores the filter shows older rows, and the first page of nothing but such rows is the last one asked for.
func (p *pull) endedOnes(ctx context.Context, last int64, began time.Time) error {
	since, changed := began.Add(-longestCase), began.Add(-recently)
	if last > 0 {
		since = time.UnixMilli(last).Add(-overlap)
		changed = time.Time{}
	}
	for _, status := range []string{finish, canceled} {
		for n := 1; ; n++ {
			page, err := p.s.list(ctx, query{page: n, size: pageSize, status: status, since: since})
			if err != nil {
				return err
			}
			rows := slices.DeleteFunc(slices.Clone(page.rows), func(r row) bool {
				return r.created.Before(since.Truncate(time.Second)) || r.changed.Before(changed)
			})
			if err := p.take(ctx, rows); err != nil {
				return err
			}
			if onlyOld := last > 0 && len(rows) == 0; onlyOld || page.last(n) {
				break
			}
		}
	}
	return nil
}
