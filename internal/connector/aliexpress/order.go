package aliexpress

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"parley/internal/connector"
	"parley/internal/connector/alibaba/wire"
	"parley/internal/dispute"
	"parley/internal/fault"
	"parley/internal/money"
)

// orderParts asks for dispute, loan, logistics, buyer and refund beside the order (five bits).
const orderParts = "31"

// purchase is one order while it is read.
type purchase struct {
	reading
	facts   connector.OrderFacts
	country string   // where it goes
	parcels []parcel // oldest first
}

// Order reads purchase, buyer and parcel. A parcel whose tracking cannot be read comes without events.
func (s *Session) Order(ctx context.Context, ref connector.Ref) (connector.OrderFacts, error) {
	o, a, err := s.order(ctx, ref)
	if err != nil {
		return connector.OrderFacts{Raw: storable(a)}, err
	}
	o.facts.Raw = storable(a)
	if p := o.parcel(); p != nil {
		o.facts.Shipment = p.shipment()
		if err := s.track(ctx, o, *p, ref.Order); err != nil {
			return connector.OrderFacts{}, err
		}
	}
	o.facts.Unknown = o.unknown
	return o.facts, nil
}

// order reads the order with the call of Chinese sellers, then with that of overseas sellers.
func (s *Session) order(ctx context.Context, ref connector.Ref) (*purchase, answer, error) {
	if ref.Order == "" {
		return nil, answer{}, fault.Input("ref.order", "", "number of the order")
	}
	ask := param{"param1", `{"ext_info_bit_flag":` + orderParts + `,"order_id":` + digits(ref.Order) + `}`}
	a, err := s.read(ctx, "aliexpress.trade.new.redefining.findorderbyid", ask)
	if notOurs(err) {
		a, err = s.read(ctx, "aliexpress.solution.order.info.get", ask)
	}
	if err != nil {
		return nil, a, err
	}
	target := orderIn(a.Value)
	if !target.IsObject() || id(target, "id") == "" && id(target, "order_id") == "" && len(target.Get("child_order_list").List()) == 0 {
		return nil, a, fault.New(fault.NotFound, "fault.aliexpress.no_order", "order", ref.Order)
	}
	return s.readOrder(target, ref), a, nil
}

// orderIn finds the order in an answer: target, result.data of the overseas call, or the first of a list of orders.
func orderIn(v wire.Value) wire.Value {
	for _, found := range []wire.Value{v.Get("target"), v.In("result", "data"), v.In("result", "target")} {
		if found.IsObject() {
			return found
		}
	}
	for _, list := range []wire.Value{v.In("result", "target_list"), v.Get("target_list")} {
		if orders := list.List(); len(orders) > 0 {
			return orders[0]
		}
	}
	return wire.Value{}
}

func (s *Session) readOrder(v wire.Value, ref connector.Ref) *purchase {
	o := &purchase{reading: reading{zone: s.zone}}
	o.read(v, ref)
	return o
}

// read reads what all shapes of an order share; where names differ, both are tried.
func (o *purchase) read(v wire.Value, ref connector.Ref) {
	order := &dispute.Order{
		ID:       first(id(v, "id"), id(v, "order_id"), ref.Order),
		Line:     ref.Line,
		Status:   text(v, "order_status"),
		PlacedAt: o.at(v, "gmt_create"),
		Goods:    o.object(v, "init_oder_amount"),
		Shipping: o.object(v, "logistics_amount"),
		PaidWith: text(v, "payment_type"),
	}
	if !order.Goods.Known() {
		order.Goods = o.object(v, "order_amount")
	}
	if !order.Goods.Known() {
		order.Goods = o.object(v, "pay_amount")
	}
	if order.Status == "WAIT_BUYER_ACCEPT_GOODS" {
		// The state ends by itself then: receipt is taken as confirmed and the protection runs out.
		order.ProtectionEndsAt = o.at(v, "over_time_left")
	}
	o.facts.Order = order
	o.strangers(v, orderMembers)
	o.facts.Buyer = o.buyer(v)
	o.lines(v)
	o.shipped(v)
	o.facts.Unknown = o.unknown
}

// buyer reads who bought. The platform masks surnames with stars; those say nothing and are left out.
func (o *purchase) buyer(v wire.Value) *dispute.Buyer {
	info := v.Get("buyer_info")
	b := &dispute.Buyer{
		ID:      first(text(info, "login_id"), text(v, "buyerloginid"), text(v, "buyer_login_id")),
		Name:    unmasked(text(info, "first_name")),
		Surname: unmasked(text(info, "last_name")),
	}
	// Which law and which language apply follows the place of delivery, not of the login.
	o.country = first(text(v.Get("receipt_address"), "country"), text(info, "country"))
	if len(o.country) == 2 && o.country == strings.ToUpper(o.country) {
		b.Country = o.country
	} else if o.country != "" {
		o.note("receipt_address.country", o.country)
	}
	return b
}

func unmasked(name string) string {
	if strings.Contains(name, "*") {
		return ""
	}
	return name
}

// lines reads the articles of the order.
func (o *purchase) lines(v wire.Value) {
	list, name := v.Get("child_order_list").List(), "child_order_list"
	if len(list) == 0 {
		list, name = v.Get("product_list").List(), "product_list"
	}
	for n, line := range firstOnes(list) {
		o.in(name, n)
		count, _ := line.Get("product_count").Int()
		item := dispute.Item{
			ID:       first(id(line, "child_order_id"), id(line, "child_id"), id(line, "id")),
			Title:    text(line, "product_name"),
			SKU:      text(line, "sku_code"),
			Picture:  first(webAddress(text(line, "product_img_url")), webAddress(text(line, "snapshot_small_photo_path"))),
			Quantity: int(max(0, min(count, 1e6))),
			Price:    o.object(line, "product_price"),
		}
		if !item.Price.Known() {
			item.Price = o.object(line, "product_unit_price")
		}
		o.facts.Order.Items = append(o.facts.Order.Items, item)
		if days, ok := line.Get("freight_commit_day").Int(); ok && days > 0 && days < 1000 {
			o.facts.Order.PromisedDays = max(o.facts.Order.PromisedDays, int(days))
		}
	}
	o.in("", 0)
	if !o.facts.Order.Goods.Known() {
		o.facts.Order.Goods = sum(o.facts.Order.Items)
	}
}

// sum adds the lines up, for orders that tell no sum of goods.
func sum(items []dispute.Item) (total money.Amount) {
	for n, item := range items {
		for range min(item.Quantity, 1000) {
			next, err := total.Add(item.Price)
			if n == 0 && !total.Known() {
				next, err = item.Price, nil
			}
			if err != nil {
				return money.Amount{}
			}
			total = next
		}
	}
	return total
}

// shipped reads the parcels of the order.
func (o *purchase) shipped(v wire.Value) {
	for n, p := range firstOnes(v.Get("logistic_info_list").List()) {
		o.in("logistic_info_list", n)
		o.parcels = append(o.parcels, parcel{
			number: text(p, "logistics_no"), service: first(text(p, "logistics_type_code"), text(p, "logistics_service_name")),
			name: text(p, "logistics_service_name"), sent: o.at(p, "gmt_send"), received: text(p, "receive_status") == "received",
		})
	}
	o.in("", 0)
	for _, line := range firstOnes(v.Get("child_order_list").List()) {
		if text(line, "send_goods_operator") == "WAREHOUSE_SEND_GOODS" {
			for n := range o.parcels {
				o.parcels[n].warehouse = true
			}
		}
	}
	slices.SortStableFunc(o.parcels, func(a, b parcel) int { return a.sent.Compare(b.sent) })
}

// parcel is the one the matter is about: the newest that did not arrive, else the newest.
func (o *purchase) parcel() *parcel {
	for n := len(o.parcels) - 1; n >= 0; n-- {
		if !o.parcels[n].received {
			return &o.parcels[n]
		}
	}
	if n := len(o.parcels); n > 0 {
		return &o.parcels[n-1]
	}
	return nil
}

// decodeOrder is used by Import, which has no session.
func decodeOrder(v wire.Value, raw json.RawMessage, zone *time.Location) connector.Snapshot {
	o := &purchase{reading: reading{zone: zone}}
	o.read(v, connector.Ref{})
	facts := dispute.Facts{Order: o.facts.Order, Buyer: o.facts.Buyer, Unknown: o.unknown}
	if p := o.parcel(); p != nil {
		facts.Shipment = p.shipment()
	}
	changed := o.at(v, "gmt_modified")
	if changed.IsZero() {
		changed = o.at(v, "gmt_update")
	}
	return connector.Snapshot{
		Ref:         connector.Ref{Kind: "order", ID: o.facts.Order.ID, Order: o.facts.Order.ID, Buyer: o.facts.Buyer.ID},
		Fingerprint: o.facts.Order.Status + "|" + first(text(v, "gmt_modified"), text(v, "gmt_update")),
		ChangedAt:   changed,
		Facts:       facts,
		Raw:         raw,
	}
}
