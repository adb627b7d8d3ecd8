package reply

import (
	"strings"
	"time"

	"parley/internal/dispute"
	"parley/internal/policy"
	"parley/internal/reply/lexicon"
)

// checker holds one draft and everything it is compared with.
type checker struct {
	lib      lexicon.Library
	facts    *dispute.Facts
	verdict  *policy.Verdict
	draft    *policy.Draft
	now      time.Time
	limits   Limits
	rec      *record
	shared   *lexicon.Text // places and currencies
	sums     []sum
	percents []percent
	main     *reading // in the language the draft is written in; nil = no lexicon for it
	readings []*reading
	language string          // detected; empty = could not be told
	fold     string          // the draft folded, see folded
	goods    map[string]bool // words of the titles of the articles, see goodsWords
	out      []Finding
}

// folded is the folded text of the draft, made when first asked for.
func (c *checker) folded() string {
	if c.fold == "" {
		c.fold = lexicon.Fold(c.draft.Text)
	}
	return c.fold
}

// reading is the draft as one lexicon reads it.
type reading struct {
	*lexicon.Text
	dates []date
	reach int // how far a negation reaches, in tokens
}

func newChecker(lib lexicon.Library, f *dispute.Facts, v *policy.Verdict, d *policy.Draft, now time.Time, limits Limits) *checker {
	if limits.MaxWords <= 0 {
		limits.MaxWords = defaultMaxWords
	}
	c := &checker{lib: lib, facts: f, verdict: v, draft: d, now: now, limits: limits}
	c.shared = lib["shared"].Read(d.Text)
	c.sums, c.percents = readSums(c.shared)
	c.language = detect(lib, d.Text, d.Language, c.shared)
	for _, code := range []string{c.language, base(d.Language)} {
		if lex := lib[code]; lex != nil && (len(c.readings) == 0 || c.readings[0].Language() != code) {
			c.readings = append(c.readings, newReading(lex, d.Text))
		}
	}
	if len(c.readings) > 0 && c.readings[0].Language() == c.language {
		c.main = c.readings[0]
	}
	c.rec = newRecord(lib, f, now)
	return c
}

func newReading(lex *lexicon.Lexicon, text string) *reading {
	r := &reading{Text: lex.Read(text), reach: 5}
	if lex.Language == "zh" || lex.Language == "ja" {
		r.reach = 9
	}
	r.dates = readDates(r.Text)
	return r
}

// base gives the language without region or script: "pt-BR" is "pt".
func base(tag string) string {
	tag = strings.ToLower(strings.TrimSpace(tag))
	if i := strings.IndexAny(tag, "-_"); i > 0 {
		tag = tag[:i]
	}
	return tag
}

// negated tells whether a negation stands shortly before the match, or inside it at its beginning.
func (r *reading) negated(m lexicon.Match) bool {
	if r.Before(m, r.reach, "neg") {
		return true
	}
	switch r.Language() {
	case "de", "ja", "ko", "tr": // the negation stands behind the verb
		return r.after(m, 4, "neg")
	}
	return false
}

func (r *reading) after(m lexicon.Match, words int, meanings ...string) bool {
	for _, name := range meanings {
		for _, n := range r.All(name) {
			if n.Clause == m.Clause && n.From >= m.To && n.From < m.To+words {
				return true
			}
		}
	}
	return false
}

// conditional tells whether the match stands under an "if", "when" or "as soon as" of its own clause.
func (r *reading) conditional(m lexicon.Match) bool {
	switch r.Language() {
	case "en", "es", "pt", "fr", "it", "de", "pl", "ru", "ar":
		for _, c := range r.All("cond") {
			if c.Clause == m.Clause && c.From <= m.From {
				return true
			}
		}
		return false
	}
	return r.InClause(m.Clause, "cond")
}

// doubtful tells whether the sentence says that this is not known.
func (r *reading) doubtful(m lexicon.Match) bool {
	for _, u := range r.All("unknown") {
		if u.Sentence == m.Sentence && (u.Clause == m.Clause || u.From < m.From && u.Clause+1 >= m.Clause) {
			return true
		}
	}
	return false
}

// asserted tells whether the match is said as a fact.
func (r *reading) asserted(m lexicon.Match) bool {
	return !r.negated(m) && !r.conditional(m) && !r.doubtful(m) && !r.Sentences[m.Sentence].Question
}

// overlaps tells whether a match shares a token with a place of one of the meanings.
func (r *reading) overlaps(m lexicon.Match, meanings ...string) bool {
	for _, name := range meanings {
		for _, o := range r.All(name) {
			if o.From < m.To && m.From < o.To {
				return true
			}
		}
	}
	return false
}

func oneOf(s string, list ...string) bool {
	for _, x := range list {
		if s == x {
			return true
		}
	}
	return false
}

// formalCase tells whether a case is open at a platform, payment provider or bank.
func (c *checker) formalCase() bool { return c.facts.Case != nil }

// branch tells whether the class of the matter begins with one of the prefixes.
func (c *checker) branch(prefixes ...string) bool {
	for _, p := range prefixes {
		if strings.HasPrefix(c.verdict.Class, p) {
			return true
		}
	}
	return false
}

// logistic tells whether the draft is about where a parcel is.
func (c *checker) logistic() bool {
	return oneOf(c.draft.Step, "enquiry_reply", "first_logistics_reply", "second_logistics_reply", "logistics_update", "customs_notice", "delay_notice") ||
		c.branch("logistics.", "pre_shipment.")
}
