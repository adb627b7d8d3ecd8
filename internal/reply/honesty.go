package reply

import (
	"strings"

	"parley/internal/reply/lexicon"
)

// causes: what is said to have happened to the parcel must stand in a scan, notice, ticket or the supplier's word (X1, X10).
func (c *checker) causes(r *reading) {
	if c.draft.To == "supplier" {
		return
	}
	for _, m := range r.Group("cause.") {
		if c.rec.causes[m.Meaning] || r.overlaps(m, "not_a_cause") || !r.assertedCause(m) || !c.aboutParcel(r, m) {
			continue
		}
		if m.Meaning == "cause.customs" && (c.rec.causes["cause.duty"] || c.rec.causes["cause.prohibited"]) {
			continue
		}
		c.against("cause_without_evidence", strings.TrimPrefix(m.Meaning, "cause."), r, m)
		if c.otherCauseKnown() {
			c.against("false_cause", strings.TrimPrefix(m.Meaning, "cause."), r, m)
		}
	}
	c.unknownCause(r)
}

// assertedCause reads "it could not leave because of fog" as a cause: the negation belongs to the verb before "because".
func (r *reading) assertedCause(m lexicon.Match) bool {
	for _, b := range r.All("because") {
		if b.Sentence == m.Sentence && b.To <= m.From && b.To >= m.From-4 && !r.Before(b, 1, "neg") {
			return !r.conditional(m) && !r.doubtful(m) && !r.Sentences[m.Sentence].Question
		}
	}
	return r.asserted(m)
}

// aboutParcel keeps causes apart from faults of an article: "the battery caught fire" is no excuse for a delay.
func (c *checker) aboutParcel(r *reading, m lexicon.Match) bool {
	switch m.Meaning {
	case "cause.delivered", "cause.returned", "cause.lost", "cause.refused", "cause.unclaimed", "cause.destroyed":
		if r.InSentence(m.Sentence, "forecast") {
			return false
		}
		return c.facts.Shipment != nil && c.branch("logistics.") && !r.InSentence(m.Sentence, "dispute") && c.draft.To == "buyer" ||
			c.draft.Step == "customs_notice" || oneOf(c.draft.Step, "first_logistics_reply", "second_logistics_reply", "logistics_update")
	case "cause.payment_check":
		return c.draft.To == "buyer" && r.InSentence(m.Sentence, "delay", "parcel")
	case "cause.security":
		return c.draft.To == "buyer"
	}
	if c.logistic() {
		return true
	}
	return r.InSentence(m.Sentence, "delay") && r.InSentence(m.Sentence, "parcel", "carrier", "delay") && !oneOf(c.draft.Step, "usage_help", "platform_appeal")
}

// otherCauseKnown tells whether the file names the true cause.
func (c *checker) otherCauseKnown() bool {
	for _, cause := range []string{"cause.payment_check", "cause.stock", "cause.oversize", "cause.customs", "cause.security", "cause.address", "cause.strike", "cause.weather", "cause.backlog", "cause.lost", "cause.absent", "cause.unclaimed", "cause.refused"} {
		if c.rec.causes[cause] {
			return true
		}
	}
	return false
}

// unknownCause finds "because of …" with a cause that no list holds: nothing on file may support it.
func (c *checker) unknownCause(r *reading) {
	if !c.logistic() || c.draft.To != "buyer" {
		return
	}
	for _, m := range r.All("because") {
		if !r.asserted(m) || !r.InClause(m.Clause, "delay") || c.namesKnownCause(r, m) {
			continue
		}
		if m.To < len(r.Tokens) && r.overlaps(lexicon.Match{From: m.To, To: m.To + 1}, "delay") {
			continue // "sorry for the wait" names no cause
		}
		if !c.supportedWords(r, m) {
			c.against("cause_without_evidence", "because", r, m)
		}
	}
}

func (c *checker) namesKnownCause(r *reading, m lexicon.Match) bool {
	for _, k := range r.Group("cause.") {
		if k.Sentence == m.Sentence {
			return true
		}
	}
	return false
}

// supportedWords tells whether the words after "because of" stand in the official words on file, or cannot be compared
// because those are in another language.
func (c *checker) supportedWords(r *reading, m lexicon.Match) bool {
	content := 0
	for i := m.To; i < len(r.Tokens) && r.Tokens[i].Clause == m.Clause; i++ {
		w := r.Tokens[i].Word
		if len(w) < 4 || r.Function(w) {
			continue
		}
		content++
		if strings.Contains(c.rec.text, w[:4]) {
			return true
		}
	}
	return content == 0 || strings.TrimSpace(strings.ReplaceAll(c.rec.text, ".", "")) != "" && (c.shown("carrier_ticket", "customs_notice") || c.wrote("carrier"))
}

// places: a parcel may only be said to be where a scan or a notice puts it (X1).
func (c *checker) places(r *reading) {
	if !c.logistic() || c.draft.To != "buyer" || c.facts.Shipment == nil {
		return
	}
	for _, m := range r.All("located") {
		if !r.asserted(m) || !r.InSentence(m.Sentence, "parcel") && !c.namesGoods(r, m.Sentence) && !r.InSentence(m.Sentence, "last_scan", "carrier_said", "your") {
			continue
		}
		if name, known := c.placeAfter(r, m); !known {
			c.against("cause_without_evidence", name, r, m)
		}
	}
}

// placeAfter gives the name of a place right behind a match, and whether it is recorded; an unreadable one counts as known.
func (c *checker) placeAfter(r *reading, m lexicon.Match) (string, bool) {
	start := r.Tokens[m.To-1].End
	for _, prefix := range []string{"place.", "country."} {
		for _, p := range c.shared.Group(prefix) {
			at := c.shared.Tokens[p.From]
			if at.Start >= start && at.Start <= start+24 && at.Sentence == m.Sentence && r.sameClause(m, at.Start) {
				if c.rec.places[p.Meaning] || c.rec.knowsPlace(at.Word) {
					return "", true
				}
				if prefix == "country." && len(c.rec.names) == 0 {
					return "", true
				}
				return at.Word, false
			}
		}
	}
	return c.capitalAfter(r, m)
}

func (r *reading) sameClause(m lexicon.Match, at int) bool {
	for i := m.To; i < len(r.Tokens); i++ {
		if r.Tokens[i].Start == at {
			return r.Tokens[i].Clause == r.Tokens[m.To-1].Clause
		}
	}
	return false
}

// capitalAfter reads a capitalised word right behind the match as a name; German writes all nouns so and is left out.
func (c *checker) capitalAfter(r *reading, m lexicon.Match) (string, bool) {
	switch r.Language() {
	case "en", "es", "pt", "fr", "it":
	default:
		return "", true
	}
	for i := m.To; i < len(r.Tokens) && i < m.To+2; i++ {
		tok := r.Tokens[i]
		if tok.Clause != r.Tokens[m.To-1].Clause || !tok.Capital {
			if tok.Kind == lexicon.Word && r.Function(tok.Word) {
				continue
			}
			return "", true
		}
		if r.Month(tok.Word) != 0 || r.overlaps(lexicon.Match{From: i, To: i + 1}, "weekday", "carrier", "platform") || len(c.rec.names) == 0 || c.rec.foreign {
			return "", true
		}
		name := r.Raw[tok.Start:tok.End]
		return name, c.rec.knowsPlace(name) || c.isPerson(tok.Word)
	}
	return "", true
}

func (c *checker) isPerson(word string) bool {
	b := c.facts.Buyer
	return b != nil && (word == lexicon.Fold(b.Name) || word == lexicon.Fold(b.Surname))
}

// namesGoods tells whether the sentence names an article of the order.
func (c *checker) namesGoods(r *reading, sentence int) bool {
	words := c.goodsWords()
	for _, tok := range r.Tokens {
		if tok.Sentence == sentence && tok.Kind == lexicon.Word && words[tok.Word] {
			return true
		}
	}
	return r.InSentence(sentence, "it_parcel")
}

// goodsWords are the folded words of the titles of the articles, read once.
func (c *checker) goodsWords() map[string]bool {
	if c.goods != nil {
		return c.goods
	}
	c.goods = map[string]bool{}
	if c.facts.Order == nil {
		return c.goods
	}
	for _, item := range c.facts.Order.Items {
		for _, tok := range c.lib["shared"].Read(item.Title).Tokens {
			if tok.Kind == lexicon.Word && (len(tok.Word) > 3 || tok.Word[0] > 0x7f) {
				c.goods[tok.Word] = true
			}
		}
	}
	return c.goods
}

// enquiry: what the carrier is said to have answered needs a recorded enquiry (X2), and an answer (X3).
func (c *checker) enquiry(r *reading) {
	asked := len(c.did("asked_carrier", "answered_enquiry", "asked_intercept", "intercepted", "intercept_failed")) > 0 ||
		c.shown("carrier_ticket") || c.wrote("carrier")
	answered := len(c.did("answered_enquiry", "intercepted", "intercept_failed")) > 0 || c.shown("carrier_ticket", "customs_notice", "tracking_page", "signature") || c.wrote("carrier")
	for _, name := range []string{"asked_carrier", "carrier_said"} {
		for _, m := range r.All(name) {
			if !r.asserted(m) || r.overlaps(m, "future") {
				continue
			}
			switch {
			case !asked:
				c.against("enquiry_not_logged", "", r, m)
			case name == "carrier_said" && !answered:
				c.against("claimed_action_not_recorded", "answer", r, m)
			}
		}
	}
}

// promises: nobody knows when a parcel arrives (X4). A forecast of the carrier that stands on file may be passed on.
func (c *checker) promises(r *reading) {
	if c.draft.To != "buyer" {
		return
	}
	for _, m := range r.All("promise") {
		if r.negated(m) || r.conditional(m) || r.Sentences[m.Sentence].Question || r.InClause(m.Clause, "no_promise", "unknown") || r.overlaps(m, "not_arrive") && !r.future(m) {
			continue
		}
		if r.Near(m, 2, "no_promise") || c.notTheParcel(r, m) || c.quotesForecast(r, m) {
			continue
		}
		c.against("delivery_promise", "", r, m)
	}
}

// future tells the Spanish future from the subjunctive, which differ by one accent that folding takes away: llegará, llegara.
func (r *reading) future(m lexicon.Match) bool {
	if r.Language() != "es" {
		return false
	}
	for _, tok := range r.Tokens[m.From:m.To] {
		if strings.HasSuffix(tok.Word, "ra") && strings.HasSuffix(r.Raw[tok.Start:tok.End], "á") {
			return true
		}
	}
	return false
}

// notTheParcel tells whether money, a label, a message or a way back to us is what will come.
func (c *checker) notTheParcel(r *reading, m lexicon.Match) bool {
	for _, s := range c.sums {
		if s.at >= m.From-5 && s.at <= m.To+6 && s.sentence == m.Sentence && r.Tokens[s.at].Clause >= m.Clause && r.Tokens[s.at].Clause <= m.Clause+1 {
			return true
		}
	}
	near := func(names ...string) bool {
		for _, name := range names {
			for _, o := range r.All(name) {
				if o.Clause == m.Clause && o.To >= m.From-6 && o.From <= m.To+6 {
					return true
				}
			}
		}
		return false
	}
	return near("not_goods", "ours")
}

func (c *checker) quotesForecast(r *reading, m lexicon.Match) bool {
	if !r.InSentence(m.Sentence, "carrier_said", "carrier") || !c.shown("carrier_ticket", "tracking_page") && !c.wrote("carrier") {
		return false
	}
	for _, d := range r.dates {
		if d.sentence == m.Sentence && strings.Contains(c.rec.text, r.Tokens[d.at].Word) {
			return true
		}
	}
	return false
}

// statistics: shares and usual times need the shop's own figures on file, with the same numbers (X4).
func (c *checker) statistics(r *reading) {
	if c.draft.To != "buyer" {
		return
	}
	figures := ""
	for _, e := range c.facts.Evidence {
		if e.Kind == "line_statistics" {
			figures += " " + lexicon.Fold(e.Text+" "+e.Note+" "+e.Reference)
		}
	}
	for _, m := range r.All("forecast") {
		if r.negated(m) || r.Sentences[m.Sentence].Question || c.notTheParcel(r, m) && !r.InSentence(m.Sentence, "parcel") {
			continue
		}
		if figures == "" || !c.sameFigures(r, m.Sentence, figures) {
			c.against("delivery_promise", "figures", r, m)
		}
	}
}

// sameFigures tells whether every number of the sentence stands in the figures, and at least one does.
func (c *checker) sameFigures(r *reading, sentence int, figures string) bool {
	s := r.Sentences[sentence]
	seen := 0
	for _, tok := range r.Tokens[s.First:s.Last] {
		if tok.Kind != lexicon.Number {
			continue
		}
		if !strings.Contains(figures, tok.Word) {
			return false
		}
		seen++
	}
	return seen > 0
}
