package reply

import (
	"math/bits"
	"unicode"

	"github.com/abadojack/whatlanggo"

	"parley/internal/reply/lexicon"
)

// detect tells the language a text is written in: first by script, then by the little words of the languages we know,
// then by letter triples. The declared language wins while nothing speaks clearly against it. "" = cannot be told.
func detect(lib lexicon.Library, text, declared string, t *lexicon.Text) string {
	declared = base(declared)
	counts := scripts(text)
	if code := byScript(counts, declared); code != "latin" {
		return code
	}
	hits := map[string]int{}
	best, second := "", ""
	codes := lib.Languages()
	for i, n := range votes(lib, t) {
		if n > 0 {
			hits[codes[i]] = n
		}
	}
	for _, code := range codes {
		if hits[code] > hits[best] {
			best, second = code, best
		} else if hits[code] > hits[second] {
			second = code
		}
	}
	words := len(t.Tokens)
	switch {
	case best == "" && words < 8:
		return declared
	case hits[best] >= 3 && hits[best]*6 >= words && hits[best] > hits[second] && hits[best]*10 >= hits[declared]*13:
		return best
	case declared != "" && hits[declared]*8 >= words:
		return declared
	}
	return byTriples(text, declared)
}

// votes counts the little words of each language, by its place in Languages.
func votes(lib lexicon.Library, t *lexicon.Text) (counts [32]int) {
	for i := range t.Tokens {
		for set := lib.Votes(t.Tokens[i].Word); set != 0; set &= set - 1 {
			counts[bits.TrailingZeros32(set)]++
		}
	}
	return counts
}

// byTriples asks the letter statistics, which are only worth something on longer texts.
func byTriples(text, declared string) string {
	if len(text) > 600 {
		text = text[:600]
	}
	info := whatlanggo.Detect(text)
	if code := info.Lang.Iso6391(); code != "" && info.IsReliable() && len(text) > 60 {
		return code
	}
	return declared
}

// script is a family of letters that tells languages apart.
type script int

const (
	latin script = iota
	han
	kana
	hangul
	cyrillic
	arabic
	other
	manyScripts
)

// scripts counts letters per script; a sign that stands for a syllable or a word counts twice.
func scripts(text string) (counts [manyScripts]int) {
	for _, r := range text {
		switch {
		case r < 0x80:
			if 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' {
				counts[latin]++
			}
		case unicode.Is(unicode.Han, r):
			counts[han] += 2
		case unicode.In(r, unicode.Hiragana, unicode.Katakana):
			counts[kana] += 2
		case unicode.Is(unicode.Hangul, r):
			counts[hangul] += 2
		case unicode.Is(unicode.Cyrillic, r):
			counts[cyrillic]++
		case unicode.Is(unicode.Arabic, r):
			counts[arabic]++
		case unicode.Is(unicode.Latin, r):
			counts[latin]++
		case unicode.IsLetter(r):
			counts[other]++
		}
	}
	return counts
}

// byScript gives the language of the prevailing script, "latin" when letters must decide, "" when it is none of ours.
func byScript(counts [manyScripts]int, declared string) string {
	best := latin
	for s := han; s < manyScripts; s++ {
		if counts[s] > counts[best] {
			best = s
		}
	}
	switch best {
	case han:
		if counts[kana]*6 > counts[han] {
			return "ja"
		}
		return "zh"
	case kana:
		return "ja"
	case hangul:
		return "ko"
	case cyrillic:
		if declared != "" && oneOf(declared, "uk", "bg", "sr", "be", "mk", "kk") {
			return declared
		}
		return "ru"
	case arabic:
		if oneOf(declared, "fa", "ur") {
			return declared
		}
		return "ar"
	case other:
		return ""
	}
	return "latin"
}

// judgeLanguage says which part of the checks could not be done in this language.
func (c *checker) judgeLanguage() {
	point := c.language
	switch {
	case c.main == nil && point == "":
		point = "unknown"
	case c.main == nil || c.main.Exhausted():
	case c.lib[c.main.Language()].Level == "full":
		return
	}
	c.out = append(c.out, Finding{Check: NotJudged, Rule: "004-06", Point: point, Instead: "reply.not_judged.instead", Unsure: true})
}

// wrongLanguage compares with the language the sales channel demands.
func (c *checker) wrongLanguage() {
	want := base(c.facts.Store.Language)
	if want == "" || c.draft.To != "buyer" {
		return
	}
	if c.language != "" && c.language != want || c.language == "" && base(c.draft.Language) != want {
		c.add("wrong_language", want, 0, len(c.draft.Text))
	}
}
