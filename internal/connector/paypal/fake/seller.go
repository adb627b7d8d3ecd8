package fake

import "time"

// Disputes are all disputes in the order they were opened.
func (p *Platform) Disputes() []*Dispute {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.settle()
	return append([]*Dispute(nil), p.disputes...)
}

// Status is where the dispute stands, as of the last thing that happened.
func (d *Dispute) Status() string { return d.status }

// SellerOffers is an offer the shop made in PayPal's own pages.
func (p *Platform) SellerOffers(d *Dispute, amount Money, back bool, text string) error {
	return p.change(d, func(now time.Time) error {
		kind := "REFUND"
		if back {
			kind = "REFUND_WITH_RETURN"
		}
		input := encoded(members{"note": text, "offer_type": kind, "offer_amount": amount})
		return orNil(p.madeOffer(d, sent{input: input}, now))
	})
}

// SellerContests is evidence the shop handed in in PayPal's own pages.
func (p *Platform) SellerContests(d *Dispute, text string) error {
	return p.change(d, func(now time.Time) error {
		input := encoded(members{"evidences": []members{{"evidence_type": "OTHER", "notes": text}}})
		return orNil(p.gaveEvidence(d, sent{input: input}, now))
	})
}

func orNil(refused *problem) error {
	if refused == nil {
		return nil
	}
	return refused
}
