package shopify

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"parley/internal/connector"
	"parley/internal/dispute"
	"parley/internal/fault"
	"parley/internal/money"
)

// Order reads the purchase, the buyer and the parcel behind a record; without a record the purchase is looked up by its name.
func (s *Session) Order(ctx context.Context, ref connector.Ref) (connector.OrderFacts, error) {
	node, err := s.wholePurchase(ctx, ref)
	if err == nil {
		node.raw, err = s.complete(ctx, node.raw)
	}
	if err != nil {
		return connector.OrderFacts{Raw: node.raw}, err
	}
	return readOrder(node), nil
}

// purchaseNode is one order as it came, with what the platform would not show of it.
type purchaseNode struct {
	raw    json.RawMessage
	denied []graphError
}

func (s *Session) wholePurchase(ctx context.Context, ref connector.Ref) (purchaseNode, error) {
	if !strings.HasPrefix(ref.ID, "gid://") {
		return s.purchaseNamed(ctx, ref)
	}
	a, err := s.read(ctx, "Purchase", map[string]any{"id": ref.ID})
	if err != nil {
		return purchaseNode{raw: storable(a)}, err
	}
	var behind map[string]json.RawMessage
	if json.Unmarshal(a.data["node"], &behind) != nil {
		return purchaseNode{raw: storable(a)}, garbled(nil, false)
	}
	if len(behind["name"]) > 0 {
		return purchaseNode{a.data["node"], a.errors}, nil
	}
	for _, way := range []string{"ofReturn", "ofDispute", "ofFulfilment"} {
		if inner := behind[way]; len(inner) > 0 && string(inner) != "null" {
			return purchaseNode{inner, a.errors}, nil
		}
	}
	return purchaseNode{raw: storable(a)}, fault.New(fault.NotFound, "fault.shopify.no_order", "order", ref.ID)
}

// purchaseNamed looks an order up by its name. The search is not exact, so the name is compared.
func (s *Session) purchaseNamed(ctx context.Context, ref connector.Ref) (purchaseNode, error) {
	name := ref.Order
	if name == "" {
		name = ref.ID
	}
	if name == "" {
		return purchaseNode{}, fault.Input("ref.order", "", `name of the order, such as "#1042"`)
	}
	a, err := s.read(ctx, "PurchaseByName", map[string]any{"query": "name:" + quoted(name)})
	if err != nil {
		return purchaseNode{raw: storable(a)}, err
	}
	var found nodesOf[json.RawMessage]
	if err := json.Unmarshal(a.data["orders"], &found); err != nil {
		return purchaseNode{raw: storable(a)}, garbled(err, false)
	}
	for _, node := range found.Nodes {
		var o struct {
			Name scalar `json:"name"`
		}
		if json.Unmarshal(node, &o) == nil && o.Name.plain() == name {
			return purchaseNode{node, a.errors}, nil
		}
	}
	return purchaseNode{raw: storable(a)}, fault.New(fault.NotFound, "fault.shopify.no_order", "order", name)
}

// quoted writes a value of the search syntax: inside single quotes, with quotes and backslashes escaped.
func quoted(v string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(v) + "'"
}

// storable gives an answer as JSON to keep.
func storable(a answer) json.RawMessage {
	if len(a.raw) == 0 || json.Valid(a.raw) {
		return a.raw
	}
	kept, _ := json.Marshal(strings.ReplaceAll(string(a.raw), "\x00", ""))
	return kept
}

func readOrder(node purchaseNode) connector.OrderFacts {
	out := connector.OrderFacts{Raw: node.raw}
	r := &reading{}
	var o wireOrder
	if err := json.Unmarshal(node.raw, &o); err != nil {
		out.Unknown = []dispute.Unknown{{Field: "order", Value: shortened(string(node.raw))}}
		return out
	}
	for _, e := range node.denied {
		r.note("errors", e.Message)
	}
	var f dispute.Facts
	r.purchase(&f, &o)
	out.Order, out.Ledger = f.Order, f.Ledger
	out.Order.Goods, out.Order.Shipping = r.prices(&o)
	out.Order.Items = r.items(&o)
	out.Order.PaidWith = paidWith(&o)
	out.Buyer = buyer(&o)
	out.Shipment = r.shipment(&o)
	out.Unknown = r.unknown
	return out
}

// prices splits what the customer paid: shipping, and goods with tax and after discounts.
func (r *reading) prices(o *wireOrder) (goods, shipping money.Amount) {
	total, shipping := r.money("order.total", o.Total.Paid), r.money("order.shipping", o.Shipping.Paid)
	if !shipping.Known() {
		return total, shipping
	}
	goods, err := total.Sub(shipping)
	if err != nil {
		return total, money.Amount{}
	}
	return goods, shipping
}

func (r *reading) items(o *wireOrder) (out []dispute.Item) {
	for _, l := range o.Lines.Nodes {
		item := dispute.Item{
			ID: l.ID.plain(), Title: strings.TrimSpace(l.Title.plain() + " " + l.Variant.plain()), SKU: l.SKU.plain(),
			Quantity: l.Quantity.int(), Price: r.money("lineItem.price", l.Price.Paid),
		}
		if l.Image != nil {
			item.Picture = l.Image.URL.plain()
		}
		out = append(out, item)
	}
	return out
}

// paidWith is the gateway that took the money, or the card brand behind it.
func paidWith(o *wireOrder) string {
	for _, t := range o.Transactions {
		if k := t.Kind.plain(); (k == "SALE" || k == "CAPTURE" || k == "AUTHORIZATION") && t.Status.plain() == "SUCCESS" {
			return t.Gateway.plain()
		}
	}
	if len(o.Gateways) > 0 {
		return o.Gateways[0].plain()
	}
	return ""
}

func buyer(o *wireOrder) *dispute.Buyer {
	b := &dispute.Buyer{Language: o.Locale.plain()}
	if c := o.Customer; c != nil {
		b.ID, b.Name, b.Surname = c.ID.plain(), c.First.plain(), c.Last.plain()
		if b.Language == "" {
			b.Language = c.Locale.plain()
		}
	}
	if a := o.Address; a != nil {
		b.Country, b.Zone = a.Country.plain(), a.Zone.plain()
	}
	if o.Entity != nil && o.Entity.Type.plain() == "PurchasingCompany" {
		b.Kind = "business"
	}
	if _, err := time.LoadLocation(b.Zone); err != nil {
		b.Zone = ""
	}
	return b
}

// shipment is the parcel sent last. What was cancelled is no parcel.
func (r *reading) shipment(o *wireOrder) *dispute.Shipment {
	var last *wireFulfilment
	var at time.Time
	for i := range o.Fulfilments {
		f := &o.Fulfilments[i]
		if s := f.Status.plain(); s == "CANCELLED" || s == "FAILURE" || s == "ERROR" {
			continue
		}
		if sent := r.at("fulfillment.createdAt", f.CreatedAt); last == nil || sent.After(at) {
			last, at = f, sent
		}
	}
	if last == nil {
		return nil
	}
	s := &dispute.Shipment{ShippedAt: at, ArrangedBy: "seller"}
	if len(last.Tracking) > 0 {
		s.Number, s.Carrier = last.Tracking[0].Number.plain(), last.Tracking[0].Company.plain()
		tracked := s.Number != ""
		s.Registered = &tracked
	}
	s.Events = r.events(last)
	return s
}

// events are the carrier's scans in order of time; the instants of the parcel itself fill in where a shop has no scans.
func (r *reading) events(f *wireFulfilment) (out []dispute.Scan) {
	seen := map[string]bool{}
	for _, e := range f.Events.Nodes {
		at := r.at("fulfillment.events.happenedAt", e.At)
		if at.IsZero() {
			continue
		}
		word := e.Status.plain()
		status, known := scans[word]
		if !known {
			status = "unknown"
			r.note("fulfillment.events.status", e.Status)
		}
		seen[status] = true
		scan := dispute.Scan{At: at, Status: status, Place: e.City.plain(), Note: e.Message.plain(), Raw: word}
		if c := e.Country.plain(); len(c) == 2 {
			scan.Country = strings.ToUpper(c)
		}
		out = append(out, scan)
	}
	for _, own := range []struct {
		status string
		at     scalar
	}{{"in_transit", f.Moving}, {"delivered", f.Delivered}} {
		if at := r.at("fulfillment."+own.status, own.at); !at.IsZero() && !seen[own.status] {
			out = append(out, dispute.Scan{At: at, Status: own.status, Raw: f.Display.plain()})
		}
	}
	sortScans(out)
	return out
}
