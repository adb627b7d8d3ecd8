package fake

import (
	"slices"
	"time"
)

// Sight is how a dispute or a warning stands, for onlookers who check what programs believe of it. Sums are in the smallest unit.
type Sight struct {
	Open      bool
	State     string // status; of a warning "actionable" or "not_actionable"
	Inquiry   bool
	ForSeller bool      // an answer of the seller's is wanted
	Due       time.Time // until when
	ChangedAt time.Time
	// LapsedAt is when the seller's time ran out without an answer; zero if that did not happen.
	LapsedAt time.Time
	Currency string // lower case
	Claim    int64
	Most     int64 // what was paid
	Payouts  []Payout
}

// Payout is money that went back to the buyer.
type Payout struct {
	At     time.Time
	Amount int64
	Seller bool // a refund, or a dispute that the seller accepted
	Refund bool
}

// Sight looks at a dispute now.
func (d *Dispute) Sight() Sight {
	p := d.account.p
	p.mu.Lock()
	defer p.mu.Unlock()
	p.lapse()
	s := Sight{
		Open: !d.over(), State: d.Status, Inquiry: d.inquiry(), ForSeller: d.waits(), Due: time.Unix(d.DueBy, 0).UTC(), ChangedAt: d.changed,
		LapsedAt: d.late, Currency: d.charge.Currency, Claim: d.Amount, Most: d.charge.Amount, Payouts: d.account.paidBack(d.charge),
	}
	if !d.lost.IsZero() {
		s.Payouts = append(s.Payouts, Payout{d.lost, d.Amount, d.given, false})
	}
	return s
}

// warningLasts is how long a dispute may follow a warning.
const warningLasts = 120 * 24 * time.Hour

// Sight looks at a warning of an account now.
func (a *Account) Sight(w *Warning) Sight {
	a.p.mu.Lock()
	defer a.p.mu.Unlock()
	a.p.lapse()
	s := Sight{
		State: "not_actionable", ChangedAt: time.Unix(w.Created, 0).UTC(), Currency: w.charge.Currency, Claim: w.charge.Amount, Most: w.charge.Amount,
		Payouts: a.paidBack(w.charge),
	}
	disputed := slices.ContainsFunc(a.disputes, func(d *Dispute) bool { return d.charge == w.charge })
	if w.charge.refunded < w.charge.Amount && !disputed && a.p.now().Sub(s.ChangedAt) < warningLasts {
		s.Open, s.State = true, "actionable"
	}
	return s
}

func (a *Account) paidBack(c *Charge) (out []Payout) {
	for _, r := range a.refunds {
		if r.charge == c && r.Status == "succeeded" {
			out = append(out, Payout{time.Unix(r.Created, 0).UTC(), r.Amount, true, true})
		}
	}
	return out
}

// Acted is how many acts of sellers' programs were carried out so far: answers, papers put on a form, closings and refunds. What was sent
// again under its key and answered as before is one.
func (p *Platform) Acted() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.acted
}

// Confuse makes disputes hold words nobody has documented, until Calm.
func (p *Platform) Confuse() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.odd = true
}

// Double makes lists have each row twice, until Calm.
func (p *Platform) Double() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.twice = true
}

// Calm ends what Confuse and Double began, and what the gate makes.
func (p *Platform) Calm() {
	p.gate.Peace()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.odd, p.twice = false, false
}
