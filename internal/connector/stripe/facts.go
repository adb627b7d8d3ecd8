package stripe

import (
	"encoding/json"
	"slices"
	"time"

	"parley/internal/connector"
	"parley/internal/dispute"
	"parley/internal/fault"
)

// disputeKind and warningKind are the two kinds of source.
const (
	disputeKind = "dispute"
	warningKind = "early_fraud_warning"
)

// reader turns records into facts. orderKey is the member of the metadata that holds the number of a Shopify order; empty
// where the shop writes none.
type reader struct{ orderKey string }

// dispute gives the snapshot of one record. What is no dispute comes back with its problem.
func (r reader) dispute(raw json.RawMessage) connector.Snapshot {
	d, err := readRecord(raw)
	snap := connector.Snapshot{
		Ref: connector.Ref{Kind: disputeKind, ID: string(d.ID), Order: purchase(d.Intent, d.Charge)},
		Raw: raw, Fingerprint: digest(raw),
	}
	if err != nil {
		snap.Fingerprint, snap.Open = "", true // so that the next pull tries again, and a person sees it
		snap.Problem = fault.New(fault.Garbled, "fault.stripe.record_unreadable").Because(err)
		return snap
	}
	snap.Open = !standings[string(d.Status)].ended
	snap.ChangedAt = d.changed()
	snap.Facts = r.facts(&d, raw)
	if !snap.Facts.Case.Claim.Amount.Known() {
		snap.Facts.Unknown = append(snap.Facts.Unknown, unknown("amount", string(d.Currency)))
	}
	return snap
}

func (r reader) facts(d *record, raw json.RawMessage) dispute.Facts {
	f := dispute.Facts{Case: d.theCase(), History: d.history(), Evidence: d.files(), Unknown: d.unknown(raw)}
	if id := purchase(d.Intent, d.Charge); id != "" {
		bought := r.bought(d.Charge, d.Intent, d.Metadata)
		f.Order, f.Buyer, f.Shipment, f.Ledger = bought.Order, bought.Buyer, bought.Shipment, bought.Ledger
		f.Unknown = append(f.Unknown, bought.Unknown...)
	}
	f.Ledger = append(f.Ledger, d.settled(f.Case.Reported)...)
	return f
}

// settled is what the buyer got by a dispute that is over, beside what the shop had refunded of the same payment.
func (d *record) settled(r dispute.Reported) []dispute.Payment {
	if !r.Ended || !r.Paid.Known() {
		return nil
	}
	at := r.EndedAt
	if at.IsZero() {
		at = d.changed()
	}
	return []dispute.Payment{{At: at, Did: "refund", Amount: r.Paid, Method: "original_payment", Source: settledSource + string(d.ID)}}
}

// settledSource begins the source of what a dispute paid.
const settledSource = "stripe:dispute/"

func (d *record) theCase() *dispute.Case {
	c := &dispute.Case{OpenedAt: d.Created.at(), Via: "card", Network: d.network()}
	c.Reason, c.ReasonNote = d.reason()
	c.Claim.Amount = amount(d.Amount, d.Currency)
	c.Reported = d.reported()
	c.Reported.DueFor = d.caseType()
	if c.Reported.Owner == "seller" {
		c.PlatformDueAt = d.Details.DueBy.at()
	}
	return c
}

// network is the network the card was charged on, or the other kind of payment.
func (d *record) network() string {
	if d.Method.Type != "" && d.Method.Type != "card" {
		return string(d.Method.Type)
	}
	if n := string(d.Method.Card.Network); n != "" && n != "unknown" {
		return n
	}
	return string(d.Method.Card.Brand)
}

// caseType is Stripe's word for the kind of dispute. Records of before case_type tell an inquiry by their status.
func (d *record) caseType() string {
	switch {
	case d.Method.Card.CaseType != "":
		return string(d.Method.Card.CaseType)
	case d.Method.Amazon.Type != "":
		return string(d.Method.Amazon.Type)
	case d.Status == "warning_needs_response" || d.Status == "warning_under_review" || d.Status == "warning_closed":
		return "inquiry"
	}
	return "chargeback"
}

// reason gives the network's own code where it says more than Stripe's word, else that word; and the other one beside it.
func (d *record) reason() (reason, note string) {
	code := string(d.Method.Card.Code + d.Method.Klarna.Code + d.Method.PayPal.Code)
	if telling[d.network()][code] {
		return code, string(d.Reason)
	}
	return string(d.Reason), code
}

// reported is Stripe's word about where the dispute stands.
func (d *record) reported() dispute.Reported {
	at := standings[string(d.Status)]
	r := dispute.Reported{Status: string(d.Status), State: at.state, Owner: at.owner, Ended: at.ended}
	taken, backAt := d.withdrawn()
	if d.Status == "lost" || (d.Status == "prevented" && taken && backAt.IsZero()) {
		r.State = "refunded"
		r.Paid = amount(d.Amount, d.Currency)
	}
	if r.Ended {
		r.EndedAt = backAt
	}
	r.Actions = d.actions()
	return r
}

// actions is what Stripe takes now. It has no list of them: it takes evidence and the closing while an answer is wanted; a
// refund while is_charge_refundable. An inquiry is given in to by a refund: closing it would leave the buyer without money.
func (d *record) actions() []string {
	var out []string
	switch d.Status {
	case "needs_response":
		out = []string{"accept", "contest_with_evidence"}
	case "warning_needs_response":
		out = []string{"contest_with_evidence"}
	default:
		return nil
	}
	if d.Refundable {
		out = append(out, "refund")
	}
	return out
}

// history is what happened with the money, in Stripe's own words; nothing else in a dispute has a time.
func (d *record) history() (out []dispute.Act) {
	for _, m := range d.Moves {
		at := m.Created.at()
		if at.IsZero() {
			continue
		}
		act := dispute.Act{At: at, Who: "bank", Did: "funds_withdrawn", Reference: string(m.ID), Raw: "balance_transaction"}
		sum := m.Amount
		if sum.n > 0 {
			act.Did = "funds_reinstated"
		} else {
			sum.n = -sum.n
		}
		act.Amount = amount(sum, m.Currency)
		out = append(out, act)
		if m.Fee.n > 0 {
			out = append(out, dispute.Act{At: at, Who: "platform", Did: "dispute_fee", Reference: string(m.ID), Raw: "balance_transaction", Amount: amount(m.Fee, m.Currency)})
		}
	}
	slices.SortStableFunc(out, func(a, b dispute.Act) int { return a.At.Compare(b.At) })
	return out
}

// files are the papers on the dispute's form. Stripe gives no time for them; they were put there after the opening.
func (d *record) files() (out []dispute.Evidence) {
	for _, field := range fileFields {
		if id := d.Evidence[field]; id != "" {
			out = append(out, dispute.Evidence{ID: field + "/" + id, At: d.Created.at(), From: "staff", Reference: id, Note: field})
		}
	}
	return out
}

// changed is the latest time anywhere in the record: Stripe keeps none of the last change.
func (d *record) changed() time.Time {
	last := d.Created.at()
	for _, m := range d.Moves {
		if at := m.Created.at(); at.After(last) {
			last = at
		}
	}
	return last
}

// unknown lists members and words this package does not know.
func (d *record) unknown(raw json.RawMessage) []dispute.Unknown {
	var parts struct {
		Details json.RawMessage `json:"evidence_details"`
		Method  struct {
			Card json.RawMessage `json:"card"`
		} `json:"payment_method_details"`
	}
	var other struct {
		Method   json.RawMessage `json:"payment_method_details"`
		Evidence json.RawMessage `json:"evidence"`
	}
	_, _ = json.Unmarshal(raw, &parts), json.Unmarshal(raw, &other) // what does not fit was read as far as it goes
	out := strangers("", raw, disputeMembers)
	out = append(out, strangers("evidence_details.", parts.Details, detailMembers)...)
	out = append(out, strangers("payment_method_details.", other.Method, methodMembers)...)
	out = append(out, strangers("payment_method_details.card.", parts.Method.Card, cardMembers)...)
	out = append(out, strangers("evidence.", other.Evidence, evidenceMembers)...)
	odd := func(field string, value text, known map[string]bool) {
		if value != "" && !known[string(value)] {
			out = append(out, unknown(field, string(value)))
		}
	}
	if _, known := standings[string(d.Status)]; !known {
		out = append(out, unknown("status", string(d.Status)))
	}
	odd("reason", d.Reason, reasons)
	odd("payment_method_details.type", d.Method.Type, methods)
	odd("payment_method_details.card.case_type", d.Method.Card.CaseType, caseTypes)
	odd("payment_method_details.card.network", d.Method.Card.Network, networks)
	return out
}
