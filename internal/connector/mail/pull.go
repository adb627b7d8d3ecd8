package mail

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"time"

	"parley/internal/connector"
)

const (
	// atOnce is how many threads are read and handed over together.
	atOnce = 25
	// mostBytes is how much content one pull reads before it makes a pause; the next one goes on.
	mostBytes = 64 << 20
	// mostRoots is how many beginnings of threads are looked for beyond the window in one pull.
	mostRoots = 50
	namesPage = 500
)

// note is what a pull remembers for the next: how far each folder had come, under which settings, and which threads were open since when.
type note struct {
	Folders map[string]place `json:"folders"`
	For     string           `json:"for"`
	Open    map[string]int64 `json:"open"` // Unix seconds of the first letter
}

// pull is one run of Session.Pull.
type pull struct {
	s     *Session
	b     *box
	last  note
	known connector.Known
	had   map[string]string // fingerprints of what the desk has, by id
	open  map[string]int64
	bytes int
}

// Pull looks whether any folder changed since the last time. If one did, the headers since the oldest open thread (at least of the
// window) are listed and put together, and the contents of threads that are new or changed are read.
func (s *Session) Pull(ctx context.Context, from connector.Cursor, known connector.Known, yield func([]connector.Snapshot) error) (connector.Pulled, error) {
	if err := ctx.Err(); err != nil {
		return connector.Pulled{}, err
	}
	p := &pull{s: s, known: known, open: map[string]int64{}}
	if json.Unmarshal([]byte(from), &p.last) != nil {
		p.last = note{}
	}
	var err error
	if p.b, err = s.open(ctx); err != nil {
		return connector.Pulled{}, err
	}
	defer p.b.close()
	now := note{For: s.lens()}
	if now.Folders, err = s.places(p.b); err != nil {
		return connector.Pulled{}, err
	}
	if now.For == p.last.For && maps.Equal(now.Folders, p.last.Folders) {
		return connector.Pulled{Cursor: from, Count: -1, Listed: keys(p.last.Open)}, nil
	}
	whole, err := p.all(yield)
	if err != nil {
		return connector.Pulled{Cursor: from, Count: -1}, err
	}
	now.Open = p.open
	cursor, err := json.Marshal(now)
	if !whole {
		cursor = []byte(from)
	}
	return connector.Pulled{Cursor: connector.Cursor(cursor), Count: -1, Listed: keys(p.open), Partial: !whole}, err
}

// lens is what decides how mails are seen; when it changes, everything is looked at again.
func (s *Session) lens() string {
	raw, _ := json.Marshal([]any{s.own, s.folders, s.sent, s.allowed, s.order.String(), s.handles, s.days}) // texts
	return short(string(raw))
}

func keys(open map[string]int64) []string {
	out := make([]string, 0, len(open))
	for _, id := range slices.Sorted(maps.Keys(open)) {
		out = append(out, threadKind+"/"+id)
	}
	return out
}

// since is from when on headers are listed: everything open must be among them.
func (p *pull) since() time.Time {
	since := p.s.window()
	for _, at := range p.last.Open {
		if began := time.Unix(at, 0).UTC(); began.Before(since) {
			since = began
		}
	}
	if year := p.s.world.Now().AddDate(-1, 0, 0); since.Before(year) {
		since = year
	}
	return since
}

// all lists, puts together and hands over. whole tells that nothing was left for the next pull.
func (p *pull) all(yield func([]connector.Snapshot) error) (whole bool, err error) {
	since := p.since()
	threads, changed, err := p.list(since)
	if err != nil {
		return false, err
	}
	began, err := p.beginnings(changed, since)
	if err != nil {
		return false, err
	}
	if began.Before(since) {
		if threads, changed, err = p.list(began); err != nil {
			return false, err
		}
	}
	for _, t := range threads {
		if t.open() {
			p.open[t.ref.ID] = t.letters[0].At.Unix()
		}
	}
	for page := range slices.Chunk(changed, atOnce) {
		if p.bytes > mostBytes {
			return false, nil
		}
		if err := p.hand(page, yield); err != nil {
			return false, err
		}
	}
	return true, nil
}

// list reads headers and gives all threads, named, and those of them that the desk does not have as they are.
func (p *pull) list(since time.Time) (all, changed []*thread, err error) {
	letters, err := p.s.letters(p.b, since)
	if err != nil {
		return nil, nil, err
	}
	all = p.s.threads(letters)
	if err := p.ask(all); err != nil {
		return nil, nil, err
	}
	used := map[string]bool{}
	for _, t := range all {
		t.called(p.pick(t.names(), used), "")
		used[t.ref.ID] = true
		if p.had[t.ref.ID] != t.fingerprint() {
			changed = append(changed, t)
		}
	}
	return all, changed, nil
}

// ask tells which of the names the desk knows.
func (p *pull) ask(all []*thread) error {
	var ids []string
	for _, t := range all {
		for _, n := range t.names() {
			ids = append(ids, n.id)
		}
	}
	p.had = map[string]string{}
	for page := range slices.Chunk(ids, namesPage) {
		had, err := p.known(p.b.ctx, threadKind, page)
		if err != nil {
			return err
		}
		maps.Copy(p.had, had)
	}
	return nil
}

// pick takes the name under which the desk knows a thread, or else the oldest. Two threads never get the same.
func (p *pull) pick(names []name, used map[string]bool) name {
	for _, n := range names {
		if _, had := p.had[n.id]; had && !used[n.id] {
			return n
		}
	}
	for _, n := range names {
		if !used[n.id] {
			return n
		}
	}
	return names[0]
}

// beginnings looks for the first letters of changed threads that lie before the window, and gives the day of the oldest.
func (p *pull) beginnings(changed []*thread, since time.Time) (time.Time, error) {
	oldest, looked := since, 0
	for _, t := range changed {
		l := t.letters[0]
		if len(l.Refs) == 0 || looked >= mostRoots {
			continue
		}
		looked++
		at, err := p.s.oldest(p.b, l.Refs[0])
		if err != nil {
			return oldest, err
		}
		if !at.IsZero() && at.Before(oldest) {
			oldest = at
		}
	}
	return oldest, nil
}

// hand reads the contents of some threads and yields them.
func (p *pull) hand(threads []*thread, yield func([]connector.Snapshot) error) error {
	var wanted []*letter
	for _, t := range threads {
		wanted = append(wanted, t.unread()...)
	}
	n, err := p.b.fill(wanted)
	if p.bytes += n; err != nil {
		return err
	}
	snaps := make([]connector.Snapshot, 0, len(threads))
	for _, t := range threads {
		t.ref.Order = p.s.firstOrder(t)
		snaps = append(snaps, p.s.snapshot(t))
	}
	return yield(snaps)
}
