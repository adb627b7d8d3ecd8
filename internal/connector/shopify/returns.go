package shopify

import (
	"encoding/json"
	"strings"

	"parley/internal/connector"
	"parley/internal/dispute"
	"parley/internal/money"
)

// readReturn turns a return into a snapshot. Nothing in it tells a date by which it must be answered: that comes from the rules.
func readReturn(node json.RawMessage) connector.Snapshot {
	snap := connector.Snapshot{Raw: wrapped(returnKind, node)}
	var w wireReturn
	if err := json.Unmarshal(node, &w); err != nil || w.ID.plain() == "" {
		snap.Ref, snap.Problem = connector.Ref{Kind: returnKind, ID: w.ID.plain()}, garbled(err, false)
		return snap
	}
	return shown(w.snapshot(snap), "return", node, returnMembers)
}

func (w *wireReturn) snapshot(snap connector.Snapshot) connector.Snapshot {
	r := &reading{}
	snap.Ref = ref(returnKind, w.ID, w.Order)
	r.purchase(&snap.Facts, w.Order)
	c := &dispute.Case{
		OpenedAt: r.at("return.createdAt", w.CreatedAt), Via: "marketplace", ReasonNote: w.note(),
		Claim: dispute.Claim{Amount: w.price(r), ReturnGoods: true}, Reason: w.reason(),
	}
	snap.Facts.Case = c
	snap.Ref.Line = w.line()
	if snap.Facts.Order != nil {
		snap.Facts.Order.Line = snap.Ref.Line
	}
	w.report(r, c, len(snap.Facts.Ledger) > 0)
	snap.Facts.History = w.history(r)
	snap.Facts.Messages = w.messages(c)
	snap.Open = !c.Reported.Ended
	if w.Order != nil {
		snap.ChangedAt = r.at("order.updatedAt", w.Order.UpdatedAt)
		snap.Fingerprint = returnMark(w.Status, w.Order.UpdatedAt)
	}
	snap.Facts.Unknown = r.unknown
	return snap
}

// returnMark changes when the return or its order does; returns have no time of change of their own.
func returnMark(status, updated scalar) string { return status.plain() + "|" + updated.plain() }

func (w *wireReturn) report(r *reading, c *dispute.Case, paid bool) {
	status := w.Status.plain()
	at, known := returnStandings[status]
	if !known {
		r.note("return.status", w.Status)
	}
	if status == "CLOSED" && paid {
		at.state = "refunded"
	}
	if status == "OPEN" && w.Order != nil && w.Order.Returned.plain() == "INSPECTION_COMPLETE" {
		at.state, at.owner = "wait_seller_goods", "seller"
	}
	c.Reported = dispute.Reported{Status: status, State: at.state, Owner: at.owner, Ended: at.ended}
	switch {
	case at.ended:
		c.Reported.EndedAt = r.at("return.closedAt", w.ClosedAt)
		if c.Reported.EndedAt.IsZero() && w.Order != nil {
			c.Reported.EndedAt = r.at("order.updatedAt", w.Order.UpdatedAt) // a declined request has no end of its own
		}
	case status == "REQUESTED":
		c.Reported.Actions = []string{"accept_return", "refuse_return"}
	case status == "OPEN":
		c.Reported.Actions = []string{"confirm_goods"}
	}
}

// line is the order line, if the return is about one only.
func (w *wireReturn) line() string {
	line := ""
	for _, l := range w.Lines.Nodes {
		if l.Sent == nil || (line != "" && line != l.Sent.Line.ID.plain()) {
			return ""
		}
		line = l.Sent.Line.ID.plain()
	}
	return line
}

// reason is the handle of the reason all lines share; several are written side by side.
func (w *wireReturn) reason() string {
	var all []string
	for _, l := range w.Lines.Nodes {
		if l.Reason == nil {
			continue
		}
		if h := l.Reason.Handle.plain(); h != "" && !strings.Contains(" "+strings.Join(all, " ")+" ", " "+h+" ") {
			all = append(all, h)
		}
	}
	return strings.Join(all, " ")
}

func (w *wireReturn) note() string {
	var all []string
	for _, l := range w.Lines.Nodes {
		for _, n := range []string{l.ReasonNote.plain(), l.Note.plain()} {
			if n != "" {
				all = append(all, n)
			}
		}
	}
	return strings.Join(all, "\n")
}

// price is what the returned goods cost after discounts, all lines together; not known if one of them tells no price.
func (w *wireReturn) price(r *reading) money.Amount {
	var sum money.Amount
	for _, l := range w.Lines.Nodes {
		one := r.money("returnLineItem.price", l.Price.Paid)
		if !one.Known() {
			return money.Amount{}
		}
		if !sum.Known() {
			sum = one
			continue
		}
		var err error
		if sum, err = sum.Add(one); err != nil {
			return money.Amount{}
		}
	}
	return sum
}

func (w *wireReturn) history(r *reading) (out []dispute.Act) {
	if at := r.at("return.requestApprovedAt", w.Approved); !at.IsZero() {
		out = append(out, dispute.Act{At: at, Who: "staff", Did: "agreed_return", Via: "marketplace"})
	}
	return out
}

// messages are the customer's own words with the request.
func (w *wireReturn) messages(c *dispute.Case) (out []dispute.Message) {
	for _, l := range w.Lines.Nodes {
		if n := l.Note.plain(); n != "" {
			out = append(out, dispute.Message{ID: l.ID.plain(), At: c.OpenedAt, From: "buyer", Via: "dispute_form", Text: n})
		}
	}
	return out
}

// wrapped keeps a record under the name of its kind, as import takes it.
func wrapped(kind string, node json.RawMessage) json.RawMessage {
	raw, err := json.Marshal(map[string]json.RawMessage{kind: node})
	if err != nil {
		raw, _ = json.Marshal(map[string]string{kind: string(node)})
	}
	return raw
}
