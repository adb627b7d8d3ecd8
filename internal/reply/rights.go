package reply

import (
	"time"

	"parley/internal/reply/lexicon"
)

// withdrawalQuestioned: a withdrawal needs no reason, no photos, no papers and no closed box (X9).
func (c *checker) withdrawalQuestioned(r *reading) {
	if c.draft.To != "buyer" || c.draft.Step != "withdrawal_reply" && !c.branch("withdrawal.legal", "withdrawal.commercial", "withdrawal.campaign") {
		return
	}
	if c.branch("withdrawal.") && len(c.did("received_goods", "delivered_return")) > 0 && c.draft.Step != "withdrawal_reply" {
		return
	}
	for _, name := range []string{"ask_reason", "ask_proof", "packaging"} {
		for _, m := range r.All(name) {
			if r.negated(m) || r.InClause(m.Clause, "voluntary") || r.overlaps(m, "shipping_proof", "voluntary") || r.Near(m, 4, "voluntary") {
				continue
			}
			if name == "ask_proof" && r.InSentence(m.Sentence, "shipping_proof") {
				continue
			}
			if name == "ask_reason" && r.conditional(m) && !r.Sentences[m.Sentence].Question && !r.InSentence(m.Sentence, "kind", "requires") {
				continue
			}
			c.against("withdrawal_questioned", name, r, m)
		}
	}
}

// escalation: nobody is kept from asking the platform (X14).
func (c *checker) escalation(r *reading) {
	if c.draft.To != "buyer" {
		return
	}
	for _, m := range r.All("discourage") {
		if r.InSentence(m.Sentence, "reassure") || r.overlaps(m, "not_a_discouragement") {
			continue
		}
		if r.InSentence(m.Sentence, "free_to") && !r.InSentence(m.Sentence, "discourage_strong") {
			continue
		}
		c.against("escalation_discouraged", "", r, m)
	}
}

// earlyCancel: to cancel is asked only after the buyer confirmed that it is solved (X15).
func (c *checker) earlyCancel(r *reading) {
	if c.draft.To != "buyer" || len(c.did("confirmed_solved")) > 0 {
		return
	}
	for _, m := range r.All("ask_cancel") {
		if r.Before(m, 4, "neg") || r.InSentence(m.Sentence, "independent") || r.overlaps(m, "discourage", "effect") {
			continue
		}
		c.against("early_cancel_request", "", r, m)
	}
	if c.draft.Step == "cancel_request" && r == c.main && r.Has("cancel_dispute") {
		c.add("early_cancel_request", "", 0, len(c.draft.Text))
	}
}

// disputeMentioned: the first logistics replies speak of the parcel and not of the dispute (001-17).
func (c *checker) disputeMentioned(r *reading) {
	if c.draft.To != "buyer" || !oneOf(c.draft.Step, "first_logistics_reply", "second_logistics_reply", "logistics_update") {
		return
	}
	for _, m := range r.All("dispute") {
		if r.overlaps(m, "not_a_dispute") {
			continue
		}
		c.against("dispute_mentioned", "", r, m)
	}
}

// rights: neither the supplier's limit (X21) nor a closed platform case (X22) ends what the law gives the buyer.
func (c *checker) rights(r *reading) {
	if c.draft.To != "buyer" || !c.legalRouteOpen() {
		return
	}
	for _, m := range r.All("order_right_denied") {
		if r.conditional(m) || r.Sentences[m.Sentence].Question || r.InClause(m.Clause, "free_to") || c.keepsRights(r, m) || r.overlaps(m, "not_a_denial", "cancel_dispute", "independent") {
			continue
		}
		if c.supplierLimit(r, m) {
			c.against("supplier_limit_told", "", r, m)
		} else if !c.onlyPlatform(r, m) && !r.overlaps(m, "no_promise") {
			c.against("rights_denied", "", r, m)
		}
	}
	for _, name := range []string{"final", "too_late"} {
		for _, m := range r.All(name) {
			if r.conditional(m) || r.doubtful(m) || c.keepsRights(r, m) || c.onlyPlatform(r, m) || r.overlaps(m, "not_a_denial") {
				continue
			}
			if name == "final" && r.negated(m) || name == "too_late" && !c.denies(r, m) {
				continue
			}
			c.against("rights_denied", "", r, m)
		}
	}
}

// legalRouteOpen: the law leaves a consumer a way for at least two years from delivery, whatever the platform closed.
func (c *checker) legalRouteOpen() bool {
	if c.facts.Buyer != nil && c.facts.Buyer.Kind == "business" {
		return false
	}
	for _, d := range c.verdict.Deadlines {
		if d.Kind == "guarantee_ends" {
			return !d.Lapsed
		}
	}
	return c.facts.Shipment == nil || !c.rec.last.At.Before(c.now.Add(-2*365*24*time.Hour)) || !c.rec.scanned
}

// keepsRights tells whether the draft says which rights remain.
func (c *checker) keepsRights(r *reading, m lexicon.Match) bool {
	for _, k := range r.All("remaining") {
		if !r.Before(k, 6, "neg") || r.overlaps(k, "no_cost") {
			return true
		}
	}
	return false
}

// onlyPlatform tells whether the clause speaks of the platform's own window alone.
func (c *checker) onlyPlatform(r *reading, m lexicon.Match) bool {
	return r.InClause(m.Clause, "platform_only") && !r.InClause(m.Clause, "refund_word", "guarantee")
}

// supplierLimit tells whether the denial is explained by the supplier, the carrier or the way of the parcel.
func (c *checker) supplierLimit(r *reading, m lexicon.Match) bool {
	for _, s := range r.All("supplier_limit") {
		if s.Sentence == m.Sentence || s.Sentence == m.Sentence-1 {
			return true
		}
	}
	return false
}

// denies tells whether "too late" is followed or preceded by a refusal, or stands alone as one.
func (c *checker) denies(r *reading, m lexicon.Match) bool {
	for _, d := range r.All("denial") {
		if d.Sentence >= m.Sentence-1 && d.Sentence <= m.Sentence+1 && !r.conditional(d) {
			return true
		}
	}
	return r.InSentence(m.Sentence, "refund_word", "guarantee", "late_plainly") && !r.InClause(m.Clause, "parcel_late")
}

// routes: after thirty days both ways are offered, the shop's and the direct one (004-18).
func (c *checker) routes() {
	r := c.main
	if c.draft.Step != "warranty_choice" || c.draft.To != "buyer" || len(c.did("chose_shop_route", "chose_direct_route")) > 0 {
		return
	}
	shop, direct := false, false
	for _, m := range r.All("route_shop") {
		shop = shop || !r.negated(m) && !r.InClause(m.Clause, "refusal")
	}
	for _, m := range r.All("route_direct") {
		direct = direct || !r.negated(m)
	}
	switch {
	case !shop:
		c.add("one_route_only", "shop", 0, len(c.draft.Text))
	case !direct:
		c.add("one_route_only", "direct", 0, len(c.draft.Text))
	}
}
