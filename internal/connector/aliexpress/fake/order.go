package fake

import (
	"fmt"
	"slices"
	"strconv"
	"time"
)

// Buyer is a customer. The login ends every conversation of numbers: see buyerDigits.
type Buyer struct {
	Login       string
	First, Last string
	Country     string // ISO 3166-1 alpha-2
	City        string
	Street      string
	Postal      string
}

// LineSpec is one line of an order.
type LineSpec struct {
	Product  string
	SKU      string
	Variant  string // such as "Color: black"
	Price    Money  // each, in the buyer's currency
	Dollars  Money  // each, in the currency of settlement
	Quantity int    // zero means one
	Picture  string // name of a picture; made up when empty
}

// OrderSpec is a purchase. Zero instants: ordered 30 days ago, sent two days later.
type OrderSpec struct {
	Buyer          Buyer
	Lines          []LineSpec
	PlacedAt       time.Time
	SentAt         time.Time
	Unsent         bool
	Service        string // such as CAINIAO_STANDARD
	ServiceName    string
	Tracking       string
	PromisedDays   int // from sending
	ProtectionDays int // from sending; zero means 75
	Memo           string
}

// Order is a purchase at the platform.
type Order struct {
	id            int64
	shop          *Shop
	buyer         Buyer
	lines         []*line
	placedAt      time.Time
	paidAt        time.Time
	sentAt        time.Time
	changedAt     time.Time
	protectedTill time.Time
	extended      int // days added by the seller
	endedAt       time.Time
	status        string
	service       string
	serviceName   string
	tracking      string
	promised      int
	memo          string
	cancelReason  string    // why the buyer wants out
	cancelDue     time.Time // when the wish is granted by itself
	endReason     string
	scans         []Scan
}

type line struct {
	id         int64
	order      *Order
	spec       LineSpec
	productID  int64
	issue      *Issue // the last one
	stars      int
	feedback   string
	reply      string
	reviewedAt time.Time
	repliedAt  time.Time
}

// Scan is one event of a parcel. Code is an action code of the platform, such as GTMS_SIGNED.
type Scan struct {
	At    time.Time
	Code  string
	Text  string
	Place string
	Name  string // who signed
}

// ID is the number of the whole purchase.
func (o *Order) ID() string { return strconv.FormatInt(o.id, 10) }

// Line is the number of the i-th order line.
func (o *Order) Line(i int) string { return strconv.FormatInt(o.lines[i].id, 10) }

// Tracking is the number of the parcel.
func (o *Order) Tracking() string { return o.tracking }

// PlaceOrder adds a purchase to a shop.
func (s *Shop) PlaceOrder(spec OrderSpec) *Order {
	p := s.platform
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.placeOrder(s, spec, p.now())
}

func (p *Platform) placeOrder(shop *Shop, spec OrderSpec, now time.Time) *Order {
	order := &Order{
		id: p.number(orderNumbers, spec.Buyer.Login), shop: shop, buyer: spec.Buyer,
		placedAt: spec.PlacedAt, sentAt: spec.SentAt, memo: spec.Memo, promised: spec.PromisedDays,
		service: or(spec.Service, "CAINIAO_STANDARD"), serviceName: or(spec.ServiceName, "AliExpress Standard Shipping"),
	}
	if order.placedAt.IsZero() {
		order.placedAt = now.AddDate(0, 0, -30)
	}
	order.paidAt = order.placedAt.Add(5 * time.Minute)
	order.send(spec)
	for i, lineSpec := range spec.Lines {
		order.lines = append(order.lines, newLine(order, i, lineSpec))
	}
	p.keepOrder(order)
	return order
}

func (o *Order) send(spec OrderSpec) {
	o.status, o.changedAt = "WAIT_SELLER_SEND_GOODS", o.paidAt
	if spec.Unsent {
		o.sentAt = time.Time{}
		return
	}
	if o.sentAt.IsZero() {
		o.sentAt = o.placedAt.AddDate(0, 0, 2)
	}
	days := spec.ProtectionDays
	if days == 0 {
		days = 75
	}
	o.protectedTill = wallLater(o.sentAt, days)
	o.status, o.changedAt = "WAIT_BUYER_ACCEPT_GOODS", o.sentAt
	o.tracking = or(spec.Tracking, fmt.Sprintf("LP%014d", o.id%1_000_000_000_000))
}

func newLine(order *Order, at int, spec LineSpec) *line {
	if spec.Quantity == 0 {
		spec.Quantity = 1
	}
	if spec.Dollars.Currency == "" {
		spec.Dollars = Money{spec.Price.Minor, "USD"}
	}
	spec.SKU = or(spec.SKU, fmt.Sprintf("SKU-%04d", fingerprint(spec.Product+spec.Variant)%10_000))
	spec.Picture = or(spec.Picture, fmt.Sprintf("S%016x", fingerprint(spec.Product)))
	return &line{id: order.id + int64(at+1)*childSpacing, order: order, spec: spec,
		productID: productNumbers + int64(fingerprint(spec.Product)%1_000_000_000_000)}
}

func (p *Platform) keepOrder(order *Order) {
	p.orders[order.id] = order
	order.shop.orders = append(order.shop.orders, order)
	for _, line := range order.lines {
		p.children[line.id] = line
	}
	if order.tracking != "" {
		p.parcels[order.tracking] = order
	}
}

// paid is what the buyer paid for a line.
func (l *line) paid() Money {
	return Money{l.spec.Price.Minor * int64(l.spec.Quantity), l.spec.Price.Currency}
}

func (l *line) dollars() Money {
	return Money{l.spec.Dollars.Minor * int64(l.spec.Quantity), l.spec.Dollars.Currency}
}

func (o *Order) total() Money {
	var sum Money
	for _, line := range o.lines {
		sum = Money{sum.Minor + line.dollars().Minor, line.dollars().Currency}
	}
	return sum
}

// issueStatus is the dispute word of a line as orders show it.
func (l *line) issueStatus() string {
	switch {
	case l.issue == nil:
		return "NO_ISSUE"
	case l.issue.status == processing:
		return "IN_ISSUE"
	}
	return "END_ISSUE"
}

func (o *Order) issueStatus() string {
	worst := "NO_ISSUE"
	for _, line := range o.lines {
		if status := line.issueStatus(); status == "IN_ISSUE" || worst == "NO_ISSUE" {
			worst = status
		}
	}
	return worst
}

// deliveredAt is the first event until an instant that says the buyer has the parcel.
func (o *Order) deliveredAt(now time.Time) time.Time {
	for _, scan := range o.scansUntil(now) {
		if slices.Contains([]string{"GTMS_SIGNED", "SIGNED", "GSTA_BUYER_SIGN", "GTMS_STA_SIGNED"}, scan.Code) {
			return scan.At
		}
	}
	return time.Time{}
}

// Scan adds an event to an order's parcel. Events may come in any order of time and may lie ahead: they are told from
// their instant on, newest first.
func (p *Platform) Scan(order *Order, scan Scan) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if scan.At.IsZero() {
		scan.At = p.now()
	}
	order.scans = append(order.scans, scan)
	slices.SortStableFunc(order.scans, func(a, b Scan) int { return a.At.Compare(b.At) })
	order.changedAt = p.now()
}

// AskCancel lets the buyer ask to cancel an order that has not been sent.
func (p *Platform) AskCancel(order *Order, reason string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if order.status != "WAIT_SELLER_SEND_GOODS" {
		return fmt.Errorf("order %d cannot be cancelled in state %s", order.id, order.status)
	}
	now := p.catchUp()
	order.status, order.cancelReason, order.changedAt, order.cancelDue = "IN_CANCEL", reason, now, now.Add(CancelAnswer).Truncate(time.Second)
	p.cancelling = append(p.cancelling, order)
	return nil
}

// CancelAnswer is how long the seller has to answer a wish to cancel.
const CancelAnswer = 48 * time.Hour

// letGo cancels the orders whose sellers said nothing.
func (p *Platform) letGo(now time.Time) {
	p.cancelling = slices.DeleteFunc(p.cancelling, func(o *Order) bool {
		if o.status == "IN_CANCEL" && !o.cancelDue.After(now) {
			o.cancelled(o.cancelDue)
		}
		return o.status != "IN_CANCEL"
	})
}

// cancelled closes an order that was not sent; the buyer gets back what was paid.
func (o *Order) cancelled(at time.Time) {
	o.status, o.changedAt, o.endedAt, o.endReason = "FINISH", at, at, "buyer_cancel_order"
}

// Status is the platform's word for where an order stands, and why it ended.
func (p *Platform) Status(order *Order) (status, endReason string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.catchUp()
	return order.status, order.endReason
}

// Evaluate lets the buyer rate an order line with one to five stars.
func (p *Platform) Evaluate(order *Order, lineIndex, stars int, text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.catchUp()
	line := order.lines[lineIndex]
	line.stars, line.feedback, line.reviewedAt = stars, text, now
	if order.endedAt.IsZero() {
		order.endedAt, order.status, order.changedAt = now, "FINISH", now
	}
}
