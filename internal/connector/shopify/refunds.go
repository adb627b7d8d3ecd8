package shopify

import (
	"context"
	"encoding/json"
)

// firstRefunds is how many refunds of its order are asked for with a record; few orders have more. Where as many came, there may be more
// of them, and every one counts: the whole list is read then.
const firstRefunds = 5

// refundsDocument asks for as many refunds of one order as 1,000 points allow; the list has no further pages.
const refundsDocument = `query Refunds($id: ID!) {
  node(id: $id) { ... on Order { id refunds(first: 80) { ...PaidBack } } }
}` + moneyFields + refundFields

// complete gives a record, or an order, with all refunds of the order.
func (s *Session) complete(ctx context.Context, node json.RawMessage) (json.RawMessage, error) {
	var members map[string]json.RawMessage
	if json.Unmarshal(node, &members) != nil || members == nil {
		return node, nil // whoever reads it tells that it cannot be read
	}
	name := "refunds"
	var inner json.RawMessage
	var err error
	if order, within := members["order"]; within {
		name = "order"
		inner, err = s.complete(ctx, order)
		if string(inner) == string(order) {
			return node, err
		}
	} else if inner, err = s.allRefunds(ctx, members); inner == nil {
		return node, err
	}
	members[name] = inner
	return json.Marshal(members)
}

// allRefunds reads the refunds of an order; nil where it has no more than are known.
func (s *Session) allRefunds(ctx context.Context, order map[string]json.RawMessage) (json.RawMessage, error) {
	var some []json.RawMessage
	var id scalar
	if json.Unmarshal(order["refunds"], &some) != nil || len(some) < firstRefunds || json.Unmarshal(order["id"], &id) != nil {
		return nil, nil
	}
	a, err := s.read(ctx, "Refunds", map[string]any{"id": id.plain()})
	if err != nil {
		return nil, err
	}
	var whole struct {
		Refunds json.RawMessage `json:"refunds"`
	}
	var all []json.RawMessage
	if err := json.Unmarshal(a.data["node"], &whole); err != nil || json.Unmarshal(whole.Refunds, &all) != nil || len(all) < len(some) {
		return nil, garbled(err, false)
	}
	return whole.Refunds, nil
}
