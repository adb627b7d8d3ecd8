package gallery

import (
	"context"
	"slices"
	"strconv"
	"time"

	"parley/internal/desk"
	"parley/internal/fault"
	"parley/internal/money"
	"parley/internal/policy"
)

// safe gives the samples a safety net, decisions that wait, and cases about the same money.
func (d *Desk) safe() {
	d.Rules = []desk.NetRule{
		{Class: "logistics.*", Do: "accept", Margin: 120, Most: eur(3000)}, {Do: "extend_protection", Margin: 60, Days: 30}, {Do: "escalate", Margin: 60},
	}
	d.Bounds = desk.Limits{Ceilings: []desk.Ceiling{{Role: "agent", Amount: eur(3000)}}, Second: []money.Amount{eur(20000)}}
	for i := range d.Cases {
		c := &d.Cases[i]
		if c.Clock == nil || c.Owner != "seller" {
			continue
		}
		c.Silence, c.PreparedAt = c.Clock, c.DueAt.Add(-time.Hour)
		switch c.ID {
		case 1:
			c.Net = &desk.NetPlan{At: c.DueAt.Add(-time.Hour), Deadline: c.DueKind, Do: "accept", Amount: c.Stake}
		case 4:
			c.Net = &desk.NetPlan{At: c.DueAt.Add(-2 * time.Hour), Deadline: c.DueKind, Do: "escalate", Why: "net.nothing_fits"}
		}
	}
	d.wait(2, "to_sign", desk.Choice{Option: "counter_amount", Amount: eur(3100), Text: "Proponemy zwrot części ceny za opóźnienie."}, "sign.ceiling", desk.MemberRef{ID: 2, Name: "Jun Wei"})
	d.wait(4, "prepared", desk.Choice{Option: "contest_with_evidence", Text: "사진과 설명은 일치합니다."}, "", desk.MemberRef{ID: 1, Name: "Lucía Moreno"})
	ended := d.Cases[10]
	ended.ID, ended.Open, ended.View, ended.State, ended.EndedAt, ended.Title = 12, false, "ended", "ended", Now.Add(-100*hour), "Desk lamp, last year"
	d.Cases = append(d.Cases, ended)
	first, other := &d.Cases[0], d.Cases[10].Row
	other.Store.Connector, other.Store.Mark, other.Store.Name, other.Stake = "paypal", "PP", "Luz Hogar PayPal", eur(2390)
	first.Purchase, first.Rest = []desk.Row{other}, eur(0)
}

func (d *Desk) wait(id int64, state string, ch desk.Choice, reason string, by desk.MemberRef) {
	c, err := d.find(id)
	if err != nil {
		return
	}
	c.Row.Pending = state
	c.Pending = &desk.Pending{ID: "dec_" + state, CaseID: id, State: state, Choice: ch, Cost: ch.Amount, By: by, At: Now.Add(-2 * hour), Reason: reason, MayFree: true}
}

// waits finds a decision that waits.
func (d *Desk) waits(id string) (*desk.CasePage, error) {
	for i := range d.Cases {
		if p := d.Cases[i].Pending; p != nil && p.ID == id {
			return &d.Cases[i], nil
		}
	}
	return nil, fault.New(fault.Conflict, "fault.decision_not_waiting", "state", "done")
}

// Waiting gives the decisions of the samples that wait; a cursor is the number of rows before the page.
func (d *Desk) Waiting(_ context.Context, _ desk.Who, q desk.WaitingQuery) (desk.WaitingPage, error) {
	defer d.lock()()
	var rows []desk.Pending
	for i := range d.Cases {
		if p := d.Cases[i].Pending; p != nil {
			one, row := *p, d.Cases[i].Row
			one.Case = &row
			if one.Outdated || !q.Outdated {
				rows = append(rows, one)
			}
		}
	}
	from, _ := strconv.Atoi(q.Cursor) // none begins at 0
	out := desk.WaitingPage{Rows: rows[min(max(from, 0), len(rows)):]}
	if d.PageOf > 0 && len(out.Rows) > d.PageOf {
		out.Rows, out.Next = out.Rows[:d.PageOf], strconv.Itoa(from+d.PageOf)
	}
	return out, d.gone()
}

// Prepare keeps a decision on its case.
func (d *Desk) Prepare(_ context.Context, who desk.Who, id int64, ch desk.Choice) (desk.Decided, error) {
	defer d.lock()()
	d.wait(id, "prepared", ch, "", desk.MemberRef{ID: who.MemberID, Name: who.Name})
	return desk.Decided{DecisionID: "dec_prepared", CaseID: id, State: "prepared"}, nil
}

// Release sends what waits.
func (d *Desk) Release(_ context.Context, _ desk.Who, id string) (desk.Decided, error) {
	defer d.lock()()
	c, err := d.waits(id)
	if err != nil {
		return desk.Decided{}, err
	}
	d.Sent = append(d.Sent, c.Pending.Choice)
	c.Pending, c.Row.Pending = nil, ""
	return desk.Decided{DecisionID: "d1", CaseID: c.ID, State: "open"}, nil
}

// Decline ends what waits.
func (d *Desk) Decline(_ context.Context, _ desk.Who, id, reason string) error {
	defer d.lock()()
	if reason == "" {
		return fault.Input("reason", reason, "why")
	}
	c, err := d.waits(id)
	if err != nil {
		return err
	}
	c.Pending, c.Row.Pending, d.Why = nil, "", reason
	return nil
}

// Erase remembers why a case was erased.
func (d *Desk) Erase(_ context.Context, _ desk.Who, id int64, reason string) error {
	defer d.lock()()
	c, err := d.find(id)
	if err != nil {
		return err
	}
	if c.Open {
		return fault.New(fault.Refused, "fault.erase_open")
	}
	d.Why = reason
	return nil
}

// Net gives the rules of the samples.
func (d *Desk) Net(context.Context, desk.Who, int64) ([]desk.NetRule, error) {
	defer d.lock()()
	return slices.Clone(d.Rules), d.gone()
}

// SetNet refuses a margin that is too short.
func (d *Desk) SetNet(_ context.Context, _ desk.Who, _ int64, rules []desk.NetRule) error {
	defer d.lock()()
	if err := wrongNet(rules); err != nil {
		return err
	}
	d.Rules = rules
	return nil
}

func wrongNet(rules []desk.NetRule) error {
	for i, n := range rules {
		if n.Margin < 10 {
			return fault.Input("rules["+string(rune('0'+i))+"].margin", "5", "10 minutes to 7 days")
		}
	}
	return nil
}

// ReplayNet gives two days on which the first rule would have acted.
func (d *Desk) ReplayNet(_ context.Context, _ desk.Who, _ int64, rules []desk.NetRule, days int) (desk.NetReplay, error) {
	if err := wrongNet(rules); err != nil || len(rules) == 0 {
		return desk.NetReplay{Days: days, Looked: 41}, err
	}
	return desk.NetReplay{Days: days, Looked: 41, Unheard: 1, Capped: true, Cost: []money.Amount{eur(4230)}, Acted: []desk.NetDay{
		{CaseID: 1, OrderNo: "30080012345", At: Now.Add(-30 * hour), Deadline: "seller_response", DueAt: Now.Add(-28 * hour), Do: rules[0].Do, Cost: eur(2390)},
		{CaseID: 6, OrderNo: "30080012399", At: Now.Add(-80 * hour), Deadline: "seller_response", DueAt: Now.Add(-78 * hour), Do: rules[0].Do, Cost: eur(1840), Answered: Now.Add(-79 * hour)},
	}}, nil
}

// Limits gives the limits of the samples.
func (d *Desk) Limits(context.Context, desk.Who) (desk.Limits, error) {
	defer d.lock()()
	return d.Bounds, d.gone()
}

// SetLimits keeps them.
func (d *Desk) SetLimits(_ context.Context, _ desk.Who, l desk.Limits) error {
	defer d.lock()()
	d.Bounds = l
	return nil
}

// Retention gives the days of the samples.
func (d *Desk) Retention(context.Context, desk.Who) (int, error) {
	defer d.lock()()
	return d.Kept, d.gone()
}

// SetRetention refuses less than a month.
func (d *Desk) SetRetention(_ context.Context, _ desk.Who, days int) error {
	defer d.lock()()
	if days != 0 && days < 30 {
		return fault.Input("days", "7", "0 (for ever), or 30 to 3650")
	}
	d.Kept = days
	return nil
}

// refunds is an option with everything that a platform may ask for.
func refunds(full money.Amount) desk.OptionView {
	return desk.OptionView{
		Option: policy.Option{Code: "refund", Open: true, Cost: &full}, Sends: true, Irrevocable: true, NeedsAmount: true, Max: full, Suggested: full,
		Reasons: []string{"DAMAGED", "MISSING_ITEMS"}, NeedsReason: true, Recipients: []string{"buyer", "platform", "both"}, TakesTracking: true, TakesText: true,
	}
}
