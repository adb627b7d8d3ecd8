package mirakl

import (
	"encoding/json"

	"parley/internal/fault"
	"parley/internal/money"
)

// refundRequest is the body of OR28.
type refundRequest struct {
	Mode    string      `json:"order_tax_mode,omitempty"`
	Refunds []oneRefund `json:"refunds"`
}

// oneRefund is one line of it. Quantity is informative: how many pieces are paid back in full.
type oneRefund struct {
	Line     string      `json:"order_line_id"`
	Amount   json.Number `json:"amount"`
	Shipping json.Number `json:"shipping_amount"`
	Quantity int         `json:"quantity"`
	Reason   string      `json:"reason_code"`
	Currency string      `json:"currency_iso_code"`
	Excluded bool        `json:"excluded_from_shipment"`
	Taxes    []oneTax    `json:"taxes,omitempty"`          // required where the order has such taxes,
	Postage  []oneTax    `json:"shipping_taxes,omitempty"` // not to be sent where the platform computes them
}

type oneTax struct {
	Code   string      `json:"code"`
	Amount json.Number `json:"amount"`
}

// refunding lays a sum over some lines: the goods of each first, then the shipping. Where taxes come on top of prices, each part gets its
// share of the sum. More than is left of them is a fault.
func (o *order) refunding(lines []*line, sum money.Amount, reason string) (refundRequest, error) {
	if sum.Currency != o.currency {
		return refundRequest{}, fault.Input("amount.currency", sum.Currency, o.currency)
	}
	var left, all int64 = sum.Minor, 0
	for _, l := range lines {
		all += l.goods.rest() + l.shipping.rest()
	}
	if sum.Minor <= 0 || sum.Minor > all {
		return refundRequest{}, fault.Input("amount", sum.String(), "more than 0 and at most "+money.Amount{Minor: all, Currency: o.currency}.String())
	}
	body := refundRequest{Mode: o.text("order_tax_mode")}
	for _, l := range lines {
		goods := min(left, l.goods.rest())
		shipping := min(left-goods, l.shipping.rest())
		if goods+shipping == 0 {
			continue
		}
		left -= goods + shipping
		body.Refunds = append(body.Refunds, o.oneRefund(l, goods, shipping, reason))
	}
	return body, nil
}

func (o *order) oneRefund(l *line, goods, shipping int64, reason string) oneRefund {
	r := oneRefund{Line: l.id, Reason: reason, Currency: o.currency}
	if goods == l.goods.total() {
		r.Quantity = l.quantity
	}
	r.Amount, r.Taxes = l.goods.cut(goods, o.currency)
	r.Shipping, r.Postage = l.shipping.cut(shipping, o.currency)
	return r
}

// cut splits a sum over what is left of price and taxes.
func (p *share) cut(sum int64, currency string) (json.Number, []oneTax) {
	weights := []int64{max(0, p.left)}
	for _, t := range p.taxes {
		weights = append(weights, max(0, t.left))
	}
	number := func(minor int64) json.Number {
		return json.Number(money.Amount{Minor: minor, Currency: currency}.Plain())
	}
	parts := money.Amount{Minor: sum, Currency: currency}.Split(weights...)
	taxes := []oneTax{}
	for n, t := range p.taxes {
		if parts[n+1].Minor > 0 {
			taxes = append(taxes, oneTax{t.code, number(parts[n+1].Minor)})
		}
	}
	return number(parts[0].Minor), taxes
}
