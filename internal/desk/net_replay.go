package desk

import (
	"context"
	"slices"
	"time"

	"parley/internal/dispute"
	"parley/internal/money"
	"parley/internal/policy"
	"parley/internal/store"
)

// NetDay is what a safety net would have done on one case.
type NetDay struct {
	CaseID   int64        `json:"case_id"`
	OrderNo  string       `json:"order"`
	At       time.Time    `json:"at"`       // UTC
	Deadline string       `json:"deadline"` // kind of the deadline it comes before
	DueAt    time.Time    `json:"due_at"`
	Do       string       `json:"do"` // option or escalate
	Cost     money.Amount `json:"cost,omitzero"`
	Why      string       `json:"why,omitempty"`     // text key of why a rule that pays was passed over
	Answered time.Time    `json:"answered,omitzero"` // when the shop did answer after that, as far as the records tell; zero = never
}

// NetReplay is a dry run of a safety net over the cases of the last days.
type NetReplay struct {
	Days    int            `json:"days"`
	Looked  int            `json:"looked"`           // cases
	Acted   []NetDay       `json:"acted"`            // newest case first
	Cost    []money.Amount `json:"cost"`             // by currency, what its acts would have paid
	Unheard int            `json:"unheard"`          // of those it acted on, how many were never answered by the shop
	Capped  bool           `json:"capped,omitempty"` // there were more cases than are looked at
}

const (
	netReplayMost  = 5000 // cases looked at
	netReplaySteps = 60   // turning points of one case
)

// ReplayNet tells what these rules would have done over the last days (1 to 365) in a store, and what it would have cost. Nothing is kept
// or sent. It rests on what the records tell of the past: a claim is taken as it stands now.
func (d *Desk) ReplayNet(ctx context.Context, who Who, storeID int64, rules []NetRule, days int) (NetReplay, error) {
	out := NetReplay{Days: min(max(days, 1), 365), Acted: []NetDay{}}
	if err := who.need(Read); err != nil {
		return out, err
	}
	st, err := d.storeSeen(ctx, who, storeID)
	if err != nil {
		return out, err
	}
	if err := checkNet(rules, d.abouts[st.Connector]); err != nil {
		return out, err
	}
	now := d.Now()
	since := now.AddDate(0, 0, -out.Days)
	for _, open := range []bool{true, false} {
		if err := d.replayNet(ctx, st, rules, since, now, open, &out); err != nil {
			return out, err
		}
	}
	return out, nil
}

// replayNet walks the open or the ended cases.
func (d *Desk) replayNet(ctx context.Context, st store.Store, rules []NetRule, since, now time.Time, open bool, out *NetReplay) error {
	q := store.Query{Open: &open, Stores: []int64{st.ID}, Limit: walkAtOnce}
	for {
		page, err := d.DB.Cases(ctx, q)
		if err != nil {
			return err
		}
		ids, past := []int64{}, false
		for i := range page.Cases {
			past = past || (!open && page.Cases[i].EndedAt.Before(since)) // the newest end comes first
			if page.Cases[i].OpenedAt.After(since) {
				ids = append(ids, page.Cases[i].ID)
			}
		}
		if err := d.replayNetOn(ctx, ids, rules, now, out); err != nil {
			return err
		}
		if q.After = page.Next; q.After == "" || past {
			return nil
		}
		if out.Looked >= netReplayMost {
			out.Capped = true
			return nil
		}
	}
}

func (d *Desk) replayNetOn(ctx context.Context, ids []int64, rules []NetRule, now time.Time, out *NetReplay) error {
	cases, err := d.DB.FullCasesByID(ctx, ids)
	if err != nil {
		return err
	}
	rows := make([]*store.Case, len(cases))
	for i := range cases {
		rows[i] = &cases[i]
	}
	ms, err := gather(ctx, d.DB, rows)
	if err != nil {
		return err
	}
	for _, m := range ms {
		day, acted, err := d.netOn(ctx, m, rules, now)
		if err != nil {
			return err
		}
		out.Looked++
		if acted {
			out.note(day)
		}
	}
	return nil
}

func (r *NetReplay) note(day NetDay) {
	r.Acted = append(r.Acted, day)
	if day.Answered.IsZero() {
		r.Unheard++
	}
	if day.Cost.Minor <= 0 {
		return
	}
	i := slices.IndexFunc(r.Cost, func(a money.Amount) bool { return a.Currency == day.Cost.Currency })
	if i < 0 {
		r.Cost = append(r.Cost, money.Amount{Currency: day.Cost.Currency})
		i = len(r.Cost) - 1
	}
	r.Cost[i].Minor += day.Cost.Minor
}

// netOn finds the first instant at which the net would have acted on a case. It goes from one turning point (something was done, written or
// scanned) to the next; between two of them only time passes.
func (d *Desk) netOn(ctx context.Context, m *matter, rules []NetRule, now time.Time) (NetDay, bool, error) {
	f, err := m.facts()
	if err != nil || f.Case == nil {
		return NetDay{}, false, err
	}
	pack, err := d.rulesOf(m.st, m.c.Packs)
	if err != nil {
		return NetDay{}, false, err
	}
	turns := turningPoints(&f, now)
	for i, at := range turns {
		end := now
		if i+1 < len(turns) {
			end = turns[i+1]
		}
		then := asOf(f, at, i+1 == len(turns))
		v := pack.Evaluate(&then, at)
		when, dl := netAt(rules, "", "", &v)
		if dl == nil || !when.Before(end) {
			continue
		}
		if when.Before(at) {
			when = at // the margin was longer than the time there was
		}
		day := NetDay{CaseID: m.c.ID, OrderNo: m.c.OrderNo, At: when, Deadline: dl.Kind, DueAt: dl.At, Answered: answered(&f, when)}
		day.Do, day.Cost, day.Why, err = d.netWould(ctx, m, rules, &then, &v, when)
		return day, true, err
	}
	return NetDay{}, false, nil
}

// netWould is the first rule that would have gone through at an instant, as far as facts can tell, and why it was not an earlier one where
// money was missing.
func (d *Desk) netWould(ctx context.Context, m *matter, rules []NetRule, f *dispute.Facts, v *policy.Verdict, at time.Time) (do string, cost money.Amount, why string, err error) {
	for _, n := range rules {
		if !n.matches(v.Class) {
			continue
		}
		if n.Do == "escalate" {
			break
		}
		if _, err := openOption(v, n.Do); err != nil {
			continue
		}
		ch, err := d.netChoice(n, f, v)
		if err != nil {
			continue
		}
		if n.Do == "accept" {
			ch.Amount = stakeOf(f)
		}
		cost := costOf(f, ch)
		if !n.affords(cost) || forPerson(v, ch.Option) {
			continue
		}
		left, err := d.hadLeft(ctx, m, f, cost, at)
		if left || err != nil {
			return n.Do, cost, why, err
		}
		why = netNoMoney
	}
	return "escalate", money.Amount{}, why, nil
}

// hadLeft tells whether the purchase of a matter, whose facts were f then, had a sum left at an instant of the past.
func (d *Desk) hadLeft(ctx context.Context, m *matter, f *dispute.Facts, sum money.Amount, at time.Time) (bool, error) {
	if sum.Minor <= 0 {
		return true, nil
	}
	p, err := d.purchaseOf(ctx, d.DB, m)
	if err != nil {
		return false, err
	}
	p.goBack(f, at)
	w := p.left(f, sum.Currency)
	return w.lacks(sum) == "", nil
}

// goBack sets aside what happened to the purchase after an instant; f are the facts of its first matter then. What its other cases held is
// what they hold as they stand now.
func (p *purchase) goBack(f *dispute.Facts, at time.Time) {
	p.facts[0] = *f
	for i := 1; i < len(p.facts); i++ {
		then := &p.facts[i]
		if then.Case != nil && then.Case.OpenedAt.After(at) {
			then.Case = nil // it held nothing yet
		}
		if c := then.Case; c != nil && c.Reported.EndedAt.After(at) {
			still := *c
			still.Reported.Ended = false
			then.Case = &still
		}
		then.Ledger = without(then.Ledger, func(pay dispute.Payment) bool { return pay.At.After(at) })
	}
	p.effects = without(p.effects, func(e store.Effect) bool { return e.CreatedAt.After(at) })
}

// turningPoints are the instants of a case at which something changed, from its opening, in order, at most netReplaySteps.
func turningPoints(f *dispute.Facts, now time.Time) []time.Time {
	out := []time.Time{f.Case.OpenedAt}
	add := func(at time.Time) {
		if at.After(f.Case.OpenedAt) && at.Before(now) {
			out = append(out, at)
		}
	}
	for _, a := range f.History {
		add(a.At)
	}
	for _, p := range f.Proposals {
		add(p.At)
	}
	for _, msg := range f.Messages {
		add(msg.At)
	}
	if f.Shipment != nil {
		for _, s := range f.Shipment.Events {
			add(s.At)
		}
	}
	slices.SortFunc(out, time.Time.Compare)
	out = slices.CompactFunc(out, time.Time.Equal)
	return out[:min(len(out), netReplaySteps)]
}

// asOf is what was known at an instant: everything later is set aside, and so is where the platform says the case stands, unless nothing
// has happened since.
func asOf(f dispute.Facts, at time.Time, last bool) dispute.Facts {
	late := func(t time.Time) bool { return t.After(at) }
	if f.Case != nil && (!last || f.Case.Reported.Ended) {
		c := *f.Case
		c.Reported = dispute.Reported{Max: c.Reported.Max}
		c.PlatformDueAt = time.Time{}
		f.Case = &c
	}
	f.History = without(f.History, func(a dispute.Act) bool { return late(a.At) })
	f.Messages = without(f.Messages, func(m dispute.Message) bool { return late(m.At) })
	f.Evidence = without(f.Evidence, func(e dispute.Evidence) bool { return late(e.At) })
	f.Ledger = without(f.Ledger, func(p dispute.Payment) bool { return late(p.At) })
	f.Proposals = without(f.Proposals, func(p dispute.Proposal) bool { return late(p.At) })
	if f.Shipment != nil {
		s := *f.Shipment
		s.Events = without(s.Events, func(e dispute.Scan) bool { return late(e.At) })
		f.Shipment = &s
	}
	return f
}

// without gives a list less what is to go, leaving the list itself alone.
func without[T any](list []T, gone func(T) bool) []T {
	return slices.DeleteFunc(slices.Clone(list), gone)
}

// answered is when the shop next did something after an instant.
func answered(f *dispute.Facts, after time.Time) time.Time {
	for _, a := range f.History {
		if a.At.After(after) && (a.Who == "staff" || a.Who == "desk") {
			return a.At
		}
	}
	return time.Time{}
}
