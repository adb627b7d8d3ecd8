package lexicon

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// start is a place where a pattern may begin.
type start struct{ at, pattern int }

// maxSteps bounds the work on one text; only texts made to be slow come near it.
const maxSteps = 1 << 20

// scan finds meanings level by level, so that patterns can build on meanings of lower levels.
func (t *Text) scan() {
	x := t.lex
	t.prepare()
	begins, ends := t.begins()
	of := func(i int) []int32 { return begins[ends[i]:ends[i+1]] }
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

// prepare looks the words of the text up and makes room for what will be found.
func (t *Text) prepare() {
	n := len(t.Tokens)
	room := make([]int32, 2*n)
	t.heads, t.numbers, t.negations = room[:n], room[n:], make([]bool, n)
	for i := range t.Tokens {
		t.heads[i], t.numbers[i] = -1, t.lex.words[t.Tokens[i].Word]
	}
	t.found = make([]found, 0, n)
}

// begins gives the patterns that may begin at each token: those of token i lie between ends[i] and ends[i+1].
func (t *Text) begins() (begins, ends []int32) {
	ends = make([]int32, len(t.Tokens)+1)
	begins = make([]int32, 0, 4*len(t.Tokens))
	for i := range t.Tokens {
		var next uint64
		if i+1 < len(t.Tokens) && t.numbers[i+1] != 0 {
			next = bit(t.numbers[i+1])
		}
		begins = t.lex.candidates(begins, t.Tokens[i].Word, t.numbers[i], next)
		ends[i+1] = int32(len(begins))
	}
	return begins, ends
}

// build tries the patterns of a level that begin with another meaning.
func (t *Text) build(level int) {
	for i := range t.Tokens {
		for k := t.heads[i]; k >= 0; k = t.found[k].next {
			for _, c := range t.lex.byMeaning[t.found[k].meaning] {
				if t.lex.patterns[c].level == level {
					t.try(int(c), i)
				}
			}
		}
	}
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
			if t.found[k].meaning == t.lex.notNeg {
				t.forget(i, int(t.found[k].to))
			}
		}
	}
}

// forget takes back the negations that begin at the tokens from first up to last.
func (t *Text) forget(first, last int) {
	for i := first; i < last; i++ {
		t.negations[i] = false
		for k := t.heads[i]; k >= 0; k = t.found[k].next {
			t.found[k].gone = t.found[k].gone || t.found[k].meaning == t.lex.neg
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
		if int(t.found[k].to) == end && t.found[k].meaning == p.number {
			return
		}
	}
	t.found = append(t.found, found{meaning: p.number, to: int32(end), next: t.heads[at]})
	t.heads[at] = int32(len(t.found) - 1)
	t.negations[at] = t.negations[at] || p.number == t.lex.neg
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
		if s > 0 && j < len(t.Tokens) && !t.together(j, from, sl.loose) {
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

// matchAlt matches one alternative of a slot at token j and goes on with the next slot.
func (t *Text) matchAlt(p *pattern, alt []atom, s, j, from int) (int, bool) {
	if alt[0].meaning != "" {
		if j >= len(t.Tokens) {
			return 0, false
		}
		for k := t.heads[j]; k >= 0; k = t.found[k].next {
			f := &t.found[k]
			if f.meaning != alt[0].number || f.gone {
				continue
			}
			if end, ok := t.match(p, s+1, int(f.to), from); ok {
				return end, true
			}
		}
		return 0, false
	}
	if j+len(alt) > len(t.Tokens) {
		return 0, false
	}
	for k := range alt {
		a := &alt[k]
		if !a.prefix && t.numbers[j+k] != a.number || a.prefix && !strings.HasPrefix(t.Tokens[j+k].Word, a.word) {
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
	return !t.negations[i] || t.negations[from] // "no aceptamos ninguna" denies once
}

func (t *Text) together(i, from int, wide bool) bool {
	if wide {
		return t.Tokens[i].Sentence == t.Tokens[from].Sentence
	}
	return t.Tokens[i].Clause == t.Tokens[from].Clause
}

// collect sorts what was found by meaning; the places of one meaning stay in the order of the text.
func (t *Text) collect() {
	t.begin = make([]int32, len(t.lex.meanings)+1)
	for i := range t.found {
		if f := &t.found[i]; !f.gone {
			t.begin[f.meaning+1]++
		}
	}
	for i := range t.lex.meanings {
		t.begin[i+1] += t.begin[i]
	}
	t.matches = make([]Match, t.begin[len(t.lex.meanings)])
	filled := slices.Clone(t.begin)
	for i, head := range t.heads {
		for k := head; k >= 0; k = t.found[k].next {
			if f := &t.found[k]; !f.gone {
				t.matches[filled[f.meaning]] = Match{
					Meaning: t.lex.meanings[f.meaning], From: i, To: int(f.to), Sentence: t.Tokens[i].Sentence, Clause: t.Tokens[i].Clause,
				}
				filled[f.meaning]++
			}
		}
	}
}

// Exhausted tells whether the text was so tangled that the search was given up before its end.
func (t *Text) Exhausted() bool { return t.steps > maxSteps }

// All gives every place of a meaning, in the order of the text.
func (t *Text) All(meaning string) []Match {
	n := t.lex.meaning(meaning)
	if n < 0 {
		return nil
	}
	return t.matches[t.begin[n]:t.begin[n+1]]
}

// Group gives every place of all meanings whose name begins with the prefix, such as "cause.".
func (t *Text) Group(prefix string) []Match {
	names := t.lex.meanings
	first, _ := slices.BinarySearch(names, prefix)
	last := first
	for last < len(names) && strings.HasPrefix(names[last], prefix) {
		last++
	}
	out := slices.Clone(t.matches[t.begin[first]:t.begin[last]])
	slices.SortStableFunc(out, func(a, b Match) int {
		if a.From != b.From {
			return a.From - b.From
		}
		return strings.Compare(a.Meaning, b.Meaning)
	})
	return out
}

// Has tells whether a meaning stands anywhere in the text.
func (t *Text) Has(meanings ...string) bool {
	return slices.ContainsFunc(meanings, func(m string) bool { return len(t.All(m)) > 0 })
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
	return slices.ContainsFunc(meanings, func(name string) bool { return slices.ContainsFunc(t.All(name), ok) })
}

// Words gives the number of words of the text as a reader counts them; two signs of Chinese or Japanese are one word.
func (t *Text) Words() int {
	words, signs := 0, 0
	last := -1
	for _, tok := range t.Tokens {
		switch {
		case tok.Kind == Mark || tok.Start == last:
		case tok.Kind == Word && len(tok.Word) > 2 && tok.End-tok.Start == 3 && single(firstSign(tok.Word)):
			signs++
		default:
			words++
		}
		last = tok.Start
	}
	return words + (signs+1)/2
}

func firstSign(word string) rune {
	r, _ := utf8.DecodeRuneInString(word)
	return r
}

// Month gives the number of a month's name in this language, 0 for any other word.
func (t *Text) Month(word string) int { return t.lex.months[word] }

// Language is the code of the lexicon that read the text.
func (t *Text) Language() string { return t.lex.Language }

// Function tells whether a folded word is one of the little words of the language of the text.
func (t *Text) Function(word string) bool { return t.lex.function[word] }
