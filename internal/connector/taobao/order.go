package taobao

import (
	"context"
	"errors"
	"slices"
	"strings"

	"parley/internal/connector"
	"parley/internal/connector/alibaba/wire"
	"parley/internal/dispute"
	"parley/internal/fault"
	"parley/internal/money"
)

// tradeFields are what the purchase is asked for: no name, street or telephone of the buyer, which are encrypted and not needed.
const tradeFields = "tid status type created pay_time consign_time end_time modified payment post_fee total_fee discount_fee buyer_nick " +
	"buyer_open_uid receiver_country receiver_state timeout_action_time orders"

// Order reads the purchase behind a refund, and the parcel.
func (s *Session) Order(ctx context.Context, ref connector.Ref) (connector.OrderFacts, error) {
	if !digits(ref.Order) {
		return connector.OrderFacts{}, fault.New(fault.NotFound, "fault.taobao.missing", "code", "", "message", ref.ID)
	}
	a, err := s.read(ctx, "taobao.trade.fullinfo.get", param{"fields", commas(tradeFields)}, param{"tid", ref.Order})
	if err != nil {
		return connector.OrderFacts{}, err
	}
	v := a.Get("trade")
	if !v.IsObject() {
		return connector.OrderFacts{}, garbled(errors.New("no trade"), false)
	}
	t := &trade{reading: reading{zone: s.zone}, ref: ref}
	t.read(v)
	if t.facts.Shipment != nil {
		if err := s.track(ctx, t); err != nil {
			return connector.OrderFacts{}, err
		}
	}
	t.facts.Unknown, t.facts.Raw = t.unknown, storable(a.raw)
	return t.facts, nil
}

// trade is a purchase being read.
type trade struct {
	reading
	ref   connector.Ref
	facts connector.OrderFacts
}

func (t *trade) read(v wire.Value) {
	paid, postage := t.yuan(v, "payment"), t.yuan(v, "post_fee")
	o := &dispute.Order{
		ID: first(id(v, "tid"), t.ref.Order), Line: t.ref.Line, Status: t.word(v, "status", orderStates), PlacedAt: t.at(v, "created"),
		Shipping: postage, ProtectionEndsAt: t.at(v, "timeout_action_time"),
	}
	if o.Goods = paid; paid.Known() && postage.Known() && postage.Minor <= paid.Minor {
		o.Goods = money.Amount{Minor: paid.Minor - postage.Minor, Currency: yuan}
	}
	for _, line := range list(v.Get("orders")) {
		count, _ := line.Get("num").Int()
		o.Items = append(o.Items, dispute.Item{
			ID: id(line, "oid"), Title: text(line, "title"), SKU: first(text(line, "outer_sku_id"), text(line, "outer_iid")), Picture: text(line, "pic_path"),
			Quantity: int(min(max(count, 0), 1e6)), Price: t.yuan(line, "price"),
		})
	}
	t.facts.Order = o
	t.facts.Buyer = &dispute.Buyer{ID: first(text(v, "buyer_open_uid"), text(v, "buyer_nick"), t.ref.Buyer), Name: text(v, "buyer_nick"), Country: country(v)}
	t.facts.Shipment = t.parcel(v)
}

// country reads where the buyer is. Inside China the platform names a province and no country, or China; other countries are names and stay out.
func country(v wire.Value) string {
	if name := text(v, "receiver_country"); name == "中国" || name == "CN" || (name == "" && text(v, "receiver_state") != "" && !abroad[text(v, "receiver_state")]) {
		return "CN"
	}
	return ""
}

// abroad are the words that stand for a province where the buyer is outside the mainland.
var abroad = map[string]bool{"海外": true, "香港特别行政区": true, "澳门特别行政区": true, "台湾省": true, "台湾": true, "香港": true, "澳门": true}

// parcel is what the trade tells of the parcel of the line concerned; nil while nothing was sent.
func (t *trade) parcel(v wire.Value) *dispute.Shipment {
	s := &dispute.Shipment{ShippedAt: t.at(v, "consign_time"), ArrangedBy: "seller", Domestic: country(v) == "CN"}
	for _, line := range list(v.Get("orders")) {
		if t.ref.Line != "" && id(line, "oid") != t.ref.Line {
			continue
		}
		s.Number, s.Carrier = first(s.Number, text(line, "invoice_no")), first(s.Carrier, text(line, "logistics_company"))
		if at := t.at(line, "consign_time"); !at.IsZero() {
			s.ShippedAt = at // a line sent on its own has a time of its own
		}
	}
	if s.ShippedAt.IsZero() && s.Number == "" {
		return nil
	}
	return s
}

// nodes maps the steps that taobao.logistics.trace.search documents (collected, out for delivery, signed) to shipment_statuses.
var nodes = map[string]string{"揽收": "accepted", "派送": "out_for_delivery", "签收": "delivered"}

// track reads the way of the parcel. A parcel whose way is not told has no scans: with what a seller sends by himself the platform does not
// follow it, and calls it signed at once, so that status is not read.
func (s *Session) track(ctx context.Context, t *trade) error {
	ask := []param{{"tid", t.ref.Order}}
	if t.ref.Line != "" {
		ask = append(ask, param{"is_split", "1"}, param{"sub_tid", t.ref.Line})
	}
	a, err := s.read(ctx, "taobao.logistics.trace.search", ask...)
	if f := fault.Of(err); f != nil && (f.Kind == fault.Refused || f.Kind == fault.NotFound || f.Kind == fault.Unavailable || f.Key == noPermission.key) {
		t.note("logistics.trace.search", f.Params["code"])
		return nil
	}
	if err != nil {
		return err
	}
	parcel := t.facts.Shipment
	parcel.Number, parcel.Carrier = first(parcel.Number, text(a.Value, "out_sid")), first(parcel.Carrier, text(a.Value, "company_name"))
	for _, step := range list(a.Get("trace_list")) {
		at := t.at(step, "status_time")
		if at.IsZero() {
			continue
		}
		scan := dispute.Scan{At: at, Status: "unknown", Note: text(step, "status_desc"), Raw: text(step, "action")}
		if known := nodes[strings.TrimSpace(scan.Raw)]; known != "" {
			scan.Status = known
		} else if scan.Raw != "" {
			t.note("action", scan.Raw)
		}
		parcel.Events = append(parcel.Events, scan)
	}
	sortScans(parcel.Events)
	return nil
}

// sortScans puts events in order, the oldest first.
func sortScans(all []dispute.Scan) {
	slices.SortStableFunc(all, func(a, b dispute.Scan) int { return a.At.Compare(b.At) })
}
