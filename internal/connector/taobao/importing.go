package taobao

import (
	"encoding/json"
	"strings"
	"time"

	"parley/internal/connector"
	"parley/internal/connector/alibaba/wire"
	"parley/internal/fault"
)

// Import reads captured answers: of taobao.refund.get (alone, or with taobao.refund.messages.get beside it in one object), of the list of
// refunds, or an array of such answers. The zone is not needed: the platform's times are always Beijing's.
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
		f := fault.Input("file", strings.Join(v.Members(), ", "), "an answer of taobao.refund.get or taobao.refunds.receive.get")
		f.Key = "fault.taobao.import_nothing"
		return nil, f
	}
	return out, nil
}

func (c *Connector) imported(v wire.Value) (out []connector.Snapshot) {
	body := v.Unwrapped()
	if own := v.Get(refundAnswer); own.IsObject() {
		body = own
	}
	if one := body.Get("refund"); one.IsObject() {
		return c.kept(out, one, v.Get(messagesAnswer), v)
	}
	if many := body.Get("refunds"); many.Exists() {
		for _, one := range list(many) {
			out = c.kept(out, one, wire.Value{}, one)
		}
	}
	if len(out) == 0 && text(v, "refund_id") != "" {
		return c.kept(out, v, wire.Value{}, v)
	}
	return out
}

// kept adds a refund that can be read at all, with the part of the file it came from.
func (c *Connector) kept(to []connector.Snapshot, refund, thread, from wire.Value) []connector.Snapshot {
	snap := readRefund(refund, thread, connector.Ref{}, c.zone)
	if snap.Ref.ID == "" || text(refund, "status") == "" {
		return to
	}
	raw := append(json.RawMessage(nil), from.Raw()...)
	snap.Raw = storable(raw)
	return append(to, snap)
}
