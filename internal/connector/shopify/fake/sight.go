package fake

import (
	"strings"
	"time"
)

// Sight is how a return stands, for onlookers who check what programs believe of it.
type Sight struct {
	Open      bool
	Status    string // the platform's word
	Approved  time.Time
	Arrived   time.Time // when the goods came back; zero = not yet
	Inspected time.Time // when the shop looked at them
	ChangedAt time.Time // when its order changed last
	Claim     Money     // what the goods cost that are sent back
	Paid      Money     // what the customer paid for the order
	Refunds   []Payback
}

// Payback is money that went back to the customer.
type Payback struct {
	At     time.Time
	Amount Money
	ByHand bool // somebody paid it in the platform's own pages
}

// Sight looks at a return now.
func (s *Shop) Sight(r *Return) Sight {
	s.p.mu.Lock()
	defer s.p.mu.Unlock()
	s.settle(s.p.now())
	o := r.order
	out := Sight{
		Open: r.Status == "REQUESTED" || r.Status == "OPEN", Status: r.Status, Approved: r.Approved, Arrived: r.Arrived, Inspected: r.Inspected,
		ChangedAt: o.UpdatedAt, Claim: Money{o.Lines[r.Line].Price * int64(r.Quantity), o.Currency}, Paid: o.Total(),
	}
	for _, one := range o.refunds {
		out.Refunds = append(out.Refunds, Payback{one.at, one.amount, one.byHand})
	}
	return out
}

// Acted is how many acts of sellers' programs changed something so far.
func (p *Platform) Acted() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.acted
}

// Changes tells whether a document may change something for a customer.
func Changes(document string) bool { return strings.HasPrefix(strings.TrimSpace(document), "mutation") }

// Refunded is how much went back so far, in minor units.
func (s Sight) Refunded() (sum int64) {
	for _, p := range s.Refunds {
		sum += p.Amount.Minor
	}
	return sum
}
