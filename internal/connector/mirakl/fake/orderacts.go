package fake

import (
	"net/http"
	"slices"
	"strconv"
	"time"
)

// or21 accepts or refuses the lines of an order that waits for it.
func (c *call) or21() *refusal {
	o, refused := c.order()
	if refused != nil {
		return refused
	}
	var body struct {
		Lines []struct {
			ID       string `json:"id"`
			Accepted *bool  `json:"accepted"`
		} `json:"order_lines"`
	}
	if refused := c.read(&body); refused != nil {
		return refused
	}
	if o.state != "WAITING_ACCEPTANCE" {
		return bad("The order must be in state WAITING_ACCEPTANCE")
	}
	accepted := false
	for _, given := range body.Lines {
		i := slices.IndexFunc(o.lines, func(l *Line) bool { return l.id == given.ID })
		if i < 0 || given.Accepted == nil {
			return bad("Order line with id '" + given.ID + "' not found")
		}
		o.lines[i].state, o.lines[i].updated = "REFUSED", c.now
		if *given.Accepted {
			o.lines[i].state, accepted = "SHIPPING", true
		}
	}
	o.state, o.updated = "REFUSED", c.now
	if accepted {
		o.state, o.debited = "SHIPPING", c.now
	}
	c.did = true
	return c.done()
}

// or23 names carrier and number of the parcel.
func (c *call) or23() *refusal {
	o, refused := c.order()
	if refused != nil {
		return refused
	}
	var body struct {
		Code     *string `json:"carrier_code"`
		Name     *string `json:"carrier_name"`
		Standard *string `json:"carrier_standard_code"`
		URL      *string `json:"carrier_url"`
		Number   *string `json:"tracking_number"`
	}
	if refused := c.read(&body); refused != nil {
		return refused
	}
	code, name := text(body.Code), text(body.Name)
	if code == "" && name == "" {
		return bad("One of carrier_code and carrier_name is mandatory")
	}
	known := slices.IndexFunc(carriers, func(k [2]string) bool { return k[0] == code })
	switch {
	case code != "" && known < 0:
		return bad("Carrier with code '" + code + "' not found")
	case code != "":
		name = carriers[known][1]
	}
	if o.state != "SHIPPING" && o.state != "SHIPPED" {
		return bad("The order must be in state SHIPPING or SHIPPED")
	}
	o.track(code, name, text(body.Number))
	if u := text(body.URL); u != "" {
		o.trackingURL = u
	}
	o.updated = c.now
	return c.done()
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// or24 says that the order was sent.
func (c *call) or24() *refusal {
	o, refused := c.order()
	if refused != nil {
		return refused
	}
	if o.state != "SHIPPING" {
		return bad("The order must be in state SHIPPING")
	}
	o.ship(c.now)
	c.did = true
	return c.done()
}

// or51 gives the customer's rating.
func (c *call) or51() *refusal {
	o, refused := c.order()
	if refused != nil {
		return refused
	}
	if o.evaluation == nil {
		return missing("No evaluation for the order '" + o.id + "'")
	}
	return c.ok(o.evaluation)
}

// or64 marks an incident as resolved.
func (c *call) or64() *refusal {
	o, refused := c.order()
	if refused != nil {
		return refused
	}
	id := c.r.PathValue("line")
	i := slices.IndexFunc(o.lines, func(l *Line) bool { return l.id == id })
	if i < 0 {
		return missing("Order line with id '" + id + "' not found")
	}
	var body struct {
		Reason string `json:"reason_code"`
	}
	if refused := c.read(&body); refused != nil {
		return refused
	}
	if refused := c.mayUse(body.Reason, "INCIDENT_CLOSE"); refused != nil {
		return refused
	}
	if o.lines[i].state != incidentOpen {
		return bad("The order line '" + id + "' has no open incident")
	}
	o.lines[i].closeIncident(body.Reason, c.now)
	c.did = true
	return c.done()
}

// given is one refund or cancelation of a request.
type given struct {
	Line      string       `json:"order_line_id"`
	Amount    sum          `json:"amount"`
	Shipping  sum          `json:"shipping_amount"`
	Quantity  *int         `json:"quantity"`
	Reason    textOrNumber `json:"reason_code"`
	Currency  string       `json:"currency_iso_code"`
	Excluded  *bool        `json:"excluded_from_shipment"`
	Taxes     []givenTax   `json:"taxes"`
	Postage   []givenTax   `json:"shipping_taxes"`
	Fees      []givenTax   `json:"fees"`
	Legal     *string      `json:"tax_legal_notice"`
	Breakdown any          `json:"amount_breakdown"`
	Parts     any          `json:"shipping_amount_breakdown"`
	Eco       any          `json:"eco_contributions"`
}

type givenTax struct {
	Code      string `json:"code"`
	Amount    sum    `json:"amount"`
	Breakdown any    `json:"amount_breakdown"`
}

// textOrNumber takes "34" and 34, as the documentation's examples write both.
type textOrNumber string

// UnmarshalJSON takes either.
func (t *textOrNumber) UnmarshalJSON(data []byte) error {
	s := string(data)
	if unquoted, err := strconv.Unquote(s); err == nil {
		s = unquoted
	}
	*t = textOrNumber(s)
	return nil
}

// or28 refunds lines. All of a request is done or nothing.
func (c *call) or28() *refusal {
	var body struct {
		Mode    string  `json:"order_tax_mode"`
		Refunds []given `json:"refunds"`
	}
	if refused := c.read(&body); refused != nil {
		return refused
	}
	if len(body.Refunds) == 0 {
		return bad("Error with field refunds. Please check the field datatype.")
	}
	var ready []*refund
	var lines []*Line
	for _, g := range body.Refunds {
		l, r, refused := c.checked(g, body.Mode, "REFUND")
		if refused != nil {
			return refused
		}
		if !l.refundable() {
			return bad("The order line '" + l.id + "' cannot be refunded in its state")
		}
		ready, lines = append(ready, r), append(lines, l)
	}
	if refused := c.balance(ready); refused != nil {
		return refused
	}
	views := []object{}
	c.did = true
	for i, r := range ready {
		lines[i].pay(r, c.now)
		views = append(views, c.paidView(lines[i], r, "refund_id"))
	}
	return c.ok(object{"order_tax_mode": lines[0].order.taxMode(), "refunds": views})
}

// balance refuses refunds that the shop's account does not cover.
func (c *call) balance(list []*refund) *refusal {
	var sum int64
	for _, r := range list {
		sum += r.amount + r.shipping + r.tax
	}
	if c.shop.Balance >= 0 && sum > c.shop.Balance {
		return bad("The shop does not have a sufficient payable balance for the refund")
	}
	return nil
}

// checked turns one element of a request into a refund of its line.
func (c *call) checked(g given, mode, kind string) (*Line, *refund, *refusal) {
	l := c.shop.line(g.Line)
	if l == nil {
		return nil, nil, missing("Order line with id '" + g.Line + "' not found")
	}
	cur := c.shop.Currency
	if g.Currency != "" && g.Currency != cur {
		return nil, nil, bad("The currency '" + g.Currency + "' does not match the currency of the order")
	}
	if mode != "" && mode != l.order.taxMode() {
		return nil, nil, bad("The order tax mode '" + mode + "' does not match the one of the order")
	}
	if refused := c.mayUse(string(g.Reason), kind); refused != nil {
		return nil, nil, refused
	}
	r := &refund{id: strconv.FormatInt(c.p.next(), 10), reason: string(g.Reason), at: c.now, state: "WAITING_REFUND_PAYMENT"}
	r.uuid = uuid("refund", c.p.ids)
	if g.Quantity != nil {
		r.quantity = *g.Quantity
	}
	var ok1, ok2, ok3, ok4 bool
	var postage int64
	r.amount, ok1 = g.Amount.minor(cur)
	r.shipping, ok2 = g.Shipping.minor(cur)
	r.taxes, r.tax, ok3 = taxed(g.Taxes, cur)
	r.postage, postage, ok4 = taxed(g.Postage, cur)
	r.tax += postage
	goods, shipping := l.left()
	switch {
	case !c.p.options.Lenient && (!g.Amount.set || !g.Shipping.set): // both are required, 0 where nothing is paid back
		return nil, nil, bad("The amount and the shipping amount are mandatory")
	case !ok1 || !ok2 || !ok3 || !ok4 || r.amount < 0 || r.shipping < 0:
		return nil, nil, bad("Error with field amount. Please check the field datatype.")
	case r.amount+r.shipping == 0:
		return nil, nil, bad("The amount or the shipping amount must be greater than 0")
	case r.amount > goods || r.shipping > shipping:
		return nil, nil, bad("The amount exceeds what can still be refunded for the order line '" + l.id + "'")
	}
	return l, r, nil
}

func taxed(list []givenTax, currency string) (out []object, total int64, ok bool) {
	for _, t := range list {
		units, ok := t.Amount.minor(currency)
		if !ok || units < 0 || t.Code == "" {
			return nil, 0, false
		}
		total += units
		out = append(out, object{"amount": number(units, currency), "code": t.Code})
	}
	return out, total, true
}

// pay books a refund. The last one of a line makes it REFUNDED, which ends its incident too.
func (l *Line) pay(r *refund, now time.Time) {
	shop := l.order.shop
	l.refunds = append(l.refunds, r)
	l.updated, l.order.updated = now, now
	if goods, shipping := l.left(); goods+shipping == 0 {
		l.state = "REFUNDED"
		l.ended()
	}
	if shop.Balance >= 0 {
		shop.Balance -= r.amount + r.shipping + r.tax
	}
	shop.book(l, r, now)
	shop.platform.plan(now.Add(time.Hour), func(now time.Time) { r.state = "REFUNDED"; l.updated, l.order.updated = now, now })
	if !r.byOperator {
		l.answeredAt(now)
	}
}

func (c *call) paidView(l *Line, r *refund, id string) object {
	cur := c.shop.Currency
	out := object{
		"amount": number(r.amount, cur), "currency_iso_code": cur, "eco_contributions": []object{}, "excluded_from_shipment": false,
		"fees": []object{}, "order_line_id": l.id, "quantity": r.quantity, "reason_code": r.reason, id: r.id,
		"shipping_amount": number(r.shipping, cur), "shipping_taxes": list0(r.postage), "taxes": list0(r.taxes),
	}
	if id == "refund_id" {
		out["order_refund_id"] = r.uuid
	} else {
		delete(out, "excluded_from_shipment")
	}
	return out
}

// or29 cancels a whole order that was not sent.
func (c *call) or29() *refusal {
	o, refused := c.order()
	if refused != nil {
		return refused
	}
	if o.state != "SHIPPING" && o.state != "WAITING_ACCEPTANCE" {
		return bad("The order '" + o.id + "' cannot be canceled in its state")
	}
	o.move("CANCELED", c.now)
	c.did = true
	return c.done()
}

// or30 cancels lines, or parts of them.
func (c *call) or30() *refusal {
	var body struct {
		Mode  string  `json:"order_tax_mode"`
		Lines []given `json:"cancelations"`
	}
	if refused := c.read(&body); refused != nil {
		return refused
	}
	if len(body.Lines) == 0 {
		return bad("Error with field cancelations. Please check the field datatype.")
	}
	views := []object{}
	mode := ""
	for _, g := range body.Lines {
		if g.Quantity == nil && !c.p.options.Lenient {
			return bad("The quantity is mandatory")
		}
		l, r, refused := c.checked(g, body.Mode, "CANCELATION")
		if refused != nil {
			return refused
		}
		if l.state != "SHIPPING" && l.state != "WAITING_ACCEPTANCE" {
			return bad("The order line '" + l.id + "' cannot be canceled in its state")
		}
		l.canceled = append(l.canceled, r)
		l.updated, l.order.updated = c.now, c.now
		if goods, shipping := l.left(); goods+shipping == 0 {
			l.state = "CANCELED"
		}
		mode = l.order.taxMode()
		views = append(views, c.paidView(l, r, "cancelation_id"))
	}
	c.did = true
	return c.give(http.StatusOK, object{"cancelations": views, "order_tax_mode": mode})
}
