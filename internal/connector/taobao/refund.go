package taobao

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"parley/internal/connector"
	"parley/internal/connector/alibaba/wire"
	"parley/internal/dispute"
	"parley/internal/fault"
	"parley/internal/money"
)

// readRefund turns a refund and its thread into a snapshot. What the record does not tell of ref is taken from the one given.
func readRefund(v, thread wire.Value, given connector.Ref, zone *time.Location) connector.Snapshot {
	r := &reading{zone: zone}
	snap := connector.Snapshot{Ref: refOf(v, given)}
	status := text(v, "status")
	snap.ChangedAt = r.changed(v)
	snap.Fingerprint = fingerprint(status, snap.ChangedAt)
	opened := r.at(v, "created")
	if opened.IsZero() {
		opened = snap.ChangedAt
	}
	if snap.Ref.ID == "" || status == "" || opened.IsZero() {
		snap.Problem = garbled(errors.New("a refund without id, status or time"), false)
		return snap
	}
	claim := dispute.Claim{Amount: r.yuan(v, "refund_fee"), ReturnGoods: yes(v, "has_good_return") || text(v, "dispute_type") == "REFUND_AND_RETURN"}
	kind := ""
	if swapping(text(v, "dispute_type")) || swapOnly[status] {
		kind, claim = caseOfExchange, exchangeClaim // whatever stands as its fee: no money is asked for
	}
	c := &dispute.Case{
		Kind:     kind,
		OpenedAt: opened, Via: "marketplace", Reason: text(v, "reason"), ReasonNote: text(v, "desc"), Claim: claim, Reported: r.reported(v, claim),
	}
	r.due(v, c)
	snap.Open = !c.Reported.Ended
	snap.Facts = dispute.Facts{Case: c, Order: r.line(v, snap.Ref), Buyer: buyerOf(v), Proposals: r.proposals(v, c, snap.ChangedAt)}
	r.thread(thread, &snap.Facts)
	snap.Facts.History = append(snap.Facts.History, r.steps(v)...)
	slices.SortStableFunc(snap.Facts.History, func(a, b dispute.Act) int { return a.At.Compare(b.At) })
	r.odd(v)
	snap.Facts.Unknown = r.unknown
	return snap
}

func refOf(v wire.Value, given connector.Ref) connector.Ref {
	ref := connector.Ref{
		Kind: refundKind, ID: first(id(v, "refund_id"), given.ID), Buyer: first(text(v, "buyer_open_uid"), text(v, "buyer_nick"), given.Buyer),
		Order: first(id(v, "tid"), given.Order), Line: first(id(v, "oid"), given.Line), Note: given.Note,
	}
	if ref.Line == ref.Order {
		ref.Line = "" // a purchase of one line has one number
	}
	return ref
}

// changed is when a refund changed last: modified, or the version, which is the same in epoch milliseconds. Whole seconds.
func (r *reading) changed(v wire.Value) time.Time {
	if at := r.at(v, "modified"); !at.IsZero() {
		return at
	}
	return millis(id(v, "refund_version")).Truncate(time.Second)
}

// fingerprint is the same for a row of the list and for the refund itself.
func fingerprint(status string, changed time.Time) string {
	if changed.IsZero() {
		return status + "@0"
	}
	return status + "@" + strconv.FormatInt(changed.Unix(), 10)
}

// warm marks the fingerprint of a record that changed a moment ago: the platform's times have whole seconds, so another change within the
// same second would look the same, and such a record is read once more.
func warm(fingerprint string, changed, now time.Time) string {
	if !changed.IsZero() && now.Sub(changed).Abs() < 2*time.Second {
		return fingerprint + "~"
	}
	return fingerprint
}

// reported is the platform's word about where the refund stands.
func (r *reading) reported(v wire.Value, claim dispute.Claim) dispute.Reported {
	status, staff := text(v, "status"), id(v, "cs_status")
	at, known := standings[status]
	if !known {
		r.note("status", status)
	}
	out := dispute.Reported{Status: status, State: at.state, Owner: at.owner, Ended: at.ended, Max: r.yuan(v, "total_fee").Some()}
	if handled[staff] && !at.ended {
		out.Status, out.State, out.Owner = status+"/cs_status "+staff, "platform", "platform"
	}
	if at.ended {
		out.EndedAt = r.at(v, "end_time")
		if out.EndedAt.IsZero() {
			out.EndedAt = r.changed(v)
		}
	}
	if status == success {
		out.Paid = claim.Amount
		if swapping(text(v, "dispute_type")) {
			out.State = "exchanged"
		}
	}
	if out.State != "platform" {
		out.Actions = actions(v, claim)
	}
	return out
}

// actions is what can be done here now. The platform lists it in words that are not documented (taobao.refund.detail.get); what follows
// from the documents of its methods is told instead: unsent goods and what must not be refused cannot be refused, what is for the web
// pages is done there, and an exchange is no refund. "wait" alone says that none of the acts is open.
func actions(v wire.Value, claim dispute.Claim) []string {
	exchange := swapping(text(v, "dispute_type")) || text(v, "dispute_type") == "REPAIR" || text(v, "dispute_type") == "RESHIPPING"
	if exchange || text(v, "operation_contraint") == "refund_onweb" {
		return []string{"wait"}
	}
	refusable := text(v, "operation_contraint") != "cannot_refuse"
	switch text(v, "status") {
	case waitSeller:
		out := []string{"accept", "accept_withdrawal"}
		if !claim.ReturnGoods && text(v, "good_status") == "BUYER_RECEIVED" {
			out = append(out, "counter_return")
		}
		if refusable && text(v, "order_status") != "WAIT_SELLER_SEND_GOODS" {
			out = append(out, "contest_with_evidence")
		}
		return out
	case refused:
		return []string{"accept"}
	case waitGoods:
		if refusable {
			return []string{"confirm_goods", "contest_goods"}
		}
		return []string{"confirm_goods"}
	}
	return nil
}

// due reads the platform's own time limit. It concerns whoever's turn it is; DueFor says in which status.
func (r *reading) due(v wire.Value, c *dispute.Case) {
	limit := v.Get("refund_remind_timeout")
	if !yes(limit, "exist_timeout") || c.Reported.Ended {
		return
	}
	if at := r.at(limit, "timeout"); !at.IsZero() {
		c.PlatformDueAt, c.Reported.DueFor = at, text(v, "status")
		if c.Kind == caseOfExchange {
			c.Reported.DueFor = swapStatus(v)
		}
	}
}

// proposals has the buyer's claim under its version and phase: whoever agrees to it, agrees to this state and to no later one.
func (r *reading) proposals(v wire.Value, c *dispute.Case, changed time.Time) []dispute.Proposal {
	version := id(v, "refund_version")
	if !digits(version) {
		return nil
	}
	p := dispute.Proposal{
		ID: lock{version, phaseOf(v), c.Claim.ReturnGoods}.String(), By: "buyer", Kind: "refund", Amount: c.Claim.Amount, ReturnGoods: c.Claim.ReturnGoods,
		Text: c.ReasonNote, At: c.OpenedAt, ChangedAt: changed, Status: text(v, "status"), Open: !c.Reported.Ended, Current: true,
	}
	if p.ReturnGoods {
		p.Kind = "return_refund"
	}
	return []dispute.Proposal{p}
}

// lock is the state a person decided on: the version and phase of the refund, and whether goods come back. It is what a proposal is called.
type lock struct {
	version, phase string
	back           bool
}

const backWord = "return"

func (l lock) String() string {
	out := l.version
	if l.phase != "" {
		out += "/" + l.phase
	}
	if l.back {
		out += "/" + backWord
	}
	return out
}

// locked reads the proposal an act is about.
func locked(act connector.Effect) (lock, error) {
	parts := strings.Split(act.Proposal, "/")
	l := lock{version: parts[0]}
	good := digits(l.version)
	for _, part := range parts[1:] {
		switch {
		case phases[part]:
			l.phase = part
		case part == backWord:
			l.back = true
		default:
			good = false
		}
	}
	if !good {
		return lock{}, fault.Input("proposal", act.Proposal, "VERSION[/PHASE][/return] of the refund")
	}
	return l, nil
}

func phaseOf(v wire.Value) string {
	if phase := text(v, "refund_phase"); phases[phase] {
		return phase
	}
	return ""
}

// steps are the acts that the record itself dates.
func (r *reading) steps(v wire.Value) []dispute.Act {
	at := r.at(v, "good_return_time")
	if at.IsZero() || id(v, "sid") == "" {
		return nil
	}
	return []dispute.Act{{At: at, Who: "buyer", Did: "entered_return_tracking", Reference: id(v, "sid"), Note: text(v, "company_name"), Raw: "good_return_time"}}
}

// line is what the record tells of the purchase.
func (r *reading) line(v wire.Value, ref connector.Ref) *dispute.Order {
	if ref.Order == "" {
		return nil
	}
	o := &dispute.Order{ID: ref.Order, Line: ref.Line, Status: text(v, "order_status")}
	if title := text(v, "title"); title != "" {
		count, _ := v.Get("num").Int()
		o.Items = []dispute.Item{{ID: id(v, "num_iid"), Title: title, SKU: text(v, "outer_id"), Quantity: int(min(max(count, 0), 1e6)), Price: r.yuan(v, "price")}}
	}
	return o
}

// buyerOf gives the buyer's number and nick. Nicks are masked for most applications; the open uid is not.
func buyerOf(v wire.Value) *dispute.Buyer {
	b := &dispute.Buyer{ID: first(text(v, "buyer_open_uid"), text(v, "buyer_nick")), Name: text(v, "buyer_nick")}
	if *b == (dispute.Buyer{}) {
		return nil
	}
	return b
}

// odd notes words and members that are not documented, and what keeps the acts away.
func (r *reading) odd(v wire.Value) {
	r.word(v, "good_status", goodStatuses)
	r.word(v, "refund_phase", phases)
	r.word(v, "order_status", orderStates)
	r.word(v, "dispute_type", disputeTypes)
	r.word(v, "cs_status", csStatuses)
	r.word(v, "advance_status", advances)
	if w := r.word(v, "operation_contraint", constraints); constraints[w] {
		r.note("operation_contraint", w)
	}
	r.members(v, refundMembers)
}

// fen gives a sum in fen. It must be yuan.
func fen(a money.Amount) (string, bool) {
	return strconv.FormatInt(a.Minor, 10), a.Currency == yuan && a.Minor > 0
}
