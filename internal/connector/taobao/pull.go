package taobao

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"
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

// catalogue is one of the platform's lists: of refunds, or of the exchanges of a Tmall shop.
type catalogue struct {
	kind, method, fields string
	rows                 string  // the member that holds them
	since                string  // the parameter that asks for what changed since then
	open                 []param // one for each call that together list everything open
}

var refundList = catalogue{kind: refundKind, method: "taobao.refunds.receive.get", fields: rowFields, rows: "refunds", since: "start_modified", open: statusEach(openStatuses)}

var exchangeList = catalogue{
	kind: exchangeKind, method: "tmall.exchange.receive.get", fields: exchangeRowFields, rows: "results", since: "start_gmt_modified_time",
	open: []param{{"dispute_status_array", openExchanges}},
}

// statusEach asks for states one by one: the list of refunds takes one at a time.
func statusEach(statuses []string) (out []param) {
	for _, status := range statuses {
		out = append(out, param{"status", status})
	}
	return out
}

// pull is one run of Session.Pull.
type pull struct {
	s      *Session
	last   note
	began  time.Time
	known  connector.Known
	yield  func([]connector.Snapshot) error
	swaps  bool              // the platform lets us read exchanges, so that among refunds they are passed over
	done   map[string]string // kind/number → fingerprint, of what was dealt with in this run
	open   map[string]bool   // by kind/number
	newest int64
	count  int
	passed map[string]bool // exchanges met among the refunds of a sweep, which are counted once
	got    bool
}

// Pull reads what changed since the newest change seen so far, by the platform's own clock, and every half an hour (and the first time)
// everything that is open.
func (s *Session) Pull(ctx context.Context, from connector.Cursor, known connector.Known, yield func([]connector.Snapshot) error) (connector.Pulled, error) {
	p := &pull{s: s, began: s.world.Now(), known: known, yield: yield, done: map[string]string{}, open: map[string]bool{}, passed: map[string]bool{}, count: -1}
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

func (p *pull) listed() []string { return append([]string{}, slices.Sorted(maps.Keys(p.open))...) }

// key names a record in the notes of a pull.
func key(ref connector.Ref) string { return ref.Kind + "/" + ref.ID }

// refOfKey is the record a key names. Notes of before there were kinds hold numbers of refunds alone.
func refOfKey(key string) connector.Ref {
	kind, number, named := strings.Cut(key, "/")
	if !named {
		kind, number = refundKind, key
	}
	return connector.Ref{Kind: kind, ID: number}
}

func (p *pull) all(ctx context.Context) error {
	since := p.began.Add(-recently)
	if p.last.Newest > 0 {
		since = time.Unix(p.last.Newest, 0).Add(-overlap)
	}
	for _, one := range p.last.Open {
		p.open[key(refOfKey(one))] = true
	}
	for _, of := range p.lists() {
		if err := p.changed(ctx, of, since); err != nil {
			return err
		}
	}
	if age := p.began.Sub(time.Unix(p.last.Swept, 0)); age < 0 || age >= sweepEvery {
		return p.sweep(ctx)
	}
	return nil
}

// lists are what a shop of this kind has. Exchanges come first: whether they can be read decides what is made of them among the refunds.
func (p *pull) lists() []catalogue {
	if p.s.tmall {
		return []catalogue{exchangeList, refundList}
	}
	return []catalogue{refundList}
}

// changed lists what changed since an instant. An application that may not read exchanges still sees them, among the refunds.
func (p *pull) changed(ctx context.Context, of catalogue, since time.Time) error {
	_, err := p.listing(ctx, of, param{of.since, since.In(p.s.zone).Format(time.DateTime)})
	if f := fault.Of(err); of.kind == exchangeKind && f != nil && (f.Key == noPermission.key || f.Kind == fault.Refused) {
		p.s.world.Log.Warn("exchanges cannot be read at Tmall; they are shown as refunds", "store", p.s.store, "err", err)
		return nil
	}
	p.swaps = p.swaps || of.kind == exchangeKind && err == nil
	return err
}

// sweep lists everything open and reads what was open and is in no list any more.
func (p *pull) sweep(ctx context.Context) error {
	before := p.open
	p.open = map[string]bool{}
	total := 0
	p.passed = map[string]bool{}
	for _, of := range p.lists() {
		if of.kind == exchangeKind && !p.swaps {
			continue
		}
		for _, ask := range of.open {
			n, err := p.listing(ctx, of, ask)
			if err != nil {
				return err
			}
			total += n
		}
	}
	p.last.Swept, p.count = p.began.Unix(), total-len(p.passed)
	var gone []row
	for _, one := range slices.Sorted(maps.Keys(before)) {
		if !p.open[one] && p.done[one] == "" {
			gone = append(gone, row{ref: refOfKey(one)})
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
func (p *pull) listing(ctx context.Context, of catalogue, filter param) (int, error) {
	page, total, err := p.page(ctx, of, filter, 1)
	if err != nil {
		return 0, err
	}
	for n := (total + pageSize - 1) / pageSize; n > 1; n-- {
		rows, _, err := p.page(ctx, of, filter, n)
		if err == nil {
			err = p.take(ctx, rows)
		}
		if err != nil {
			return 0, err
		}
	}
	if total > pageSize { // the first page, as it is after all others
		if page, _, err = p.page(ctx, of, filter, 1); err != nil {
			return 0, err
		}
	}
	return total, p.take(ctx, page)
}

// mostRows bounds what a total that cannot be true makes us read.
const mostRows = 100_000

func (p *pull) page(ctx context.Context, of catalogue, filter param, n int) ([]row, int, error) {
	a, err := p.s.read(ctx, of.method, param{"fields", commas(of.fields)}, filter,
		param{"page_no", strconv.Itoa(n)}, param{"page_size", strconv.Itoa(pageSize)})
	if err != nil {
		return nil, 0, err
	}
	total, told := a.Get("total_results").Int()
	all := list(a.Get(of.rows))
	if !told && len(all) == 0 {
		return nil, 0, garbled(errors.New("neither "+of.rows+" nor total_results"), false)
	}
	rows := make([]row, 0, len(all))
	for _, v := range all {
		switch r := readRow(of.kind, v, p.s.zone); {
		case r.ref.ID == "":
		case p.swaps && of.kind == refundKind && text(v, "dispute_type") == tmallExchange:
			p.passed[r.ref.ID] = true // read as what it is
		default:
			rows = append(rows, r)
		}
	}
	return rows, int(min(max(total, 0), mostRows)), nil
}

func readRow(kind string, v wire.Value, zone *time.Location) row {
	r := reading{zone: zone}
	status := text(v, "status")
	out := row{ref: refOf(v, connector.Ref{}), changed: r.changed(v), open: !standings[status].ended, raw: v.Raw()}
	if kind == exchangeKind {
		status = swapStatus(v)
		out.ref, out.open = exchangeRef(swapParts{exchange: v}, connector.Ref{}), !exchangeStandings[status].ended
	}
	out.fingerprint = fingerprint(status, out.changed)
	return out
}

// take deals with the rows of one page: those the desk does not have as they are now are read in full and handed over.
func (p *pull) take(ctx context.Context, rows []row) error {
	var todo []row
	for _, r := range rows {
		if p.open[key(r.ref)] = r.open; !r.open {
			delete(p.open, key(r.ref))
		}
		if at := r.changed.Unix(); at > p.newest && r.changed.Before(p.began.Add(farAhead)) {
			p.newest = at
		}
		if p.done[key(r.ref)] != r.fingerprint {
			p.done[key(r.ref)] = r.fingerprint
			todo = append(todo, r)
		}
	}
	todo, err := p.unknown(ctx, todo)
	if err != nil {
		return err
	}
	return p.hand(ctx, todo)
}

// unknown leaves out the rows, all of one kind, that the desk has already.
func (p *pull) unknown(ctx context.Context, rows []row) ([]row, error) {
	if len(rows) == 0 || p.known == nil {
		return rows, nil
	}
	ids := make([]string, len(rows))
	for n, r := range rows {
		ids[n] = r.ref.ID
	}
	had, err := p.known(ctx, rows[0].ref.Kind, ids)
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
			p.open[key(snap.Ref)] = true
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
	if err == nil && p.swaps {
		passOver(&snap)
	}
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

// passOver ends a record among the refunds that is an exchange on Tmall: it is read as an exchange from now on.
func passOver(snap *connector.Snapshot) {
	v, err := wire.Parse(snap.Raw)
	if c := snap.Facts.Case; err == nil && c != nil && !c.Reported.Ended && snap.Ref.Kind == refundKind && text(v.In(refundAnswer, "refund"), "dispute_type") == tmallExchange {
		snap.Open, c.Reported.Ended, c.Reported.State, c.Reported.Owner, c.Reported.EndedAt = false, true, "closed", "", snap.ChangedAt
	}
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
