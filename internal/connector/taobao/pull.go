package taobao

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strconv"
	"time"

	"golang.org/x/sync/errgroup"

	"parley/internal/connector"
	"parley/internal/connector/alibaba/wire"
	"parley/internal/fault"
)

const (
	pageSize = 100 // the most a list gives
	// sideBySide is how many refunds are read side by side.
	sideBySide = 4
	// recently: on the first pull, what changed so lately is read even if it ended.
	recently = 30 * 24 * time.Hour
	// overlap is how far before the newest change seen so far a later pull looks. What is known costs nothing but its place on a page.
	overlap = 2 * time.Hour
	// sweepEvery is how often everything open is listed, status by status; between sweeps only what changed is asked for.
	sweepEvery = 30 * time.Minute
	// farAhead is how much later than our clock a change may have been and still move the cursor.
	farAhead = 48 * time.Hour
)

// note is what a pull remembers for the next.
type note struct {
	Newest int64    `json:"newest"` // the newest change seen, Unix seconds of the platform's clock
	Swept  int64    `json:"swept"`  // when everything open was listed, Unix seconds of ours
	Open   []string `json:"open"`
}

// row is one refund of a list.
type row struct {
	ref         connector.Ref
	fingerprint string
	changed     time.Time
	open        bool
	raw         []byte
}

// pull is one run of Session.Pull.
type pull struct {
	s      *Session
	last   note
	began  time.Time
	known  connector.Known
	yield  func([]connector.Snapshot) error
	done   map[string]string // refund → fingerprint, of what was dealt with in this run
	open   map[string]bool
	newest int64
	count  int
	got    bool
}

// Pull reads what changed since the newest change seen so far, by the platform's own clock, and every half an hour (and the first time)
// everything that is open.
func (s *Session) Pull(ctx context.Context, from connector.Cursor, known connector.Known, yield func([]connector.Snapshot) error) (connector.Pulled, error) {
	p := &pull{s: s, began: s.world.Now(), known: known, yield: yield, done: map[string]string{}, open: map[string]bool{}, count: -1}
	if json.Unmarshal([]byte(from), &p.last) != nil {
		p.last = note{}
	}
	p.newest = p.last.Newest
	err := p.all(ctx)
	result := connector.Pulled{Count: p.count, Cursor: from, Listed: p.listed()}
	if fault.Is(err, fault.Limited) && p.got {
		result.Partial = true // what was read is kept; what is known by then costs nothing in the next pull
		return result, nil
	}
	if err != nil {
		return result, err
	}
	cursor, err := json.Marshal(note{p.newest, p.last.Swept, slices.Sorted(maps.Keys(p.open))})
	result.Cursor = connector.Cursor(cursor)
	return result, err
}

func (p *pull) listed() []string {
	out := make([]string, 0, len(p.open))
	for _, one := range slices.Sorted(maps.Keys(p.open)) {
		out = append(out, refundKind+"/"+one)
	}
	return out
}

func (p *pull) all(ctx context.Context) error {
	since := p.began.Add(-recently)
	if p.last.Newest > 0 {
		since = time.Unix(p.last.Newest, 0).Add(-overlap)
	}
	for _, one := range p.last.Open {
		p.open[one] = true
	}
	if _, err := p.listing(ctx, param{"start_modified", since.In(p.s.zone).Format(time.DateTime)}); err != nil {
		return err
	}
	if age := p.began.Sub(time.Unix(p.last.Swept, 0)); age < 0 || age >= sweepEvery {
		return p.sweep(ctx)
	}
	return nil
}

// sweep lists everything open and reads what was open and is in no list any more.
func (p *pull) sweep(ctx context.Context) error {
	before := p.open
	p.open = map[string]bool{}
	total := 0
	for _, status := range openStatuses {
		n, err := p.listing(ctx, param{"status", status})
		if err != nil {
			return err
		}
		total += n
	}
	p.last.Swept, p.count = p.began.Unix(), total
	var gone []row
	for _, one := range slices.Sorted(maps.Keys(before)) {
		if !p.open[one] && p.done[one] == "" {
			gone = append(gone, row{ref: connector.Ref{Kind: refundKind, ID: one}})
		}
	}
	for chunk := range slices.Chunk(gone, pageSize) {
		if err := p.revisit(ctx, chunk); err != nil {
			return err
		}
	}
	return nil
}

// listing reads a list from its last page to its first: what leaves it or comes to its head meanwhile then makes rows come twice, and none
// is passed over. It gives the total the platform told.
func (p *pull) listing(ctx context.Context, filter param) (int, error) {
	page, total, err := p.page(ctx, filter, 1)
	if err != nil {
		return 0, err
	}
	for n := (total + pageSize - 1) / pageSize; n > 1; n-- {
		rows, _, err := p.page(ctx, filter, n)
		if err == nil {
			err = p.take(ctx, rows)
		}
		if err != nil {
			return 0, err
		}
	}
	if total > pageSize { // the first page, as it is after all others
		if page, _, err = p.page(ctx, filter, 1); err != nil {
			return 0, err
		}
	}
	return total, p.take(ctx, page)
}

// mostRows bounds what a total that cannot be true makes us read.
const mostRows = 100_000

func (p *pull) page(ctx context.Context, filter param, n int) ([]row, int, error) {
	a, err := p.s.read(ctx, "taobao.refunds.receive.get", param{"fields", commas(rowFields)}, filter,
		param{"page_no", strconv.Itoa(n)}, param{"page_size", strconv.Itoa(pageSize)})
	if err != nil {
		return nil, 0, err
	}
	total, told := a.Get("total_results").Int()
	all := list(a.Get("refunds"))
	if !told && len(all) == 0 {
		return nil, 0, garbled(errors.New("neither refunds nor total_results"), false)
	}
	rows := make([]row, 0, len(all))
	for _, v := range all {
		if r := readRow(v, p.s.zone); r.ref.ID != "" {
			rows = append(rows, r)
		}
	}
	return rows, int(min(max(total, 0), mostRows)), nil
}

func readRow(v wire.Value, zone *time.Location) row {
	r := reading{zone: zone}
	status := text(v, "status")
	out := row{ref: refOf(v, connector.Ref{}), changed: r.changed(v), open: !standings[status].ended, raw: v.Raw()}
	out.fingerprint = fingerprint(status, out.changed)
	return out
}

// take deals with the rows of one page: those the desk does not have as they are now are read in full and handed over.
func (p *pull) take(ctx context.Context, rows []row) error {
	var todo []row
	for _, r := range rows {
		if p.open[r.ref.ID] = r.open; !r.open {
			delete(p.open, r.ref.ID)
		}
		if at := r.changed.Unix(); at > p.newest && r.changed.Before(p.began.Add(farAhead)) {
			p.newest = at
		}
		if p.done[r.ref.ID] != r.fingerprint {
			p.done[r.ref.ID] = r.fingerprint
			todo = append(todo, r)
		}
	}
	todo, err := p.unknown(ctx, todo)
	if err != nil {
		return err
	}
	return p.hand(ctx, todo)
}

// unknown leaves out the rows that the desk has already.
func (p *pull) unknown(ctx context.Context, rows []row) ([]row, error) {
	if len(rows) == 0 || p.known == nil {
		return rows, nil
	}
	ids := make([]string, len(rows))
	for n, r := range rows {
		ids[n] = r.ref.ID
	}
	had, err := p.known(ctx, refundKind, ids)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(rows, func(r row) bool { return had[r.ref.ID] == r.fingerprint }), nil
}

// revisit reads refunds that no list has any more. What still says it is open stays among the open ones.
func (p *pull) revisit(ctx context.Context, rows []row) error {
	snaps, err := p.details(ctx, rows)
	if err != nil {
		return err
	}
	for n := range snaps {
		snap := &snaps[n]
		if fault.Is(snap.Problem, fault.NotFound) {
			snap.Open = false // the platform knows it no more
		} else if snap.Open || snap.Problem != nil {
			p.open[snap.Ref.ID] = true
		}
	}
	p.got = true
	return p.yield(snaps)
}

func (p *pull) hand(ctx context.Context, rows []row) error {
	if err := ctx.Err(); err != nil || len(rows) == 0 {
		return err
	}
	snaps, err := p.details(ctx, rows)
	if err != nil { // what was read before the failure is handed over all the same
		snaps = slices.DeleteFunc(snaps, func(s connector.Snapshot) bool { return s.Ref.Kind == "" })
	}
	if len(snaps) == 0 {
		return err
	}
	p.got = true
	if failed := p.yield(snaps); failed != nil {
		return failed
	}
	return err
}

// details reads refunds, several at a time. One that cannot be read becomes a snapshot of what its row says, with the problem; what
// concerns the whole shop ends the pull.
func (p *pull) details(ctx context.Context, rows []row) ([]connector.Snapshot, error) {
	snaps := make([]connector.Snapshot, len(rows))
	group, inner := errgroup.WithContext(ctx)
	group.SetLimit(sideBySide)
	if p.s.world.OneByOne {
		group.SetLimit(1)
	}
	for n, r := range rows {
		group.Go(func() (err error) {
			snaps[n], err = p.detail(inner, r)
			return err
		})
	}
	err := group.Wait()
	if err == nil && len(rows) > 2 {
		err = allDown(snaps)
	}
	return snaps, err
}

func (p *pull) detail(ctx context.Context, r row) (connector.Snapshot, error) {
	snap, err := p.s.record(ctx, r.ref)
	if err == nil {
		if r.fingerprint != "" { // what changed after the list was read is read again by the next pull
			snap.Fingerprint, snap.ChangedAt = r.fingerprint, r.changed
		}
		snap.Fingerprint = warm(snap.Fingerprint, snap.ChangedAt, p.s.now())
		return snap, nil
	}
	if f := fault.Of(err); f == nil || f.Kind == fault.Unauthorised || f.Kind == fault.Limited || f.Kind == fault.Invalid {
		return connector.Snapshot{}, err
	}
	snap.Open, snap.Problem, snap.Fingerprint = r.open, err, "" // so that the next pull tries again
	if len(snap.Raw) == 0 {
		snap.Raw = storable(r.raw)
	}
	return snap, nil
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
