package aliexpress

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"parley/internal/connector"
	"parley/internal/connector/alibaba/wire"
	"parley/internal/dispute"
	"parley/internal/fault"
)

// Session is an open way to one store.
type Session struct {
	*gateway
	zone          *time.Location
	sellerID      string
	returnAddress string
}

// Check asks for the merchant's profile: with the call of Chinese sellers, then with that of overseas sellers; a store
// that may call neither has its dispute list asked for one row, which proves key, signature and token.
func (s *Session) Check(ctx context.Context) (connector.Identity, error) {
	who := connector.Identity{ID: s.sellerID}
	a, err := s.read(ctx, "aliexpress.merchant.profile.get")
	if err == nil {
		p := a.Get("profile")
		if !p.IsObject() {
			p = a.Value
		}
		return connector.Identity{
			ID: first(id(p, "seller_id"), s.sellerID), Name: text(p, "shop_name"), Country: text(p, "country"),
			Currency: text(p, "quotation_currency"),
		}, nil
	}
	if !notOurs(err) {
		return who, err
	}
	a, err = s.read(ctx, "aliexpress.solution.merchant.profile.get")
	if err == nil {
		return connector.Identity{
			ID: first(id(a.Value, "shop_id"), s.sellerID), Name: text(a.Value, "shop_name"), Country: text(a.Value, "country_code"),
		}, nil
	}
	if !notOurs(err) {
		return who, err
	}
	_, err = s.list(ctx, query{page: 1, size: 1, status: processing})
	return who, err
}

func first(values ...string) string {
	for _, v := range values {
		if v != "" {
			return v
		}
	}
	return ""
}

// notOurs tells that a method is not for this kind of seller, so that the one for the other kind is worth a try.
func notOurs(err error) bool {
	f := fault.Of(err)
	return f != nil && (f.Key == "fault.aliexpress.permission" || f.Key == "fault.aliexpress.gateway") && f.Field != "address"
}

// query is what the list is asked for. since and until bound the creation; zero leaves them open.
type query struct {
	page, size   int
	status       string
	order        string
	since, until time.Time
}

// list asks for one page.
func (s *Session) list(ctx context.Context, q query) (page, error) {
	ask := struct {
		Page   int         `json:"current_page"`
		Size   int         `json:"page_size"`
		Status string      `json:"issue_status,omitempty"`
		Order  json.Number `json:"order_no,omitempty"`
		Since  string      `json:"create_time_start,omitempty"`
		Until  string      `json:"create_time_end,omitempty"`
	}{q.page, q.size, q.status, json.Number(q.order), millis(q.since), millis(q.until)}
	dto, err := json.Marshal(ask)
	if err != nil {
		return page{}, fault.Input("order", q.order, "digits").Because(err)
	}
	a, err := s.read(ctx, "aliexpress.issue.issuelist.get", param{"query_dto", string(dto)})
	if err != nil {
		return page{}, err
	}
	if !a.Get("data_list").Exists() && !a.Get("total_item").Exists() {
		return page{}, garbled(errors.New("neither data_list nor total_item"), false)
	}
	return readPage(a.Value, s.zone), nil
}

func millis(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	b, _ := json.Marshal(t.UnixMilli())
	return string(b)
}

// detail reads one issue. A record that cannot be read comes back as a snapshot with its problem; the error is for what
// concerns the whole store.
func (s *Session) detail(ctx context.Context, ref connector.Ref) (connector.Snapshot, error) {
	a, err := s.read(ctx, "aliexpress.issue.detail.get", param{"buyer_login_id", ref.Buyer}, param{"issue_id", ref.ID})
	if err != nil {
		return connector.Snapshot{Ref: ref, Raw: storable(a), Problem: err}, err
	}
	result := a.Get("result_object")
	if !result.IsObject() || result.Get("issue_status").Text() == "" {
		err := garbled(errors.New("no result_object with an issue_status"), false)
		return connector.Snapshot{Ref: ref, Raw: storable(a), Problem: err}, err
	}
	snap := readIssue(result, ref, s.zone)
	snap.Raw = storable(a)
	return snap, nil
}

// storable gives an answer as JSON to keep: what is no JSON to the letter is kept as a JSON text.
func storable(a answer) json.RawMessage {
	if len(a.raw) == 0 || a.Strict() {
		return a.raw
	}
	if json.Valid(a.raw) {
		return a.raw
	}
	kept, _ := json.Marshal(string(a.raw))
	return kept
}

// Fetch reads one source again. An issue comes with the end of the order's protection, so that lengthening it can be
// compared; without the buyer's login, which the detail call demands, the list is asked first.
func (s *Session) Fetch(ctx context.Context, ref connector.Ref) (connector.Snapshot, error) {
	switch ref.Kind {
	case evaluationKind:
		return s.evaluation(ctx, ref)
	case cancellationKind:
		snap, err := s.cancellation(ctx, ref)
		if err == nil {
			snap.Fingerprint = warm(snap.Fingerprint, snap.ChangedAt, s.world.Now())
		}
		return snap, err
	}
	if ref.ID == "" {
		return connector.Snapshot{}, fault.Input("ref.id", "", "number of the issue")
	}
	if ref.Buyer == "" {
		found, err := s.find(ctx, ref)
		if err != nil {
			return connector.Snapshot{}, err
		}
		ref = found
	}
	snap, err := s.detail(ctx, ref)
	if err != nil {
		return snap, err
	}
	snap.Fingerprint = warm(snap.Fingerprint, snap.ChangedAt, s.world.Now())
	if o := snap.Facts.Order; o != nil && snap.Open { // once the record has ended, nothing hangs on how the purchase goes on
		if order, _, err := s.order(ctx, snap.Ref); err == nil {
			o.ProtectionEndsAt = order.facts.Order.ProtectionEndsAt
			o.Status = order.facts.Order.Status
		}
	}
	return snap, nil
}

// warm marks the fingerprint of a record that changed a moment ago. The platform's times have whole seconds: another
// change within the same second would look the same, so such a record is read once more.
func warm(fingerprint string, changed, now time.Time) string {
	if !changed.IsZero() && now.Sub(changed).Abs() < 2*time.Second {
		return fingerprint + "~"
	}
	return fingerprint
}

// find looks an issue up by its order line.
func (s *Session) find(ctx context.Context, ref connector.Ref) (connector.Ref, error) {
	for _, order := range []string{ref.Line, ref.Order} {
		if order == "" {
			continue
		}
		p, err := s.list(ctx, query{page: 1, size: 50, order: order})
		if err != nil {
			return ref, err
		}
		for _, r := range p.rows {
			if r.ref.ID == ref.ID {
				return r.ref, nil
			}
		}
	}
	return ref, fault.New(fault.NotFound, "fault.aliexpress.no_buyer", "issue", ref.ID)
}

// evaluation reads the rating of an order line with the replies, as messages. It is no dispute: it has no case.
func (s *Session) evaluation(ctx context.Context, ref connector.Ref) (connector.Snapshot, error) {
	ask := `{"parent_order_ids":[` + digits(ref.Order) + `]}`
	a, err := s.read(ctx, "aliexpress.evaluation.listorderevaluation.get", param{"trade_evaluation_request", ask})
	if err != nil {
		return connector.Snapshot{Ref: ref, Raw: storable(a), Problem: err}, err
	}
	snap := connector.Snapshot{Ref: ref, Raw: storable(a)}
	for n, v := range a.Get("target_list").List() {
		if line := id(v, "order_id"); ref.Line == "" || line == "" || line == ref.Line {
			r := &reading{zone: s.zone}
			r.in("target_list", n)
			snap.Facts.Messages = append(snap.Facts.Messages, r.feedback(v)...)
			snap.ChangedAt = r.at(v, "gmt_modified")
			snap.Fingerprint = text(v, "gmt_modified")
			snap.Facts.Unknown = append(snap.Facts.Unknown, r.unknown...)
		}
	}
	return snap, nil
}

func (r *reading) feedback(v wire.Value) (out []dispute.Message) {
	for _, m := range [...]struct{ field, from, when string }{
		{"buyer_feedback", "buyer", "buyer_fb_date"}, {"seller_reply", "staff", "gmt_modified"}, {"buyer_reply", "buyer", "gmt_modified"},
	} {
		if words := text(v, m.field); words != "" {
			out = append(out, dispute.Message{
				ID: evaluationKind + "/" + id(v, "order_id") + "/" + m.field, At: r.at(v, m.when), From: m.from,
				Via: "platform_message", Text: words,
			})
		}
	}
	return out
}

// digits lets only digits through: what goes into JSON as a number.
func digits(s string) string {
	for _, c := range s {
		if c < '0' || c > '9' {
			return "0"
		}
	}
	if s == "" {
		return "0"
	}
	return s
}
