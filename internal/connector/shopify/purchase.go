package shopify

import (
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strings"

	"parley/internal/connector"
	"parley/internal/dispute"
)

// ref names a record: the purchase by its name ("#1042"), the buyer by the global id.
func ref(kind string, id scalar, o *wireOrder) connector.Ref {
	r := connector.Ref{Kind: kind, ID: id.plain()}
	if o != nil {
		r.Order = o.Name.plain()
		if o.Customer != nil {
			r.Buyer = o.Customer.ID.plain()
		}
	}
	return r
}

// legacy is the number at the end of a global id: gid://shopify/Refund/950001 → 950001.
func legacy(id string) string { return id[strings.LastIndexByte(id, '/')+1:] }

// purchase puts what a record tells of its order into facts.
func (r *reading) purchase(f *dispute.Facts, o *wireOrder) {
	if o == nil {
		return
	}
	f.Order = &dispute.Order{ID: o.Name.plain(), Status: orderStatus(o), PlacedAt: r.at("order.processedAt", o.ProcessedAt), Handles: r.handles(o)}
	if o.Customer != nil {
		f.Buyer = &dispute.Buyer{ID: o.Customer.ID.plain()}
	}
	f.Ledger = r.ledger(o)
}

func orderStatus(o *wireOrder) string {
	return o.Paid.plain() + "/" + o.Sent.plain()
}

// numbered finds the digits people know an order by.
var numbered = regexp.MustCompile(`^#?(\d+)$`)

// handles are the names other systems have for the purchase: its number here, and the payments behind it. Which field of a payment holds
// the other system's id depends on the gateway and is no promise of the platform; so every id that looks like one counts, wherever it
// stands.
func (r *reading) handles(o *wireOrder) []string {
	var out []string
	add := func(h string) {
		if h != "" && !slices.Contains(out, h) {
			out = append(out, h)
		}
	}
	if m := numbered.FindStringSubmatch(o.Name.plain()); m != nil {
		add("shopify:order/" + m[1])
	}
	for _, t := range o.Transactions {
		for _, id := range t.foreign() {
			add(handle(t, id))
		}
	}
	return out
}

var (
	stripeIntent = regexp.MustCompile(`^pi_[A-Za-z0-9]{8,60}$`)
	stripeCharge = regexp.MustCompile(`^(ch|py)_[A-Za-z0-9]{8,60}$`)
	stripeRefund = regexp.MustCompile(`^(re|pyr)_[A-Za-z0-9]{8,60}$`)
	paypalNumber = regexp.MustCompile(`^[0-9A-Z]{17}$`)
)

// handle names a payment by what its id looks like: Stripe marks its ids, PayPal's transactions have seventeen capitals and digits.
func handle(t wireTransaction, id string) string {
	switch {
	case stripeIntent.MatchString(id):
		return "stripe:payment_intent/" + id
	case stripeCharge.MatchString(id):
		return "stripe:charge/" + id
	case paypalNumber.MatchString(id) && t.by("paypal"):
		return "paypal:transaction/" + id
	}
	return ""
}

func (t wireTransaction) by(gateway string) bool {
	return strings.Contains(strings.ToLower(t.Gateway.plain()), gateway)
}

// foreign are the plain texts of a payment that may be another system's id.
func (t wireTransaction) foreign() []string {
	return append([]string{t.PaymentID.plain(), t.Authorised.plain()}, receiptTexts(t.Receipt)...)
}

// longestReceipt is how many values of a receipt are looked at.
const longestReceipt = 500

// receiptTexts gives the texts inside a receipt, which is JSON or JSON inside a text.
func receiptTexts(raw json.RawMessage) []string {
	var v any
	if len(raw) == 0 || json.Unmarshal(raw, &v) != nil {
		return nil
	}
	if s, ok := v.(string); ok && json.Unmarshal([]byte(s), &v) != nil {
		return []string{s}
	}
	var out []string
	gather(v, &out)
	return out
}

func gather(v any, out *[]string) {
	if len(*out) >= longestReceipt {
		return
	}
	switch v := v.(type) {
	case string:
		*out = append(*out, v)
	case []any:
		for _, e := range v {
			gather(e, out)
		}
	case map[string]any:
		for _, k := range slices.Sorted(maps.Keys(v)) {
			gather(v[k], out)
		}
	}
}

// ledger lists what was paid back. Each payment inside a refund has a source; where the gateway's own id of it is known, that one, so
// that the same refund met again at the gateway counts once.
func (r *reading) ledger(o *wireOrder) (out []dispute.Payment) {
	for _, refund := range o.Refunds {
		at := r.at("refunds.createdAt", refund.CreatedAt)
		parts := 0
		for _, t := range refund.Transactions.Nodes {
			if t.Kind.plain() != "REFUND" || t.Status.plain() == "FAILURE" || t.Status.plain() == "ERROR" {
				continue
			}
			parts++
			amount := r.money("refunds.transactions.amount", t.Amount.Paid)
			if amount.Known() {
				out = append(out, dispute.Payment{At: at, Did: "refund", Amount: amount, Method: t.Gateway.plain(), Source: refundSource(refund, t)})
			}
		}
		if total := r.money("refunds.total", refund.Total.Paid); parts == 0 && len(refund.Transactions.Nodes) == 0 && total.Known() && total.Minor > 0 {
			out = append(out, dispute.Payment{At: at, Did: "refund", Amount: total, Source: "shopify:refund/" + legacy(refund.ID.plain())})
		}
	}
	return out
}

func refundSource(refund wireRefund, t wireTransaction) string {
	for _, id := range t.foreign() {
		switch {
		case stripeRefund.MatchString(id):
			return "stripe:refund/" + id
		case paypalNumber.MatchString(id) && t.by("paypal"):
			return "paypal:refund/" + id
		}
	}
	if len(refund.Transactions.Nodes) > 1 {
		return "shopify:refund/" + legacy(refund.ID.plain()) + "/" + legacy(t.ID.plain())
	}
	return "shopify:refund/" + legacy(refund.ID.plain())
}
