package fake

import (
	"slices"
	"strconv"
	"time"
)

// Customer is who bought.
type Customer struct {
	ID, First, Last, City, Street, Postal string
	Country                               string // name
	CountryCode                           string // three letters
	Locale                                string // es_ES
}

func (c Customer) name() string { return c.First + " " + initial(c.Last) }

func initial(s string) string {
	for _, r := range s {
		return string(r) + "."
	}
	return ""
}

// OrderSpec describes an order to place. Zero times count from the present.
type OrderSpec struct {
	Commercial string // number of the whole purchase; made up when empty
	Customer   Customer
	Lines      []LineSpec
	PlacedAt   time.Time
	ShipBy     time.Time // shipping_deadline; zero = two days after placing
	Earliest   time.Time
	Latest     time.Time // latest delivery; zero = six days after placing
	// TaxExcluded gives an order whose prices do not hold the taxes, as in the United States.
	TaxExcluded bool
	Waiting     bool // still to be accepted by the seller
	Channel     string
}

// LineSpec is one line of an order to place; prices in minor units.
type LineSpec struct {
	Title, SKU, Product string
	Quantity            int
	Price               int64 // of all pieces
	Shipping            int64
	Tax                 int64 // of the price, where taxes are not in it
}

// Order is one logistic order of a shop.
type Order struct {
	shop         *Shop
	id           string
	commercial   string
	spec         OrderSpec
	lines        []*Line
	state        string
	updated      time.Time
	debited      time.Time
	shipped      time.Time
	received     time.Time
	carrier      [2]string // code, name
	tracking     string
	trackingURL  string
	hasMessage   bool
	hasInvoice   bool
	evaluation   object
	attachments  int
	statusReason [2]string
}

// Line is one line of an order.
type Line struct {
	order    *Order
	id       string
	index    int
	spec     LineSpec
	state    string
	before   string // the state an incident interrupted
	reason   string // code
	updated  time.Time
	refunds  []*refund
	canceled []*refund

	incidents []*Incident // oldest first
}

// refund is money back for a line, by OR28, or a cancelation by OR29 and OR30.
type refund struct {
	id, uuid       string
	amount         int64
	shipping       int64
	tax            int64
	quantity       int
	reason         string
	state          string
	at             time.Time
	taxes, postage []object
	byOperator     bool
}

// PlaceOrder places an order; it is debited and waits for shipping unless the spec says it waits for acceptance.
func (s *Shop) PlaceOrder(spec OrderSpec) *Order {
	var o *Order
	s.locked(func(now time.Time) { o = s.place(spec, now) })
	return o
}

func (s *Shop) place(spec OrderSpec, now time.Time) *Order {
	if spec.PlacedAt.IsZero() {
		spec.PlacedAt = now
	}
	if spec.ShipBy.IsZero() {
		spec.ShipBy = spec.PlacedAt.AddDate(0, 0, 2)
	}
	if spec.Latest.IsZero() {
		spec.Latest = spec.PlacedAt.AddDate(0, 0, 6)
	}
	if spec.Earliest.IsZero() {
		spec.Earliest = spec.PlacedAt.AddDate(0, 0, 3)
	}
	if spec.Commercial == "" {
		spec.Commercial = "F" + strconv.FormatInt(s.ID, 10) + "-" + strconv.Itoa(1001+len(s.orders))
	}
	if spec.Channel == "" {
		spec.Channel = "ES"
	}
	if spec.Customer.CountryCode == "" {
		spec.Customer.CountryCode = s.Country
	}
	o := &Order{shop: s, commercial: spec.Commercial, id: spec.Commercial + "-A", spec: spec, state: "SHIPPING", updated: now, debited: spec.PlacedAt}
	if spec.Waiting {
		o.state, o.debited = "WAITING_ACCEPTANCE", time.Time{}
	}
	for i, l := range spec.Lines {
		l.Quantity = max(1, l.Quantity)
		o.lines = append(o.lines, &Line{order: o, id: o.id + "-" + strconv.Itoa(i+1), index: i + 1, spec: l, state: o.state, updated: spec.PlacedAt})
	}
	s.orders = append(s.orders, o)
	return o
}

// ID is the number of the logistic order, Line that of its nth line (from 0).
func (o *Order) ID() string { return o.id }

// Line gives the number of the nth line, from 0.
func (o *Order) Line(n int) string { return o.lines[n].id }

// Commercial is the number of the whole purchase.
func (o *Order) Commercial() string { return o.commercial }

// State is the order's state now, LineState that of its nth line.
func (o *Order) State() (state string) {
	o.shop.locked(func(time.Time) { state = o.state })
	return state
}

// LineState is the state of the nth line now.
func (o *Order) LineState(n int) (state string) {
	o.shop.locked(func(time.Time) { state = o.lines[n].state })
	return state
}

// Refunded is what was paid back for the nth line, in minor units: goods, shipping and taxes.
func (o *Order) Refunded(n int) (sum int64) {
	o.shop.locked(func(time.Time) { sum = o.lines[n].refunded() })
	return sum
}

// Tracking is the carrier's code and the number of the parcel.
func (o *Order) Tracking() (carrier, number string) {
	o.shop.locked(func(time.Time) { carrier, number = o.carrier[0], o.tracking })
	return carrier, number
}

// Ship sends the parcel, as the seller would in the back office.
func (o *Order) Ship(code, name, number string) {
	o.shop.locked(func(now time.Time) {
		o.track(code, name, number)
		o.ship(now)
	})
}

func (o *Order) track(code, name, number string) {
	o.carrier, o.tracking = [2]string{code, name}, number
	o.trackingURL = "https://tracking.example.com/" + number
}

func (o *Order) ship(now time.Time) {
	o.shipped = now
	o.move("SHIPPED", now)
}

// Deliver lets the parcel arrive.
func (o *Order) Deliver() {
	o.shop.locked(func(now time.Time) {
		o.received = now
		o.move("RECEIVED", now)
	})
}

// Close ends the order: nothing can be refunded any more.
func (o *Order) Close() { o.shop.locked(func(now time.Time) { o.move("CLOSED", now) }) }

func (o *Order) move(state string, now time.Time) {
	o.state, o.updated = state, now
	for _, l := range o.lines {
		if l.state == incidentOpen {
			l.before = state
		} else if l.state != "REFUNDED" && l.state != "CANCELED" {
			l.state = state
		}
		l.updated = now
	}
}

const incidentOpen = "INCIDENT_OPEN"

// OpenIncident lets the customer open an incident on the nth line, with a reason of type INCIDENT_OPEN.
func (o *Order) OpenIncident(n int, reason string) {
	o.shop.locked(func(now time.Time) {
		o.lines[n].openIncident(reason, Temper{}, now)
	})
}

// CloseIncident lets the operator or the customer close it.
func (o *Order) CloseIncident(n int, reason string) {
	o.shop.locked(func(now time.Time) { o.lines[n].closeIncident(reason, now) })
}

// closeIncident gives the line back the state the incident interrupted.
func (l *Line) closeIncident(reason string, now time.Time) {
	if l.state == incidentOpen {
		l.state, l.reason, l.updated, l.order.updated = l.before, reason, now, now
		l.ended()
	}
}

func (o *Order) hasIncident() bool {
	return slices.ContainsFunc(o.lines, func(l *Line) bool { return l.state == incidentOpen })
}

func (l *Line) refunded() (sum int64) {
	for _, r := range l.refunds {
		sum += r.amount + r.shipping + r.tax
	}
	return sum
}

// left is what can still be paid back, of the goods and of the shipping.
func (l *Line) left() (goods, shipping int64) {
	goods, shipping = l.spec.Price, l.spec.Shipping
	for _, r := range append(slices.Clone(l.refunds), l.canceled...) {
		goods, shipping = goods-r.amount, shipping-r.shipping
	}
	return goods, shipping
}

// Evaluate lets the customer rate the order, with one to five.
func (o *Order) Evaluate(grade int, comment string) {
	o.shop.locked(func(now time.Time) {
		o.evaluation = object{
			"assessments": []object{
				{"code": "1", "label": "Shipping method as expected", "response": strconv.Itoa(grade)},
				{"code": "3", "label": "Delivery deadline respected", "response": strconv.FormatBool(grade > 2)},
			},
			"comment": comment, "customer_id": o.spec.Customer.ID, "date": stamp(now), "firstname": o.spec.Customer.First, "grade": grade,
			"last_updated_date": stamp(now), "lastname": o.spec.Customer.Last, "visible": true,
		}
	})
}
