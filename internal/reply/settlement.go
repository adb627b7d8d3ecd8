package reply

import (
	"strings"

	"parley/internal/reply/lexicon"
)

// hiddenSettlement: money is agreed in the platform's form and never kept out of it (X5).
func (c *checker) hiddenSettlement(r *reading) {
	if c.draft.To != "buyer" || !c.formalCase() && c.draft.Step != "settlement_offer" {
		return
	}
	for _, m := range r.All("hidden") {
		if r.overlaps(m, "cond") || r.Near(m, 4, "independent") && !r.InClause(m.Clause, "money") || r.Before(m, 2, "neg") {
			continue
		}
		if c.namesCase(r) || r.Has("money") || len(c.sums) > 0 || c.draft.Step == "settlement_offer" {
			c.against("hidden_settlement", "", r, m)
		}
	}
}

func (c *checker) namesCase(r *reading) bool { return r.Has("dispute", "platform") }

// settlementForm: an offer in a formal case belongs into the form of the case.
func (c *checker) settlementForm() {
	if c.draft.Step == "settlement_offer" && c.draft.To == "buyer" && c.formalCase() && oneOf(c.draft.Via, "email", "phone", "messaging_app", "social_network") {
		c.add("hidden_settlement", "form", 0, len(c.draft.Text))
	}
}

// moneyForCancelling: nothing of value may hang on cancelling, on a rating or on silence (X6).
func (c *checker) moneyForCancelling(r *reading) {
	if c.draft.To != "buyer" {
		return
	}
	for i, s := range r.Sentences {
		tied := c.tiedTo(r, i)
		if tied.To == 0 || r.InSentence(i, "independent") || s.Question && !r.InSentence(i, "give", "money") {
			continue
		}
		if r.InSentence(i, "money", "refund_word") && r.InSentence(i, "exchange") && !c.onlyNegated(r, tied) || c.bargain(r, i) && !c.onlyNegated(r, tied) {
			c.against("money_for_cancelling", "", r, tied)
		}
	}
}

// tiedTo gives the words about cancelling the case, a rating or silence in the sentence.
func (c *checker) tiedTo(r *reading, sentence int) lexicon.Match {
	for _, name := range []string{"cancel_dispute", "rating", "silence"} {
		for _, m := range r.All(name) {
			if m.Sentence == sentence && !r.overlaps(m, "effect") {
				return m
			}
		}
	}
	if c.formalCase() && !r.InSentence(sentence, "dispute_order_word") && !oneOf(c.draft.Step, "delay_notice", "withdrawal_reply", "cancellation_reply", "settlement_offer", "case_closed_notice") {
		for _, m := range r.All("cancel") {
			if m.Sentence == sentence && r.Near(m, 8, "you") {
				return m
			}
		}
	}
	return lexicon.Match{}
}

func (c *checker) onlyNegated(r *reading, m lexicon.Match) bool {
	return r.Before(m, r.reach, "neg") && !r.conditional(m)
}

// bargain: a sum and a wish for a good rating in one sentence need no "if" between them.
func (c *checker) bargain(r *reading, sentence int) bool {
	if tied := c.tiedTo(r, sentence); tied.Meaning == "" || tied.Meaning == "cancel" {
		return false
	}
	for _, s := range c.sums {
		if s.sentence == sentence && r.InSentence(sentence, "give") {
			return !r.InSentence(sentence, "settle.effect") || r.InSentence(sentence, "rating")
		}
	}
	return false
}

// proven are the classes in which the buyer is entitled to the whole: the fault was seen, the goods are not there, or
// the law gives the way back.
func (c *checker) wholeDue() bool {
	if c.branch("withdrawal.legal", "withdrawal.commercial", "withdrawal.campaign", "product.confirmed", "product.damaged", "product.wrong_item",
		"product.counterfeit", "product.defective", "warranty.within_30", "warranty.after_30", "warranty.overdue", "logistics.lost",
		"logistics.returned", "logistics.customs_docs", "logistics.wrong_address_seller", "pre_shipment.out_of_stock") {
		return true
	}
	for _, e := range c.facts.Evidence {
		if oneOf(e.Reading, "fault_visible", "wrong_item", "pieces_missing") {
			return c.branch("product.") && !c.branch("product.conditional_demand", "product.suspected_abuse")
		}
	}
	return false
}

// partialFirst: no part may be offered before, or instead of, the whole the buyer is entitled to (X8).
func (c *checker) partialFirst(r *reading) {
	if c.draft.To != "buyer" || !c.wholeDue() && !r.Has("partial_only") || c.draft.Step == "delay_notice" || c.branch("account.") {
		return
	}
	offer, ok := c.partOffered(r)
	if !ok || c.wholeOffered(r) {
		return
	}
	if c.wholeDue() {
		c.against("partial_refund_first", "", r, offer)
		return
	}
	for _, m := range r.All("partial_only") {
		if m.Sentence == offer.Sentence && r.InSentence(m.Sentence, "pressing") {
			c.against("partial_refund_first", "", r, offer)
		}
	}
}

// partOffered finds an offer of a share or of less than the whole.
func (c *checker) partOffered(r *reading) (lexicon.Match, bool) {
	for _, m := range r.All("offers_money") {
		if r.negated(m) || r.InSentence(m.Sentence, "did.refund", "charge_buyer") {
			continue
		}
		for _, p := range c.percents {
			if p.sentence == m.Sentence && p.value < 10000 {
				return m, true
			}
		}
		for _, s := range c.sums {
			if s.sentence == m.Sentence && c.lessThanWhole(s) {
				return m, true
			}
		}
		if r.Near(m, 3, "partial") {
			return m, true
		}
	}
	return lexicon.Match{}, false
}

func (c *checker) lessThanWhole(s sum) bool {
	whole := c.whole()
	return whole.Currency == s.Currency && s.Minor < whole.Minor && s.Minor > 0
}

// whole is what the buyer can claim: the verdict's refund, else the claim, else goods (and shipping where due).
func (c *checker) whole() sum {
	switch {
	case c.facts.Case != nil && c.facts.Case.Claim.Amount.Known():
		return sum{Amount: c.facts.Case.Claim.Amount}
	case c.verdict.Refund != nil:
		return sum{Amount: *c.verdict.Refund}
	case c.facts.Order != nil:
		return sum{Amount: c.facts.Order.Goods}
	}
	return sum{}
}

// wholeOffered tells whether the whole, or another article, is offered too.
func (c *checker) wholeOffered(r *reading) bool {
	whole := c.whole()
	for _, s := range c.sums {
		if s.Currency == whole.Currency && s.Minor >= whole.Minor && r.InSentence(s.sentence, "refund_word", "give", "choice", "remedy") && !r.InSentence(s.sentence, "base.goods") {
			return true
		}
	}
	for _, m := range r.All("full") {
		if !r.negated(m) && r.InClause(m.Clause, "refund_word", "money", "give") {
			return true
		}
	}
	for _, m := range r.All("replacement") {
		if !r.negated(m) && !r.conditional(m) {
			return true
		}
	}
	return false
}

// survey: an opinion is asked after the refund and never as its condition (X20).
func (c *checker) survey(r *reading) {
	if c.draft.To != "buyer" {
		return
	}
	for _, m := range r.All("survey") {
		if r.negated(m) || r.InSentence(m.Sentence, "voluntary") || !r.Has("refund_word") && !r.Has("money") {
			continue
		}
		if r.conditional(m) || r.Before(m, 12, "first_word") || c.surveyFirst(r, m) {
			c.against("survey_before_refund", "", r, m)
		}
	}
}

// surveyFirst finds "fill in the survey to get your refund" and "the refund needs the survey".
func (c *checker) surveyFirst(r *reading, m lexicon.Match) bool {
	for _, x := range r.All("before_refund") {
		if x.Sentence == m.Sentence {
			return true
		}
	}
	for _, x := range r.All("in_order_to") {
		if x.Sentence == m.Sentence && x.From > m.From && r.InSentence(m.Sentence, "refund_word", "money") {
			return true
		}
	}
	for _, x := range r.All("requires") {
		if x.Sentence == m.Sentence && r.InSentence(m.Sentence, "refund_word", "money") {
			return true
		}
	}
	return false
}

// charge: shipping is free for the customer in a warranty case, unless announced and accepted before the pick-up (004-25, 004-26).
func (c *checker) charge(r *reading) {
	if c.draft.To != "buyer" || !c.branch("warranty.", "product.") && !oneOf(c.draft.Step, "warranty_choice", "warranty_notice", "guarantee_reply", "usage_help", "unproven_reply") {
		return
	}
	for _, m := range r.All("charge_buyer") {
		if r.negated(m) || r.InClause(m.Clause, "no_cost") || !r.InSentence(m.Sentence, "shipping_word") || c.chargeAgreed() {
			continue
		}
		if r.InSentence(m.Sentence, "no_fault_term") && r.InSentence(m.Sentence, "cond") && !c.pickedUp() {
			continue
		}
		c.against("unannounced_charge", "", r, m)
	}
}

func (c *checker) pickedUp() bool { return len(c.did("picked_up_return", "received_goods")) > 0 }

// chargeAgreed tells whether a charge was announced, and accepted, before the goods were picked up, and no fault was found.
func (c *checker) chargeAgreed() bool {
	announced, accepted, picked := c.did("announced_charge"), c.did("accepted_charge"), c.did("picked_up_return", "received_goods")
	if len(announced) == 0 || len(accepted) == 0 {
		return false
	}
	for _, p := range picked {
		if p.At.Before(announced[0].At) || p.At.Before(accepted[0].At) {
			return false
		}
	}
	for _, t := range c.did("tested_goods") {
		if t.Result == "no_fault" {
			return true
		}
	}
	return false
}

// trimmed is a folded text without blanks and hyphens, for comparing codes.
func trimmed(s string) string {
	return strings.Map(func(r rune) rune {
		switch r {
		case ' ', '-', '_', '.':
			return -1
		}
		return r
	}, lexicon.Fold(s))
}
