package taobao

import (
	"context"
	"encoding/json"
	"errors"
	"strconv"
	"time"

	"parley/internal/connector"
	"parley/internal/connector/alibaba/wire"
	"parley/internal/fault"
)

// exchange reads an exchange, its place in the purchase, its thread, and the grounds on which it may be refused.
func (s *Session) exchange(ctx context.Context, ref connector.Ref) (connector.Snapshot, error) {
	kept := map[string]json.RawMessage{}
	a, err := s.read(ctx, "tmall.exchange.get", param{"dispute_id", ref.ID}, param{"fields", commas(exchangeFields)})
	v := a.In("result", "exchange")
	if err == nil && (!v.IsObject() || text(v, "status") == "") {
		err = noExchange(a)
	}
	if err == nil {
		kept[exchangeAnswer] = storable(a.raw)
		err = s.besides(ctx, ref.ID, v, kept)
	}
	if err != nil {
		return connector.Snapshot{Ref: ref, Raw: storable(a.raw), Problem: err}, err
	}
	raw, err := json.Marshal(kept)
	if err != nil {
		return connector.Snapshot{Ref: ref, Raw: storable(a.raw), Problem: garbled(err, false)}, garbled(err, false)
	}
	snap := exchangeKept(raw, ref, s.zone)
	return snap, snap.Problem
}

// exchangeKept reads an exchange from what is kept of it.
func exchangeKept(raw json.RawMessage, ref connector.Ref, zone *time.Location) connector.Snapshot {
	v, err := wire.Parse(raw)
	if err != nil {
		return connector.Snapshot{Ref: ref, Raw: raw, Problem: garbled(err, false)}
	}
	snap := readExchange(swapPartsOf(v), ref, zone)
	snap.Raw = raw
	return snap
}

// noExchange is an answer without one: the platform knows none of this number, or says nothing that can be read.
func noExchange(a answer) error {
	if ok, told := a.In("result", "success").Bool(); told && !ok {
		return fault.New(fault.NotFound, "fault.taobao.missing", "code", text(a.Get("result"), "msg_code"), "message", text(a.Get("result"), "message"))
	}
	return garbled(errors.New("no exchange with a status"), false)
}

// besides reads what an exchange's own record does not tell.
func (s *Session) besides(ctx context.Context, dispute string, v wire.Value, kept map[string]json.RawMessage) error {
	asks := []struct {
		name, method string
		params       []param
	}{
		{refundAnswer, "taobao.refund.get", []param{{"refund_id", dispute}, {"fields", "refund_id,tid,oid,dispute_type"}}},
		{exchangeThread, "tmall.exchange.messages.get", []param{{"dispute_id", dispute}, {"fields", commas(exchangeMessageFields)}, {"page_no", "1"}, {"page_size", strconv.Itoa(messagePage)}}},
	}
	if status := swapStatus(v); status == swapAsked || status == swapReturned {
		asks = append(asks, struct {
			name, method string
			params       []param
		}{exchangeGrounds, "tmall.exchange.refusereason.get", []param{{"dispute_id", dispute}, {"fields", "reason_id,reason_text"}}})
	}
	for _, ask := range asks {
		a, err := s.read(ctx, ask.method, ask.params...)
		if f := fault.Of(err); f != nil && (f.Kind == fault.NotFound || f.Kind == fault.Refused || f.Key == noPermission.key) {
			continue // the exchange is worth more than what stands beside it
		}
		if err != nil {
			return err
		}
		kept[ask.name] = storable(a.raw)
	}
	return nil
}

// exchange is one as it was captured.
func (c *Connector) exchange(v wire.Value) connector.Snapshot {
	return exchangeKept(storable(append(json.RawMessage(nil), v.Raw()...)), connector.Ref{}, c.zone)
}
