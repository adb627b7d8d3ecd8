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
	"parley/internal/money"
)

// caseOfExchange is what a case is called that asks for another article.
const caseOfExchange = "exchange"

// exchangeClaim is what is asked for: no money, and the goods go back.
var exchangeClaim = dispute.Claim{Amount: money.Amount{Currency: yuan}, ReturnGoods: true}

// States of an exchange, by the numbers that tmall.exchange.get documents.
const (
	swapAsked     = "1"
	swapReturn    = "2"
	swapReturned  = "3"
	swapClosed    = "4"
	swapDone      = "5"
	swapRefused   = "6"
	swapSend      = "12"
	swapSent      = "13"
	swapForMoney  = "14"
	openExchanges = "1,2,3,6,12,13,14"
)

var exchangeStandings = map[string]standing{
	swapAsked:    {"wait_seller", "seller", false},
	swapReturn:   {"wait_buyer_return", "buyer", false},
	swapReturned: {"wait_seller_goods", "seller", false},
	swapRefused:  {"negotiating", "buyer", false},
	swapSend:     {"wait_replacement", "seller", false},
	swapSent:     {"replacement_sent", "buyer", false},
	swapForMoney: {"refund_instead", "seller", false},
	swapClosed:   {"closed", "", true},
	swapDone:     {"exchanged", "", true},
}

// swapWords are other words for these states: those of the documentation, and those of the lists of refunds and disputes. Which of them
// an answer holds is documented nowhere.
var swapWords = map[string]string{
	"换货待处理": swapAsked, "待买家退货": swapReturn, "买家已退货，待收货": swapReturned, "换货关闭": swapClosed, "换货成功": swapDone,
	"待买家修改": swapRefused, "待发出换货商品": swapSend, "待买家收货": swapSent, "请退款": swapForMoney,
	waitSeller: swapAsked, waitReturn: swapReturn, waitGoods: swapReturned, closed: swapClosed, success: swapDone, refused: swapRefused,
	exchangeSend: swapSend, "WAIT_SELLER_CONSIGN_GOOGDS": swapSend, exchangeSent: swapSent, "EXCHANGE_WAIT_BUYER_CONFIRM_GOODS": swapSent,
	exchangeRefund: swapForMoney,
}

// swapStatus is the number of a state, or the word as it came where it is none of them.
func swapStatus(v wire.Value) string {
	word := text(v, "status")
	if number := swapWords[word]; number != "" {
		return number
	}
	return word
}

// The names under which the answers about an exchange are kept, as the platform wraps them.
const (
	exchangeAnswer  = "tmall_exchange_get_response"
	exchangeThread  = "tmall_exchange_messages_get_response"
	exchangeGrounds = "tmall_exchange_refusereason_get_response"
)

// exchangeFields are what tmall.exchange.get is asked for: what it documents, without the buyer's name, telephone and address.
const exchangeFields = "dispute_id bizorder_id biz_order_id num buyer_nick buyer_open_uid seller_nick status created modified reason desc title price " +
	"bought_sku exchange_sku buyer_logistic_no buyer_logistic_name seller_logistic_no seller_logistic_name refund_phase refund_version time_out " +
	"good_status operation_contraint cs_status advance_status"

// exchangeRowFields are what the list is asked for, exchangeMessageFields what the thread is.
const (
	exchangeRowFields     = "dispute_id bizorder_id biz_order_id status modified"
	exchangeMessageFields = "id owner_nick owner_role content pic_urls created message_type"
)

// exchangeMembers are the documented members of an exchange.
var exchangeMembers = set(exchangeFields + " alipay_no attributes address buyer_address buyer_name buyer_phone oaid payment")

// exchangeRoles say who wrote a message in an exchange: the seller's accounts, staff of the platform, the buyer, the system.
var exchangeRoles = map[string]string{"1": "staff", "2": "staff", "3": "platform", "4": "buyer", "5": "platform", "6": "platform"}

// swapParts are the answers about one exchange. refund is the same dispute as the methods about refunds tell it, which alone know both the
// purchase and the line.
type swapParts struct {
	exchange, refund, thread, grounds wire.Value
}

// swapPartsOf finds them in what is kept of an exchange.
func swapPartsOf(v wire.Value) swapParts {
	return swapParts{v.In(exchangeAnswer, "result", "exchange"), v.In(refundAnswer, "refund"), v.In(exchangeThread, "result"), v.In(exchangeGrounds, "result")}
}

// readExchange turns an exchange into a snapshot.
func readExchange(p swapParts, given connector.Ref, zone *time.Location) connector.Snapshot {
	r, v := &reading{zone: zone}, p.exchange
	snap := connector.Snapshot{Ref: exchangeRef(p, given), ChangedAt: r.changed(v)}
	status := swapStatus(v)
	snap.Fingerprint = fingerprint(status, snap.ChangedAt)
	opened := r.at(v, "created")
	if opened.IsZero() {
		opened = snap.ChangedAt
	}
	if snap.Ref.ID == "" || status == "" || opened.IsZero() {
		snap.Problem = garbled(errors.New("an exchange without id, status or time"), false)
		return snap
	}
	c := &dispute.Case{
		OpenedAt: opened, Via: "marketplace", Kind: caseOfExchange, Reason: text(v, "reason"), ReasonNote: text(v, "desc"), Claim: exchangeClaim,
		Reported: r.exchangeStands(p, snap.ChangedAt),
	}
	r.exchangeDue(v, c)
	snap.Open = !c.Reported.Ended
	snap.Facts = dispute.Facts{Case: c, Order: r.exchangeLine(v, snap.Ref), Buyer: buyerOf(v), Proposals: r.wanted(v, c, snap.ChangedAt)}
	r.messages("results", p.thread.Get("results"), exchangeRoles, &snap.Facts)
	snap.Facts.History = append(snap.Facts.History, parcelsOf(v, snap.ChangedAt)...)
	slices.SortStableFunc(snap.Facts.History, func(a, b dispute.Act) int { return a.At.Compare(b.At) })
	r.exchangeOdd(v)
	snap.Facts.Unknown = r.unknown
	return snap
}

// exchangeRef takes purchase and line from the refund's side; what an exchange itself calls its order is documented to be one and may be
// the line's number.
func exchangeRef(p swapParts, given connector.Ref) connector.Ref {
	own := first(id(p.exchange, "biz_order_id"), id(p.exchange, "bizorder_id"))
	ref := connector.Ref{
		Kind: exchangeKind, ID: first(id(p.exchange, "dispute_id"), given.ID), Buyer: first(text(p.exchange, "buyer_open_uid"), text(p.exchange, "buyer_nick"), given.Buyer),
		Order: first(id(p.refund, "tid"), given.Order, own), Line: first(id(p.refund, "oid"), given.Line), Note: given.Note,
	}
	if ref.Line == ref.Order {
		ref.Line = "" // a purchase of one line has one number
	}
	return ref
}

// exchangeStands is the platform's word about where the exchange stands.
func (r *reading) exchangeStands(p swapParts, changed time.Time) dispute.Reported {
	v, status := p.exchange, swapStatus(p.exchange)
	at, known := exchangeStandings[status]
	if !known {
		r.note("status", status)
	}
	if status == swapForMoney && turnedIntoRefund(p.refund) {
		at = standing{"closed", "", true} // the refund of the same number carries on
	}
	out := dispute.Reported{Status: status, State: at.state, Owner: at.owner, Ended: at.ended}
	if staff := id(v, "cs_status"); handled[staff] && !at.ended {
		out.Status, out.State, out.Owner = status+"/cs_status "+staff, "platform", "platform"
	}
	if at.ended {
		out.EndedAt, out.Paid = changed, exchangeClaim.Amount
		return out
	}
	if out.State != "platform" {
		out.Actions = swapActions(status, text(v, "operation_contraint"))
		out.Reasons = groundsFor(out.Actions, p.grounds)
	}
	return out
}

// turnedIntoRefund tells that the methods about refunds know the dispute as one about money by now.
func turnedIntoRefund(refund wire.Value) bool {
	kind := text(refund, "dispute_type")
	return kind != "" && !swapping(kind)
}

// swapActions is what can be done in a state; "wait" alone says that none of the acts is open.
func swapActions(status, constraint string) []string {
	if constraint == "refund_onweb" {
		return []string{"wait"}
	}
	switch status {
	case swapAsked:
		if constraint == "cannot_refuse" {
			return []string{"accept"}
		}
		return []string{"accept", "contest_with_evidence"}
	case swapReturned:
		return []string{"confirm_goods", "contest_goods"}
	case swapSend:
		return []string{"replace"}
	}
	return []string{"wait"}
}

// groundsFor gives the grounds the platform lists to the act that needs one, as "3001 words".
func groundsFor(actions []string, grounds wire.Value) map[string][]string {
	var listed []string
	for _, g := range list(grounds.Get("results")) {
		if number := id(g, "reason_id"); digits(number) {
			listed = append(listed, strings.TrimSpace(number+" "+clean(text(g, "reason_text"))))
		}
	}
	for _, act := range []string{"contest_with_evidence", "contest_goods"} {
		if len(listed) > 0 && slices.Contains(actions, act) {
			return map[string][]string{act: listed}
		}
	}
	return nil
}

// exchangeDue reads time_out, the platform's own limit of the step at hand: a time of Beijing, or epoch milliseconds.
func (r *reading) exchangeDue(v wire.Value, c *dispute.Case) {
	at := millis(text(v, "time_out"))
	if at.IsZero() {
		at = r.at(v, "time_out")
	}
	if !at.IsZero() && !c.Reported.Ended {
		c.PlatformDueAt, c.Reported.DueFor = at, swapStatus(v)
	}
}

// wanted is the buyer's wish under its version: whoever agrees, agrees to this state and to no later one.
func (r *reading) wanted(v wire.Value, c *dispute.Case, changed time.Time) []dispute.Proposal {
	version := swapVersion(v, changed)
	if version == "" {
		return nil
	}
	return []dispute.Proposal{{
		ID: version, By: "buyer", Kind: caseOfExchange, Amount: exchangeClaim.Amount, ReturnGoods: true, Text: text(v, "bought_sku") + " → " + text(v, "exchange_sku"),
		At: c.OpenedAt, ChangedAt: changed, Status: c.Reported.Status, Open: !c.Reported.Ended, Current: true,
	}}
}

// swapVersion is refund_version, or the time of the last change where none is told.
func swapVersion(v wire.Value, changed time.Time) string {
	if version := id(v, "refund_version"); digits(version) {
		return version
	}
	if changed.IsZero() {
		return ""
	}
	return strconv.FormatInt(changed.UnixMilli(), 10)
}

// parcelsOf are the two parcels of an exchange. The record dates neither; they count as sent at its last change.
func parcelsOf(v wire.Value, changed time.Time) (out []dispute.Act) {
	if back := id(v, "buyer_logistic_no"); back != "" {
		out = append(out, dispute.Act{At: changed, Who: "buyer", Did: "entered_return_tracking", Reference: back, Note: text(v, "buyer_logistic_name"), Raw: "buyer_logistic_no"})
	}
	if sent := id(v, "seller_logistic_no"); sent != "" {
		out = append(out, dispute.Act{At: changed, Who: "staff", Did: "sent_replacement", Reference: sent, Note: text(v, "seller_logistic_name"), Raw: "seller_logistic_no"})
	}
	return out
}

// exchangeLine is what the record tells of the purchase.
func (r *reading) exchangeLine(v wire.Value, ref connector.Ref) *dispute.Order {
	if ref.Order == "" {
		return nil
	}
	o := &dispute.Order{ID: ref.Order, Line: ref.Line}
	if title := text(v, "title"); title != "" {
		count, _ := v.Get("num").Int()
		o.Items = []dispute.Item{{Title: title, SKU: text(v, "bought_sku"), Quantity: int(min(max(count, 0), 1e6)), Price: r.yuan(v, "price")}}
	}
	return o
}

// exchangeOdd notes words and members that are not documented, and what keeps the acts away.
func (r *reading) exchangeOdd(v wire.Value) {
	r.word(v, "good_status", goodStatuses)
	r.word(v, "refund_phase", phases)
	r.word(v, "cs_status", csStatuses)
	r.word(v, "advance_status", advances)
	if w := r.word(v, "operation_contraint", constraints); constraints[w] {
		r.note("operation_contraint", w)
	}
	r.members(v, exchangeMembers)
}
