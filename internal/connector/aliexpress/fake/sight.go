package fake

import (
	"slices"
	"time"
)

// Sight is how an issue stands, for onlookers who check what programs believe of it.
type Sight struct {
	Open      bool
	State     string // status and detailed state, such as "processing/wait_for_seller_response"
	ForSeller bool   // the platform waits for the seller's answer to the claim
	Goods     bool   // the platform waits for the seller's word on returned goods
	Due       time.Time
	ChangedAt time.Time
	// LapsedAt is when the seller's time to answer ran out and the claim was carried out; zero if that did not happen.
	LapsedAt time.Time
	Claim    Money
	Most     Money
	Payouts  []Payout
}

// Sight looks at an issue now.
func (i *Issue) Sight() Sight {
	p := i.shop.platform
	p.mu.Lock()
	defer p.mu.Unlock()
	p.catchUp()
	s := Sight{
		Open: i.stage != stageEnd, State: i.status + "/" + i.detail, ForSeller: i.stage == stageSeller, Goods: i.stage == stageGoods, Due: i.due,
		ChangedAt: i.changedAt, Claim: i.claim().money, Most: i.max(), Payouts: slices.Clone(i.payouts),
	}
	if i.reached != nil && i.reached.reachedBy == tooLate {
		s.LapsedAt = i.reached.reachedAt
	}
	return s
}

// Acted is how many calls of sellers' programs changed something so far.
func (p *Platform) Acted() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.acted
}

// Changes tells whether a method changes something for a buyer.
func Changes(name string) bool { return methods[name].session && methods[name].writes }
