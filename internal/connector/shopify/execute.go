package shopify

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"parley/internal/connector"
	"parley/internal/fault"
)

// Execute performs one act, once.
func (s *Session) Execute(ctx context.Context, act connector.Effect) (connector.Receipt, error) {
	switch act.Do {
	case "accept_return":
		return s.approve(ctx, act)
	case "refuse_return":
		return s.decline(ctx, act)
	case "contest_with_evidence":
		return s.submit(ctx, act)
	case "upload_evidence":
		return s.upload(ctx, act)
	case "confirm_goods":
		return s.process(ctx, act)
	case "refund":
		return s.refund(ctx, act)
	case "discount_code":
		return s.discount(ctx, act)
	}
	return connector.Receipt{}, fault.Input("do", act.Do,
		"accept_return, refuse_return, contest_with_evidence, upload_evidence, confirm_goods, refund, discount_code")
}

// onlyFor refuses an act on a record of another kind: the platform has no such call.
func onlyFor(act connector.Effect, kind, prefix string) error {
	if act.Ref.Kind != kind {
		return fault.Input("ref.kind", act.Ref.Kind, kind+" for "+act.Do)
	}
	if !strings.HasPrefix(act.Ref.ID, "gid://shopify/"+prefix+"/") {
		return fault.Input("ref.id", act.Ref.ID, "gid://shopify/"+prefix+"/…")
	}
	return nil
}

// approve says yes to a requested return; the customer is told by the platform.
func (s *Session) approve(ctx context.Context, act connector.Effect) (connector.Receipt, error) {
	if err := onlyFor(act, returnKind, "Return"); err != nil {
		return connector.Receipt{}, err
	}
	return s.do(ctx, "Approve", "returnApproveRequest", map[string]any{"input": map[string]any{"id": act.Ref.ID, "notifyCustomer": true}})
}

// declineReasons are the platform's own grounds for saying no to a return (ReturnDeclineReason), the usual one first.
var declineReasons = []string{"OTHER", "RETURN_PERIOD_ENDED", "FINAL_SALE"}

// decline says no to a requested return; the words go to the customer with it.
func (s *Session) decline(ctx context.Context, act connector.Effect) (connector.Receipt, error) {
	if err := onlyFor(act, returnKind, "Return"); err != nil {
		return connector.Receipt{}, err
	}
	reason := act.Reason
	if reason == "" {
		reason = declineReasons[0]
	}
	if !slices.Contains(declineReasons, reason) {
		return connector.Receipt{}, fault.Input("reason", act.Reason, strings.Join(declineReasons, ", "))
	}
	input := map[string]any{"id": act.Ref.ID, "declineReason": reason, "notifyCustomer": true}
	if t := strings.TrimSpace(act.Text); t != "" {
		input["declineNote"] = t
	}
	return s.do(ctx, "Decline", "returnDeclineRequest", map[string]any{"input": input})
}

// discount makes a code that can be used once, as a gesture: Fields "code", "title", and either "percentage" (1 to 100) or Amount. With
// "customer" (a global id) only that customer can use it. A code that is taken is Refused; the next one is the caller's to choose.
func (s *Session) discount(ctx context.Context, act connector.Effect) (connector.Receipt, error) {
	code := strings.TrimSpace(act.Fields["code"])
	if code == "" || len(code) > 255 {
		return connector.Receipt{}, fault.Input("fields.code", code, "1 to 255 characters")
	}
	value, err := discountValue(act)
	if err != nil {
		return connector.Receipt{}, err
	}
	title := act.Fields["title"]
	if title == "" {
		title = code
	}
	now := s.world.Now().UTC()
	input := map[string]any{
		"title": title, "code": code, "startsAt": now.Format(time.RFC3339), "usageLimit": 1, "appliesOncePerCustomer": true,
		"context":      map[string]any{"all": "ALL"},
		"customerGets": map[string]any{"items": map[string]any{"all": true}, "value": value},
	}
	if act.Days > 0 {
		input["endsAt"] = now.AddDate(0, 0, act.Days).Format(time.RFC3339)
	}
	if who := act.Fields["customer"]; who != "" {
		input["context"] = map[string]any{"customers": map[string]any{"add": []string{who}}}
	}
	return s.do(ctx, "Discount", "discountCodeBasicCreate", map[string]any{"input": input})
}

// discountValue is a share between 0 and 1, or a sum off the whole purchase.
func discountValue(act connector.Effect) (map[string]any, error) {
	if p := act.Fields["percentage"]; p != "" {
		n, err := strconv.Atoi(p)
		if err != nil || n < 1 || n > 100 {
			return nil, fault.Input("fields.percentage", p, "1 to 100")
		}
		return map[string]any{"percentage": float64(n) / 100}, nil
	}
	if !act.Amount.Known() || act.Amount.Minor <= 0 {
		return nil, fault.Input("amount", act.Amount.String(), "more than 0, or fields.percentage")
	}
	return map[string]any{"discountAmount": map[string]any{"amount": act.Amount.Plain(), "appliesOnEachItem": false}}, nil
}

// do sends one mutation and reads what it says about itself: an answer of 200 may still be a no.
func (s *Session) do(ctx context.Context, document, member string, variables map[string]any) (connector.Receipt, error) {
	request, err := json.Marshal(map[string]any{"mutation": member, "variables": variables})
	if err != nil {
		return connector.Receipt{}, fault.Input("act", member, "JSON").Because(err)
	}
	a, err := s.once(ctx, document, variables, true)
	receipt := connector.Receipt{At: s.world.Now().UTC().Truncate(time.Microsecond), Request: request, Raw: storable(a)}
	if err != nil {
		return receipt, err
	}
	receipt.ID, err = verdict(a, member)
	return receipt, err
}

// verdict finds the number of what was made, or the platform's no.
func verdict(a answer, member string) (string, error) {
	var payload map[string]json.RawMessage
	if err := json.Unmarshal(a.data[member], &payload); err != nil || payload == nil {
		if len(a.errors) > 0 {
			return "", complaint(a.errors, cost{}, true)
		}
		return "", garbled(err, true)
	}
	var no []struct {
		Field   []scalar `json:"field"`
		Message scalar   `json:"message"`
		Code    scalar   `json:"code"`
	}
	if raw := payload["userErrors"]; len(raw) > 0 {
		if err := json.Unmarshal(raw, &no); err != nil {
			return "", garbled(err, true)
		}
	}
	if len(no) > 0 {
		return "", fault.New(fault.Refused, "fault.shopify.refused", "code", no[0].Code.plain(), "message", shortened(no[0].Message.plain()))
	}
	for name, raw := range payload {
		var made wireRef
		if name != "userErrors" && json.Unmarshal(raw, &made) == nil && made.ID.plain() != "" {
			return made.ID.plain(), nil
		}
	}
	return "", garbled(nil, true) // neither a no nor what was made
}
