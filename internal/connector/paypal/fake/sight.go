package fake

import "time"

// Sight is how a dispute stands, for onlookers who check what programs believe of it.
type Sight struct {
	Open      bool
	State     string // stage and status, such as "INQUIRY/WAITING_FOR_SELLER_RESPONSE"
	Stage     string
	ForSeller bool // PayPal waits for the seller: for an answer, or for his word on returned goods
	Goods     bool // it is his word on returned goods
	Offered   bool // an offer of the seller's is on the table
	Due       time.Time
	ChangedAt time.Time
	// LapsedAt is when the seller's time ran out without an answer; zero if that did not happen.
	LapsedAt time.Time
	Claim    Money // disputed
	Most     Money // paid for what it is about
	Refunded Money // what the buyer got back by it; zero as long as it runs
	PaidAt   time.Time
	// PromisedAt is when the seller offered or agreed what was paid; zero where he did not.
	PromisedAt time.Time
	Agreed     bool // the seller agreed to pay it; else PayPal ruled so
}

// Sight looks at a dispute now.
func (p *Platform) Sight(d *Dispute) Sight {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.settle()
	return Sight{
		Open: d.status != Resolved, State: d.stage + "/" + d.status, Stage: d.stage, ForSeller: d.status == WaitsForSeller,
		Goods: d.status == WaitsForSeller && d.returned, Offered: !d.offered.IsZero(), Due: d.sellerDue, ChangedAt: d.updated, LapsedAt: d.lapsed,
		Claim: d.spec.Amount, Most: d.spec.Gross, Refunded: d.refunded, PaidAt: d.resolved, Agreed: !d.ruled, PromisedAt: d.promisedAt,
	}
}

// Acted is how many acts of sellers' programs were carried out so far; an act that was sent again and answered as before is one.
func (p *Platform) Acted() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.acted
}

// Confuse makes all answers hold words nobody has documented; Double makes lists have each row twice. Both last until Calm.
func (p *Platform) Confuse() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.odd = true
}

// Double is described at Confuse.
func (p *Platform) Double() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.twice = true
}

// Calm ends what Confuse and Double began, and what the gate makes.
func (p *Platform) Calm() {
	p.Gate.Peace()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.odd, p.twice = false, false
}

// shown is a dispute as the answer shows it.
func (p *Platform) shown(m members) members {
	if p.odd {
		m["mood"], m["status"] = "MELANCHOLIC", "PONDERED"
	}
	return m
}
