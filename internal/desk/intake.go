package desk

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	"parley/internal/connector"
	"parley/internal/dispute"
	"parley/internal/fault"
	"parley/internal/money"
	"parley/internal/policy"
	"parley/internal/store"
)

// takeIn turns what a platform said into cases: records, cases, events, timers and search words in one transaction. Taking the same
// in twice changes nothing. It gives the ids of the cases concerned, in the order of the snapshots.
func (d *Desk) takeIn(ctx context.Context, st store.Store, batch []connector.Snapshot) ([]int64, error) {
	var ids []int64
	err := d.DB.Write(ctx, func(tx *store.Tx) error {
		in := intake{d: d, tx: tx, st: st, now: d.Now()}
		var err error
		ids, err = in.take(ctx, batch)
		return err
	})
	if err == nil {
		wake(d.wakeTimers)
		wake(d.wakeOrders)
		wake(d.wakeNotices)
	}
	return ids, err
}

// intake is one transaction of taking in.
type intake struct {
	d   *Desk
	tx  *store.Tx
	st  store.Store
	now time.Time

	matters map[string]*matter // by matterKey, as stored or new
	records map[string]*matter // by kind and id: a record that is known stays with its case
	orders  map[string]store.Order
	fresh   []store.Order

	ended map[int64]string // states of acts that end with what is taken in, by case; each case shows its own and leaves the map
}

// change is one snapshot on its way in.
type change struct {
	snap   connector.Snapshot
	rec    *store.Source
	m      *matter
	facts  dispute.Facts
	v      policy.Verdict
	before *state
	after  *state
	acts   []dispute.Act
}

// state is what an event keeps of a case before and after.
type state struct {
	State  string       `json:"state,omitempty"`
	Class  string       `json:"class,omitempty"`
	Owner  string       `json:"owner,omitempty"`
	Claim  money.Amount `json:"claim,omitzero"`
	Ask    string       `json:"ask,omitempty"`
	DueAt  time.Time    `json:"due_at,omitzero"`
	Status string       `json:"status,omitempty"`
}

func (in *intake) take(ctx context.Context, batch []connector.Snapshot) ([]int64, error) {
	batch = lastOfEach(batch)
	if err := in.load(ctx, batch); err != nil {
		return nil, err
	}
	changes := make([]*change, 0, len(batch))
	for _, snap := range batch {
		ch, err := in.apply(snap)
		if err != nil {
			return nil, err
		}
		changes = append(changes, ch)
	}
	return in.write(ctx, changes)
}

// lastOfEach drops earlier snapshots of a record that comes twice in a batch.
func lastOfEach(batch []connector.Snapshot) []connector.Snapshot {
	last := map[string]int{}
	for i, s := range batch {
		last[s.Ref.Kind+"/"+s.Ref.ID] = i
	}
	if len(last) == len(batch) {
		return batch
	}
	out := make([]connector.Snapshot, 0, len(last))
	for i, s := range batch {
		if last[s.Ref.Kind+"/"+s.Ref.ID] == i {
			out = append(out, s)
		}
	}
	return out
}

// load reads what the desk already has of the batch, in a few set-wise questions.
func (in *intake) load(ctx context.Context, batch []connector.Snapshot) error {
	st, err := in.tx.Store(ctx, in.st.ID) // its numbers may have been moved since the reading began
	if err != nil {
		return err
	}
	in.st = st
	var numbers []string
	for _, s := range batch {
		if s.Ref.Order != "" {
			numbers = append(numbers, s.Ref.Order)
		}
	}
	if in.orders, err = in.tx.OrdersByNumber(ctx, in.st.ID, numbers); err != nil {
		return err
	}
	byMatter, byRecord, err := in.known(ctx, batch)
	if err != nil {
		return err
	}
	ids := slices.Concat(slices.Collect(maps.Values(byMatter)), slices.Collect(maps.Values(byRecord)))
	byID, err := in.lock(ids)
	if err != nil {
		return err
	}
	in.matters, in.records = pick(byMatter, byID), pick(byRecord, byID)
	rows, err := in.tx.SourcesOfCases(ctx, slices.Sorted(maps.Keys(byID)))
	if err != nil {
		return err
	}
	if err := addRecords(byID, rows); err != nil {
		return err
	}
	return addParcels(ctx, in.tx, byID)
}

// known gives the ids of the cases that the batch is about: by matter, and by record.
func (in *intake) known(ctx context.Context, batch []connector.Snapshot) (byMatter, byRecord map[string]int64, err error) {
	var keys []string
	names := map[string][]string{} // of records, by kind
	for _, s := range batch {
		keys = append(keys, matterKey(s.Ref))
		names[s.Ref.Kind] = append(names[s.Ref.Kind], s.Ref.ID)
	}
	if byMatter, err = in.tx.CaseIDsByMatter(ctx, in.st.ID, keys); err != nil {
		return nil, nil, err
	}
	byRecord = map[string]int64{}
	for _, kind := range slices.Sorted(maps.Keys(names)) {
		found, err := in.tx.SourcesByExternal(ctx, in.st.ID, kind, names[kind])
		if err != nil {
			return nil, nil, err
		}
		for id, src := range found {
			byRecord[kind+"/"+id] = src.CaseID
		}
	}
	return byMatter, byRecord, nil
}

// lock reads cases for change. Those whose act ends with what is taken in show so.
func (in *intake) lock(ids []int64) (map[int64]*matter, error) {
	cases, err := in.tx.CasesForUpdate(ids)
	if err != nil {
		return nil, err
	}
	byID := make(map[int64]*matter, len(cases))
	for id, c := range cases {
		if state, ends := in.ended[id]; ends {
			c.Card.Effect = state
			delete(in.ended, id)
		}
		byID[id] = &matter{c: &c, st: in.st}
	}
	return byID, nil
}

// pick gives the matters of cases under the names the cases are known by.
func pick(ids map[string]int64, byID map[int64]*matter) map[string]*matter {
	out := make(map[string]*matter, len(ids))
	for name, id := range ids {
		if m := byID[id]; m != nil {
			out[name] = m
		}
	}
	return out
}

// matterKey says which records belong to one case: those of one order line; without a line, of one order; else the record alone.
func matterKey(r connector.Ref) string {
	switch {
	case r.Line != "":
		return "line/" + r.Line
	case r.Order != "":
		return "order/" + r.Order
	}
	return r.Kind + "/" + r.ID
}

// apply lays one snapshot over its case, judges it and notes the difference. It writes nothing.
func (in *intake) apply(snap connector.Snapshot) (*change, error) {
	m, known := in.matterOf(snap.Ref)
	if !known {
		key := matterKey(snap.Ref)
		m = &matter{c: in.open(snap, key), st: in.st}
		in.matters[key] = m
	}
	ch := &change{snap: snap, m: m}
	if known {
		ch.before = stateOf(m)
	}
	var err error
	if ch.rec, ch.acts, err = in.lay(m, snap); err != nil {
		return nil, err
	}
	if err := in.behind(m, snap.Ref); err != nil {
		return nil, err
	}
	if ch.facts, ch.v, err = in.d.judge(m, in.now); err != nil {
		return nil, err
	}
	ch.after = stateOf(m)
	return ch, nil
}

// matterOf finds the case of a record: the one it has, or else the one of its purchase. A record that could not be read in full often does
// not name its purchase; it must not leave its case for that. One that names it for the first time takes its case along.
func (in *intake) matterOf(r connector.Ref) (*matter, bool) {
	key, record := matterKey(r), r.Kind+"/"+r.ID
	m, known := in.records[record]
	if !known {
		m, known = in.matters[key]
		return m, known
	}
	if m.c.OrderNo == "" {
		m.c.OrderNo = r.Order
	}
	if _, taken := in.matters[key]; m.c.Matter == record && !taken {
		m.c.Matter, in.matters[key] = key, m
	}
	return m, true
}

// open begins a case for a matter that is not known yet.
func (in *intake) open(snap connector.Snapshot, key string) *store.Case {
	opened := in.now
	if snap.Facts.Case != nil && !snap.Facts.Case.OpenedAt.IsZero() {
		opened = snap.Facts.Case.OpenedAt
	}
	return &store.Case{
		CompanyID: in.st.CompanyID, StoreID: in.st.ID, Connector: in.st.Connector, Matter: key, OrderNo: snap.Ref.Order,
		OpenedAt: opened, Packs: in.st.Packs, Own: json.RawMessage("{}"),
	}
}

// lay puts the snapshot in the place of the record it renews. A snapshot that could not be read in full keeps the facts from before:
// nothing known is lost because an answer was broken.
func (in *intake) lay(m *matter, snap connector.Snapshot) (*store.Source, []dispute.Act, error) {
	ref, err := json.Marshal(snap.Ref)
	if err != nil {
		return nil, nil, err
	}
	row := store.Source{
		StoreID: in.st.ID, CaseID: m.c.ID, Kind: snap.Ref.Kind, ExternalID: snap.Ref.ID, Ref: ref, Fingerprint: snap.Fingerprint,
		Open: snap.Open, ChangedAt: snap.ChangedAt, SeenAt: in.now, Raw: snap.Raw,
	}
	facts := snap.Facts
	i := slices.IndexFunc(m.sources, func(r record) bool { return r.Kind == row.Kind && r.ExternalID == row.ExternalID })
	var old dispute.Facts
	if i >= 0 {
		old, row.ID = m.sources[i].facts, m.sources[i].ID
		if in.behindTheTimes(&m.sources[i].Source, &row) {
			row = m.sources[i].Source
			row.Fingerprint = "" // read again next time
			return &row, nil, nil
		}
	}
	if snap.Problem != nil {
		row.Problem, row.Fingerprint = problemText(snap.Problem), "" // an empty fingerprint is read again next time
		if i >= 0 && facts.Case == nil {                             // what was not told this time holds as it was
			facts, row.Open, row.Ref, row.ChangedAt = old, m.sources[i].Open, m.sources[i].Ref, m.sources[i].ChangedAt
		}
	}
	if notUnderstood(&facts) { // a passing fault of the platform looks the same as a new word of it
		row.Fingerprint = ""
		row.Open = row.Open || !in.d.abouts[in.st.Connector].Offline && in.now.Sub(row.ChangedAt) < unsureFor
	}
	if row.Facts, err = json.Marshal(facts); err != nil {
		return nil, nil, err
	}
	rec := record{row, facts}
	if i >= 0 {
		m.sources[i] = rec
	} else {
		m.sources = append(m.sources, rec)
	}
	return &row, newActs(old.History, facts.History), nil
}

// staleFor is how long after an answer an older one is taken for one that came late or from a copy that lags behind.
const staleFor = 10 * time.Minute

// behindTheTimes tells whether a snapshot shows the record as it was before the one we hold. A platform that keeps saying so means it:
// it is believed once what we hold is no longer fresh. A file that a person brings is never late.
func (in *intake) behindTheTimes(held, row *store.Source) bool {
	if in.d.abouts[in.st.Connector].Offline || held.ChangedAt.IsZero() || row.ChangedAt.IsZero() || in.now.Sub(held.SeenAt) > staleFor {
		return false
	}
	return row.ChangedAt.Before(held.ChangedAt) || row.ChangedAt.Equal(held.ChangedAt) && row.Open && !held.Open
}

// unsureFor is how long a record that ended with a word we do not know is read again like an open one: nobody lists it any more, and the
// word may be a passing fault.
const unsureFor = 24 * time.Hour

// notUnderstood tells that the platform's word for where the case stands, or a part of it, is not known.
func notUnderstood(f *dispute.Facts) bool {
	if f.Case == nil || f.Case.Reported.Status == "" {
		return false
	}
	words := strings.Split(f.Case.Reported.Status, "/") // some platforms' words have two parts
	return f.Case.Reported.State == "" || slices.ContainsFunc(f.Unknown, func(u dispute.Unknown) bool { return slices.Contains(words, u.Value) })
}

// problemText is what a person reads about a record that could not be read: key and field, never data.
func problemText(err error) string {
	f := fault.Of(err)
	if f == nil {
		return "fault.unreadable"
	}
	return strings.TrimSpace(f.Key + " " + f.Field)
}

// newActs are the acts that stand in b and not in a.
func newActs(a, b []dispute.Act) []dispute.Act {
	had := map[dispute.Act]bool{}
	for _, x := range a {
		had[x] = true
	}
	var out []dispute.Act
	for _, x := range b {
		if !had[x] {
			out = append(out, x)
		}
	}
	return out
}

// behind attaches the order of the matter and asks for it to be read where it is not known.
func (in *intake) behind(m *matter, ref connector.Ref) error {
	if ref.Order == "" {
		return nil
	}
	o, ok := in.orders[ref.Order]
	if !ok {
		o = store.Order{StoreID: in.st.ID, Number: ref.Order, WantedAt: in.now}
		in.orders[ref.Order] = o
		in.fresh = append(in.fresh, o)
		return nil
	}
	if len(o.Facts) == 0 {
		return nil
	}
	f, err := sharedFacts(o.Facts)
	if err != nil {
		return err
	}
	m.order = &f
	return nil
}

func stateOf(m *matter) *state {
	s := &state{State: m.c.State, Class: m.c.Class, Owner: m.c.Owner, Claim: m.c.Stake, Ask: m.c.Ask, DueAt: m.c.DueAt}
	if lead := m.leading(); lead != nil && lead.facts.Case != nil {
		s.Status = lead.facts.Case.Reported.Status
	}
	return s
}

// write stores cases first (they give the ids), then what hangs on them.
func (in *intake) write(ctx context.Context, changes []*change) ([]int64, error) {
	cases := make([]*store.Case, 0, len(changes))
	for _, ch := range changes {
		if ch.before == nil || *ch.before != *ch.after || len(ch.acts) > 0 {
			ch.m.c.ChangedAt = in.now
		}
		if !slices.Contains(cases, ch.m.c) {
			cases = append(cases, ch.m.c)
		}
	}
	if err := in.tx.PutCases(cases); err != nil {
		return nil, err
	}
	var (
		sources []store.Source
		events  []store.Event
		ids     []int64
		hang    = newHanging(len(changes))
	)
	for _, ch := range changes {
		ch.rec.CaseID = ch.m.c.ID
		sources = append(sources, *ch.rec)
		ids = append(ids, ch.m.c.ID)
		ev, err := in.eventOf(ch)
		if err != nil {
			return nil, err
		}
		if ev != nil {
			events = append(events, *ev)
		}
		hang.add(ch.m, &ch.facts, &ch.v, in.now)
	}
	if err := hang.write(in.tx); err != nil {
		return nil, err
	}
	if err := in.d.tellAll(ctx, in.tx, in.now, hang.tells); err != nil {
		return nil, err
	}
	if err := in.tx.PutSources(sources); err != nil {
		return nil, err
	}
	if err := in.tx.AddEvents(events); err != nil {
		return nil, err
	}
	return ids, in.tx.PutOrders(in.fresh)
}

// searchDoc is what a case is found by.
func searchDoc(m *matter, f *dispute.Facts) store.SearchDoc {
	var doc store.SearchDoc
	number := func(s string) {
		if s != "" && !slices.Contains(doc.Numbers, s) {
			doc.Numbers = append(doc.Numbers, s)
		}
	}
	var words []string
	number(m.c.OrderNo)
	for i := range m.sources {
		number(m.sources[i].ExternalID)
	}
	if f.Order != nil {
		number(f.Order.Line)
		for _, it := range f.Order.Items {
			words = append(words, it.Title, it.SKU)
		}
	}
	if f.Shipment != nil {
		number(f.Shipment.Number)
	}
	if f.Buyer != nil {
		words = append(words, f.Buyer.Name, f.Buyer.Surname, f.Buyer.ID)
	}
	for _, msg := range f.Messages {
		words = append(words, msg.Text)
	}
	for _, p := range f.Proposals {
		words = append(words, p.Text)
	}
	doc.Words = strings.Join(words, "\n")
	return doc
}

// eventOf is the line of history a change leaves; nil where nothing a person would see has changed.
func (in *intake) eventOf(ch *change) (*store.Event, error) {
	kind := "platform_changed"
	switch {
	case ch.before == nil:
		kind = "case_opened"
	case *ch.before == *ch.after && len(ch.acts) == 0 && ch.rec.Problem == "":
		return nil, nil
	case ch.rec.Problem != "":
		kind = "record_unreadable"
	case ch.after.State != ch.before.State && !ch.m.c.Open:
		kind = "case_ended"
	}
	data, err := json.Marshal(map[string]any{
		"before": ch.before, "after": ch.after, "acts": ch.acts, "problem": ch.rec.Problem, "why": ch.m.c.Card.Why, "source": ch.rec.Kind + "/" + ch.rec.ExternalID,
	})
	if err != nil {
		return nil, err
	}
	return &store.Event{CaseID: ch.m.c.ID, At: in.now, Kind: kind, Actor: "platform", Data: data}, nil
}
