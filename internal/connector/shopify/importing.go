package shopify

import (
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	"parley/internal/connector"
	"parley/internal/dispute"
	"parley/internal/fault"
)

// Import reads captured answers: a record as it is kept here, an answer of the graph with disputes, or with orders, their returns and
// disputes, and disputes, orders, returns, refunds, parcels and their scans of the older calls and of webhooks, with or without their envelope. The zone is not needed: every instant of the platform has its own.
func (c *Connector) Import(data []byte, _ *time.Location) ([]connector.Snapshot, error) {
	var root any
	if err := json.Unmarshal(data, &root); err != nil {
		return nil, (&fault.Fault{Kind: fault.Invalid, Key: "fault.shopify.import_unreadable", Field: "file", Allowed: "JSON"}).Because(err)
	}
	var all []connector.Snapshot
	found(data, 0, &all)
	if len(all) == 0 {
		return nil, &fault.Fault{Kind: fault.Invalid, Key: "fault.shopify.import_nothing", Field: "file", Value: strings.Join(slices.Sorted(maps.Keys(members(root))), ", "), Allowed: "disputes, returns, orders, refunds, fulfillments, fulfillment events"}
	}
	return all, nil
}

// members of the file, for people to see what it holds; none where it is no object.
func members(root any) map[string]any {
	m, _ := root.(map[string]any)
	return m
}

// deepest is how far inside an envelope records are looked for.
const deepest = 6

// found walks into an envelope until it meets members that name records.
func found(data json.RawMessage, depth int, all *[]connector.Snapshot) {
	var object map[string]json.RawMessage
	if depth > deepest || json.Unmarshal(data, &object) != nil {
		return
	}
	if bare(data, object, all) {
		return
	}
	for _, name := range slices.Sorted(maps.Keys(object)) {
		inner := object[name]
		switch name {
		case "return", "dispute", "late":
			taken(name, inner, all)
		case "disputes":
			each(inner, func(n json.RawMessage) { taken("dispute", n, all) })
		case "fulfillment_events":
			*all = append(*all, readRuns(inner)...)
		case "refunds", "fulfillments":
			each(inner, func(n json.RawMessage) { found(n, depth+1, all) })
		case "orders":
			each(inner, func(n json.RawMessage) { orderIn(n, all) })
		default:
			found(inner, depth+1, all)
		}
	}
}

// bare reads an object that is a record itself, as webhooks send it.
func bare(data json.RawMessage, object map[string]json.RawMessage, all *[]connector.Snapshot) bool {
	switch {
	case isOlderDispute(object):
		taken(disputeKind, data, all)
	case isPart(object, "Return", "return_line_items"):
		*all = append(*all, readOlderReturn(data))
	case isPart(object, "Refund", "transactions"):
		*all = append(*all, readRefund(data))
	case isPart(object, "Fulfillment", "order_id"):
		*all = append(*all, readParcel(data))
	case isOlderOrder(data):
		*all = append(*all, readOlderOrder(data))
	case isOrder(object):
		orderIn(data, all)
	default:
		return false
	}
	return true
}

// orderIn reads an order of a list with the records that hang on it.
func orderIn(node json.RawMessage, all *[]connector.Snapshot) {
	if isOlderOrder(node) {
		*all = append(*all, readOlderOrder(node))
		return
	}
	var o wireOrder
	strange := json.Unmarshal(node, &o) // of another shape in part: the rest was read all the same
	if o.ID.plain() == "" || o.Name.plain() == "" {
		return
	}
	got := readOrder(purchaseNode{raw: node})
	*all = append(*all, shown(connector.Snapshot{
		Ref: ref(orderKind, o.ID, &o), Raw: wrapped(orderKind, node), Fingerprint: returnMark(o.Paid, o.UpdatedAt),
		Facts: dispute.Facts{Order: got.Order, Buyer: got.Buyer, Shipment: got.Shipment, Ledger: got.Ledger, Unknown: got.Unknown},
	}, "order", node, orderMembers))
	returnsOf(node, &o, strange, all)
	disputesOf(node, &o, all)
}

// isOrder tells an order of the graph that says something of itself, not only its name.
func isOrder(object map[string]json.RawMessage) bool {
	var id scalar
	return object["name"] != nil && object["updatedAt"] != nil && json.Unmarshal(object["id"], &id) == nil && strings.HasPrefix(id.plain(), "gid://shopify/Order/")
}

// disputesOf reads the disputes that an order lists. Often no more than their number and state is told there.
func disputesOf(node json.RawMessage, o *wireOrder, all *[]connector.Snapshot) {
	var list struct {
		Disputes []json.RawMessage `json:"disputes"`
	}
	if json.Unmarshal(node, &list) != nil {
		return
	}
	for _, raw := range list.Disputes {
		w := struct {
			wireDispute
			Began scalar `json:"initiatedAs"`
		}{}
		err := json.Unmarshal(raw, &w)
		if w.ID.plain() == "" {
			continue
		}
		w.Order = o
		if w.Type.plain() == "" {
			w.Type = w.Began
		}
		snap := w.snapshot(connector.Snapshot{Raw: wrapped(disputeKind, raw)})
		if err != nil {
			snap.Problem = garbled(err, false)
		}
		*all = append(*all, snap)
	}
}

// each goes through a list, or through the nodes of a connection.
func each(data json.RawMessage, do func(json.RawMessage)) {
	var list []json.RawMessage
	if json.Unmarshal(data, &list) != nil {
		var c nodesOf[json.RawMessage]
		_ = json.Unmarshal(data, &c) // then there are no nodes
		list = c.Nodes
	}
	for _, n := range list {
		do(n)
	}
}

// taken reads one record, if it is one: an object with an id.
func taken(kind string, node json.RawMessage, all *[]connector.Snapshot) {
	var w struct {
		ID        scalar `json:"id"`
		CreatedAt scalar `json:"createdAt"`
	}
	if json.Unmarshal(node, &w) != nil || w.ID.plain() == "" || (kind == returnKind && w.CreatedAt.plain() == "") {
		return // what a mutation answers names the return and tells nothing of it
	}
	var snap connector.Snapshot
	switch {
	case kind == returnKind:
		snap = readReturn(node)
	case kind == lateKind:
		snap = readLate(node, 0, time.Unix(1<<40, 0)) // only what was late is kept
	case strings.HasPrefix(w.ID.plain(), "gid://"):
		snap = readDispute(node)
	default:
		snap = olderDispute(node)
	}
	*all = append(*all, snap)
}

// returnsOf reads the returns that hang on an order; strange is what of the order itself could not be read.
func returnsOf(node json.RawMessage, o *wireOrder, strange error, all *[]connector.Snapshot) {
	var list struct {
		Returns nodesOf[json.RawMessage] `json:"returns"`
	}
	_ = json.Unmarshal(node, &list) // then there are none
	for _, raw := range list.Returns.Nodes {
		var w wireReturn
		err := json.Unmarshal(raw, &w)
		if w.ID.plain() == "" {
			continue
		}
		w.Order = o
		snap := shown(w.snapshot(connector.Snapshot{Raw: wrapped(returnKind, raw)}), "return", raw, returnMembers)
		if err = errors.Join(strange, err); err != nil {
			snap.Problem = garbled(err, false)
		}
		*all = append(*all, snap)
	}
}

// olderDispute reads a dispute of the older calls and of webhooks: plain numbers, small letters, instants with an offset.
func olderDispute(node json.RawMessage) connector.Snapshot {
	var old struct {
		ID          scalar `json:"id"`
		OrderID     scalar `json:"order_id"`
		Type        scalar `json:"type"`
		Amount      scalar `json:"amount"`
		Currency    scalar `json:"currency"`
		Reason      scalar `json:"reason"`
		Network     scalar `json:"network_reason_code"`
		Status      scalar `json:"status"`
		DueBy       scalar `json:"evidence_due_by"`
		SentOn      scalar `json:"evidence_sent_on"`
		FinalizedOn scalar `json:"finalized_on"`
		InitiatedAt scalar `json:"initiated_at"`
	}
	snap := connector.Snapshot{Raw: wrapped(disputeKind, node)}
	if err := json.Unmarshal(node, &old); err != nil {
		snap.Problem = garbled(err, false)
		return snap
	}
	w := wireDispute{
		ID: scalar("gid://shopify/ShopifyPaymentsDispute/" + old.ID.plain()), Legacy: old.ID, Type: upper(old.Type), Status: upper(old.Status),
		DueBy: old.DueBy, SentOn: old.SentOn, FinalizedOn: old.FinalizedOn, InitiatedAt: old.InitiatedAt, Amount: wireMoney{old.Amount, old.Currency},
	}
	w.Reason.Reason, w.Reason.Network = upper(old.Reason), old.Network
	snap = shown(w.snapshot(snap), "dispute", node, olderDisputeMembers)
	if n := old.OrderID.plain(); n != "" {
		snap.Ref.Order = "gid://shopify/Order/" + n // its name is not told
	}
	return snap
}
