package stripe

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"parley/internal/connector"
	"parley/internal/dispute"
	"parley/internal/money"
)

// charge is a payment as Stripe writes it, as far as it concerns the desk. Names are the only personal data kept.
type charge struct {
	ID          text     `json:"id"`
	Amount      whole    `json:"amount"`
	Currency    text     `json:"currency"`
	Created     whole    `json:"created"`
	Status      text     `json:"status"`
	Description text     `json:"description"`
	Statement   text     `json:"calculated_statement_descriptor"`
	Customer    linked   `json:"customer"`
	Metadata    words    `json:"metadata"`
	Billing     person   `json:"billing_details"`
	Shipping    shipping `json:"shipping"`
	Intent      linked   `json:"payment_intent"`
	Method      struct {
		Type text `json:"type"`
		Card struct {
			Country text `json:"country"`
			Network text `json:"network"`
			Brand   text `json:"brand"`
		} `json:"card"`
	} `json:"payment_method_details"`
	Refunds struct {
		Data []json.RawMessage `json:"data"`
		More yes               `json:"has_more"`
	} `json:"refunds"`
}

type person struct {
	Name    text `json:"name"`
	Address struct {
		Country text `json:"country"`
	} `json:"address"`
}

type shipping struct {
	person
	Carrier  text `json:"carrier"`
	Tracking text `json:"tracking_number"`
}

// intent is a payment intent, which the shop's own system may have written its order number on.
type intent struct {
	Metadata    words `json:"metadata"`
	Description text  `json:"description"`
}

// refund is money paid back by the shop.
type refund struct {
	ID       text  `json:"id"`
	Amount   whole `json:"amount"`
	Currency text  `json:"currency"`
	Created  whole `json:"created"`
	Status   text  `json:"status"`
	Metadata words `json:"metadata"`
}

// bought is what a record tells of the purchase. Without the charge itself that is no more than its names.
func (r reader) bought(c, pi linked, own words) connector.OrderFacts {
	o := &dispute.Order{ID: purchase(pi, c), Handles: handles(pi.ID, c.ID)}
	out := connector.OrderFacts{Order: o}
	var i intent
	_ = json.Unmarshal(pi.raw, &i) // nothing where only the id came
	if len(c.raw) == 0 {
		o.Handles = append(o.Handles, r.shopifyOrder(own, i.Metadata)...)
		return out
	}
	var ch charge
	if json.Unmarshal(c.raw, &ch) != nil {
		out.Unknown = []dispute.Unknown{unknown("charge", string(c.raw))}
		return out
	}
	o.Handles = append(o.Handles, r.shopifyOrder(own, ch.Metadata, i.Metadata)...)
	o.Status, o.PlacedAt, o.PaidWith = string(ch.Status), ch.Created.at(), string(ch.Method.Type)
	o.Goods = amount(ch.Amount, ch.Currency)
	if o.Goods.Known() {
		o.Shipping = money.Amount{Currency: o.Goods.Currency} // the charge does not tell it apart
	}
	title := first(string(ch.Description), string(i.Description), string(ch.Statement), string(ch.ID))
	o.Items = []dispute.Item{{Title: title, Quantity: 1, Price: o.Goods}}
	out.Buyer, out.Shipment = ch.buyer(), ch.parcel()
	out.Ledger, out.Unknown = ledger(ch.Refunds.Data), oddRefunds(ch.Refunds.Data)
	return out
}

// network is the network the card was charged on.
func (ch *charge) network() string {
	return first(string(ch.Method.Card.Network), string(ch.Method.Card.Brand), string(ch.Method.Type))
}

func handles(intent, charge string) (out []string) {
	if intent != "" {
		out = append(out, "stripe:payment_intent/"+intent)
	}
	if charge != "" {
		out = append(out, "stripe:charge/"+charge)
	}
	return out
}

// shopifyOrder is the order number which the shop's own system wrote into the metadata. Stripe itself knows no orders of
// Shopify, and which member holds the number is the shop's choice: only the one named in the settings is read.
func (r reader) shopifyOrder(all ...words) []string {
	if r.orderKey == "" {
		return nil
	}
	for _, w := range all {
		number := strings.TrimPrefix(strings.TrimSpace(w[r.orderKey]), "#")
		if number != "" && len(number) <= 40 && strings.Trim(number, "0123456789") == "" {
			return []string{"shopify:order/" + number}
		}
	}
	return nil
}

func (ch *charge) buyer() *dispute.Buyer {
	return &dispute.Buyer{
		ID: ch.Customer.ID, Name: first(string(ch.Billing.Name), string(ch.Shipping.Name)),
		Country: strings.ToUpper(first(string(ch.Shipping.Address.Country), string(ch.Billing.Address.Country), string(ch.Method.Card.Country))),
	}
}

func (ch *charge) parcel() *dispute.Shipment {
	if ch.Shipping.Tracking == "" {
		return nil
	}
	return &dispute.Shipment{Number: string(ch.Shipping.Tracking), Carrier: string(ch.Shipping.Carrier)}
}

// ledger lists the refunds that are paid or on their way.
func ledger(all []json.RawMessage) (out []dispute.Payment) {
	for _, re := range refunds(all) {
		if sum := amount(re.Amount, re.Currency); sum.Known() && re.ID != "" && refundsCounted[string(re.Status)] {
			out = append(out, dispute.Payment{At: re.Created.at(), Did: "refund", Amount: sum, Method: "original_payment", Source: "stripe:refund/" + string(re.ID)})
		}
	}
	slices.SortStableFunc(out, func(a, b dispute.Payment) int { return a.At.Compare(b.At) })
	return out
}

// oddRefunds tells what keeps a refund out of the ledger though nobody can say that it does not count.
func oddRefunds(all []json.RawMessage) (out []dispute.Unknown) {
	for _, re := range refunds(all) {
		if !amount(re.Amount, re.Currency).Known() {
			out = append(out, unknown("refunds.amount", strconv.FormatInt(re.Amount.n, 10)+" "+string(re.Currency)))
		}
		if re.Status != "" && !refundStatuses[string(re.Status)] {
			out = append(out, unknown("refunds.status", string(re.Status)))
		}
	}
	return out
}

func refunds(all []json.RawMessage) (out []refund) {
	for _, raw := range all {
		var re refund
		if json.Unmarshal(raw, &re) == nil {
			out = append(out, re)
		}
	}
	return out
}

func first(values ...string) string {
	for _, v := range values {
		if v != "" {
			return v
		}
	}
	return ""
}
