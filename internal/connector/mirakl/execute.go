package mirakl

import (
	"cmp"
	"context"
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"parley/internal/connector"
	"parley/internal/fault"
	"parley/internal/money"
)

// largestFile is the most a message may carry (OR43, M12): 30 MB with all its files.
const largestFile = 30 << 20

// Execute performs one act, once. Sums and texts go out as they are given; what an act needs to know of the order is read first.
func (s *Session) Execute(ctx context.Context, act connector.Effect) (connector.Receipt, error) {
	switch act.Do {
	case "accept", "accept_withdrawal", "refund":
		return s.refund(ctx, act)
	case "counter_amount", "contest_with_evidence", "send_message", "add_facts":
		return s.write(ctx, act)
	case "accept_return":
		return s.answerReturn(ctx, act, "/api/returns/accept", map[string]any{"id": act.Ref.ID, "accepted": true})
	case "refuse_return":
		return s.reject(ctx, act)
	case "confirm_goods":
		return s.answerReturn(ctx, act, "/api/returns/receive", map[string]any{"id": act.Ref.ID})
	case "contest_goods":
		return s.inspect(ctx, act)
	case "mark_resolved":
		return s.resolve(ctx, act)
	case "dispatch":
		return s.ship(ctx, act)
	case "upload_evidence":
		return s.upload(ctx, act)
	}
	return connector.Receipt{}, fault.Input("do", act.Do, oneOf(append(New().About().Acts, "upload_evidence")))
}

// refund pays a sum back for the line of an incident, the lines of a return, or an order (OR28). Without a sum it is all that is left.
func (s *Session) refund(ctx context.Context, act connector.Effect) (connector.Receipt, error) {
	o, err := s.one(ctx, act.Ref.Order)
	if err != nil {
		return connector.Receipt{}, err
	}
	var lines []*line
	sum := money.Amount{Currency: o.currency}
	for n := range o.lines {
		if l := &o.lines[n]; act.Ref.Line == "" || l.id == act.Ref.Line {
			lines = append(lines, l)
			sum.Minor += l.goods.rest() + l.shipping.rest()
		}
	}
	if act.Amount.Known() {
		sum = act.Amount
	}
	reason, err := s.reasonFor(ctx, "REFUND", act.Reason, s.refundReason)
	if err != nil {
		return connector.Receipt{}, err
	}
	body, err := o.refunding(lines, sum, reason)
	if err != nil {
		return connector.Receipt{}, err
	}
	receipt, a, err := s.putting(ctx, "/api/orders/refund", body)
	if err != nil {
		return receipt, err
	}
	return s.refunded(receipt, a, body)
}

// refunded checks that the answer names every line that was to be refunded: a 200 may be a success in part.
func (s *Session) refunded(receipt connector.Receipt, a answer, body refundRequest) (connector.Receipt, error) {
	done := a.list("refunds")
	for _, r := range body.Refunds {
		i := slices.IndexFunc(done, func(v value) bool { return v.text("order_line_id") == r.Line })
		switch {
		case i >= 0:
			receipt.ID = done[i].text("refund_id")
		case len(done) > 0:
			return receipt, fault.New(fault.Unknown, "fault.mirakl.in_part", "line", r.Line) // the desk reads what was done
		default:
			return receipt, garbled(nil, true)
		}
	}
	return receipt, nil
}

// resolve marks an incident as resolved (OR64).
func (s *Session) resolve(ctx context.Context, act connector.Effect) (connector.Receipt, error) {
	if act.Ref.Kind != incidentKind || act.Ref.Line == "" {
		return connector.Receipt{}, fault.Input("ref.kind", act.Ref.Kind, incidentKind)
	}
	reason, err := s.reasonFor(ctx, "INCIDENT_CLOSE", act.Reason, s.closeReason)
	if err != nil {
		return connector.Receipt{}, err
	}
	path := "/api/orders/" + url.PathEscape(act.Ref.Order) + "/lines/" + url.PathEscape(act.Ref.Line) + "/resolve_incident"
	receipt, _, err := s.putting(ctx, path, map[string]string{"reason_code": reason})
	return receipt, err
}

// ship names carrier and number (OR23) where they are given, and says that the order was sent (OR24). Naming them twice changes nothing.
func (s *Session) ship(ctx context.Context, act connector.Effect) (connector.Receipt, error) {
	path := "/api/orders/" + url.PathEscape(act.Ref.Order)
	if act.Tracking != "" {
		body, err := s.parcel(ctx, act)
		if err != nil {
			return connector.Receipt{}, err
		}
		if receipt, _, err := s.putting(ctx, path+"/tracking", body); err != nil {
			return receipt, err
		}
	}
	receipt, _, err := s.putting(ctx, path+"/ship", nil)
	return receipt, err
}

// parcel is the body of OR23: a carrier of the operator's list by its code, another one by its name.
func (s *Session) parcel(ctx context.Context, act connector.Effect) (map[string]string, error) {
	if act.Carrier == "" {
		return nil, fault.Input("carrier", "", "the carrier of the parcel")
	}
	a, err := s.get(ctx, "/api/shipping/carriers", nil)
	if err != nil {
		return nil, err
	}
	for _, c := range a.list("carriers") {
		if strings.EqualFold(c.text("code"), act.Carrier) || strings.EqualFold(c.text("label"), act.Carrier) {
			return map[string]string{"carrier_code": c.text("code"), "tracking_number": act.Tracking}, nil
		}
	}
	return map[string]string{"carrier_name": act.Carrier, "tracking_number": act.Tracking}, nil
}

// reject refuses a return that waits for acceptance (RT21).
func (s *Session) reject(ctx context.Context, act connector.Effect) (connector.Receipt, error) {
	reason := act.Reason
	if reason == "" {
		reason = rejections[0]
	}
	if !slices.Contains(rejections, reason) {
		return connector.Receipt{}, fault.Input("reason", reason, oneOf(rejections))
	}
	return s.answerReturn(ctx, act, "/api/returns/accept", map[string]any{"id": act.Ref.ID, "accepted": false, "rejection_reason_code": reason})
}

// inspect says of every line of a received return that it is not as it should be (RT26).
func (s *Session) inspect(ctx context.Context, act connector.Effect) (connector.Receipt, error) {
	reason := finding(act)
	if !slices.Contains(findings, reason) {
		return connector.Receipt{}, fault.Input("reason", reason, oneOf(findings))
	}
	if n := utf8.RuneCountInString(act.Text); n > 2000 {
		return connector.Receipt{}, fault.Input("text", strconv.Itoa(n)+" characters", "at most 2000")
	}
	a, err := s.get(ctx, "/api/returns", url.Values{"return_id": {act.Ref.ID}})
	if err != nil {
		return connector.Receipt{}, err
	}
	lines := []map[string]any{}
	for _, v := range a.list("data") {
		for _, l := range v.list("return_lines") {
			lines = append(lines, map[string]any{"order_line_id": l.text("order_line_id"), "compliant": false,
				"non_compliance_reason_code": reason, "non_compliance_additional_info": act.Text})
		}
	}
	return s.answerReturn(ctx, act, "/api/returns/compliance", map[string]any{"id": act.Ref.ID, "return_lines": lines})
}

// finding is what is wrong with returned goods.
func finding(act connector.Effect) string { return cmp.Or(act.Reason, findings[0]) }

// answerReturn does one thing to one return and reads from the 200 whether it was done.
func (s *Session) answerReturn(ctx context.Context, act connector.Effect, path string, one map[string]any) (connector.Receipt, error) {
	if act.Ref.Kind != returnKind {
		return connector.Receipt{}, fault.Input("ref.kind", act.Ref.Kind, returnKind)
	}
	receipt, a, err := s.putting(ctx, path, map[string]any{"returns": []any{one}})
	if err != nil {
		return receipt, err
	}
	for _, v := range a.list("return_errors") {
		if id := v.text("id"); id == act.Ref.ID || id == "" {
			return receipt, fault.New(fault.Refused, "fault.mirakl.refused", "code", "200", "message", s.cleaned(v.text("message")))
		}
	}
	for _, v := range a.list("return_success") {
		if v.text("id") == act.Ref.ID {
			return receipt, nil
		}
	}
	return receipt, garbled(nil, true)
}

// putting does a PUT and keeps what was sent and what came back.
func (s *Session) putting(ctx context.Context, path string, body any) (connector.Receipt, answer, error) {
	a, err := s.put(ctx, path, body)
	return s.receipt("PUT "+path, body, a), a, err
}

func (s *Session) receipt(call string, body any, a answer) connector.Receipt {
	sent, _ := json.Marshal(map[string]any{"call": call, "body": body}) // made of JSON
	r := connector.Receipt{At: s.world.Now().UTC().Truncate(time.Microsecond), Request: sent, Raw: a.value.raw()}
	if a.v == nil && len(a.raw) > 0 {
		r.Raw, _ = json.Marshal(string(a.raw)) // a text
	}
	return r
}
