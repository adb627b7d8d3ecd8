package shopify

import (
	"context"
	"encoding/json"
	"strings"

	"parley/internal/connector"
	"parley/internal/fault"
	"parley/internal/money"
)

// refund pays a sum back to where it came from. The payments behind the order are read first; the key of the act keeps the platform
// from carrying the same refund out twice.
func (s *Session) refund(ctx context.Context, act connector.Effect) (connector.Receipt, error) {
	o, parts, err := s.payback(ctx, act)
	if err != nil {
		return connector.Receipt{}, err
	}
	var transactions []map[string]any
	for _, p := range parts {
		transactions = append(transactions, map[string]any{
			"orderId": o.ID.plain(), "parentId": p.of.ID.plain(), "gateway": p.of.Gateway.plain(), "kind": "REFUND", "amount": p.amount.Plain(),
		})
	}
	input := map[string]any{"orderId": o.ID.plain(), "currency": act.Amount.Currency, "notify": true, "transactions": transactions}
	if t := strings.TrimSpace(act.Text); t != "" {
		input["note"] = t
	}
	return s.do(ctx, "Refund", "refundCreate", map[string]any{"input": input, "key": act.ID})
}

// process ends an approved return whose goods are there: every line is taken as returned, and the sum is paid back with it.
func (s *Session) process(ctx context.Context, act connector.Effect) (connector.Receipt, error) {
	if err := onlyFor(act, returnKind, "Return"); err != nil {
		return connector.Receipt{}, err
	}
	lines, err := s.unprocessed(ctx, act)
	if err != nil {
		return connector.Receipt{}, err
	}
	input := map[string]any{"returnId": act.Ref.ID, "returnLineItems": lines, "notifyCustomer": true}
	if act.Amount.Known() && act.Amount.Minor > 0 {
		_, parts, err := s.payback(ctx, act)
		if err != nil {
			return connector.Receipt{}, err
		}
		var transactions []map[string]any
		for _, p := range parts {
			transactions = append(transactions, map[string]any{
				"parentId":          p.of.ID.plain(),
				"transactionAmount": map[string]any{"amount": p.amount.Plain(), "currencyCode": p.amount.Currency},
			})
		}
		input["financialTransfer"] = map[string]any{"issueRefund": map[string]any{"orderTransactions": transactions}}
	}
	return s.do(ctx, "Process", "returnProcess", map[string]any{"input": input})
}

// unprocessed are the lines of a return that are still to be taken in.
func (s *Session) unprocessed(ctx context.Context, act connector.Effect) ([]map[string]any, error) {
	a, err := s.read(ctx, "ReturnRecords", map[string]any{"ids": []string{act.Ref.ID}})
	if err != nil {
		return nil, err
	}
	var found []*wireReturn
	if err := json.Unmarshal(a.data["nodes"], &found); err != nil || len(found) != 1 || found[0] == nil {
		return nil, fault.New(fault.NotFound, "fault.shopify.gone", "record", act.Ref.ID)
	}
	var lines []map[string]any
	for _, l := range found[0].Lines.Nodes {
		if n := l.Quantity.int() - l.Processed.int(); n > 0 {
			lines = append(lines, map[string]any{"id": l.ID.plain(), "quantity": n})
		}
	}
	if len(lines) == 0 {
		return nil, fault.New(fault.Refused, "fault.shopify.refused", "code", "", "message", "nothing left to process")
	}
	return lines, nil
}

// part is what goes back to one payment.
type part struct {
	of     wireTransaction
	amount money.Amount
}

// payback reads the order behind an act and shares the sum over its payments, first come first. What is above what they can still give
// back is refused here: the platform would take it from elsewhere.
func (s *Session) payback(ctx context.Context, act connector.Effect) (wireOrder, []part, error) {
	var o wireOrder
	if !act.Amount.Known() || act.Amount.Minor <= 0 {
		return o, nil, fault.Input("amount", act.Amount.String(), "more than 0")
	}
	if act.ID == "" {
		return o, nil, fault.Input("id", "", "a key by which the same refund is known again")
	}
	node, err := s.wholePurchase(ctx, act.Ref)
	if err != nil {
		return o, nil, err
	}
	if err := json.Unmarshal(node.raw, &o); err != nil || o.ID.plain() == "" {
		return o, nil, garbled(err, false)
	}
	parts, left := shared(o.Transactions, act.Amount)
	if left.Minor > 0 {
		rest := money.Amount{Minor: act.Amount.Minor - left.Minor, Currency: act.Amount.Currency}
		return o, nil, fault.New(fault.Refused, "fault.amount_above_refundable", "amount", act.Amount.String(), "rest", rest.String())
	}
	return o, parts, nil
}

// shared gives each payment of the currency as much as it can take, until the sum is used up.
func shared(payments []wireTransaction, sum money.Amount) (parts []part, left money.Amount) {
	r, left := &reading{}, sum
	for _, t := range payments {
		if k := t.Kind.plain(); (k != "SALE" && k != "CAPTURE") || t.Status.plain() != "SUCCESS" {
			continue
		}
		most := r.money("", t.Amount.Paid)
		if t.Refundable != nil {
			most = r.money("", *t.Refundable)
		}
		if most.Currency != sum.Currency || most.Minor <= 0 || left.Minor <= 0 {
			continue
		}
		take := money.Amount{Minor: min(most.Minor, left.Minor), Currency: sum.Currency}
		parts, left.Minor = append(parts, part{t, take}), left.Minor-take.Minor
	}
	return parts, left
}
