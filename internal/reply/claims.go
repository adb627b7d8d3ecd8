package reply

import (
	"strconv"
	"strings"
	"time"

	"parley/internal/dispute"
	"parley/internal/reply/lexicon"
)

// proofs tells which recorded acts prove a claim "we have …". Refunds are proved by the ledger alone.
var proofs = map[string][]string{
	"did.extend":         {"extended_protection"},
	"did.offer":          {"countered", "agreed_return", "accepted_claim", "sent_offer"},
	"did.accept":         {"accepted_claim", "agreed_return"},
	"did.resend":         {"resent", "resend", "reissued", "replaced", "sent_replacement", "sent_back_goods"},
	"did.send_back":      {"sent_back_goods", "delivered_return"},
	"did.label":          {"sent_return_label"},
	"did.test":           {"tested_goods"},
	"did.receive":        {"received_goods", "delivered_return"},
	"did.ask_supplier":   {"messaged_supplier", "requested_supplier_refund", "filed_supplier_claim", "asked_intercept", "received_goods", "replied"},
	"did.claim_supplier": {"filed_supplier_claim"},
	"did.intercept":      {"asked_intercept", "intercepted", "intercept_failed"},
	"did.wrote":          {"asked_customs_data", "sent_reply", "told_customer", "sent_warranty_notice", "announced_charge"},
	"did.documents":      {"sent_documents"},
	"did.report":         {"reported_to_platform"},
}

// claimedActs: who says that something was done needs the record of it, with the same object and amount (X3).
func (c *checker) claimedActs(r *reading) {
	for _, m := range r.Group("did.") {
		if r.negated(m) || r.conditional(m) || r.Sentences[m.Sentence].Question || r.overlaps(m, "future") {
			continue
		}
		if m.Meaning == "did.refund" {
			c.claimedRefund(r, m)
			continue
		}
		if !c.proved(r, m) {
			c.against("claimed_action_not_recorded", strings.TrimPrefix(m.Meaning, "did."), r, m)
		}
	}
}

func (c *checker) proved(r *reading, m lexicon.Match) bool {
	acts := c.did(proofs[m.Meaning]...)
	switch m.Meaning {
	case "did.extend":
		return c.sameDays(r, m, acts)
	case "did.offer":
		return len(acts) > 0 || c.proposed()
	case "did.accept":
		return len(acts) > 0 || c.branch("withdrawal.") || c.draft.Step == "withdrawal_reply"
	case "did.test":
		return len(acts) > 0 || c.shown("own_test")
	case "did.receive":
		return len(acts) > 0 || c.rec.causes["cause.returned"] && c.facts.Shipment != nil || c.branch("withdrawal.")
	case "did.wrote":
		return len(acts) > 0 || c.wrote("staff", "desk")
	case "did.documents":
		return len(acts) > 0 || c.facts.Account != nil && len(c.facts.Account.Documents) > 0 || c.draft.To == "supplier"
	case "did.report":
		return len(acts) > 0 || c.facts.Account != nil
	case "did.label":
		return len(acts) > 0 || len(c.draft.Attachments) > 0
	}
	return len(acts) > 0
}

func (c *checker) proposed() bool {
	for _, p := range c.facts.Proposals {
		if oneOf(p.By, "staff", "desk", "seller") {
			return true
		}
	}
	return false
}

// sameDays compares the number of days in the sentence with the recorded extension.
func (c *checker) sameDays(r *reading, m lexicon.Match, acts []dispute.Act) bool {
	if len(acts) == 0 {
		return false
	}
	s := r.Sentences[m.Sentence]
	other := false
	for i := s.First; i < s.Last; i++ {
		n, err := strconv.Atoi(r.Tokens[i].Word)
		if err != nil || !r.dayWord(i+1) || i > 0 && r.Tokens[i-1].Word == "月" {
			continue
		}
		for _, a := range acts {
			if a.Days == n || a.Days == 0 {
				return true
			}
		}
		other = true
	}
	return !other
}

func (r *reading) dayWord(i int) bool {
	for _, m := range r.All("day_word") {
		if m.From == i {
			return true
		}
	}
	return false
}

// claimedRefund compares a refund said to be paid with the ledger: amount, share and base must be those of one entry.
func (c *checker) claimedRefund(r *reading, m lexicon.Match) {
	for _, p := range c.facts.Ledger {
		if oneOf(p.Did, "refund", "goodwill") && c.samePayment(r, m, p) {
			return
		}
	}
	if paid := c.reportedPaid(); paid.Known() && c.samePayment(r, m, dispute.Payment{Amount: paid.Amount}) {
		return
	}
	c.against("claimed_action_not_recorded", "refund", r, m)
}

func (c *checker) reportedPaid() sum {
	if c.facts.Case == nil {
		return sum{}
	}
	return sum{Amount: c.facts.Case.Reported.Paid}
}

func (c *checker) samePayment(r *reading, m lexicon.Match, p dispute.Payment) bool {
	for _, s := range c.sums {
		if s.sentence == m.Sentence && s.Currency == p.Amount.Currency && s.Minor != p.Amount.Minor && !c.isPrice(s) {
			return false
		}
	}
	for _, share := range c.percents {
		if share.sentence != m.Sentence {
			continue
		}
		if p.Percent != "" && strconv.FormatInt(share.value/100, 10) != strings.TrimSuffix(strings.TrimSuffix(p.Percent, "%"), ".00") {
			return false
		}
		if base := r.baseAfter(c, share); p.Base != "" && base != "" && base != p.Base {
			return false
		}
	}
	return c.wholeRefund(r, m, p)
}

// wholeRefund: who says that everything was paid back needs an entry of that size.
func (c *checker) wholeRefund(r *reading, m lexicon.Match, p dispute.Payment) bool {
	if !r.Near(m, 4, "full") || c.facts.Order == nil || c.facts.Order.Goods.Currency != p.Amount.Currency {
		return true
	}
	return p.Amount.Minor >= c.facts.Order.Goods.Minor
}

// isPrice tells whether a sum is the price or total of the order, named beside the sum paid back.
func (c *checker) isPrice(s sum) bool {
	o := c.facts.Order
	if o == nil || s.Currency != o.Goods.Currency {
		return false
	}
	return s.Minor == o.Goods.Minor && len(c.sums) > 1
}

// baseAfter tells what a share refers to: the first of shipping, order, goods behind it.
func (r *reading) baseAfter(c *checker, share percent) string {
	start := c.shared.Tokens[share.at].Start
	best, at := "", len(r.Raw)
	for _, base := range []string{"base.shipping", "base.order", "base.goods"} {
		for _, m := range r.All(base) {
			if pos := r.Tokens[m.From].Start; pos > start && pos < at && pos < start+60 && m.Sentence == share.sentence {
				best, at = strings.TrimPrefix(base, "base."), pos
			}
		}
	}
	return best
}

// news: an update must hold something that was not said before (001-15).
func (c *checker) news() {
	if c.draft.Step != "logistics_update" {
		return
	}
	var said strings.Builder
	var last time.Time
	for _, m := range c.facts.Messages {
		if oneOf(m.From, "staff", "desk") {
			said.WriteString(" " + m.Text)
			if m.At.After(last) {
				last = m.At
			}
		}
	}
	for _, a := range c.did("sent_reply", "told_customer") {
		if a.At.After(last) {
			last = a.At
		}
	}
	if last.IsZero() || c.tellsNewer(last) || c.differs(said.String()) {
		return
	}
	c.add("update_without_news", "", 0, len(c.draft.Text))
}

// tellsNewer tells whether the draft speaks of a scan, an act or a proof that came after our last word.
func (c *checker) tellsNewer(last time.Time) bool {
	folded := c.folded()
	if c.facts.Shipment != nil {
		for _, s := range c.facts.Shipment.Events {
			if s.At.After(last) && !s.At.After(c.now) && (c.main.names(s.At) || c.namesPlace(s.Place, s.Country) || c.main.Has("today", scanWord(s.Status))) {
				return true
			}
		}
	}
	for _, a := range c.facts.History {
		if a.At.After(last) && (a.Reference != "" && strings.Contains(folded, lexicon.Fold(a.Reference)) || c.actNamed(a)) {
			return true
		}
	}
	for _, e := range c.facts.Evidence {
		if e.At.After(last) && (c.main.names(e.At) || e.Reference != "" && strings.Contains(folded, lexicon.Fold(e.Reference)) || c.main.Has("carrier_said")) {
			return true
		}
	}
	return false
}

func (c *checker) actNamed(a dispute.Act) bool {
	for meaning, acts := range proofs {
		if oneOf(a.Did, acts...) && c.main.Has(meaning) {
			return true
		}
	}
	return oneOf(a.Did, "asked_carrier") && c.main.Has("asked_carrier") || a.Did == "answered_enquiry" && c.main.Has("carrier_said")
}

// scanWord is the meaning that names the state of a scan.
func scanWord(status string) string { return "cause." + status }

func (c *checker) namesPlace(place, country string) bool {
	if place == "" {
		return false
	}
	folded := lexicon.Fold(place)
	for _, tok := range c.shared.Tokens {
		if tok.Kind == lexicon.Word && tok.Capital && alike(tok.Word, folded) {
			return true
		}
	}
	if strings.Contains(c.folded(), folded) {
		return true
	}
	for _, m := range c.lib["shared"].Read(place).Group("place.") {
		if c.shared.Has(m.Meaning) {
			return true
		}
	}
	return false
}

// differs tells whether the draft holds facts that our earlier messages do not: numbers and names outside the sentences
// that only announce the next news, supported by the file.
func (c *checker) differs(said string) bool {
	if said == "" {
		return false
	}
	folded := lexicon.Fold(said)
	for _, tok := range c.main.Tokens {
		if tok.Kind == lexicon.Word && !tok.Capital || c.main.InSentence(tok.Sentence, "next_news") || c.isPerson(tok.Word) {
			continue
		}
		if tok.Kind == lexicon.Mark || strings.Contains(folded, tok.Word) || c.main.Function(tok.Word) {
			continue
		}
		if tok.Kind == lexicon.Number && strings.Contains(c.rec.text, tok.Word) || tok.Kind == lexicon.Word && c.rec.knowsPlace(tok.Word) {
			return true
		}
	}
	return false
}
