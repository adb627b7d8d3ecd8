package shopify

import (
	"encoding/json"
	"slices"
	"strings"

	"parley/internal/connector"
	"parley/internal/dispute"
)

// Parts of purchases as the older calls and webhooks hand them over alone: a return, a refund, a parcel. They name their order by its
// global id only; the name people know it by is not told.

// isPart tells an object of the older calls by its global id and a member that only the record itself has.
func isPart(object map[string]json.RawMessage, kind, member string) bool {
	var id scalar
	return object[member] != nil && json.Unmarshal(object["admin_graphql_api_id"], &id) == nil && strings.HasPrefix(id.plain(), "gid://shopify/"+kind+"/")
}

// olderReturn is a return in the body of a webhook. It bears no instant.
type olderReturn struct {
	ID     scalar `json:"admin_graphql_api_id"`
	Name   scalar `json:"name"`
	Status scalar `json:"status"`
	Order  struct {
		ID scalar `json:"admin_graphql_api_id"`
	} `json:"order"`
	Lines []struct {
		ID         scalar `json:"admin_graphql_api_id"`
		Quantity   scalar `json:"quantity"`
		Reason     scalar `json:"return_reason"`
		ReasonNote scalar `json:"return_reason_note"`
		Note       scalar `json:"customer_note"`
		Sent       *struct {
			Line struct {
				ID scalar `json:"admin_graphql_api_id"`
			} `json:"line_item"`
		} `json:"fulfillment_line_item"`
	} `json:"return_line_items"`
}

// readOlderReturn turns it into what the graph would say of it.
func readOlderReturn(node json.RawMessage) connector.Snapshot {
	var o olderReturn
	strange := json.Unmarshal(node, &o) // of another shape in part: the rest was read all the same
	w := wireReturn{ID: o.ID, Name: o.Name, Status: upper(o.Status)}
	for _, l := range o.Lines {
		line := wireReturnLine{ID: l.ID, Quantity: l.Quantity, Note: l.Note, ReasonNote: l.ReasonNote}
		if l.Reason.plain() != "" {
			line.Reason = &struct {
				Handle scalar `json:"handle"`
				Name   scalar `json:"name"`
			}{Handle: scalar(strings.ReplaceAll(strings.ToLower(l.Reason.plain()), "_", "-"))}
		}
		if l.Sent != nil {
			line.Sent = &struct {
				Line wireRef `json:"lineItem"`
			}{wireRef{ID: l.Sent.Line.ID}}
		}
		w.Lines.Nodes = append(w.Lines.Nodes, line)
	}
	snap := shown(w.snapshot(connector.Snapshot{Raw: wrapped(returnKind, node)}), "return", node, olderReturnMembers)
	r := &reading{unknown: snap.Facts.Unknown}
	r.strangersIn("return", node, "return_line_items", olderReturnLineMembers)
	snap.Facts.Unknown = r.unknown
	snap.Ref.Order = o.Order.ID.plain()
	if strange != nil {
		snap.Problem = garbled(strange, false)
	}
	return snap
}

// readRefund reads a refund that came without its order: money of a purchase, and no case.
func readRefund(node json.RawMessage) connector.Snapshot {
	var o olderRefund
	r := &reading{}
	if err := json.Unmarshal(node, &o); err != nil {
		r.note("refund", scalar(err.Error())) // everything else was read all the same
	}
	r.refundWords(o)
	r.strangers("refund", node, olderRefundMembers)
	r.strangersIn("refund", node, "transactions", olderPaymentMembers)
	w := wireOrder{Refunds: []wireRefund{o.refund()}}
	return r.part(node, o.OrderID, dispute.Facts{Ledger: r.ledger(&w)})
}

// readParcel reads a parcel that came without its order.
func readParcel(node json.RawMessage) connector.Snapshot {
	var o olderParcel
	r := &reading{}
	if err := json.Unmarshal(node, &o); err != nil {
		r.note("fulfillment", scalar(err.Error()))
	}
	r.parcelWords(o)
	r.strangers("fulfillment", node, olderParcelMembers)
	w := wireOrder{Fulfilments: []wireFulfilment{o.fulfilment()}}
	return r.part(node, o.OrderID, dispute.Facts{Shipment: r.shipment(&w)})
}

// part is a purchase of which only a part is told.
func (r *reading) part(node json.RawMessage, order scalar, f dispute.Facts) connector.Snapshot {
	snap := connector.Snapshot{Ref: connector.Ref{Kind: orderKind}, Raw: wrapped("part", node), Facts: f}
	if n := order.plain(); n != "" {
		snap.Ref.ID = "gid://shopify/Order/" + legacy(n)
		snap.Ref.Order = snap.Ref.ID
	}
	snap.Facts.Unknown = r.unknown
	return snap
}

// refundWords notes what a refund's payments say that has no meaning here.
func (r *reading) refundWords(o olderRefund) {
	for _, t := range o.Transactions {
		r.word("refunds.transactions.kind", t.Kind, "refund", "void", "sale", "capture", "authorization", "change", "emv_authorization")
		r.word("refunds.transactions.status", t.Status, "pending", "failure", "success", "error", "awaiting_response", "unknown")
	}
}

// parcelWords notes states of a parcel that have no meaning here.
func (r *reading) parcelWords(p olderParcel) {
	r.word("fulfillments.status", p.Status, "pending", "open", "success", "cancelled", "error", "failure")
	r.word("fulfillments.shipment_status", p.Display, "attempted_delivery", "carrier_picked_up", "confirmed", "delayed", "delivered", "failure",
		"in_transit", "label_printed", "label_purchased", "out_for_delivery", "picked_up", "ready_for_pickup")
}

// word notes a word that is not among those known.
func (r *reading) word(field string, s scalar, known ...string) {
	if w := strings.ToLower(s.plain()); w != "" && !slices.Contains(known, w) {
		r.note(field, s)
	}
}
