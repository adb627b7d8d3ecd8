package desk

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"parley/internal/dispute"
	"parley/internal/fault"
	"parley/internal/money"
	"parley/internal/policy"
	"parley/internal/store"
)

// ReplayInput says under which other rules cases are to be looked at. At least one of Pack and Parameters is given.
type ReplayInput struct {
	// Pack is the name@version that takes the place of the version a case was opened under. A law, payment or supplier pack is added
	// to cases that have no version of it; cases of other marketplaces are left out.
	Pack string
	// Parameters are numbers as a store could tighten them; they count where the packs of a case know them.
	Parameters map[string]int64
	Limit      int // cases looked at; 0 = all
}

// Judged is the part of a verdict that a person compares first. DueAt is UTC, zero where nothing runs.
type Judged struct {
	Class       string    `json:"class"`
	State       string    `json:"state"`
	DueAt       time.Time `json:"due_at,omitzero"`
	DueKind     string    `json:"due_kind,omitempty"`
	Recommended string    `json:"recommended,omitempty"`
}

// Replayed is a case that comes out differently under other rules. At is the instant it was looked at: now for an open case, the
// moment before its end for an ended one.
type Replayed struct {
	CaseID  int64           `json:"case"`
	OrderNo string          `json:"order,omitempty"`
	Store   string          `json:"store"`
	Open    bool            `json:"open"`
	At      time.Time       `json:"at"`
	Before  Judged          `json:"before"`
	After   Judged          `json:"after"`
	Changes []policy.Change `json:"changes"`
}

// ReplayTotal is how many cases were looked at and how many would come out differently.
type ReplayTotal struct {
	Looked  int  `json:"looked"`
	Changed int  `json:"changed"`
	More    bool `json:"more"` // the limit ended the walk
}

// Replay judges the cases the member sees under their own rules and under others, open ones first, and gives each that differs. It
// keeps a page of cases in memory and changes nothing.
func (d *Desk) Replay(ctx context.Context, who Who, in ReplayInput, give func(Replayed) error) (ReplayTotal, error) {
	var total ReplayTotal
	if err := who.need(Read); err != nil {
		return total, err
	}
	if err := d.checkReplay(in); err != nil {
		return total, err
	}
	b, err := d.book(ctx)
	if err != nil {
		return total, err
	}
	w := walk{d: d, query: store.Query{Sort: "opened"}, limit: in.Limit, now: d.Now(), book: b}
	if !who.AllStores {
		w.query.Stores = append([]int64{}, who.Stores...)
	}
	w.rules = func(m *matter) (before, after *policy.Rules, err error) { return d.under(m, in) }
	err = w.each(ctx, func(r Replayed) error {
		total.Changed++
		return give(r)
	})
	total.Looked, total.More = w.looked, w.more
	return total, err
}

func (d *Desk) checkReplay(in ReplayInput) error {
	if in.Pack == "" && len(in.Parameters) == 0 {
		return fault.New(fault.Invalid, "fault.replay_of_nothing")
	}
	if in.Limit < 0 {
		return fault.Input("limit", strconv.Itoa(in.Limit), "0, 1, 2 …")
	}
	if _, ok := d.Library.Pack(in.Pack); in.Pack != "" && !ok {
		_, err := d.Library.For([]string{in.Pack}) // names the packs there are
		return err
	}
	for name := range in.Parameters {
		if !d.someParameter(name) {
			return fault.Input("parameter", name, "a parameter of a pack")
		}
	}
	return nil
}

func (d *Desk) someParameter(name string) bool {
	return slices.ContainsFunc(d.Library.Packs(), func(p *policy.Pack) bool {
		return slices.ContainsFunc(p.Parameters(), func(x policy.ParameterInfo) bool { return x.Name == name })
	})
}

// under gives the rules of a case and those of the replay; the same twice where the replay does not concern it.
func (d *Desk) under(m *matter, in ReplayInput) (before, after *policy.Rules, err error) {
	packs := m.c.Packs
	if p, ok := d.Library.Pack(in.Pack); ok {
		packs = instead(packs, p)
	}
	plain, err := d.Library.For(packs)
	if err != nil {
		return nil, nil, err
	}
	then := m.st
	then.Settings = map[string]string{}
	keepParameters(then.Settings, m.st.Settings)
	for name, value := range in.Parameters {
		if _, known := plain.Parameter(name); !known {
			continue
		}
		if _, err := d.Library.For(packs, policy.WithParameter(name, value)); err != nil {
			return nil, nil, err
		}
		then.Settings[ruleSetting+name] = strconv.FormatInt(value, 10)
	}
	return d.both(m, packs, then)
}

// instead puts a pack in the place of the version of the same family.
func instead(packs []string, p *policy.Pack) []string {
	family, _, _ := strings.Cut(p.Name, "@")
	i := slices.IndexFunc(packs, func(name string) bool { return strings.HasPrefix(name, family+"@") })
	out := slices.Clone(packs)
	switch {
	case i >= 0:
		out[i] = p.Name
	case p.Kind != "marketplace" && p.Kind != "base":
		out = append(out, p.Name)
	}
	return out
}

// walk goes through cases by key and judges each by two sets of rules.
type walk struct {
	d      *Desk
	query  store.Query
	limit  int // 0 = all
	now    time.Time
	book   book
	rules  func(*matter) (before, after *policy.Rules, err error)
	looked int
	more   bool
}

const walkAtOnce = 200

func (w *walk) each(ctx context.Context, give func(Replayed) error) error {
	for {
		w.query.Limit = walkAtOnce
		if w.limit > 0 {
			w.query.Limit = min(walkAtOnce, w.limit-w.looked)
		}
		page, err := w.d.DB.Cases(ctx, w.query)
		if err != nil {
			return err
		}
		if err := w.judge(ctx, page.Cases, give); err != nil {
			return err
		}
		w.looked += len(page.Cases)
		w.query.After = page.Next
		if w.more = page.Next != ""; !w.more || w.looked == w.limit {
			return nil
		}
	}
}

// judge keeps the order of the list.
func (w *walk) judge(ctx context.Context, list []store.Case, give func(Replayed) error) error {
	ids := make([]int64, len(list))
	place := map[int64]int{}
	for i := range list {
		ids[i], place[list[i].ID] = list[i].ID, i
	}
	full, err := w.d.DB.FullCasesByID(ctx, ids)
	if err != nil {
		return err
	}
	cases := make([]*store.Case, len(full))
	for i := range full {
		cases[i] = &full[i]
	}
	slices.SortFunc(cases, func(a, b *store.Case) int { return place[a.ID] - place[b.ID] })
	ms, err := gather(ctx, w.d.DB, cases)
	if err != nil {
		return err
	}
	for _, m := range ms {
		r, err := w.one(m)
		if err != nil {
			return err
		}
		if len(r.Changes) > 0 {
			if err := give(r); err != nil {
				return err
			}
		}
	}
	return nil
}

func (w *walk) one(m *matter) (Replayed, error) {
	out := Replayed{CaseID: m.c.ID, OrderNo: m.c.OrderNo, Store: w.book.stores[m.c.StoreID].Name, Open: m.c.Open, At: w.now}
	before, after, err := w.rules(m)
	if err != nil || before == after {
		return out, err
	}
	f, err := m.facts()
	if err != nil {
		return out, err
	}
	if !m.c.Open {
		out.At = beforeEnd(&f, m.c.EndedAt)
	}
	a, b := before.Evaluate(&f, out.At), after.Evaluate(&f, out.At)
	out.Before, out.After, out.Changes = judgedOf(&a), judgedOf(&b), policy.Compare(a, b)
	return out, nil
}

func judgedOf(v *policy.Verdict) Judged {
	j := Judged{Class: v.Class, State: v.State, Recommended: v.Recommended}
	if v.Next != nil && !v.Ended {
		j.DueAt, j.DueKind = v.Next.At, v.Next.Kind
	}
	return j
}

// beforeEnd sets aside what the platform said of the end of a case and all that happened from then on, so that the rules see it as
// people saw it while there was still something to do. It gives the instant: one second before the end.
func beforeEnd(f *dispute.Facts, ended time.Time) time.Time {
	if f.Case != nil {
		c := *f.Case
		if !c.Reported.EndedAt.IsZero() {
			ended = c.Reported.EndedAt
		}
		c.Reported.Status, c.Reported.State, c.Reported.Owner, c.Reported.Actions = "", "", "", nil
		c.Reported.Ended, c.Reported.EndedAt, c.Reported.Paid = false, time.Time{}, money.Amount{}
		f.Case = &c
	}
	late := func(at time.Time) bool { return !at.Before(ended) }
	f.History = slices.DeleteFunc(f.History, func(a dispute.Act) bool { return late(a.At) })
	f.Messages = slices.DeleteFunc(f.Messages, func(m dispute.Message) bool { return late(m.At) })
	f.Evidence = slices.DeleteFunc(f.Evidence, func(e dispute.Evidence) bool { return late(e.At) })
	f.Ledger = slices.DeleteFunc(f.Ledger, func(p dispute.Payment) bool { return late(p.At) })
	return ended.Add(-time.Second)
}
