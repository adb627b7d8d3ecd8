package lexicon

import (
	"slices"
	"strings"
)

// start is a place where a pattern may begin.
type start struct{ at, pattern int }

// maxSteps bounds the work on one text; only texts made to be slow come near it.
const maxSteps = 1 << 20

// scan finds meanings level by level, so that patterns can build on meanings of lower levels.
func (t *Text) scan() {
	x := t.lex
	t.heads = make([]int32, len(t.Tokens))
	for i := range t.heads {
		t.heads[i] = -1
	}
	t.found = make([]found, 0, 2*len(t.Tokens))
	ends := make([]int32, len(t.Tokens))
	all := make([]int32, 0, 12*len(t.Tokens))
	for i := range t.Tokens {
		all = x.candidates(all, t.Tokens[i].Word)
		ends[i] = int32(len(all))
	}
	of := func(i int) []int32 {
		if i == 0 {
			return all[:ends[0]]
		}
		return all[ends[i-1]:ends[i]]
	}
	t.findNegations(of)
	later := make([][]start, x.depth+1)
	for i := range t.Tokens {
		for _, c := range of(i) {
			switch p := &x.patterns[c]; {
			case p.negation:
			case p.level == 0:
				t.try(int(c), i)
			default:
				later[p.level] = append(later[p.level], start{i, int(c)})
			}
		}
	}
	for level := 1; level <= x.depth; level++ {
		for _, s := range later[level] {
			t.try(s.pattern, s.at)
		}
		t.build(level)
	}
	t.collect()
}

// build tries the patterns of a level that begin with another meaning.
func (t *Text) build(level int) {
	for i := range t.Tokens {
		for k := t.heads[i]; k >= 0; k = t.found[k].next {
			for _, c := range t.lex.byMeaning[t.found[k].meaning] {
				if t.lex.patterns[c].level == level {
					t.try(c, i)
				}
			}
		}
	}
}

// candidates appends the patterns that may begin with the word.
func (x *Lexicon) candidates(out []int32, word string) []int32 {
	for _, c := range x.byWord[word] {
		out = append(out, int32(c))
	}
	for n := 1; n <= len(word) && n <= x.longest; n++ {
		for _, c := range x.byPrefix[word[:n]] {
			out = append(out, int32(c))
		}
	}
	return out
}

// findNegations comes first, because the gaps of all other patterns stop at them.
func (t *Text) findNegations(of func(int) []int32) {
	for i := range t.Tokens {
		for _, c := range of(i) {
			if t.lex.patterns[c].negation {
				t.try(int(c), i)
			}
		}
	}
	t.unmaskNegations()
}

// unmaskNegations removes negations that are part of a fixed phrase without negation ("no problem", 不好意思).
func (t *Text) unmaskNegations() {
	for i, head := range t.heads {
		for k := head; k >= 0; k = t.found[k].next {
			if t.found[k].meaning != "not_a_negation" {
				continue
			}
			for j := i; j < t.found[k].to; j++ {
				for n := t.heads[j]; n >= 0; n = t.found[n].next {
					t.found[n].gone = t.found[n].gone || t.found[n].meaning == "neg"
				}
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
	for k := t.heads[at]; k >= 0; k = t.found[k].next {
		if t.found[k].to == end && t.found[k].meaning == p.meaning {
			return
		}
	}
	t.found = append(t.found, found{meaning: p.meaning, to: end, next: t.heads[at]})
	t.heads[at] = int32(len(t.found) - 1)
}

// match tries the slots from number s on at token i and gives the end of the shortest fit.
func (t *Text) match(p *pattern, s, i, from int) (int, bool) {
	if t.steps++; t.steps > maxSteps {
		return 0, false
	}
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
		for k := t.heads[j]; k >= 0; k = t.found[k].next {
			f := &t.found[k]
			if f.meaning != alt[0].meaning || f.gone {
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
	for k := t.heads[i]; k >= 0; k = t.found[k].next {
		if t.found[k].meaning == "neg" && !t.found[k].gone {
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
	counts := make(map[string]int, 64)
	for _, f := range t.found {
		counts[f.meaning]++
	}
	all := make([]Match, len(t.found))
	t.matches = make(map[string][]Match, len(counts))
	for name, n := range counts {
		t.matches[name], all = all[:0:n], all[n:]
	}
	for i, head := range t.heads {
		for k := head; k >= 0; k = t.found[k].next {
			if f := t.found[k]; !f.gone {
				t.matches[f.meaning] = append(t.matches[f.meaning], Match{
					Meaning: f.meaning, From: i, To: f.to, Sentence: t.Tokens[i].Sentence, Clause: t.Tokens[i].Clause,
				})
			}
		}
	}
}

// Exhausted tells whether the text was so tangled that the search was given up before its end.
func (t *Text) Exhausted() bool { return t.steps > maxSteps }

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
