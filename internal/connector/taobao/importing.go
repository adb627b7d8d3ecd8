package taobao

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"parley/internal/connector"
	"parley/internal/connector/alibaba/wire"
	"parley/internal/dispute"
	"parley/internal/fault"
)

// Import reads captured answers: of taobao.refund.get (alone, or with taobao.refund.messages.get beside it in one object), of
// tmall.exchange.get (alone or with what was asked beside it), of the list of refunds, of a trade or a list of trades (purchases without a case), or an array of such answers. The zone is not needed: the platform's times are always Beijing's.
func (c *Connector) Import(data []byte, _ *time.Location) ([]connector.Snapshot, error) {
	v, err := wire.Parse(data)
	if err != nil {
		return nil, (&fault.Fault{Kind: fault.Invalid, Key: "fault.taobao.import_unreadable", Field: "file", Allowed: "JSON"}).Because(err)
	}
	answers := []wire.Value{v}
	if !v.IsObject() {
		answers = v.List()
	}
	var out []connector.Snapshot
	for _, one := range answers {
		out = append(out, c.imported(one)...)
	}
	if len(out) == 0 {
		f := fault.Input("file", strings.Join(v.Members(), ", "), "an answer of taobao.refund.get, taobao.refunds.receive.get, taobao.trade.fullinfo.get or taobao.trades.sold.get")
		f.Key = "fault.taobao.import_nothing"
		return nil, f
	}
	return out, nil
}

func (c *Connector) imported(v wire.Value) (out []connector.Snapshot) {
	if e := v.In(exchangeAnswer, "result", "exchange"); e.IsObject() {
		return []connector.Snapshot{c.exchange(v)}
	}
	body := v.Unwrapped()
	if own := v.Get(refundAnswer); own.IsObject() {
		body = own
	}
	if one := body.Get("refund"); one.IsObject() {
		return c.kept(out, one, v.Get(messagesAnswer), v)
	}
	if many := body.Get("refunds"); many.Exists() {
		for _, one := range list(many) {
			out = append(out, c.record(one, wire.Value{}, one))
		}
	}
	if one := body.Get("trade"); one.IsObject() {
		out = append(out, c.trade(one))
	}
	for _, one := range list(body.Get("trades")) {
		out = append(out, c.trade(one))
	}
	if len(out) == 0 && text(v, "refund_id") != "" {
		return c.kept(out, v, wire.Value{}, v)
	}
	return slices.DeleteFunc(out, func(s connector.Snapshot) bool { return s.Ref.ID == "" })
}

// trade makes a purchase without a case of what was captured of it.
func (c *Connector) trade(v wire.Value) connector.Snapshot {
	t := &trade{reading: reading{zone: c.zone}, ref: connector.Ref{Kind: tradeKind, ID: id(v, "tid"), Order: id(v, "tid")}}
	t.read(v)
	t.members(v, tradeMembers)
	changed := t.at(v, "modified")
	snap := connector.Snapshot{Ref: t.ref, Fingerprint: fingerprint(text(v, "status"), changed), ChangedAt: changed}
	snap.Ref.Buyer = t.facts.Buyer.ID
	snap.Facts = dispute.Facts{Order: t.facts.Order, Buyer: t.facts.Buyer, Shipment: t.facts.Shipment, Unknown: t.unknown}
	snap.Raw = storable(append([]byte(nil), v.Raw()...))
	return snap
}

// kept adds a refund that stands alone, with the part of the file it came from.
func (c *Connector) kept(to []connector.Snapshot, refund, thread, from wire.Value) []connector.Snapshot {
	if text(refund, "status") == "" || text(refund, "created") == "" {
		return to // the answer of an act names a refund, but is none
	}
	return append(to, c.record(refund, thread, from))
}

// record is a refund as it was captured; what is missing in it is its problem, and no reason to lose it.
func (c *Connector) record(refund, thread, from wire.Value) connector.Snapshot {
	snap := readRefund(refund, thread, connector.Ref{}, c.zone)
	snap.Raw = storable(append(json.RawMessage(nil), from.Raw()...))
	return snap
}
