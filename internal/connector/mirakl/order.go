package mirakl

import (
	"slices"
	"strings"
	"time"

	"parley/internal/connector"
	"parley/internal/dispute"
	"parley/internal/money"
)

// order is one element of OR11.
type order struct {
	value
	reading
	id, state, currency string
	taxed               bool // TAX_EXCLUDED: taxes come on top of the prices
	lines               []line
	placed, updated     time.Time
	deadline            time.Time // shipping_deadline
}

// line is one order line. left is what was paid for it and not paid back yet.
type line struct {
	value
	id, state         string
	updated           time.Time
	goods, shipping   share
	refunds           []dispute.Payment
	refunded, paid    money.Amount
	shippedAt, gotAt  time.Time
	quantity          int
	reason, reasonFor string // code, label
}

// share is the goods or the shipping of a line: what was paid with its taxes, each with what is left of it.
type share struct {
	price money.Amount
	left  int64
	taxes []tax
}

type tax struct {
	code       string
	paid, left int64
}

// readOrder turns an element of OR11 into what the rest works with.
func readOrder(v value) *order {
	o := &order{value: v}
	o.id, o.state, o.currency = v.text("order_id"), v.text("order_state"), strings.ToUpper(v.text("currency_iso_code"))
	o.taxed = v.text("order_tax_mode") == "TAX_EXCLUDED"
	o.word("order_state", o.state, states[o.state])
	o.word("order_tax_mode", v.text("order_tax_mode"), o.taxed || v.text("order_tax_mode") == "TAX_INCLUDED")
	o.placed, o.updated, o.deadline = o.at(v, "created_date"), o.at(v, "last_updated_date"), o.at(v, "shipping_deadline")
	o.members(v, orderMembers)
	for _, l := range v.list("order_lines") {
		o.where = "order_lines[" + l.text("order_line_id") + "]"
		o.lines = append(o.lines, o.line(l))
	}
	o.where = ""
	return o
}

func (o *order) line(v value) line {
	l := line{value: v, id: v.text("order_line_id"), state: v.text("order_line_state"), updated: o.at(v, "last_updated_date"),
		shippedAt: o.at(v, "shipped_date"), gotAt: o.at(v, "received_date"), quantity: whole(v.text("quantity")),
		reason: v.text("order_line_state_reason_code"), reasonFor: v.text("order_line_state_reason_label")}
	o.word("order_line_state", l.state, states[l.state])
	o.members(v, lineMembers)
	l.goods = o.part(v, "price", "taxes")
	l.shipping = o.part(v, "shipping_price", "shipping_taxes")
	zero := money.Amount{Currency: o.currency}
	l.refunded = zero
	for _, r := range v.list("refunds") {
		o.refund(&l, r)
	}
	for _, c := range v.list("cancelations") {
		l.goods.gone(o, c, "amount", "taxes")
		l.shipping.gone(o, c, "shipping_amount", "shipping_taxes")
	}
	l.paid = money.Amount{Minor: l.goods.total() + l.shipping.total(), Currency: o.currency}
	return l
}

// part reads a price with its taxes; taxes count only where the price does not hold them.
func (o *order) part(v value, price, taxes string) share {
	p := share{price: o.amount(v, price, o.currency)}
	p.left = p.price.Minor
	if !o.taxed {
		return p
	}
	for _, t := range v.list(taxes) {
		if a := o.amount(t, "amount", o.currency); a.Minor > 0 {
			p.taxes = append(p.taxes, tax{t.text("code"), a.Minor, a.Minor})
		}
	}
	return p
}

func (p *share) total() int64 {
	sum := p.price.Minor
	for _, t := range p.taxes {
		sum += t.paid
	}
	return sum
}

// rest is what is left of the part, taxes included.
func (p *share) rest() int64 {
	sum := max(0, p.left)
	for _, t := range p.taxes {
		sum += max(0, t.left)
	}
	return sum
}

// gone takes off what a refund or cancelation paid back, and gives it.
func (p *share) gone(o *order, of value, amount, taxes string) int64 {
	sum := o.amount(of, amount, o.currency).Minor
	p.left -= sum
	if !o.taxed {
		return sum
	}
	for _, t := range of.list(taxes) {
		a := o.amount(t, "amount", o.currency).Minor
		sum += a
		for n := range p.taxes {
			if p.taxes[n].code == t.text("code") {
				p.taxes[n].left -= a
			}
		}
	}
	return sum
}

// refund books one refund the platform lists. Its source is the same wherever it is met again.
func (o *order) refund(l *line, r value) {
	state := r.text("refund_state") // state is the older member, which does not get newer words
	if state == "" {
		state = r.text("state")
	}
	o.word("refunds.state", state, refundStates[state])
	sum := l.goods.gone(o, r, "amount", "taxes") + l.shipping.gone(o, r, "shipping_amount", "shipping_taxes")
	l.refunded.Minor += sum
	if sum == 0 || o.currency == "" {
		return
	}
	source := r.text("order_refund_id")
	if source == "" {
		source = l.id + "/" + r.text("id")
	}
	l.refunds = append(l.refunds, dispute.Payment{
		At: o.at(r, "created_date"), Did: "refund", Amount: money.Amount{Minor: sum, Currency: o.currency}, Method: "original_payment", Source: "mirakl:refund/" + source,
	})
}

var refundStates = map[string]bool{"WAITING_REFUND_TAX_CONFIRMATION": true, "WAITING_REFUND": true, "WAITING_REFUND_PAYMENT": true, "REFUNDED": true}

func whole(text string) int {
	n := 0
	for _, c := range text {
		if c < '0' || c > '9' || n > 1e6 {
			return n
		}
		n = n*10 + int(c-'0')
	}
	return n
}

// find gives the line of a number.
func (o *order) find(id string) *line {
	for n := range o.lines {
		if o.lines[n].id == id {
			return &o.lines[n]
		}
	}
	return nil
}

// members notes members that the documentation does not name.
func (r *reading) members(v value, known map[string]bool) {
	o, _ := v.v.(map[string]any)
	if len(o) > 500 {
		r.note("members", "more than 500")
		return
	}
	var strange []string
	for name := range o {
		if !known[name] {
			strange = append(strange, name)
		}
	}
	slices.Sort(strange)
	for _, name := range strange {
		r.note(name, string(value{o[name]}.raw()))
	}
}

// facts gives purchase, buyer, parcel and refunds; concerned names one line, "" all of them.
func (o *order) facts(concerned string) connector.OrderFacts {
	f := connector.OrderFacts{Order: o.purchase(concerned), Buyer: o.buyer(), Shipment: o.parcel(concerned), Raw: o.raw()}
	for _, l := range o.lines {
		if concerned == "" || l.id == concerned {
			f.Ledger = append(f.Ledger, l.refunds...)
		}
	}
	f.Unknown = o.unknown
	return f
}

func (o *order) purchase(concerned string) *dispute.Order {
	p := &dispute.Order{ID: o.id, Line: concerned, Status: o.state, PlacedAt: o.placed, PaidWith: paidWith[strings.ToUpper(o.text("payment_type"))],
		ShipBy: o.deadline, Handles: o.handles()}
	goods, shipping := int64(0), int64(0)
	for n := range o.lines {
		l := &o.lines[n]
		goods, shipping = goods+l.goods.total(), shipping+l.shipping.total()
		if concerned == "" || l.id == concerned {
			p.Items = append(p.Items, l.item(o))
		}
	}
	if o.currency != "" {
		p.Goods, p.Shipping = money.Amount{Minor: goods, Currency: o.currency}, money.Amount{Minor: shipping, Currency: o.currency}
	}
	if latest := o.at(o.get("delivery_date"), "latest"); !latest.IsZero() && latest.After(o.deadline) && !o.deadline.IsZero() {
		p.PromisedDays = int((latest.Sub(o.deadline) + 24*time.Hour - 1) / (24 * time.Hour))
	}
	return p
}

// handles: the number of the whole purchase, which several sellers' orders share, and the payment where its number says whose it is.
func (o *order) handles() (out []string) {
	if id := o.text("commercial_id"); id != "" {
		out = append(out, "mirakl:purchase/"+id)
	}
	switch number := o.text("transaction_number"); {
	case strings.HasPrefix(number, "pi_"):
		out = append(out, "stripe:payment_intent/"+number)
	case strings.HasPrefix(number, "ch_"), strings.HasPrefix(number, "py_"):
		out = append(out, "stripe:charge/"+number)
	}
	return out
}

func (l *line) item(o *order) dispute.Item {
	i := dispute.Item{ID: l.id, Title: l.text("product_title"), SKU: l.text("offer_sku"), Quantity: l.quantity, Price: o.amount(l.value, "price_unit", o.currency)}
	for _, m := range l.list("product_medias") {
		if u := m.text("media_url"); strings.HasPrefix(u, "http") && i.Picture == "" {
			i.Picture = u
		}
	}
	return i
}

func (o *order) buyer() *dispute.Buyer {
	c := o.get("customer")
	b := &dispute.Buyer{ID: c.text("customer_id"), Name: c.text("firstname"), Surname: c.text("lastname"), Language: tongue(c.text("locale"))}
	for _, where := range []string{"shipping_address", "billing_address"} {
		if b.Country == "" {
			b.Country = country(c.text(where, "country_iso_code"))
		}
	}
	if c.get("organization").exists() {
		b.Kind = "business"
	}
	return b
}

// parcel gives what the order tells about its parcel; nil before it was sent. "Received" is the marketplace's word, not a carrier's scan.
func (o *order) parcel(concerned string) *dispute.Shipment {
	var sent, got time.Time
	for _, l := range o.lines {
		if concerned == "" || l.id == concerned {
			sent, got = later(sent, l.shippedAt), later(got, l.gotAt)
		}
	}
	number := o.text("shipping_tracking")
	if sent.IsZero() && number == "" {
		return nil
	}
	s := &dispute.Shipment{Number: number, Carrier: o.text("shipping_company"), ShippedAt: sent, ArrangedBy: "seller"}
	if s.Carrier == "" {
		s.Carrier = o.text("shipping_carrier_code")
	}
	if !got.IsZero() {
		s.Events = append(s.Events, dispute.Scan{At: got, Status: "delivered", Raw: "RECEIVED"})
	}
	return s
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
