package aliexpress

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"parley/internal/connector"
	"parley/internal/connector/alibaba/wire"
	"parley/internal/dispute"
	"parley/internal/fault"
	"parley/internal/money"
)

// A buyer may ask to cancel an order that was not sent yet. The platform has no record of that wish: the order stands in IN_CANCEL until
// the seller answers (aliexpress.trade.seller.order.acceptcancel, refusecancel) or the time runs out, and tells the reason only until then.
// The wish is therefore known by the order and the time of the change that made it, as ORDER@2026-01-15T00:00:00 of the platform's clock.

const (
	cancellationKind = "cancellation"
	inCancel         = "IN_CANCEL"
)

// keptStates are those of an order that is still to be carried out, is being carried out or was: the wish to cancel came to nothing.
var keptStates = named(`PLACE_ORDER_SUCCESS PAYMENT_PROCESSING RISK_CONTROL RISK_CONTROL_HOLD WAIT_SELLER_EXAMINE_MONEY WAIT_SELLER_SEND_GOODS
	SELLER_PART_SEND_GOODS WAIT_BUYER_ACCEPT_GOODS FUND_PROCESSING IN_ISSUE IN_FROZEN`)

// overStates are those of an order that is over.
var overStates = named("FINISH ARCHIVE")

// cancellation reads the order of a wish to cancel.
func (s *Session) cancellation(ctx context.Context, ref connector.Ref) (connector.Snapshot, error) {
	if ref.Order == "" {
		ref.Order, _, _ = strings.Cut(ref.ID, "@")
	}
	o, a, err := s.order(ctx, ref)
	if err == nil && o.facts.Order.Status == "" {
		err = garbled(errors.New("an order without order_status"), false)
	}
	if err != nil {
		return connector.Snapshot{Ref: ref, Raw: storable(a), Problem: err}, err
	}
	snap := readCancellation(o, orderIn(a.Value), ref)
	snap.Raw = storable(a)
	return snap, snap.Problem
}

// readCancellation turns an order into what its buyer's wish to cancel came to.
func readCancellation(o *purchase, v wire.Value, ref connector.Ref) connector.Snapshot {
	order, changed := o.facts.Order, o.at(v, "gmt_modified")
	if changed.IsZero() {
		changed = o.at(v, "gmt_update")
	}
	ref.Kind, ref.Order = cancellationKind, first(ref.Order, order.ID)
	ref.Buyer = first(ref.Buyer, o.facts.Buyer.ID)
	ref.ID = first(ref.ID, wishOf(order.ID, first(text(v, "gmt_modified"), text(v, "gmt_update"))))
	asked := askedAt(ref.ID, o.zone)
	if asked.IsZero() {
		asked = changed
	}
	snap := connector.Snapshot{Ref: ref, Fingerprint: order.Status + "|" + first(text(v, "gmt_modified"), text(v, "gmt_update")), ChangedAt: changed}
	if ref.ID == "" || asked.IsZero() {
		snap.Problem = garbled(errors.New("an order without number or time"), false)
		return snap
	}
	c := &dispute.Case{
		OpenedAt: asked, Via: "marketplace", Kind: cancellationKind, Reason: inCancel, ReasonNote: text(v, "cancel_request_reason"),
		Claim: dispute.Claim{Amount: wholeOf(order)},
	}
	c.Reported = o.wishStands(v, c.Claim.Amount, changed)
	if order.Status == inCancel {
		c.PlatformDueAt, c.Reported.DueFor = o.at(v, "over_time_left"), inCancel
	}
	snap.Open = !c.Reported.Ended
	snap.Facts = dispute.Facts{Case: c, Order: order, Buyer: o.facts.Buyer, Proposals: wishes(c, ref, changed), Unknown: o.unknown}
	return snap
}

// wishOf names a wish; nothing where the order tells no time.
func wishOf(order, changed string) string {
	if order == "" || changed == "" {
		return ""
	}
	return order + "@" + strings.Replace(changed, " ", "T", 1)
}

// askedAt is when the buyer asked, as the name of the wish says.
func askedAt(id string, zone *time.Location) time.Time {
	_, when, _ := strings.Cut(id, "@")
	at, _ := wallTime(when, zone)
	return at
}

// wholeOf is what the buyer paid: goods and shipping.
func wholeOf(o *dispute.Order) money.Amount {
	if sum, err := o.Goods.Add(o.Shipping); err == nil && o.Shipping.Known() {
		return sum
	}
	return o.Goods
}

// wishStands tells what became of the wish. An order that ends unsent was cancelled, by the seller's yes or by the lapse of time: either
// way the buyer has the money back, once.
func (o *purchase) wishStands(v wire.Value, whole money.Amount, changed time.Time) dispute.Reported {
	status := o.facts.Order.Status
	out := dispute.Reported{Status: status, Max: whole.Some()}
	switch {
	case status == inCancel:
		out.State, out.Owner, out.Actions = "wait_seller", "seller", []string{"accept", "refuse_cancellation"}
		return out
	case overStates[status] && len(o.parcels) == 0:
		out.State, out.Paid = "refunded", whole
	case overStates[status], keptStates[status]:
		out.State, out.Paid = "closed", money.Amount{Currency: whole.Currency}
	default:
		o.note("order_status", status)
		return out
	}
	out.Ended, out.EndedAt = true, o.at(v, "gmt_trade_end")
	if out.EndedAt.IsZero() {
		out.EndedAt = changed
	}
	return out
}

// wishes is the buyer's wish as a proposal, so that an answer is about this one and no later one.
func wishes(c *dispute.Case, ref connector.Ref, changed time.Time) []dispute.Proposal {
	return []dispute.Proposal{{
		ID: ref.ID, By: "buyer", Kind: cancellationKind, Amount: c.Claim.Amount, Text: c.ReasonNote, At: c.OpenedAt, ChangedAt: changed,
		Status: c.Reported.Status, Open: !c.Reported.Ended, Current: true,
	}}
}

// answerWish accepts or refuses a wish to cancel.
func (s *Session) answerWish(ctx context.Context, act connector.Effect) (connector.Receipt, error) {
	method := map[string]string{"accept": "aliexpress.trade.seller.order.acceptcancel", "refuse_cancellation": "aliexpress.trade.seller.order.refusecancel"}[act.Do]
	if method == "" {
		return connector.Receipt{}, fault.Input("do", act.Do, "for a cancellation: accept, refuse_cancellation")
	}
	if err := needed(act, "ref.order", act.Ref.Order, "ref.buyer", act.Ref.Buyer); err != nil {
		return connector.Receipt{}, err
	}
	memo := ""
	if act.Do == "refuse_cancellation" {
		if memo = strings.TrimSpace(act.Text); memo == "" {
			return connector.Receipt{}, fault.Input("text", "", "why the order stands")
		}
	}
	body, err := json.Marshal(struct {
		Buyer string      `json:"buyer_login_id"`
		Order json.Number `json:"order_id"`
		Memo  string      `json:"memo,omitempty"`
	}{act.Ref.Buyer, json.Number(digits(act.Ref.Order)), memo})
	if err != nil {
		return connector.Receipt{}, fault.Input("ref.order", act.Ref.Order, "digits").Because(err)
	}
	return s.do(ctx, method, []param{{"param_order_cancel_request", string(body)}}, nil, "target")
}

// compareWish tells from what became of the order whether an answer took effect.
func compareWish(act connector.Effect, after connector.Snapshot) connector.Outcome {
	wanted := map[string]string{"accept": "refunded", "refuse_cancellation": "closed"}[act.Do]
	switch c := after.Facts.Case; {
	case c == nil || wanted == "" || c.Reported.State == "":
		return connector.Contradicted
	case c.Reported.State == "wait_seller":
		return connector.Absent
	case c.Reported.State == wanted:
		return connector.Confirmed
	}
	return connector.Contradicted
}
