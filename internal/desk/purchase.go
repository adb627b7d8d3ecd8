package desk

import (
	"context"
	"slices"
	"strings"
	"time"

	"parley/internal/connector"
	"parley/internal/dispute"
	"parley/internal/money"
	"parley/internal/store"
)

// purchase is one purchase with every case that is about its money: a complaint at the marketplace, a dispute at the payment provider and
// a chargeback of the bank may all ask for the same sum. What each of them paid, holds or is about to pay counts against the others.
type purchase struct {
	matters []*matter
	facts   []dispute.Facts // beside matters
	effects []store.Effect  // of all of them
}

// purchaseOf loads the purchase of a matter; the matter itself is taken as it is.
func (d *Desk) purchaseOf(ctx context.Context, r planner, m *matter) (purchase, error) {
	ids, err := casesOfPurchase(ctx, r, m.c)
	if err != nil {
		return purchase{}, err
	}
	p := purchase{matters: []*matter{m}}
	if others := slices.DeleteFunc(slices.Clone(ids), func(id int64) bool { return id == m.c.ID }); len(others) > 0 {
		cases, err := r.FullCasesByID(ctx, others)
		if err != nil {
			return p, err
		}
		rows := make([]*store.Case, len(cases))
		for i := range cases {
			rows[i] = &cases[i]
		}
		more, err := gather(ctx, r, rows)
		if err != nil {
			return p, err
		}
		p.matters = append(p.matters, more...)
	}
	for _, m := range p.matters {
		f, err := m.facts()
		if err != nil {
			return p, err
		}
		p.facts = append(p.facts, f)
		effects, err := r.EffectsOf(ctx, m.c.ID)
		if err != nil {
			return p, err
		}
		p.effects = append(p.effects, effects...)
	}
	return p, nil
}

// total is what the buyer paid, in the currency: the largest sum any of the records tells. Unknown where none does.
func (p *purchase) total(currency string) money.Amount {
	var most money.Amount
	for i := range p.facts {
		if t := orderTotal(&p.facts[i]); t.Known() && t.Currency == currency && (!most.Known() || t.Minor > most.Minor) {
			most = t
		}
	}
	return most
}

// spent is what has left for the buyer or is held for him, or is on its way, beside what is about to be decided on the first matter.
type spent struct {
	minor int64          // in the currency asked for
	other []money.Amount // in other currencies, which cannot be added
	by    []int          // the matters that spent it, by their place in the purchase
}

func (s *spent) add(a money.Amount, currency string, by int) {
	switch {
	case !a.Known() || a.Minor <= 0:
		return
	case a.Currency == currency:
		s.minor += a.Minor
	default:
		s.other = append(s.other, a)
	}
	if !slices.Contains(s.by, by) {
		s.by = append(s.by, by)
	}
}

// spent sums the purchase. Payments that several records show count once; an act of ours that a record shows as paid counts as that
// payment; what a bank or payment provider holds because of a dispute counts as long as the dispute runs.
func (p *purchase) spent(currency string) spent {
	var s spent
	paid, by := p.payments()
	for i, pay := range paid {
		s.add(pay.Amount, currency, by[i])
	}
	for i := range p.facts {
		if i > 0 && holdsMoney(&p.facts[i]) {
			s.add(stakeOf(&p.facts[i]), currency, i)
		}
	}
	matched := make([]bool, len(paid))
	for i, m := range p.matters {
		for _, a := range p.promised(m, i > 0) {
			if !shownBy(a, paid, matched) {
				s.add(a.amount, currency, i)
			}
		}
	}
	return s
}

// payments are the refunds and voluntary payments of all records, each once, and beside each the matter whose record tells it first.
func (p *purchase) payments() (out []dispute.Payment, by []int) {
	seen := map[string]bool{}
	for i := range p.facts {
		for _, pay := range p.facts[i].Ledger {
			if pay.Did != "refund" && pay.Did != "goodwill" {
				continue
			}
			if pay.Source != "" {
				key := pay.Source
				if !strings.Contains(key, ":") { // a number of that store only
					key = p.facts[i].Store.ID + " " + key
				}
				if seen[key] {
					continue
				}
				seen[key] = true
			}
			out, by = append(out, pay), append(by, i)
		}
	}
	return out, by
}

// holdsMoney tells whether the case is an open dispute at a payment provider or bank: the sum is taken from the shop while it runs.
func holdsMoney(f *dispute.Facts) bool {
	return f.Case != nil && !f.Case.Reported.Ended && (f.Case.Via == "card" || f.Case.Via == "paypal")
}

// promise is an act of ours that pays, or that lets the buyer be paid.
type promise struct {
	amount money.Amount
	at     time.Time
	firm   bool // confirmed: a payment of the same sum since then is this one
}

// promised are the acts of a matter that pay and whose payment no record may show yet: those under way, those in doubt, those confirmed.
// Of the offers only the last counts, and only while it stands; offers tells whether they count at all: what is decided on a matter takes
// the place of what was offered in it. Once the record tells what was paid in the end, it is the truth.
func (p *purchase) promised(m *matter, offers bool) []promise {
	var out []promise
	var offer *promise
	settled := paidInTheEnd(m)
	for _, e := range p.effects {
		step, err := payload(e)
		if e.CaseID != m.c.ID || err != nil || step.Amount.Minor <= 0 || e.State == refused || e.State == cancelled {
			continue
		}
		a := promise{step.Amount, e.CreatedAt, e.State == confirmed}
		switch {
		case a.firm && settled:
		case isOffer(step) && a.firm:
			offer = &a
		default:
			offer = nil
			out = append(out, a)
		}
	}
	if offer != nil && offers && m.c.Open {
		out = append(out, *offer)
	}
	return out
}

func isOffer(step connector.Effect) bool {
	return step.Do == "counter_amount" || step.Do == "counter_return"
}

// paidInTheEnd: the record that leads the case says that it is over and what was paid.
func paidInTheEnd(m *matter) bool {
	lead := m.leading()
	return lead != nil && lead.facts.Case != nil && lead.facts.Case.Reported.Ended && lead.facts.Case.Reported.Paid.Known()
}

// beforeAct is how much earlier than our act, by the platform's clock, a payment may be booked and still be that act's.
const beforeAct = 24 * time.Hour

// shownBy tells whether a payment on record is this confirmed act's. Each payment stands for one act only.
func shownBy(a promise, paid []dispute.Payment, matched []bool) bool {
	if !a.firm {
		return false
	}
	for i, pay := range paid {
		if !matched[i] && pay.Amount == a.amount && pay.At.After(a.at.Add(-beforeAct)) {
			matched[i] = true
			return true
		}
	}
	return false
}
