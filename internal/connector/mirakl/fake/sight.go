package fake

import (
	"net/http"
	"time"
)

// Sight is how something stands, for onlookers who check what programs believe of it. Sums are in minor units of the shop's currency.
type Sight struct {
	Open      bool
	State     string    // of the line, the return or the order
	Waits     bool      // for an answer of the shop
	LapsedAt  time.Time // when the time for the shop's first answer ran out; zero = it did not, or none was named
	ChangedAt time.Time
	Left      int64 // what can still be paid back
	Most      int64 // what the customer paid
	Refunds   []Refunded
}

// Refunded is one refund to the customer.
type Refunded struct {
	At         time.Time
	Minor      int64
	ByOperator bool
}

// ID is the line's number and which opening it is, from 1: Mirakl gives incidents no number.
func (i *Incident) ID() (line string, number int) { return i.line.id, i.number }

// Order is the order it is about.
func (i *Incident) Order() *Order { return i.line.order }

// Sight looks at an incident now. The state of one that is over is that with which it ended; sums are those of its line.
func (i *Incident) Sight() (s Sight) {
	i.line.order.shop.locked(func(time.Time) {
		l := i.line
		s = Sight{
			Open: i.open(), State: i.end, Waits: i.open(), LapsedAt: i.lapsed, ChangedAt: l.updated, Left: l.total() - l.refunded(), Most: l.total(), Refunds: l.paidBack(),
		}
	})
	return s
}

func (l *Line) paidBack() (out []Refunded) {
	for _, r := range l.refunds {
		out = append(out, Refunded{r.at, r.amount + r.shipping + r.tax, r.byOperator})
	}
	return out
}

// Sight looks at a return now. It is open until it ends, or until goods that are back are paid for.
func (r *Return) Sight() (s Sight) {
	r.shop.locked(func(time.Time) {
		s = Sight{State: r.state, Waits: r.state == waitingAcceptance, ChangedAt: r.updated}
		for _, rl := range r.lines {
			l := rl.line
			worth := (l.spec.Price + l.spec.Tax) * int64(rl.quantity) / int64(l.spec.Quantity)
			if rl.quantity == l.spec.Quantity {
				worth += l.spec.Shipping
			}
			s.Left += min(worth, l.total()-l.refunded())
			s.Most += l.total()
			s.Refunds = append(s.Refunds, l.paidBack()...)
		}
		switch r.state {
		case waitingAcceptance, inProgress, "NO_RECEPTION":
			s.Open = true
		case "RECEIVED":
			s.Open = s.Left > 0 || len(s.Refunds) == 0
		}
	})
	return s
}

// Sight looks at a talk now: it is open while the shop owes an answer.
func (t *Thread) Sight() (s Sight) {
	t.shop.locked(func(time.Time) { s = Sight{Open: !t.needed.IsZero(), Waits: !t.needed.IsZero(), ChangedAt: t.updated} })
	return s
}

// Sight looks at an order now: it is open while it waits for shipping longer than was promised.
func (o *Order) Sight() (s Sight) {
	o.shop.locked(func(now time.Time) {
		late := o.state == "SHIPPING" && !now.Before(o.spec.ShipBy)
		s = Sight{Open: late, Waits: late, State: o.state, ChangedAt: o.updated}
		for _, l := range o.lines {
			s.Left, s.Most, s.Refunds = s.Left+l.total()-l.refunded(), s.Most+l.total(), append(s.Refunds, l.paidBack()...)
		}
	})
	return s
}

// Cancel lets the operator cancel an order that was not sent.
func (o *Order) Cancel() {
	o.shop.locked(func(now time.Time) {
		if o.state == "SHIPPING" {
			o.move("CANCELED", now)
		}
	})
}

// Acted is how many acts of sellers' programs were carried out so far: calls that changed something for customer or operator. Naming the
// parcel of an order that is about to be sent counts with the sending.
func (p *Platform) Acted() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.acted
}

// Changes tells whether a call changes something.
func Changes(method string) bool { return method != http.MethodGet }

// Lines is how many lines the order has.
func (o *Order) Lines() int { return len(o.lines) }
