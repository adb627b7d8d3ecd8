package fake

import (
	"slices"
	"time"
)

// acts are the seller's acts by their path, with the link each needs, the name of its file part, and what it does. Buyers' acts are not
// the seller's to make.
var acts = map[string]struct {
	verb verb
	part string
	do   func(p *Platform, d *Dispute, s sent, now time.Time) *problem
}{
	"accept-claim":            {acceptClaim, "accept-claim-document", (*Platform).acceptedClaim},
	"make-offer":              {makeOffer, "", (*Platform).madeOffer},
	"send-message":            {sendMessage, "message_document", (*Platform).sentMessage},
	"provide-evidence":        {giveEvidence, "evidence-file", (*Platform).gaveEvidence},
	"escalate":                {escalate, "", (*Platform).escalated},
	"acknowledge-return-item": {acknowledge, "acknowledgement_document", (*Platform).acknowledged},
	"appeal":                  {appeal, "evidence-file", (*Platform).appealed},
	"provide-supporting-info": {support, "supporting document", (*Platform).supported},
}

// act does one act; nil = done.
func (p *Platform) act(q *request, d *Dispute, path string) *problem {
	now := p.now()
	if path == "adjudicate" || path == "require-evidence" {
		return p.sandbox(q, d, path, now)
	}
	if path == "accept-offer" || path == "deny-offer" {
		return &problem{status: 403, issue: "PERMISSION_DENIED", description: "Only the buyer may do this."}
	}
	a, known := acts[path]
	if !known {
		return &problem{status: 404}
	}
	s, refused := q.read(a.part)
	if refused != nil {
		return refused
	}
	if !slices.Contains(d.allowed(now), a.verb) {
		return unprocessable("", "", "ACTION_NOT_ALLOWED", "The dispute does not allow "+path+" now.")
	}
	return a.do(p, d, s, now)
}

// sandbox are the two calls by which a developer plays PayPal's agent.
func (p *Platform) sandbox(q *request, d *Dispute, path string, now time.Time) *problem {
	s, refused := q.read("")
	if refused != nil {
		return refused
	}
	var in struct {
		Outcome string `json:"adjudication_outcome"`
		Action  string `json:"action"`
	}
	if refused := s.into(&in); refused != nil {
		return refused
	}
	if d.status != UnderReview {
		return unprocessable("", "", "ACTION_NOT_ALLOWED", "The dispute is not under review.")
	}
	switch {
	case path == "adjudicate" && (in.Outcome == "BUYER_FAVOR" || in.Outcome == "SELLER_FAVOR"):
		d.rule(now, in.Outcome == "BUYER_FAVOR", "DECISION_BASED_ON_AVAILABLE_INFORMATION")
	case path == "require-evidence" && in.Action == "SELLER_EVIDENCE":
		d.require(now, "OTHER")
	case path == "require-evidence" && in.Action == "BUYER_EVIDENCE":
		d.buyersTurn(now)
	default:
		return invalid("/", "", "body", "INVALID_PARAMETER_VALUE", "The value is not among the allowed ones.")
	}
	return nil
}

type postal struct {
	Line1   string `json:"address_line_1,omitempty"`
	Line2   string `json:"address_line_2,omitempty"`
	City    string `json:"admin_area_2,omitempty"`
	Region  string `json:"admin_area_1,omitempty"`
	Code    string `json:"postal_code,omitempty"`
	Country string `json:"country_code"`
}

func (p *Platform) acceptedClaim(d *Dispute, s sent, now time.Time) *problem {
	var in struct {
		Note    string  `json:"note"`
		Reason  string  `json:"accept_claim_reason"`
		Kind    string  `json:"accept_claim_type"`
		Amount  *Money  `json:"refund_amount"`
		Address *postal `json:"return_shipping_address"`
		Invoice string  `json:"invoice_id"`
	}
	if refused := s.into(&in); refused != nil {
		return refused
	}
	in.Kind = or(in.Kind, "REFUND")
	if refused := oneOf("accept_claim_type", in.Kind, []string{"REFUND", "REFUND_WITH_RETURN", "PARTIAL_REFUND", "REFUND_WITH_RETURN_SHIPMENT_LABEL"}); refused != nil {
		return refused
	}
	if refused := note("note", in.Note, false); refused != nil {
		return refused
	}
	if !slices.Contains(d.acceptTypes(), in.Kind) {
		return unprocessable("/accept_claim_type", in.Kind, "INVALID_ACCEPT_CLAIM_TYPE", "The dispute does not take this type.")
	}
	sum := d.spec.Amount
	if in.Kind == "PARTIAL_REFUND" {
		if in.Amount == nil || in.Amount.Currency != sum.Currency || in.Amount.Minor <= 0 || in.Amount.Minor > sum.Minor {
			return unprocessable("/refund_amount", "", "INVALID_REFUND_AMOUNT", "The refund amount must be more than zero and at most the disputed amount.")
		}
		sum = *in.Amount
	}
	d.agreed, d.offered, d.answers, d.promisedAt = true, time.Time{}, time.Time{}, now
	if in.Kind == "REFUND_WITH_RETURN" {
		d.waitForReturn(now)
		return nil
	}
	d.end(now, buyerFavour, sum)
	return nil
}

func (p *Platform) madeOffer(d *Dispute, s sent, now time.Time) *problem {
	var in struct {
		Note    string  `json:"note"`
		Kind    string  `json:"offer_type"`
		Amount  *Money  `json:"offer_amount"`
		Address *postal `json:"return_shipping_address"`
		Invoice string  `json:"invoice_id"`
	}
	if refused := s.into(&in); refused != nil {
		return refused
	}
	if refused := note("note", in.Note, true); refused != nil {
		return refused
	}
	if refused := oneOf("offer_type", in.Kind, offerTypes); refused != nil {
		return refused
	}
	if in.Kind == "REPLACEMENT_WITHOUT_REFUND" {
		in.Amount = nil
	} else if in.Amount == nil || in.Amount.Minor <= 0 || in.Amount.Currency != d.spec.Gross.Currency || in.Amount.Minor > d.spec.Gross.Minor {
		return unprocessable("/offer_amount/value", "", "INVALID_OFFER_AMOUNT", "The offer must be more than zero and at most the amount that can be refunded.")
	}
	d.offers = append(d.offers, offerEvent{At: stamp(now), Actor: "SELLER", What: "PROPOSED", Kind: in.Kind, Amount: in.Amount, Notes: in.Note, Stage: d.stage})
	d.offered, d.promisedAt = now, now
	d.spoken(now)
	return nil
}

func (p *Platform) sentMessage(d *Dispute, s sent, now time.Time) *problem {
	var in struct {
		Message string `json:"message"`
	}
	if refused := s.into(&in); refused != nil {
		return refused
	}
	if refused := note("message", in.Message, true); refused != nil {
		return refused
	}
	d.messages = append(d.messages, message{By: "SELLER", At: stamp(now), Text: in.Message, Documents: s.files})
	if d.status == WaitsForSeller {
		d.spoken(now)
	}
	return nil
}

// evidencesOf reads the proofs of an act; the files go to the first one.
func evidencesOf(d *Dispute, s sent, now time.Time, action string) ([]evidence, *problem) {
	var in struct {
		Evidences []evidence `json:"evidences"`
		Address   *postal    `json:"return_shipping_address"`
	}
	if refused := s.into(&in); refused != nil {
		return nil, refused
	}
	if len(in.Evidences) == 0 && len(s.files) == 0 {
		return nil, invalid("/evidences", "", "body", "MISSING_REQUIRED_PARAMETER", "A required field is missing.")
	}
	if len(in.Evidences) == 0 {
		in.Evidences = []evidence{{Kind: "OTHER"}}
	}
	for i := range in.Evidences {
		e := &in.Evidences[i]
		if refused := checkedEvidence(e); refused != nil {
			return nil, refused
		}
		e.Source, e.Date, e.Stage, e.Action = "SUBMITTED_BY_SELLER", stamp(now), d.stage, &actionInfo{Action: action}
	}
	in.Evidences[0].Documents = s.files
	return in.Evidences, nil
}

func checkedEvidence(e *evidence) *problem {
	if e.Kind == "" || e.Source != "" || e.Date != "" || e.Action != nil || e.Stage != "" || len(e.Documents) > 0 {
		return invalid("/evidences/evidence_type", e.Kind, "body", "INVALID_PARAMETER_VALUE", "A type is required, and read-only members may not be sent.")
	}
	if refused := note("evidences/notes", e.Notes, false); refused != nil {
		return refused
	}
	tracked := e.Info != nil && len(e.Info.Tracking) > 0
	if tracked {
		for _, t := range e.Info.Tracking {
			if t.Carrier == "" || t.Number == "" || (t.Carrier == "OTHER" && t.Other == "") {
				return invalid("/evidences/evidence_info/tracking_info", "", "body", "MISSING_REQUIRED_PARAMETER", "Carrier and number are required.")
			}
		}
	}
	if e.Kind == "PROOF_OF_FULFILLMENT" && !tracked {
		return invalid("/evidences/evidence_info", "", "body", "MISSING_REQUIRED_PARAMETER", "A proof of fulfilment needs a tracking number.")
	}
	if e.Kind == "PROOF_OF_REFUND" && (e.Info == nil || len(e.Info.Refunds) == 0) {
		return invalid("/evidences/evidence_info", "", "body", "MISSING_REQUIRED_PARAMETER", "A proof of refund needs the number of the refund.")
	}
	return nil
}

func (p *Platform) gaveEvidence(d *Dispute, s sent, now time.Time) *problem {
	given, refused := evidencesOf(d, s, now, "PROVIDE_EVIDENCE")
	if refused != nil {
		return refused
	}
	d.evidences = append(d.evidences, given...)
	if d.stage == Inquiry {
		d.spoken(now)
	} else {
		d.reviewed(now)
	}
	return nil
}

func (p *Platform) escalated(d *Dispute, s sent, now time.Time) *problem {
	var in struct {
		Note string `json:"note"`
	}
	if refused := s.into(&in); refused != nil {
		return refused
	}
	if refused := note("note", in.Note, true); refused != nil {
		return refused
	}
	d.escalate(now)
	d.reviewed(now)
	return nil
}

func (p *Platform) acknowledged(d *Dispute, s sent, now time.Time) *problem {
	var in struct {
		Note string `json:"note"`
		Kind string `json:"acknowledgement_type"`
	}
	if refused := s.into(&in); refused != nil {
		return refused
	}
	if refused := oneOf("acknowledgement_type", in.Kind, acknowledgements); refused != nil {
		return refused
	}
	if in.Kind == "ITEM_RECEIVED" {
		d.agreed = true
		d.end(now, buyerFavour, d.promised())
		return nil
	}
	d.evidences = append(d.evidences, evidence{Kind: "OTHER", Notes: in.Note, Documents: s.files, Source: "SUBMITTED_BY_SELLER", Date: stamp(now),
		Stage: d.stage, Action: &actionInfo{"ACKNOWLEDGE_RETURN_ITEM", in.Kind}})
	d.withReturn, d.returned, d.agreed, d.stage = false, false, false, Chargeback // PayPal decides now
	d.reviewed(now)
	return nil
}

// promised is what the buyer gets once the goods are back: the accepted offer, or all.
func (d *Dispute) promised() Money {
	for i := len(d.offers) - 1; i >= 0; i-- {
		if o := d.offers[i]; o.What == "ACCEPTED" && o.Amount != nil {
			return *o.Amount
		}
	}
	return d.spec.Amount
}

func (p *Platform) appealed(d *Dispute, s sent, now time.Time) *problem {
	given, refused := evidencesOf(d, s, now, "APPEAL")
	if refused != nil {
		return refused
	}
	d.evidences = append(d.evidences, given...)
	d.appealed, d.outcome, d.resolved, d.refunded, d.paymentStatus = true, "", time.Time{}, Money{}, "COMPLETED"
	d.reviewed(now)
	return nil
}

func (p *Platform) supported(d *Dispute, s sent, now time.Time) *problem {
	var in struct {
		Notes string `json:"notes"`
	}
	if refused := s.into(&in); refused != nil {
		return refused
	}
	if refused := note("notes", in.Notes, len(s.files) == 0); refused != nil {
		return refused
	}
	d.supporting = append(d.supporting, supportingInfo{Notes: in.Notes, Documents: s.files, Source: "SUBMITTED_BY_SELLER", At: stamp(now), Stage: d.stage})
	return nil
}
