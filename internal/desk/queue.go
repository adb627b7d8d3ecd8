package desk

import (
	"context"
	"slices"
	"strings"
	"time"

	"parley/internal/fault"
	"parley/internal/money"
	"parley/internal/policy"
	"parley/internal/store"
)

const (
	pageDefault = 50
	pageMost    = 200
	soon        = 4 * time.Hour
	dueCap      = 1000
)

var (
	views  = []string{"", "to_answer", "waiting_buyer", "returns", "before_shipping", "platform", "watching", "mine", "unassigned", "all", "ended"}
	sorts  = []string{"", "deadline", "money", "opened", "changed", "ended"}
	groups = []string{"", "time", "money", "connector", "store", "ask", "recommended", "assignee", "class"}
)

// Queue gives a page of cases the member may see, in the order asked for; the zero query is every open case by deadline.
func (d *Desk) Queue(ctx context.Context, who Who, q QueueQuery) (QueuePage, error) {
	if err := who.need(Read); err != nil {
		return QueuePage{}, err
	}
	b, err := d.book(ctx)
	if err != nil {
		return QueuePage{}, err
	}
	if err := q.check(); err != nil {
		return QueuePage{}, err
	}
	stores, none := who.scope(b, q)
	if none {
		return QueuePage{Rows: []Row{}}, nil
	}
	if q.Search != "" {
		return d.search(ctx, b, stores, q)
	}
	sq := q.storeQuery(who, stores)
	if err := q.place(&sq); err != nil {
		return QueuePage{}, err
	}
	page, err := d.DB.Cases(ctx, sq)
	if err != nil {
		return QueuePage{}, err
	}
	return QueuePage{Rows: d.rows(b, page.Cases), Next: mark(forward, page.Next), Prev: mark(backward, page.Prev)}, nil
}

// check refuses what the lists cannot do, naming field, value and what is allowed.
func (q *QueueQuery) check() error {
	for _, c := range []struct {
		field, value string
		allowed      []string
	}{{"view", q.View, views}, {"order", q.Sort, sorts}, {"group", q.Group, groups}} {
		if !slices.Contains(c.allowed, c.value) {
			return fault.Input(c.field, c.value, strings.Join(c.allowed[1:], ", "))
		}
	}
	if q.Limit == 0 {
		q.Limit = pageDefault
	}
	if q.Limit < 1 || q.Limit > pageMost {
		return fault.Input("limit", itoa(q.Limit), "1 to "+itoa(pageMost))
	}
	return nil
}

// A page's mark is the store's cursor with the direction before it.
const forward, backward = "n", "p"

func mark(direction string, c store.Cursor) string {
	if c == "" {
		return ""
	}
	return direction + string(c)
}

// place reads the mark of a page.
func (q QueueQuery) place(sq *store.Query) error {
	switch {
	case q.Cursor == "":
	case strings.HasPrefix(q.Cursor, forward):
		sq.After = store.Cursor(q.Cursor[1:])
	case strings.HasPrefix(q.Cursor, backward):
		sq.Before = store.Cursor(q.Cursor[1:])
	default:
		return fault.Input("cursor", q.Cursor, "next or prev of a page")
	}
	return nil
}

// scope is the list of stores to look in; nil means all of them. none is true where nothing can be found.
func (w Who) scope(b book, q QueueQuery) (stores []int64, none bool) {
	if w.AllStores && len(q.Stores) == 0 && len(q.Companies) == 0 {
		return nil, false
	}
	for id, s := range b.stores {
		if w.Sees(id) && (len(q.Stores) == 0 || slices.Contains(q.Stores, id)) && (len(q.Companies) == 0 || slices.Contains(q.Companies, s.CompanyID)) {
			stores = append(stores, id)
		}
	}
	slices.Sort(stores)
	return stores, len(stores) == 0
}

func (q QueueQuery) storeQuery(who Who, stores []int64) store.Query {
	open := true
	sq := store.Query{
		Open: &open, Stores: stores, Assignee: q.Assignee, Classes: q.Classes, Recommended: q.Recommended, Asks: q.Asks,
		Connectors: q.Connectors, DueBefore: q.DueBefore, Sort: q.Sort, Limit: q.Limit,
	}
	switch q.View {
	case "":
	case "mine":
		sq.Assignee = &who.MemberID
	case "unassigned":
		nobody := int64(0)
		sq.Assignee = &nobody
	case "all":
		sq.Open = nil
	case "ended":
		open = false
	default:
		sq.Views = []string{q.View}
	}
	switch q.Group {
	case "time":
	case "money":
		sq.Sort = "money"
	default:
		sq.Group = q.Group
	}
	if sq.Sort == "" && sq.Group == "" {
		sq.Sort = "deadline"
		if q.View == "ended" {
			sq.Sort = "ended"
		}
		if q.View == "all" {
			sq.Sort = "changed"
		}
	}
	return sq
}

func (d *Desk) search(ctx context.Context, b book, stores []int64, q QueueQuery) (QueuePage, error) {
	sq := store.SearchQuery{Text: q.Search, Stores: stores, Limit: q.Limit, After: store.Cursor(q.Cursor)}
	page, err := d.DB.Search(ctx, sq)
	if err != nil {
		return QueuePage{}, err
	}
	return QueuePage{Rows: d.rows(b, page.Cases), Next: string(page.Next), Capped: page.Capped}, nil
}

func (d *Desk) rows(b book, cases []store.Case) []Row {
	now := d.Now()
	out := make([]Row, 0, len(cases))
	for i := range cases {
		out = append(out, d.row(b, &cases[i], now))
	}
	return out
}

func (d *Desk) row(b book, c *store.Case, now time.Time) Row {
	r := Row{
		ID: c.ID, Version: c.Version, Store: d.storeRef(b, c.StoreID), OrderNo: c.OrderNo, Open: c.Open, View: c.View,
		Title: c.Card.Title, Buyer: c.Card.Buyer, Country: c.Card.Country, Language: c.Card.Language, Reason: c.Card.Reason,
		Class: c.Class, State: c.State, Owner: c.Owner, Ask: c.Ask, Recommended: c.Recommended, Advice: c.Card.Advice,
		DueAt: c.DueAt, DueKind: c.DueKind, Level: levelOf(c.DueAt, now, c.Open), Stake: c.Stake, StakeRef: c.StakeRef,
		Assignee: b.member(c.AssigneeID), Alerts: c.Card.Alerts, Unknown: c.Card.Unknown, Effect: c.Card.Effect, Pending: c.Card.Pending, Counts: c.Card.Counts,
		OpenedAt: c.OpenedAt, ChangedAt: c.ChangedAt, EndedAt: c.EndedAt,
	}
	if c.Card.Why != "" {
		r.Why = &policy.Why{Rule: c.Card.Why, Pack: c.Card.WhyPack, Params: c.Card.Params}
	}
	return r
}

// Around gives what stands around every list: counters, money at stake, and how far each store's picture can be trusted.
func (d *Desk) Around(ctx context.Context, who Who) (Surroundings, error) {
	if err := who.need(Read); err != nil {
		return Surroundings{}, err
	}
	b, err := d.book(ctx)
	if err != nil {
		return Surroundings{}, err
	}
	stores, none := who.scope(b, QueueQuery{})
	s := Surroundings{Views: map[string]int64{}}
	if none {
		return s, nil
	}
	tallies, syncs, err := d.look(ctx, stores)
	if err != nil {
		return s, err
	}
	s.tally(tallies)
	due, err := d.DB.CountDue(ctx, stores, d.Now().Add(soon), dueCap)
	if err != nil {
		return s, err
	}
	s.DueSoon, s.DueCapped = int64(due), due == dueCap
	s.Freshness, s.StandingSince = d.freshness(who, b, syncs), d.standing()
	for _, f := range s.Freshness {
		if f.State == "active" && (s.NextSyncAt.IsZero() || f.NextAt.Before(s.NextSyncAt)) {
			s.NextSyncAt = f.NextAt
		}
	}
	s.Stores = len(s.Freshness)
	if s.InDoubt, err = d.DB.CountDoubtful(ctx, stores, dueCap); err != nil {
		return s, err
	}
	if s.Waiting, err = d.DB.CountWaiting(ctx, stores, dueCap); err != nil {
		return s, err
	}
	unseen, err := d.Unseen(ctx, who)
	if err != nil {
		return s, err
	}
	s.Unseen = int64(unseen)
	saved, err := d.DB.SavedViews(ctx, who.MemberID)
	for _, v := range saved {
		s.Saved = append(s.Saved, SavedView{v.ID, v.Name, v.Query})
	}
	return s, err
}

// tally sums the counters of the stores.
func (s *Surroundings) tally(tallies []store.Tally) {
	sums := map[string]int64{}
	for _, t := range tallies {
		s.Views[t.View] += t.Cases
		s.Open += t.Cases
		if t.Currency != "" {
			sums[t.Currency] += t.Ref
		}
	}
	for cur, minor := range sums {
		if minor != 0 {
			s.AtStake = append(s.AtStake, money.Amount{Minor: minor, Currency: cur})
		}
	}
	slices.SortFunc(s.AtStake, func(a, b money.Amount) int {
		if a.Minor != b.Minor {
			return int(min(max(b.Minor-a.Minor, -1), 1))
		}
		return strings.Compare(a.Currency, b.Currency)
	})
}

// freshness of every store the member sees: failing ones first, then those with cases missing, then the oldest reading.
func (d *Desk) freshness(who Who, b book, syncs []store.Sync) []Freshness {
	var out []Freshness
	heard := d.heard()
	for _, s := range syncs {
		st, ok := b.stores[s.StoreID]
		if !ok || !who.Sees(s.StoreID) || st.State == "closed" {
			continue
		}
		f := Freshness{
			Store: d.storeRef(b, s.StoreID), Company: b.companies[st.CompanyID], LastOKAt: s.LastOKAt, FailingSince: s.FailingSince,
			FaultKind: s.FaultKind, FaultKey: s.FaultKey, SourceCount: s.SourceCount, DeskCount: s.DeskCount, State: st.State,
			NextAt: s.NextAt, Backfilled: s.Backfilled,
		}
		if s.Backfilled && s.SourceCount >= 0 {
			f.Missing = s.SourceCount - s.DeskCount
		}
		f.hear(heard[s.StoreID])
		out = append(out, f)
	}
	slices.SortStableFunc(out, func(x, y Freshness) int {
		if a, b := trouble(x), trouble(y); a != b {
			return b - a
		}
		return x.LastOKAt.Compare(y.LastOKAt)
	})
	return out
}

func trouble(f Freshness) int {
	switch {
	case !f.FailingSince.IsZero():
		return 2
	case f.Missing != 0, !f.UnheardSince.IsZero():
		return 1
	}
	return 0
}

// hear takes over how the connection for messages stands.
func (f *Freshness) hear(s store.Subscription) {
	f.HeardSince, f.UnheardSince, f.UnheardKind, f.UnheardKey = s.OpenedAt, s.FailingSince, s.FaultKind, s.FaultKey
	if !f.UnheardSince.IsZero() {
		f.HeardSince = time.Time{}
	}
}
