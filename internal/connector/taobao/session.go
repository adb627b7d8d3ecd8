package taobao

import (
	"context"
	"encoding/json"
	"errors"
	"strconv"

	"parley/internal/connector"
	"parley/internal/connector/alibaba/wire"
	"parley/internal/fault"
)

// Session is an open way to one shop.
type Session struct {
	*gateway
	tmall         bool
	nick          string
	returnAddress string
	reviewer      string
}

// Check asks for one refund, which proves key, signature and session, and tells the shop's nick where there is one.
func (s *Session) Check(ctx context.Context) (connector.Identity, error) {
	who := connector.Identity{ID: first(s.nick, s.key), Name: s.nick, Country: "CN", Currency: yuan}
	a, err := s.read(ctx, "taobao.refunds.receive.get", param{"fields", "refund_id,seller_nick"}, param{"page_size", "1"})
	if err != nil {
		return who, err
	}
	for _, v := range list(a.Get("refunds")) {
		if nick := text(v, "seller_nick"); nick != "" {
			who.ID, who.Name = nick, nick
		}
	}
	return who, nil
}

// The names under which the two answers of a record are kept, as the platform wraps them.
const (
	refundAnswer   = "refund_get_response"
	messagesAnswer = "refund_messages_get_response"
)

// record reads a refund or an exchange and its thread. A record that cannot be read comes back as a snapshot with its problem as well.
func (s *Session) record(ctx context.Context, ref connector.Ref) (connector.Snapshot, error) {
	if ref.Kind == exchangeKind {
		return s.exchange(ctx, ref)
	}
	a, err := s.read(ctx, "taobao.refund.get", param{"fields", commas(refundFields)}, param{"refund_id", ref.ID})
	if err != nil {
		return connector.Snapshot{Ref: ref, Raw: storable(a.raw), Problem: err}, err
	}
	v := a.Get("refund")
	if !v.IsObject() || text(v, "status") == "" {
		err := garbled(errors.New("no refund with a status"), false)
		return connector.Snapshot{Ref: ref, Raw: storable(a.raw), Problem: err}, err
	}
	thread, err := s.thread(ctx, ref.ID, text(v, "refund_phase"))
	if err != nil {
		return connector.Snapshot{Ref: ref, Raw: storable(a.raw), Problem: err}, err
	}
	snap := readRefund(v, thread.Value, ref, s.zone)
	snap.Raw = together(a, thread)
	return snap, snap.Problem
}

const (
	messagePage  = 100
	messagePages = 10
)

// thread reads the messages of a refund. Tmall demands the phase. What has more pages than one is put together.
func (s *Session) thread(ctx context.Context, refund, phase string) (answer, error) {
	var all []json.RawMessage
	for n := 1; ; n++ {
		a, err := s.read(ctx, "taobao.refund.messages.get", param{"fields", commas(messageFields)}, param{"refund_id", refund},
			param{"refund_phase", phase}, param{"page_no", strconv.Itoa(n)}, param{"page_size", strconv.Itoa(messagePage)})
		if err != nil {
			return a, err
		}
		rows := a.Get("refund_messages").List()
		total, _ := a.Get("total_results").Int()
		if n == 1 && int64(len(rows)) >= total {
			return a, nil
		}
		for _, row := range rows {
			all = append(all, storable(row.Raw()))
		}
		if len(rows) == 0 || int64(len(all)) >= total || n == messagePages {
			return bundle(all)
		}
	}
}

// bundle writes the messages of several pages as one answer.
func bundle(all []json.RawMessage) (answer, error) {
	raw, err := json.Marshal(map[string]any{"refund_messages": map[string]any{"refund_message": all}, "total_results": len(all)})
	if err != nil {
		return answer{}, garbled(err, false)
	}
	v, err := wire.Parse(raw)
	return answer{v, raw}, err
}

// together keeps both answers under the platform's own names.
func together(refund, thread answer) json.RawMessage {
	raw, err := json.Marshal(map[string]json.RawMessage{refundAnswer: storable(refund.raw), messagesAnswer: storable(thread.raw)})
	if err != nil {
		return storable(refund.raw)
	}
	return raw
}

// Fetch reads one refund or exchange again.
func (s *Session) Fetch(ctx context.Context, ref connector.Ref) (connector.Snapshot, error) {
	if ref.Kind != refundKind && ref.Kind != exchangeKind || !digits(ref.ID) {
		return connector.Snapshot{}, fault.Input("ref", ref.Kind+" "+ref.ID, "the number of a refund or an exchange")
	}
	snap, err := s.record(ctx, ref)
	if err != nil {
		return snap, err
	}
	snap.Fingerprint = warm(snap.Fingerprint, snap.ChangedAt, s.now())
	return snap, nil
}
