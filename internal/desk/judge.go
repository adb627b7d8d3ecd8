package desk

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"parley/internal/dispute"
	"parley/internal/money"
	"parley/internal/policy"
	"parley/internal/store"
)

// judge asks the rules about the matter at the instant and writes the answer into the case's columns.
func (d *Desk) judge(m *matter, now time.Time) (dispute.Facts, policy.Verdict, error) {
	rules, err := d.rulesOf(m.st, m.c.Packs)
	if err != nil {
		return dispute.Facts{}, policy.Verdict{}, err
	}
	f, v, err := m.evaluate(rules, now)
	if err != nil {
		return f, v, err
	}
	return f, v, project(m, &f, &v, now)
}

// project writes facts and verdict into what the lists show. It decides nothing.
func project(m *matter, f *dispute.Facts, v *policy.Verdict, now time.Time) error {
	c := m.c
	wasOpen := c.Open
	c.Class, c.State, c.Owner, c.Recommended = v.Class, v.State, v.Owner, v.Recommended
	c.Open = !v.Ended && !m.quiet(f)
	if c.View = viewOf(v); !c.Open {
		c.View = "ended"
	}
	c.Ask, c.Stake, c.StakeRef = askOf(f), stakeOf(f), refOf(f)
	c.DueAt, c.DueKind = time.Time{}, ""
	if v.Next != nil && c.Open {
		c.DueAt, c.DueKind = v.Next.At, v.Next.Kind
	}
	if f.Case != nil {
		c.OpenedAt = f.Case.OpenedAt
	}
	c.EndedAt = endOf(f, c, wasOpen, now)
	c.OrderNo, c.BuyerID = orderNo(f, c.OrderNo), buyerID(f)
	c.Card = cardOf(m, f, v, c.Card)
	var err error
	c.Verdict, err = json.Marshal(v)
	return err
}

// quiet tells that a matter without a formal case is over: each of its platform records has ended (the talk was answered, the late order
// sent).
func (m *matter) quiet(f *dispute.Facts) bool {
	return f.Case == nil && len(m.sources) > 0 && !slices.ContainsFunc(m.sources, func(r record) bool { return r.Open })
}

// viewOf sorts a case into the tabs of the queue.
func viewOf(v *policy.Verdict) string {
	switch {
	case v.Ended:
		return "ended"
	case v.Class == "":
		return "to_answer"
	case v.State == "wait_buyer_return" || v.State == "wait_seller_goods":
		return "returns"
	case v.Owner == "platform":
		return "platform"
	case v.Owner == "seller" && len(v.Class) > 13 && v.Class[:13] == "pre_shipment.":
		return "before_shipping"
	case v.Owner == "seller" || v.Owner == "":
		return "to_answer"
	case v.Owner == "buyer":
		return "waiting_buyer"
	}
	return "watching"
}

// askOf names what the other side wants, in the four ways people sort by.
func askOf(f *dispute.Facts) string {
	if f.Case == nil || !f.Case.Claim.Amount.Known() || f.Case.Kind == "exchange" {
		return "other"
	}
	if f.Case.Claim.ReturnGoods {
		return "return_refund"
	}
	whole := f.Case.Reported.Max
	if !whole.Known() || whole.Minor == 0 {
		whole = orderTotal(f)
	}
	if n, err := f.Case.Claim.Amount.Cmp(whole); err == nil && n < 0 {
		return "refund_part"
	}
	return "refund_full"
}

// orderTotal is goods and first shipping as the buyer paid them; unknown where either is.
func orderTotal(f *dispute.Facts) money.Amount {
	if f.Order == nil || !f.Order.Goods.Known() {
		return money.Amount{}
	}
	if !f.Order.Shipping.Known() {
		return f.Order.Goods
	}
	sum, err := f.Order.Goods.Add(f.Order.Shipping)
	if err != nil {
		return money.Amount{}
	}
	return sum
}

func stakeOf(f *dispute.Facts) money.Amount {
	if f.Case == nil {
		return money.Amount{}
	}
	return f.Case.Claim.Amount
}

// refOf is the stake in the platform's settlement currency, or as it is where the platform does not tell.
func refOf(f *dispute.Facts) money.Amount {
	if f.Case == nil {
		return money.Amount{}
	}
	if f.Case.Claim.Reference.Known() {
		return f.Case.Claim.Reference
	}
	return f.Case.Claim.Amount
}

func endOf(f *dispute.Facts, c *store.Case, wasOpen bool, now time.Time) time.Time {
	switch {
	case c.Open:
		return time.Time{}
	case f.Case != nil && !f.Case.Reported.EndedAt.IsZero():
		return f.Case.Reported.EndedAt
	case wasOpen || c.EndedAt.IsZero():
		return now
	}
	return c.EndedAt
}

func orderNo(f *dispute.Facts, before string) string {
	if f.Order != nil && f.Order.ID != "" {
		return f.Order.ID
	}
	return before
}

func buyerID(f *dispute.Facts) string {
	if f.Buyer == nil {
		return ""
	}
	return f.Buyer.ID
}

// cardOf is what a list row shows beyond the columns. What only effects, decisions and the safety net change is kept from before.
func cardOf(m *matter, f *dispute.Facts, v *policy.Verdict, before store.Card) store.Card {
	card := store.Card{Effect: before.Effect, Pending: before.Pending, Net: before.Net, NetAgain: before.NetAgain, Alerts: v.Alerts, Unknown: len(f.Unknown), Counts: countsAny(v), Lead: before.Lead}
	if f.Order != nil && len(f.Order.Items) > 0 {
		card.Product = f.Order.Items[0].Title
	}
	card.Title = card.Product
	if card.Title == "" {
		card.Title = m.c.OrderNo
	}
	if f.Buyer != nil {
		card.Buyer, card.Country, card.Language = buyerName(f.Buyer), f.Buyer.Country, f.Buyer.Language
	}
	if f.Case != nil {
		card.Reason = f.Case.Reason
	}
	if v.Recommended == "" {
		card.Advice = firstAdvice(v)
	}
	if len(v.Why) > 0 {
		card.Why, card.WhyPack, card.Params = v.Why[0].Rule, v.Why[0].Pack, v.Why[0].Params
	}
	for i := range m.sources {
		if m.sources[i].Problem != "" {
			card.Alerts = append(card.Alerts, "record_unreadable")
			break
		}
	}
	return card
}

// firstAdvice is the most telling thing to do: writing to the buyer comes first everywhere and says little.
func firstAdvice(v *policy.Verdict) string {
	for _, a := range v.Advice {
		if a != "contact_buyer" {
			return a
		}
	}
	return strings.Join(v.Advice, "")
}

func buyerName(b *dispute.Buyer) string {
	switch {
	case b.Name != "" && b.Surname != "":
		return b.Name + " " + b.Surname
	case b.Name != "":
		return b.Name
	}
	return b.ID
}

func countsAny(v *policy.Verdict) bool {
	return v.Counts["dispute_rate"] || v.Counts["incident_rate"] || v.Counts["chargeback_ratio"]
}

// timersOf are the instants at which time alone may change the verdict: deadlines and warnings. Those that have come already stay where they
// still wait to go off, because nothing ran at that instant.
func timersOf(c *store.Case, v *policy.Verdict, now time.Time) []store.Timer {
	if v.Ended {
		return nil
	}
	var out []store.Timer
	for _, dl := range v.Deadlines {
		out = append(out, store.Timer{CaseID: c.ID, Kind: dl.Kind, DueAt: dl.At})
	}
	out = append(out, steps(c, v, now)...)
	for _, w := range v.Warnings {
		out = append(out, store.Timer{CaseID: c.ID, Kind: "warn:" + w.Deadline + ":" + w.Kind, DueAt: w.At})
	}
	for i := range out {
		out[i].Late = !out[i].DueAt.After(now)
	}
	return out
}

// levelOf colours a row by the time left: red 24 hours or less, amber 72 hours or less (house@2026).
func levelOf(due, now time.Time, open bool) string {
	switch {
	case !open || due.IsZero():
		return "none"
	case !due.After(now):
		return "lapsed"
	case due.Sub(now) <= 24*time.Hour:
		return "red"
	case due.Sub(now) <= 72*time.Hour:
		return "amber"
	}
	return "calm"
}
