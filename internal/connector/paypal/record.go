package paypal

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"parley/internal/connector"
	"parley/internal/dispute"
	"parley/internal/fault"
	"parley/internal/money"
)

// disputeKind is the kind of all records of PayPal.
const disputeKind = "dispute"

// record reads one dispute: a detail, a row of the list, or the resource of a webhook, which are the same object more or less full.
type record struct {
	reading
	of             value
	status, stage  string
	opened         time.Time
	changed        time.Time
	offered        offered
	facts          dispute.Facts
	agreedOnReturn bool
}

// readDispute turns a dispute into a snapshot, without its raw text. What is no dispute is a fault of kind Garbled.
func readDispute(v value) (connector.Snapshot, offered, error) {
	id := v.get("dispute_id").text()
	if id == "" || v.get("status").text() == "" {
		return connector.Snapshot{}, offered{}, garbled(nil, false)
	}
	r := &record{of: v}
	r.strangers(v, "", disputeMembers)
	r.status = r.word(v.get("status"), "status", statuses)
	r.stage = r.word(v.get("dispute_life_cycle_stage"), "dispute_life_cycle_stage", stages)
	r.word(v.get("dispute_state"), "dispute_state", disputeStates)
	r.opened, r.changed = r.at(v.get("create_time"), "create_time"), r.at(v.get("update_time"), "update_time")
	if r.opened.IsZero() {
		r.opened = r.changed
	}
	r.offered = r.allows()
	r.purchase()
	r.messages()
	r.offers()
	r.proofs()
	r.escalation()
	r.theCase()
	r.rulings()
	slices.SortStableFunc(r.facts.History, func(a, b dispute.Act) int { return a.At.Compare(b.At) })
	r.facts.Unknown = r.unknown
	return connector.Snapshot{
		Ref:         connector.Ref{Kind: disputeKind, ID: id, Order: r.payment()},
		Fingerprint: fingerprint(v),
		ChangedAt:   r.changed,
		Open:        !r.ended(),
		Facts:       r.facts,
	}, r.offered, nil
}

// fingerprint changes with the record and reads the same in the list and in the detail.
func fingerprint(v value) string {
	return strings.Join([]string{v.get("update_time").text(), v.get("status").text(), v.get("seller_response_due_date").text()}, "|")
}

func (r *record) ended() bool { return r.status == resolved }

// claimed: no longer an inquiry between the two sides, but a claim PayPal or a bank decides.
func (r *record) claimed() bool { return r.stage != inquiry && stages[r.stage] }

// theCase fills the formal case. The raw status carries the stage, because the same status asks for other answers in another stage.
func (r *record) theCase() {
	c := &dispute.Case{OpenedAt: r.opened, Via: "paypal", Reason: r.word(r.of.get("reason"), "reason", reasons), ReasonNote: r.reasonNote()}
	c.Claim = dispute.Claim{Amount: r.sum(r.of.get("dispute_amount"), "dispute_amount"), ReturnGoods: r.offered.onlyWithReturn()}
	r.strangers(r.of.get("offer"), "offer.", offerMembers)
	stands := r.standing()
	c.Reported = dispute.Reported{
		Status: strings.Trim(r.stage+"/"+r.status, "/"), State: stands.state, Owner: stands.owner, Ended: r.ended(),
		Max: r.sum(r.of.get("refund_details", "allowed_refund_amount"), "refund_details.allowed_refund_amount").Some(),
	}
	if r.of.get("disputed_transactions").there() {
		c.Reported.Actions = r.offered.options()
	}
	r.due(c)
	if r.ended() {
		c.Reported.EndedAt, c.Reported.Paid = r.endedAt(), r.paid(c.Claim.Amount)
	} else {
		c.Reported.Agreed = r.agreed()
	}
	r.facts.Case = c
}

// due gives the date that runs now: the seller's, or else the buyer's, each under its own name.
func (r *record) due(c *dispute.Case) {
	seller := r.at(r.of.get("seller_response_due_date"), "seller_response_due_date")
	buyer := r.at(r.of.get("buyer_response_due_date"), "buyer_response_due_date")
	switch {
	case r.ended():
	case !buyer.IsZero() && (seller.IsZero() || r.status == waitsForBuyer):
		c.PlatformDueAt, c.Reported.DueFor = buyer, "buyer_response_due_date"
	case !seller.IsZero():
		c.PlatformDueAt, c.Reported.DueFor = seller, "seller_response_due_date"
	}
}

// standing is where PayPal says the dispute stands. OPEN and OTHER do not say whose turn it is; a due date does.
func (r *record) standing() standing {
	back := r.offered.has("acknowledge_return_item")
	switch {
	case r.ended():
		return standing{r.outcome(), ""}
	case back && r.status != waitsForBuyer:
		return standing{"wait_seller_goods", "seller"}
	case r.status == waitsForSeller, r.status == statusOpen && r.of.get("seller_response_due_date").text() != "":
		return standing{"wait_seller", "seller"}
	case r.status == waitsForBuyer && (back || r.agreedOnReturn):
		return standing{"wait_buyer_return", "buyer"}
	case r.status == waitsForBuyer && r.claimed():
		return standing{"platform", "buyer"}
	case r.status == waitsForBuyer, r.status == statusOpen && r.of.get("buyer_response_due_date").text() != "":
		return standing{"negotiating", "buyer"}
	case r.status == underReview:
		return standing{"platform", "platform"}
	}
	return standing{}
}

func (r *record) outcome() string {
	code := r.of.get("dispute_outcome", "outcome_code")
	state, known := outcomes[code.text()]
	if !known {
		if code.text() != "" {
			r.note("dispute_outcome.outcome_code", code.written())
		}
		return "closed"
	}
	return state
}

// endedAt: PayPal tells no end; the last adjudication or, without one, the last change of a resolved dispute is it.
func (r *record) endedAt() time.Time {
	at := time.Time{}
	for _, a := range r.of.get("adjudications").list() {
		if t := r.at(a.get("adjudication_time"), "adjudications[].adjudication_time"); t.After(at) {
			at = t
		}
	}
	return cmp.Or(at, r.changed, r.opened)
}

// paid is what the buyer got back by the dispute: as told, or nothing where the end was the seller's or the buyer's own.
func (r *record) paid(claim money.Amount) money.Amount {
	r.strangers(r.of.get("dispute_outcome"), "dispute_outcome.", outcomeMembers)
	told := r.sum(r.of.get("dispute_outcome", "amount_refunded"), "dispute_outcome.amount_refunded")
	if state := r.outcome(); !told.Known() && (state == "refused" || state == "cancelled") {
		return money.Amount{Currency: claim.Currency}
	}
	return told
}

// reasonNote is what the buyer said beyond the reason: sub-reasons, descriptions, a bank's own code.
func (r *record) reasonNote() string {
	var parts []string
	add := func(text string) {
		if text != "" && !slices.Contains(parts, text) {
			parts = append(parts, shortened(text, 500))
		}
	}
	add(r.of.get("external_reason_code").text())
	matter := r.of.get("extensions", "merchandize_dispute_properties")
	for _, about := range []value{matter.get("product_details"), matter.get("service_details")} {
		for _, sub := range texts(about.get("sub_reasons")) {
			add(sub)
		}
		add(about.get("description").text())
		add(about.get("note").text())
	}
	for _, item := range r.of.get("disputed_transactions").first().get("items").list() {
		add(item.get("notes").text())
	}
	return strings.Join(parts, "; ")
}

// escalation: PayPal does not tell when an inquiry became a claim. Offers and messages end with the inquiry, so it was not before the last
// of them; a dispute without any began as a claim, or was made one by a bank.
func (r *record) escalation() {
	if !r.claimed() {
		return
	}
	at, who := r.opened, "platform"
	for _, m := range r.facts.Messages {
		if m.From != "platform" && m.At.After(at) {
			at = m.At
		}
	}
	for _, p := range r.facts.Proposals {
		for _, t := range []time.Time{p.At, p.ChangedAt} {
			if t.After(at) {
				at = t
			}
		}
	}
	if r.word(r.of.get("dispute_channel"), "dispute_channel", channels) == "EXTERNAL" {
		who = "bank"
	}
	r.facts.History = append(r.facts.History, dispute.Act{At: at, Who: who, Did: "escalated", Raw: r.stage})
}

// rulings are PayPal's decisions, and how the dispute ended where that was somebody's doing.
func (r *record) rulings() {
	r.movements()
	ruled := false
	for n, a := range r.of.get("adjudications").list() {
		path := "adjudications[" + strconv.Itoa(n) + "]."
		r.strangers(a, path, adjudicationMembers)
		kind := a.get("type").text()
		act := dispute.Act{At: r.at(a.get("adjudication_time"), path+"adjudication_time"), Who: "platform", Did: rulings[kind], Raw: kind, Note: a.get("reason").text()}
		if act.Did == "" {
			r.note(path+"type", kind)
			act.Did = "adjudicated"
		}
		if act.At.IsZero() {
			continue
		}
		ruled = true
		r.facts.History = append(r.facts.History, act)
	}
	if !r.ended() {
		return
	}
	end := dispute.Act{At: r.endedAt(), Raw: r.of.get("dispute_outcome", "outcome_code").text()}
	switch state := r.outcome(); {
	case state == "cancelled":
		end.Who, end.Did = "buyer", "cancelled_case"
	case !ruled && state == "refunded" && r.offered.has("appeal"):
		end.Who, end.Did = "platform", "ruled_for_buyer"
	case !ruled && state == "refused" && r.offered.has("appeal"):
		end.Who, end.Did = "platform", "ruled_for_seller"
	default:
		return
	}
	r.facts.History = append(r.facts.History, end)
}

// movements are only looked through for what we do not know: what the buyer got stands in the outcome, fees are no payment to anybody
// in the case.
func (r *record) movements() {
	for n, m := range r.of.get("money_movements").list() {
		path := "money_movements[" + strconv.Itoa(n) + "]."
		r.strangers(m, path, movementMembers)
		r.word(m.get("reason"), path+"reason", movements)
	}
}

// noDispute is the fault for a file or answer that holds none.
func noDispute(found string) error {
	f := fault.Input("file", found, "a dispute, a list of disputes or a webhook event of PayPal")
	f.Key = "fault.paypal.import_nothing"
	return f
}
