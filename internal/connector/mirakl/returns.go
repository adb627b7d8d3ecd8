package mirakl

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"parley/internal/connector"
	"parley/internal/dispute"
	"parley/internal/money"
)

// returnRecord is what is kept of a return: itself and its order, as received.
type returnRecord struct {
	Return json.RawMessage `json:"return"`
	Order  json.RawMessage `json:"order,omitempty"`
	spoken
}

// readReturn turns an element of RT11 and its order (nil where it could not be read) into a snapshot.
func readReturn(v value, o *order, threads []*thread, papers []value) connector.Snapshot {
	r := &reading{}
	r.members(v, returnMembers)
	state := v.text("state")
	if state == "" {
		state = v.text("status")
	}
	ref := connector.Ref{Kind: returnKind, ID: v.text("id"), Order: v.text("order_id"), Line: onlyLine(v)}
	snap := connector.Snapshot{Ref: ref, ChangedAt: r.at(v, "last_updated")}
	record := returnRecord{Return: v.raw()}
	c := &dispute.Case{OpenedAt: r.at(v, "date_created"), Via: "marketplace", Reason: v.text("reason_code"), ReasonNote: v.text("description"),
		Claim: dispute.Claim{ReturnGoods: true}}
	c.Reported = r.standing(v, state, snap.ChangedAt)
	r.word("method_code", v.text("method_code"), returnMethods[v.text("method_code")])
	snap.Open = !c.Reported.Ended
	if o != nil {
		f := o.facts(ref.Line)
		snap.Facts = dispute.Facts{Order: f.Order, Buyer: f.Buyer, Shipment: f.Shipment, Ledger: f.Ledger}
		snap.Ref.Buyer = f.Buyer.ID
		c.Claim.Amount, c.Reported.Max = o.worth(v), o.restOf(v)
		settled(c, state, f.Ledger)
		snap.Open = !c.Reported.Ended
		r.unknown = append(r.unknown, o.unknown...)
		record.Order = o.raw()
	}
	snap.Facts.Case = c
	snap.Facts.History = r.wayBack(v, state, snap.ChangedAt)
	snap.Facts.Unknown = r.unknown
	if o != nil {
		record.spoken = hear(&snap, o, threads, papers, c.OpenedAt)
	}
	if snap.Facts.Order == nil {
		snap.Facts.Order = &dispute.Order{ID: ref.Order, Line: ref.Line}
	}
	snap.Raw, _ = json.Marshal(record) // made of JSON
	snap.Fingerprint = digest(v.raw(), snap.Facts.Ledger, record.spoken)
	return snap
}

// onlyLine is the order line a return is about; one about several lines concerns the order.
func onlyLine(v value) string {
	if lines := v.list("return_lines"); len(lines) == 1 {
		return lines[0].text("order_line_id")
	}
	return ""
}

// standing reads the state; with a tracking number, goods "in progress" are on their way.
func (r *reading) standing(v value, state string, changed time.Time) dispute.Reported {
	s, known := standings[state]
	r.word("state", state, known)
	if state == "IN_PROGRESS" && tracking(v) != "" {
		s = standing{"wait_seller_goods", "carrier", false}
	}
	out := dispute.Reported{Status: state, State: s.state, Owner: s.owner, Ended: s.ended}
	if s.ended {
		out.EndedAt = changed
	}
	out.Actions = steps(v, state)
	return out
}

// steps are what the platform takes in a state: goods are received once (RT25), and looked at after that (RT26).
func steps(v value, state string) []string {
	switch state {
	case "WAITING_ACCEPTANCE":
		return []string{"accept_return", "refuse_return"}
	case "IN_PROGRESS", "NO_RECEPTION":
		return []string{"confirm_goods", "refund"}
	case "RECEIVED":
		if !slices.ContainsFunc(v.list("return_lines"), inspected) {
			return []string{"contest_goods", "refund"}
		}
		return []string{"refund"}
	}
	return nil
}

// inspected tells whether somebody said of a returned line that it is as it should be, or not.
func inspected(line value) bool {
	return slices.ContainsFunc(line.list("compliance"), func(c value) bool { return c.exists() && c.has("compliant") })
}

// settled: goods that are back and paid for in full leave nothing to do, though the platform closes the return in its own time.
func settled(c *dispute.Case, state string, paid []dispute.Payment) {
	if state != "RECEIVED" || len(paid) == 0 || !c.Claim.Amount.Known() || c.Claim.Amount.Minor > 0 {
		return
	}
	c.Reported.State, c.Reported.Owner, c.Reported.Ended = "refunded", "platform", true
	c.Reported.EndedAt = paid[len(paid)-1].At
}

func tracking(v value) string { return v.text("tracking", "tracking_number") }

// wayBack tells of a return what is proof that something was done. The platform gives no instants but the last change.
func (r *reading) wayBack(v value, state string, changed time.Time) (out []dispute.Act) {
	carrier := v.text("tracking", "carrier_name")
	if carrier == "" {
		carrier = v.text("tracking", "carrierName")
	}
	if number := tracking(v); number != "" {
		out = append(out, dispute.Act{At: changed, Who: "buyer", Did: "entered_return_tracking", Reference: number, Via: carrier, Raw: state})
	}
	for _, l := range v.list("return_lines") {
		for _, c := range l.list("compliance") {
			if !c.exists() || !c.has("compliant") {
				continue
			}
			result := "fault"
			if c.flag("compliant") {
				result = "no_fault"
			}
			out = append(out, dispute.Act{At: changed, Who: "staff", Did: "inspected_return", Result: result, Raw: c.text("non_compliance_reason_code"),
				Note: c.text("non_compliance_additional_info"), Reference: l.text("order_line_id")})
		}
	}
	return out
}

// worth is what the returned pieces cost the buyer, without shipping unless everything comes back, less what was paid back.
func (o *order) worth(of value) money.Amount {
	var sum int64
	for _, rl := range of.list("return_lines") {
		l := o.find(rl.text("order_line_id"))
		if l == nil || l.quantity == 0 {
			continue
		}
		n := min(whole(rl.text("quantity")), l.quantity)
		worth := l.goods.total() * int64(n) / int64(l.quantity)
		if n == l.quantity {
			worth += l.shipping.total()
		}
		sum += min(worth, l.goods.rest()+l.shipping.rest())
	}
	return money.Amount{Minor: sum, Currency: o.currency}
}

// restOf is what can still be paid back for the lines of a return; unknown where the order does not hold them all.
func (o *order) restOf(of value) money.Amount {
	paid, rest := money.Amount{Currency: o.currency}, money.Amount{Currency: o.currency}
	for _, rl := range of.list("return_lines") {
		l := o.find(rl.text("order_line_id"))
		if l == nil {
			return money.Amount{}
		}
		paid.Minor += l.paid.Minor
		rest.Minor += l.goods.rest() + l.shipping.rest()
	}
	return mostOf(paid, rest)
}

// rejection codes of RT21, and what an inspection can find (RT26).
var (
	rejections = []string{"RETURN_REJECTION_NOT_ELIGIBLE", "RETURN_REJECTION_NOT_NEEDED", "RETURN_REJECTION_WINDOW_CLOSED"}
	findings   = []string{"RETURN_NON_COMPLIANT_OTHER", "RETURN_NON_COMPLIANT_MISSING_ITEM", "RETURN_NON_COMPLIANT_WRONG_PRODUCT",
		"RETURN_NON_COMPLIANT_DAMAGED_PRODUCT", "RETURN_NON_COMPLIANT_WINDOW_CLOSED"}
)

func oneOf(list []string) string { return strings.Join(list, ", ") }
