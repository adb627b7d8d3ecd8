package lexicon

import (
	"slices"
	"strings"
)

// scan finds meanings level by level, so that patterns can build on meanings of lower levels.
func (t *Text) scan() {
	t.found = make([][]found, len(t.Tokens))
	x := t.lex
	candidates := make([][]int, len(t.Tokens))
	for i := range t.Tokens {
		if t.Tokens[i].Kind == Mark && len(x.byWord[t.Tokens[i].Word]) == 0 {
			continue
		}
		candidates[i] = x.candidates(t.Tokens[i].Word)
	}
	t.findNegations(candidates)
	for level := 0; level <= x.depth; level++ {
		for i := range t.Tokens {
			for _, c := range candidates[i] {
				if p := &x.patterns[c]; p.level == level && !p.negation {
					t.try(c, i)
				}
			}
			if level == 0 {
				continue
			}
			for k := 0; k < len(t.found[i]); k++ {
				for _, c := range x.byMeaning[t.found[i][k].meaning] {
					if x.patterns[c].level == level {
						t.try(c, i)
					}
				}
			}
		}
	}
	t.collect()
}

func (x *Lexicon) candidates(word string) []int {
	exact := x.byWord[word]
	var out []int
	for n := 1; n <= len(word) && n <= x.longest; n++ {
		if list, ok := x.byPrefix[word[:n]]; ok {
			if out == nil {
				out = append(out, exact...)
			}
			out = append(out, list...)
		}
	}
	if out == nil {
		return exact
	}
	return out
}

// findNegations comes first, because the gaps of all other patterns stop at them.
func (t *Text) findNegations(candidates [][]int) {
	for i := range t.Tokens {
		for _, c := range candidates[i] {
			if t.lex.patterns[c].negation {
				t.try(c, i)
			}
		}
	}
	t.unmaskNegations()
}

// unmaskNegations removes negations that are part of a fixed phrase without negation ("no problem", 不好意思).
func (t *Text) unmaskNegations() {
	for i := range t.found {
		for _, f := range t.found[i] {
			if f.meaning != "not_a_negation" {
				continue
			}
			for j := i; j < f.to; j++ {
				t.found[j] = slices.DeleteFunc(t.found[j], func(n found) bool { return n.meaning == "neg" })
			}
		}
	}
}

func (t *Text) try(pattern, at int) {
	p := &t.lex.patterns[pattern]
	end, ok := t.match(p, 0, at, at)
	if !ok || end <= at {
		return
	}
	f := found{p.meaning, end}
	if !slices.Contains(t.found[at], f) {
		t.found[at] = append(t.found[at], f)
	}
}

// match tries the slots from number s on at token i and gives the end of the shortest fit.
func (t *Text) match(p *pattern, s, i, from int) (int, bool) {
	if s == len(p.slots) {
		return i, true
	}
	sl := &p.slots[s]
	for skip := 0; skip <= sl.gap; skip++ {
		j := i + skip
		if skip > 0 && !t.mayPass(j-1, from, sl.wide) {
			break
		}
		if s > 0 && j < len(t.Tokens) && !t.together(j, from, sl.wide || p.wideBefore(s)) {
			break
		}
		for _, alt := range sl.alts {
			if end, ok := t.matchAlt(p, alt, s, j, from); ok {
				return end, true
			}
		}
	}
	if sl.optional {
		return t.match(p, s+1, i, from)
	}
	return 0, false
}

func (p *pattern) wideBefore(s int) bool {
	for i := range s {
		if p.slots[i].wide {
			return true
		}
	}
	return false
}

// matchAlt matches one alternative of a slot at token j and goes on with the next slot.
func (t *Text) matchAlt(p *pattern, alt []atom, s, j, from int) (int, bool) {
	if alt[0].meaning != "" {
		if j >= len(t.Tokens) {
			return 0, false
		}
		for _, f := range t.found[j] {
			if f.meaning != alt[0].meaning {
				continue
			}
			if end, ok := t.match(p, s+1, f.to, from); ok {
				return end, true
			}
		}
		return 0, false
	}
	for k, a := range alt {
		if j+k >= len(t.Tokens) {
			return 0, false
		}
		w := t.Tokens[j+k].Word
		if a.prefix && !strings.HasPrefix(w, a.word) || !a.prefix && w != a.word {
			return 0, false
		}
	}
	return t.match(p, s+1, j+len(alt), from)
}

// mayPass tells whether token i may lie between two words of a pattern.
func (t *Text) mayPass(i, from int, wide bool) bool {
	if i >= len(t.Tokens) || !t.together(i, from, wide) {
		return false
	}
	return !t.negation(i) || t.negation(from) // "no aceptamos ninguna" denies once
}

func (t *Text) negation(i int) bool {
	for _, f := range t.found[i] {
		if f.meaning == "neg" {
			return true
		}
	}
	return false
}

func (t *Text) together(i, from int, wide bool) bool {
	if wide {
		return t.Tokens[i].Sentence == t.Tokens[from].Sentence
	}
	return t.Tokens[i].Clause == t.Tokens[from].Clause
}

func (t *Text) collect() {
	for i := range t.found {
		for _, f := range t.found[i] {
			t.matches[f.meaning] = append(t.matches[f.meaning], Match{
				Meaning: f.meaning, From: i, To: f.to, Sentence: t.Tokens[i].Sentence, Clause: t.Tokens[i].Clause,
			})
		}
	}
}

// All gives every place of a meaning, in the order of the text.
func (t *Text) All(meaning string) []Match { return t.matches[meaning] }

// Group gives every place of all meanings whose name begins with the prefix, such as "cause.".
func (t *Text) Group(prefix string) []Match {
	var out []Match
	for name, list := range t.matches {
		if strings.HasPrefix(name, prefix) {
			out = append(out, list...)
		}
	}
	slices.SortFunc(out, func(a, b Match) int {
		if a.From != b.From {
			return a.From - b.From
		}
		return strings.Compare(a.Meaning, b.Meaning)
	})
	return out
}

// Has tells whether a meaning stands anywhere in the text.
func (t *Text) Has(meanings ...string) bool {
	return slices.ContainsFunc(meanings, func(m string) bool { return len(t.matches[m]) > 0 })
}

// InSentence tells whether one of the meanings begins in the sentence.
func (t *Text) InSentence(sentence int, meanings ...string) bool {
	return t.within(meanings, func(m Match) bool { return m.Sentence == sentence })
}

// InClause tells whether one of the meanings begins in the clause.
func (t *Text) InClause(clause int, meanings ...string) bool {
	return t.within(meanings, func(m Match) bool { return m.Clause == clause })
}

// Before tells whether one of the meanings ends in the same clause at most `words` tokens before the match.
func (t *Text) Before(at Match, words int, meanings ...string) bool {
	return t.within(meanings, func(m Match) bool {
		return m.Clause == at.Clause && m.From < at.From && m.To >= at.From-words
	})
}

// Near tells whether one of the meanings lies in the same sentence at most `words` tokens away on either side.
func (t *Text) Near(at Match, words int, meanings ...string) bool {
	return t.within(meanings, func(m Match) bool {
		return m.Sentence == at.Sentence && m.To >= at.From-words && m.From <= at.To+words
	})
}

func (t *Text) within(meanings []string, ok func(Match) bool) bool {
	return slices.ContainsFunc(meanings, func(name string) bool { return slices.ContainsFunc(t.matches[name], ok) })
}

// Words gives the number of words of the text as a reader counts them; two signs of Chinese or Japanese are one word.
func (t *Text) Words() int {
	words, signs := 0, 0
	last := -1
	for _, tok := range t.Tokens {
		switch {
		case tok.Kind == Mark || tok.Start == last:
		case tok.Kind == Word && len(tok.Word) > 2 && tok.End-tok.Start == 3 && single([]rune(tok.Word)[0]):
			signs++
		default:
			words++
		}
		last = tok.Start
	}
	return words + (signs+1)/2
}

// Month gives the number of a month's name in this language, 0 for any other word.
func (t *Text) Month(word string) int { return t.lex.months[word] }

// Language is the code of the lexicon that read the text.
func (t *Text) Language() string { return t.lex.Language }

// Function tells whether a folded word is one of the little words of the language of the text.
func (t *Text) Function(word string) bool { return t.lex.function[word] }
