package fake

import "time"

// Message is a message of the buyer's. It makes it the seller's turn while the two sides negotiate, not while goods travel or PayPal decides.
func (p *Platform) Message(d *Dispute, text string) error {
	return p.change(d, func(now time.Time) error {
		if d.stage != Inquiry {
			return errOver
		}
		d.messages = append(d.messages, message{By: "BUYER", At: stamp(now), Text: text})
		if d.negotiates() && d.status == WaitsForBuyer {
			d.sellersTurn(now)
		}
		return nil
	})
}

// AcceptOffer: the buyer takes the offer on the table.
func (p *Platform) AcceptOffer(d *Dispute) error {
	return p.change(d, func(now time.Time) error {
		if d.offered.IsZero() {
			return errOver
		}
		d.accept(now)
		return nil
	})
}

// DenyOffer: the buyer refuses the offer on the table.
func (p *Platform) DenyOffer(d *Dispute) error {
	return p.change(d, func(now time.Time) error {
		if d.offered.IsZero() {
			return errOver
		}
		d.deny(now)
		return nil
	})
}

// Escalate: the inquiry becomes a claim.
func (p *Platform) Escalate(d *Dispute) error {
	return p.change(d, func(now time.Time) error {
		if d.stage != Inquiry {
			return errOver
		}
		d.escalate(now)
		return nil
	})
}

// Cancel: the buyer takes the dispute back.
func (p *Platform) Cancel(d *Dispute) error {
	return p.change(d, func(now time.Time) error {
		d.end(now, cancelled, Money{})
		return nil
	})
}

// SendBack: the buyer sent the goods back and tells the number.
func (p *Platform) SendBack(d *Dispute, carrier, number string) error {
	return p.change(d, func(now time.Time) error {
		if !d.withReturn || d.returned {
			return errOver
		}
		d.sentBack(now, carrier, number)
		return nil
	})
}

func (d *Dispute) sentBack(now time.Time, carrier, number string) {
	d.returned, d.sendsBack = true, time.Time{}
	d.evidences = append(d.evidences, evidence{Kind: "PROOF_OF_RETURN", Source: "SUBMITTED_BY_BUYER", Date: stamp(now), Stage: d.stage,
		Info: &evidenceInfo{Tracking: []trackingInfo{{Carrier: carrier, Number: number}}}})
	d.sellersTurn(now)
}

// Rule: PayPal decides what it reviews.
func (p *Platform) Rule(d *Dispute, forBuyer bool, reason string) error {
	return p.change(d, func(now time.Time) error {
		d.rule(now, forBuyer, reason)
		return nil
	})
}

// RequireEvidence: PayPal asks the seller for a proof.
func (p *Platform) RequireEvidence(d *Dispute, kind string) error {
	return p.change(d, func(now time.Time) error {
		d.require(now, kind)
		return nil
	})
}

// Raise moves a claim on to PRE_ARBITRATION or ARBITRATION, where the seller is asked again.
func (p *Platform) Raise(d *Dispute, stage string) error {
	return p.change(d, func(now time.Time) error {
		d.stage = stage
		d.asked(now)
		return nil
	})
}

func (d *Dispute) sellersTurn(now time.Time) {
	d.status, d.sellerDue, d.buyerDue = WaitsForSeller, now.Add(answerTakes), time.Time{}
}

func (d *Dispute) buyersTurn(now time.Time) {
	d.status, d.sellerDue, d.buyerDue = WaitsForBuyer, time.Time{}, now.Add(answerTakes)
	if closes := d.created.Add(inquiryLasts); d.stage == Inquiry && !d.withReturn && closes.Before(d.buyerDue) {
		d.buyerDue = closes
	}
}

// spoken: the seller said something in an inquiry; a scripted buyer will answer.
func (d *Dispute) spoken(now time.Time) {
	d.buyersTurn(now)
	if d.spec.Temper.Answers > 0 {
		d.answers = now.Add(d.spec.Temper.Answers)
	}
}

func (d *Dispute) reviewed(now time.Time) {
	d.status, d.sellerDue, d.buyerDue, d.given = UnderReview, time.Time{}, time.Time{}, now
}

func (d *Dispute) accept(now time.Time) {
	last := d.offers[len(d.offers)-1]
	d.offers = append(d.offers, offerEvent{At: stamp(now), Actor: "BUYER", What: "ACCEPTED", Kind: last.Kind, Amount: last.Amount, Stage: d.stage})
	d.offered, d.answers, d.agreed = time.Time{}, time.Time{}, true
	switch {
	case last.Kind == "REFUND_WITH_RETURN":
		d.waitForReturn(now)
	case last.Amount != nil:
		d.end(now, buyerFavour, *last.Amount)
	default:
		d.end(now, unsettled, Money{})
	}
}

// waitForReturn: the buyer has to send the goods back first.
func (d *Dispute) waitForReturn(now time.Time) {
	d.withReturn = true
	d.evidences = append(d.evidences, evidence{Kind: "PROOF_OF_RETURN", Source: "REQUESTED_FROM_BUYER", Date: stamp(now), Stage: d.stage})
	d.buyersTurn(now)
	if d.spec.Temper.SendsBack > 0 {
		d.sendsBack = now.Add(d.spec.Temper.SendsBack)
	}
}

func (d *Dispute) deny(now time.Time) {
	last := d.offers[len(d.offers)-1]
	d.offers = append(d.offers, offerEvent{At: stamp(now), Actor: "BUYER", What: "DENIED", Kind: last.Kind, Amount: last.Amount, Stage: d.stage})
	d.offered, d.answers = time.Time{}, time.Time{}
	d.sellersTurn(now)
}

// negotiates: the two sides are among themselves and have not agreed yet.
func (d *Dispute) negotiates() bool {
	return d.stage == Inquiry && !d.withReturn && d.status != Resolved
}

// asked: PayPal or a bank asks the seller; what the two sides agreed on is off.
func (d *Dispute) asked(now time.Time) {
	d.withReturn, d.returned, d.agreed, d.sendsBack = false, false, false, time.Time{}
	d.sellersTurn(now)
}

func (d *Dispute) escalate(now time.Time) {
	d.stage, d.offered, d.answers = Chargeback, time.Time{}, time.Time{}
	d.asked(now)
}

func (d *Dispute) require(now time.Time, kind string) {
	d.evidences = append(d.evidences, evidence{Kind: kind, Source: "REQUESTED_FROM_SELLER", Date: stamp(now), Stage: d.stage})
	d.asked(now)
}
