package reply

import (
	"strings"
	"unicode"

	"parley/internal/reply/lexicon"
)

// accusation: nobody is called a liar, neither to the face nor before the platform (X13).
func (c *checker) accusation(r *reading) {
	for _, m := range r.All("accusing") {
		if r.negated(m) || r.InSentence(m.Sentence, "not_accusing") || !r.InSentence(m.Sentence, "person") || r.overlaps(m, "not_an_accusation") {
			continue
		}
		if c.branch("account.") && c.draft.To == "platform" && !r.InSentence(m.Sentence, "buyer_word") {
			continue
		}
		c.against("accusation", "", r, m)
	}
}

// manipulation: facts, not tears (X12).
func (c *checker) manipulation(r *reading) {
	for _, m := range r.All("manipulation") {
		if r.negated(m) && !r.overlaps(m, "neg") || r.overlaps(m, "not_manipulation") {
			continue
		}
		c.against("emotional_manipulation", "", r, m)
	}
}

// attachments: crying pictures are no facts; a delay mail carries no animation at all.
func (c *checker) attachments() {
	for _, name := range c.draft.Attachments {
		folded := lexicon.Fold(name)
		moving := strings.HasSuffix(folded, ".gif")
		sad := len(c.lib["attachments"].Read(folded).Group("sad_picture")) > 0
		if sad && (moving || hasSuffix(folded, ".png", ".jpg", ".jpeg", ".webp", ".mp4", ".svg")) || moving && c.draft.Step == "delay_notice" {
			c.add("emotional_manipulation", "attachment", 0, len(c.draft.Text))
		}
	}
}

func hasSuffix(s string, list ...string) bool {
	for _, x := range list {
		if strings.HasSuffix(s, x) {
			return true
		}
	}
	return false
}

// tone: kind towards everybody, also when the other side is wrong (004-03).
func (c *checker) tone(r *reading) {
	for _, name := range []string{"insult", "command"} {
		for _, m := range r.All(name) {
			if r.overlaps(m, "not_an_insult") || r.Before(m, 2, "neg") || name == "insult" && r.negated(m) && !r.Near(m, 3, "you") {
				continue
			}
			c.against("unkind_tone", name, r, m)
		}
	}
	c.shouting(r)
}

// shouting: whole sentences in capitals, or rows of exclamation marks.
func (c *checker) shouting(r *reading) {
	if r != c.main {
		return
	}
	upper, lower := 0, 0
	for _, x := range c.draft.Text {
		switch {
		case x > 0x2E7F && x < 0xA000: // Chinese and Japanese have no capitals
		case unicode.IsUpper(x):
			upper++
		case unicode.IsLower(x):
			lower++
		}
	}
	if upper > 40 && upper > 3*lower || strings.Contains(c.draft.Text, "!!!") || strings.Contains(c.draft.Text, "！！！") || strings.Contains(c.draft.Text, "???") {
		c.add("unkind_tone", "shouting", 0, len(c.draft.Text))
	}
}

// tooLong counts words (004-04).
func (c *checker) tooLong() {
	if c.shared.Words() > c.limits.MaxWords {
		c.add("too_long", "", 0, len(c.draft.Text))
	}
}

// outsideChannel: the talk stays in the thread of the marketplace (004-07).
func (c *checker) outsideChannel(r *reading) {
	if c.draft.To != "buyer" || c.facts.Store.Marketplace == "own_shop" || c.facts.Store.Marketplace == "" {
		return
	}
	if r == c.readings[0] && oneOf(c.draft.Via, "messaging_app", "social_network") {
		c.add("outside_channel", "via", 0, len(c.draft.Text))
	}
	if !oneOf(c.draft.Via, "platform_message", "dispute_form", "live_chat", "messaging_app", "social_network") {
		return
	}
	for _, m := range r.All("outside") {
		if r.negated(m) || r.InSentence(m.Sentence, "record_of") || r.Near(m, 14, "others_contact") && !r.Near(m, 4, "us_contact") || c.theirMail(r, m) {
			continue
		}
		if r.InSentence(m.Sentence, "contact_us", "us_contact") {
			c.against("outside_channel", "", r, m)
		}
	}
}

// theirMail tells whether the sentence only reports that somebody wrote or called.
func (c *checker) theirMail(r *reading, m lexicon.Match) bool {
	return r.InSentence(m.Sentence, "did.wrote") && !r.InSentence(m.Sentence, "us_contact")
}

// masking: nobody tells or proposes to hide place, identity or volume from a platform (X17).
func (c *checker) masking(r *reading) {
	if c.draft.To == "buyer" {
		return
	}
	for _, m := range r.All("mask_plan") {
		if r.negated(m) || r.InClause(m.Clause, "stopped") && !r.InClause(m.Clause, "mask_strong") {
			continue
		}
		c.against("identity_masking", "", r, m)
	}
}

// caseFacts: a reply that fits every customer helps none (004-05).
func (c *checker) caseFacts() {
	r := c.main
	if c.draft.To != "buyer" || c.facts.Order == nil {
		return
	}
	goods := c.goodsWords()
	for _, tok := range r.Tokens {
		if tok.Kind == lexicon.Number && tok.Word != "24" && tok.Word != "48" || tok.Kind == lexicon.Word && c.isGoods(goods, tok.Word) {
			return
		}
	}
	if c.lib[r.Language()].Level != "full" && !r.Has("your", "generic_noun") {
		return // without these words the language cannot be judged
	}
	if len(r.dates) > 0 || r.Has("today", "last_scan_word") || !c.comparableTitle(r) && c.ownNoun(r) || c.namesAnyPlace() {
		return
	}
	c.add("no_case_facts", "", 0, len(c.draft.Text))
}

// isGoods allows for other endings: "auricular" for "auriculares".
func (c *checker) isGoods(goods map[string]bool, word string) bool {
	if goods[word] {
		return true
	}
	if len(word) < 5 {
		return false
	}
	for g := range goods {
		if len(g) >= 5 && strings.HasPrefix(g, word[:len(word)*4/5]) && strings.HasPrefix(word, g[:min(len(g), 4)]) {
			return true
		}
	}
	return false
}

func (c *checker) namesAnyPlace() bool {
	for _, n := range c.rec.names {
		if len(n) > 3 && strings.Contains(c.folded(), n) {
			return true
		}
	}
	return false
}

// comparableTitle tells whether the titles of the articles are in the language of the draft, so that words can be compared.
func (c *checker) comparableTitle(r *reading) bool {
	for _, item := range c.facts.Order.Items {
		title := detect(c.lib, item.Title, "", c.lib["shared"].Read(item.Title))
		if title != "" && title != r.Language() && (title == "zh" || title == "ja" || title == "ko" || title == "ru" || title == "ar") {
			return false
		}
	}
	switch r.Language() {
	case "zh", "ja", "ko", "ru", "ar":
		return false
	}
	return c.facts.Buyer == nil || c.facts.Store.Language != ""
}

// ownNoun finds "your …" before a noun that is not one of the empty ones ("your message", "your patience").
func (c *checker) ownNoun(r *reading) bool {
	empty := map[int]bool{}
	for _, m := range r.All("generic_noun") {
		empty[m.From] = true
	}
	for _, m := range r.All("your") {
		if m.To < len(r.Tokens) && r.Tokens[m.To].Kind == lexicon.Word && !empty[m.To] && !r.Function(r.Tokens[m.To].Word) && !verbEnding(r.Tokens[m.To].Word) {
			return true
		}
	}
	return false
}

// verbEnding tells forms of Romance verbs that may follow a pronoun which looks like an article ("la estamos tramitando").
func verbEnding(w string) bool { return hasSuffix(w, "mos", "ando", "endo") }
