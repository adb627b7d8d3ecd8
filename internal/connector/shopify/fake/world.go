package fake

import (
	"fmt"
	"slices"
	"time"
)

// Money is a sum in minor units of a currency.
type Money struct {
	Minor    int64
	Currency string
}

// Decimal is the sum as the API writes it: "39.90", yen and won without decimals.
func (m Money) Decimal() string {
	switch m.Currency {
	case "JPY", "KRW":
		return fmt.Sprintf("%d.0", m.Minor)
	}
	return fmt.Sprintf("%d.%02d", m.Minor/100, m.Minor%100)
}

func (m Money) minus(n int64) Money { return Money{m.Minor - n, m.Currency} }

// Customer is who bought.
type Customer struct {
	First, Last, Country, City, Zone, Locale string
	Company                                  bool // a business customer
	id                                       int64
}

// LineSpec is one line of an order. Price is for each, in minor units of the order's currency.
type LineSpec struct {
	Title, SKU string
	Price      int64
	Quantity   int
}

// OrderSpec describes an order. Zero values: numbered on, placed now, paid by shopify_payments with a Visa card, one hour to settle.
type OrderSpec struct {
	Number        int
	Customer      Customer
	Lines         []LineSpec
	Shipping      int64
	Currency      string
	Placed        time.Time
	ShipBy        time.Time // fulfillBy of its fulfilment order; zero = no promise
	Gateway       string
	PaymentID     string
	Authorization string
	Receipt       string // receiptJson
	CardBrand     string
}

// Line is one line of an order.
type Line struct {
	LineSpec
	ID, Fulfilled int64
	returned      int
}

// Order is a purchase.
type Order struct {
	OrderSpec
	ID, PaymentNo, FulfilmentOrder int64
	Name                           string
	UpdatedAt                      time.Time
	Lines                          []*Line
	refunds                        []*refund
	fulfilments                    []*Fulfilment
	returns                        []*Return
	shop                           *Shop
}

// Fulfilment is a parcel.
type Fulfilment struct {
	ID              int64
	Company, Number string
	At              time.Time
	Events          []Event
}

// Event is a scan: one of the platform's FulfillmentEventStatus words.
type Event struct {
	Status, City, Country, Message string
	At                             time.Time
	id                             int64
}

type refund struct {
	id, transaction int64
	amount          Money
	at              time.Time
	note            string
	of              *Return
	byHand          bool // in the platform's own pages
}

// PlaceOrder places and pays an order.
func (s *Shop) PlaceOrder(spec OrderSpec) *Order {
	s.p.mu.Lock()
	defer s.p.mu.Unlock()
	if spec.Number == 0 {
		s.number++
		spec.Number = s.number
	}
	s.number = max(s.number, spec.Number)
	if spec.Placed.IsZero() {
		spec.Placed = s.p.now()
	}
	if spec.Currency == "" {
		spec.Currency = s.Currency
	}
	if spec.Gateway == "" {
		spec.Gateway = "shopify_payments"
	}
	if spec.CardBrand == "" && spec.Gateway != "paypal" {
		spec.CardBrand = "Visa"
	}
	spec.Customer.id = s.p.next()
	o := &Order{
		OrderSpec: spec, ID: s.p.next(), PaymentNo: s.p.next(), FulfilmentOrder: s.p.next(), Name: fmt.Sprintf("#%d", spec.Number),
		UpdatedAt: spec.Placed, shop: s,
	}
	if o.PaymentID == "" {
		o.PaymentID = fmt.Sprintf("r%dCheckout.1", o.ID)
	}
	for _, l := range spec.Lines {
		l.Quantity = max(1, l.Quantity)
		o.Lines = append(o.Lines, &Line{LineSpec: l, ID: s.p.next(), Fulfilled: s.p.next()})
	}
	s.orders, s.updated = append(s.orders, o), append(s.updated, o)
	s.named[gid("Order", o.ID)], s.named[gid("FulfillmentOrder", o.FulfilmentOrder)] = o, o
	s.pushOrder("ORDERS_CREATE", o)
	return o
}

// Total is what the customer paid.
func (o *Order) Total() Money {
	sum := Money{o.Shipping, o.Currency}
	for _, l := range o.Lines {
		sum.Minor += l.Price * int64(l.Quantity)
	}
	return sum
}

func (o *Order) refunded() (n int64) {
	for _, r := range o.refunds {
		n += r.amount.Minor
	}
	return n
}

// Send hands the goods to a carrier; all lines go in one parcel.
func (s *Shop) Send(o *Order, company, number string, at time.Time) *Fulfilment {
	s.p.mu.Lock()
	defer s.p.mu.Unlock()
	f := &Fulfilment{ID: s.p.next(), Company: company, Number: number, At: at}
	o.fulfilments = append(o.fulfilments, f)
	o.touch(at)
	s.pushOrder("ORDERS_UPDATED", o)
	return f
}

// Scan adds a carrier's event to a parcel.
func (s *Shop) Scan(f *Fulfilment, e Event) {
	s.p.mu.Lock()
	defer s.p.mu.Unlock()
	e.id = s.p.next()
	f.Events = append(f.Events, e)
}

// touch notes a change; each one is later than the one before, whatever the clock does.
func (o *Order) touch(now time.Time) {
	if !now.After(o.UpdatedAt) {
		now = o.UpdatedAt.Add(time.Second)
	}
	o.UpdatedAt = now
}

// Return is what a customer wants to send back.
type Return struct {
	ReturnSpec
	ID, LineID, Reason   int64
	Name, Status         string
	At, Approved, Closed time.Time
	Arrived, Inspected   time.Time // when the goods came back, and when somebody of the shop looked at them
	Declined, Note       string
	processed            int
	order                *Order
}

// ReturnSpec describes a return request. ReasonHandle is one of the platform's: "defective", "not-as-described", "unwanted" ….
type ReturnSpec struct {
	Line, Quantity            int
	ReasonHandle, CustomerSay string
	At                        time.Time
	Temper                    Temper
}

// RequestReturn lets the customer ask.
func (s *Shop) RequestReturn(o *Order, spec ReturnSpec) *Return {
	s.p.mu.Lock()
	defer s.p.mu.Unlock()
	if spec.At.IsZero() {
		spec.At = s.p.now()
	}
	spec.Quantity = max(1, spec.Quantity)
	r := &Return{
		ReturnSpec: spec, ID: s.p.next(), LineID: s.p.next(), Reason: s.p.next(), Name: fmt.Sprintf("%s-R%d", o.Name, len(o.returns)+1),
		Status: "REQUESTED", At: spec.At, order: o,
	}
	o.returns = append(o.returns, r)
	s.named[gid("Return", r.ID)] = r
	s.tires(r)
	o.touch(spec.At)
	s.pushReturn("RETURNS_REQUEST", r)
	return r
}

// CancelReturn lets the customer think again.
func (s *Shop) CancelReturn(r *Return) {
	s.p.mu.Lock()
	defer s.p.mu.Unlock()
	r.end("CANCELED", s.p.now())
	s.pushReturn("RETURNS_CANCEL", r)
}

// ForgetReturn lets the platform lose a return.
func (s *Shop) ForgetReturn(r *Return) {
	s.p.mu.Lock()
	defer s.p.mu.Unlock()
	r.order.returns = slices.DeleteFunc(r.order.returns, func(one *Return) bool { return one == r })
	delete(s.named, gid("Return", r.ID))
}

// Restate gives a dispute another status, of whatever word.
func (s *Shop) Restate(d *Dispute, status string) {
	s.p.mu.Lock()
	defer s.p.mu.Unlock()
	d.Status = status
}

// EditReturn changes what the customer says, and touches the order.
func (s *Shop) EditReturn(r *Return, say string) {
	s.p.mu.Lock()
	defer s.p.mu.Unlock()
	r.CustomerSay = say
	r.order.touch(s.p.now())
	s.pushReturn("RETURNS_UPDATE", r)
}

func (r *Return) end(status string, now time.Time) {
	r.Status, r.Closed = status, now
	r.order.touch(now)
}

// DisputeSpec describes a dispute. Type CHARGEBACK or INQUIRY; Reason and Network as the platform and the network write them.
type DisputeSpec struct {
	Type, Reason, Network string
	Amount                int64 // 0 = all
	At, DueBy             time.Time
	Won                   bool // how the bank will decide
}

// Dispute is a chargeback or inquiry of Shopify Payments.
type Dispute struct {
	DisputeSpec
	ID, Evidence int64
	Status       string
	Submitted    bool
	Sent, Final  time.Time
	Form         map[string]string
	Files        []File
	order        *Order
}

// File is a file of evidence.
type File struct {
	ID               int64
	Name, Type, Slot string
	Bytes            int
}

// OpenDispute lets the customer's bank complain.
func (s *Shop) OpenDispute(o *Order, spec DisputeSpec) *Dispute {
	s.p.mu.Lock()
	defer s.p.mu.Unlock()
	if spec.At.IsZero() {
		spec.At = s.p.now()
	}
	if spec.Type == "" {
		spec.Type = "CHARGEBACK"
	}
	if spec.Amount == 0 {
		spec.Amount = o.Total().Minor
	}
	if spec.DueBy.IsZero() {
		spec.DueBy = spec.At.AddDate(0, 0, 10)
	}
	d := &Dispute{DisputeSpec: spec, ID: s.p.next(), Evidence: s.p.next(), Status: "NEEDS_RESPONSE", Form: map[string]string{}, order: o}
	s.disputes = append(s.disputes, d)
	s.named[gid("ShopifyPaymentsDispute", d.ID)], s.named[gid("ShopifyPaymentsDisputeEvidence", d.Evidence)] = d, d
	o.touch(spec.At)
	s.pushDispute("DISPUTES_CREATE", d)
	return d
}

// Extend moves the due date of a dispute.
func (s *Shop) Extend(d *Dispute, until time.Time) {
	s.p.mu.Lock()
	defer s.p.mu.Unlock()
	d.DueBy = until
	s.pushDispute("DISPUTES_UPDATE", d)
}

// Rule lets the bank decide now.
func (s *Shop) Rule(d *Dispute, won bool) {
	s.p.mu.Lock()
	defer s.p.mu.Unlock()
	s.rule(d, won, s.p.now())
}

func (s *Shop) rule(d *Dispute, won bool, at time.Time) {
	d.Status = map[bool]string{true: "WON", false: "LOST"}[won]
	d.Final = at
	d.order.touch(at)
	s.pushDispute("DISPUTES_UPDATE", d)
}

// bankTakes is how long the bank thinks. Made up.
const bankTakes = 75 * 24 * time.Hour

// settle lets happen what was due. The caller holds the lock.
func (s *Shop) settle(now time.Time) {
	s.happen(now)
	for _, d := range s.disputes {
		if d.Status == "NEEDS_RESPONSE" && !now.Before(d.DueBy) {
			d.Status, d.Submitted, d.Sent = "UNDER_REVIEW", true, d.DueBy
			s.pushDispute("DISPUTES_UPDATE", d)
		}
		if d.Status == "UNDER_REVIEW" && !now.Before(d.Sent.Add(bankTakes)) {
			s.rule(d, d.Won, d.Sent.Add(bankTakes))
		}
	}
}
