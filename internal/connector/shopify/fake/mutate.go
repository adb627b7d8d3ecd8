package fake

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// keyed is the first result of a key, and for what it was asked.
type keyed struct {
	asked  string
	result object
}

// userErrors is a payload that says no.
func userErrors(member, field, message, code string) object {
	e := object{"field": []any{"input", field}, "message": message}
	if code != "" {
		e["code"] = code
	}
	return object{member: nil, "userErrors": []any{e}}
}

func made(member string, value object) object { return object{member: value, "userErrors": []any{}} }

// did is a payload that says yes to an act which changed something.
func (s *Shop) did(member string, value object) object {
	s.p.acted++
	return made(member, value)
}

// mutation is the root of all mutations. gqlparser has checked names, types and enumerations of every argument.
func (s *Shop) mutation() object {
	return object{
		"returnApproveRequest":      with(s.approve),
		"returnDeclineRequest":      with(s.decline),
		"returnCancel":              with(s.cancel),
		"returnClose":               with(s.closeReturn),
		"returnProcess":             with(s.process),
		"refundCreate":              with(s.refund),
		"disputeEvidenceUpdate":     with(s.updateEvidence),
		"discountCodeBasicCreate":   with(s.createCode),
		"webhookSubscriptionCreate": with(s.subscribe),
	}
}

func input(args map[string]any, name string) map[string]any {
	in, _ := args[name].(map[string]any)
	return in
}

func text(in map[string]any, name string) string {
	t, _ := in[name].(string)
	return t
}

func (s *Shop) returnBy(id string) *Return {
	r, _ := s.named[id].(*Return)
	return r
}

// inState finds a return that stands where the call needs it, or the no.
func (s *Shop) inState(id, state, verb string) (*Return, object) {
	r := s.returnBy(id)
	if r == nil {
		return nil, userErrors("return", "id", "Return not found.", "NOT_FOUND")
	}
	if r.Status != state {
		return nil, userErrors("return", "id", "Return is not "+verb+". Only returns with status "+state+" can be "+verb+".", "INVALID_STATE")
	}
	return r, nil
}

func (s *Shop) approve(args map[string]any) any {
	r, no := s.inState(text(input(args, "input"), "id"), "REQUESTED", "approvable")
	if no != nil {
		return no
	}
	s.open(r, s.p.now())
	s.pushReturn("RETURNS_APPROVE", r)
	return s.did("return", s.returned(r))
}

func (s *Shop) decline(args map[string]any) any {
	in := input(args, "input")
	r, no := s.inState(text(in, "id"), "REQUESTED", "declinable")
	if no != nil {
		return no
	}
	r.Declined, r.Note = text(in, "declineReason"), text(in, "declineNote")
	r.end("DECLINED", s.p.now())
	s.pushReturn("RETURNS_DECLINE", r)
	return s.did("return", s.returned(r))
}

func (s *Shop) cancel(args map[string]any) any {
	r, no := s.inState(text(args, "id"), "OPEN", "cancelable")
	if no != nil {
		return no
	}
	r.end("CANCELED", s.p.now())
	s.pushReturn("RETURNS_CANCEL", r)
	return s.did("return", s.returned(r))
}

func (s *Shop) closeReturn(args map[string]any) any {
	r, no := s.inState(text(args, "id"), "OPEN", "closable")
	if no != nil {
		return no
	}
	r.end("CLOSED", s.p.now())
	s.pushReturn("RETURNS_CLOSE", r)
	return s.did("return", s.returned(r))
}

// process takes returned lines in; a return whose lines are all in closes.
func (s *Shop) process(args map[string]any) any {
	in := input(args, "input")
	r, no := s.inState(text(in, "returnId"), "OPEN", "processable")
	if no != nil {
		return no
	}
	lines, _ := in["returnLineItems"].([]any)
	for _, one := range lines {
		line, _ := one.(map[string]any)
		n, _ := number(line["quantity"])
		if text(line, "id") != gid("ReturnLineItem", r.LineID) || n < 1 || r.processed+n > r.Quantity {
			return userErrors("return", "returnLineItems", "Quantity is not processable.", "INVALID")
		}
		r.processed += n
	}
	transfer := input(in, "financialTransfer")
	parts, _ := input(transfer, "issueRefund")["orderTransactions"].([]any)
	for _, one := range parts {
		part, _ := one.(map[string]any)
		sum, err := r.order.cents(input(part, "transactionAmount")["amount"])
		if err != nil || text(part, "parentId") != gid("OrderTransaction", r.order.PaymentNo) || !s.payBack(r.order, sum, text(in, "note"), r) {
			r.processed = 0
			return userErrors("return", "financialTransfer", "Refund amount is greater than net payment received.", "INVALID")
		}
	}
	if r.processed == r.Quantity {
		r.end("CLOSED", s.p.now())
	}
	r.order.touch(s.p.now())
	s.pushReturn("RETURNS_PROCESS", r)
	return s.did("return", s.returned(r))
}

// payBack notes a refund, unless it is above what is left.
func (s *Shop) payBack(o *Order, minor int64, note string, of *Return) bool {
	if minor <= 0 || minor > o.Total().Minor-o.refunded() {
		return false
	}
	o.refunds = append(o.refunds, &refund{id: s.p.next(), transaction: s.p.next(), amount: Money{minor, o.Currency}, at: s.p.now(), note: note, of: of})
	o.touch(s.p.now())
	s.pushRefund(o, o.refunds[len(o.refunds)-1])
	s.pushOrder("ORDERS_UPDATED", o)
	return true
}

// cents reads a decimal (text or number) in the order's currency.
func (o *Order) cents(v any) (int64, error) {
	f, err := strconv.ParseFloat(fmt.Sprint(v), 64)
	scale := 100.0
	if o.Currency == "JPY" || o.Currency == "KRW" {
		scale = 1
	}
	return int64(math.Round(f * scale)), err
}

// refund pays back once per key.
func (s *Shop) refund(args map[string]any) any {
	in := input(args, "input")
	key := text(args, "@idempotent")
	if key == "" {
		return userErrors("refund", "idempotent", "The @idempotent directive is required for this mutation.", "")
	}
	asked, _ := json.Marshal(in)
	if had, ok := s.keys[key]; ok {
		if had.asked != string(asked) {
			return userErrors("refund", "idempotent", "The same idempotency key cannot be used with different operation parameters.", "")
		}
		return had.result
	}
	result := s.refundOnce(in)
	s.keys[key] = keyed{string(asked), result}
	return result
}

func (s *Shop) refundOnce(in map[string]any) object {
	o, ok := s.named[text(in, "orderId")].(*Order)
	if !ok {
		return userErrors("refund", "orderId", "Order does not exist", "")
	}
	parts, _ := in["transactions"].([]any)
	var sum int64
	for _, one := range parts {
		part, _ := one.(map[string]any)
		n, err := o.cents(part["amount"])
		if err != nil || text(part, "kind") != "REFUND" || text(part, "parentId") != gid("OrderTransaction", o.PaymentNo) || text(part, "gateway") != o.Gateway {
			return userErrors("refund", "transactions", "Transactions are invalid", "")
		}
		sum += n
	}
	if !s.payBack(o, sum, text(in, "note"), nil) {
		return userErrors("refund", "transactions", "Refund amount is greater than net payment received.", "")
	}
	return s.did("refund", s.refunded(o, o.refunds[len(o.refunds)-1]))
}

func (s *Shop) updateEvidence(args map[string]any) any {
	in := input(args, "input")
	var d *Dispute
	for _, one := range s.disputes {
		if gid("ShopifyPaymentsDisputeEvidence", one.Evidence) == text(args, "id") {
			d = one
		}
	}
	no := func(code, message string) object {
		e := userErrors("disputeEvidence", "id", message, code)
		list, _ := e["userErrors"].([]any)
		list[0].(object)["field"] = []any{"id"}
		return e
	}
	switch {
	case d == nil:
		return no("DISPUTE_EVIDENCE_NOT_FOUND", "Dispute evidence could not be found.")
	case d.Submitted && !s.p.now().Before(d.DueBy):
		return no("EVIDENCE_PAST_DUE_DATE", "Evidence past due date.")
	case d.Submitted || d.Status != "NEEDS_RESPONSE":
		return no("EVIDENCE_ALREADY_ACCEPTED", "Evidence already accepted.")
	}
	for name, value := range in {
		if t, ok := value.(string); ok {
			d.Form[name] = t
		}
	}
	if in["submitEvidence"] == true {
		d.Submitted, d.Status, d.Sent = true, "UNDER_REVIEW", s.p.now()
		d.order.touch(s.p.now())
		s.pushDispute("DISPUTES_UPDATE", d)
		s.p.acted++
	}
	return made("disputeEvidence", s.evidence(d))
}

// createCode makes a discount code; a code is unique in its shop.
func (s *Shop) createCode(args map[string]any) any {
	in := input(args, "basicCodeDiscount")
	no := func(field, message, code string) object {
		e := userErrors("codeDiscountNode", field, message, code)
		list, _ := e["userErrors"].([]any)
		list[0].(object)["field"] = []any{"basicCodeDiscount", field}
		return e
	}
	code := strings.ToUpper(text(in, "code"))
	if code == "" {
		return no("code", "Code can't be blank", "BLANK")
	}
	if _, taken := s.codes[code]; taken {
		return no("code", "Code must be unique. Please try a different code.", "TAKEN")
	}
	value := input(input(in, "customerGets"), "value")
	if p, ok := value["percentage"]; ok {
		if f, err := strconv.ParseFloat(fmt.Sprint(p), 64); err != nil || f <= 0 || f > 1 {
			return no("customerGets", "Value must be between 0.0 and 1.0", "VALUE_OUTSIDE_RANGE")
		}
	}
	s.codes[code] = s.p.next()
	return s.did("codeDiscountNode", object{"id": gid("DiscountCodeNode", s.codes[code])})
}

// HasCode tells whether a shop has a discount code.
func (s *Shop) HasCode(code string) bool {
	s.p.mu.Lock()
	defer s.p.mu.Unlock()
	_, has := s.codes[strings.ToUpper(code)]
	return has
}
