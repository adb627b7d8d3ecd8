package lexicon

import (
	"slices"
	"strings"
)

// index finds the patterns that may begin at a word. Words and meanings have numbers in it, so that a scan compares numbers.
type index struct {
	words     map[string]int32 // words of patterns; 0 stands for any other word
	meanings  []string         // in alphabetical order; the place is the number
	byName    map[string]int32
	byWord    [][]entry           // patterns that begin with the word of that number
	byPrefix  map[string][]prefix // by the first two bytes (or the only one), shortest first
	byMeaning [][]int32           // patterns that begin with another meaning
	neg       int32               // the number of the meaning "neg", -1 for none
	notNeg    int32
}

// entry is one alternative beginning of a pattern.
type entry struct {
	next    uint64 // which words may stand behind the first, see bit
	pattern int32
}

// prefix is the beginning of a word with the patterns that start there.
type prefix struct {
	word    string
	entries []entry
}

// anyWord is the set of all words.
const anyWord = ^uint64(0)

// bit puts a word into one of 64 sets: a pattern whose second word is in another set cannot begin here.
func bit(word int32) uint64 { return 1 << (uint32(word) & 63) }

func newIndex(patterns []pattern) index {
	x := index{words: map[string]int32{}, byName: map[string]int32{}, byPrefix: map[string][]prefix{}}
	x.nameMeanings(patterns)
	for i := range patterns {
		x.number(&patterns[i])
	}
	x.byWord, x.byMeaning = make([][]entry, len(x.words)+1), make([][]int32, len(x.meanings))
	for i := range patterns {
		for _, alt := range patterns[i].slots[0].alts {
			x.begin(&patterns[i], int32(i), alt)
		}
	}
	for k, v := range x.byMeaning {
		x.byMeaning[k] = slices.Compact(v)
	}
	for _, list := range x.byPrefix {
		slices.SortStableFunc(list, func(a, b prefix) int { return len(a.word) - len(b.word) })
	}
	return x
}

func (x *index) nameMeanings(patterns []pattern) {
	for _, p := range patterns {
		x.meanings = append(append(x.meanings, p.meaning), p.refs...)
	}
	slices.Sort(x.meanings)
	x.meanings = slices.Compact(x.meanings)
	for i, name := range x.meanings {
		x.byName[name] = int32(i)
	}
	x.neg, x.notNeg = x.meaning("neg"), x.meaning("not_a_negation")
}

// meaning gives the number of a meaning, -1 if no pattern has it.
func (x *index) meaning(name string) int32 {
	if n, ok := x.byName[name]; ok {
		return n
	}
	return -1
}

func (x *index) number(p *pattern) {
	p.number = x.byName[p.meaning]
	for _, s := range p.slots {
		for _, alt := range s.alts {
			for k := range alt {
				x.numberAtom(&alt[k])
			}
		}
	}
}

func (x *index) numberAtom(a *atom) {
	switch {
	case a.meaning != "":
		a.number = x.byName[a.meaning]
	case !a.prefix:
		if x.words[a.word] == 0 {
			x.words[a.word] = int32(len(x.words) + 1)
		}
		a.number = x.words[a.word]
	}
}

// begin enters one alternative of the first slot.
func (x *index) begin(p *pattern, i int32, alt []atom) {
	e := entry{pattern: i}
	if len(alt) > 1 {
		e.next = wordsOf(alt[1])
	} else {
		e.next = p.wordsAt(1)
	}
	switch first := alt[0]; {
	case first.meaning != "":
		x.byMeaning[first.number] = append(x.byMeaning[first.number], i)
	case first.prefix:
		x.addPrefix(first.word, e)
	default:
		x.byWord[first.number] = append(x.byWord[first.number], e)
	}
}

func (x *index) addPrefix(word string, e entry) {
	key := word[:min(2, len(word))]
	list := x.byPrefix[key]
	at := slices.IndexFunc(list, func(p prefix) bool { return p.word == word })
	if at < 0 {
		at, list = len(list), append(list, prefix{word: word})
	}
	list[at].entries = append(list[at].entries, e)
	x.byPrefix[key] = list
}

// wordsAt gives the set of words with which slot s may begin.
func (p *pattern) wordsAt(s int) uint64 {
	if s == len(p.slots) || p.slots[s].gap > 0 {
		return anyWord
	}
	var set uint64
	for _, alt := range p.slots[s].alts {
		set |= wordsOf(alt[0])
	}
	if p.slots[s].optional {
		set |= p.wordsAt(s + 1)
	}
	return set
}

func wordsOf(a atom) uint64 {
	if a.prefix || a.meaning != "" {
		return anyWord
	}
	return bit(a.number)
}

// candidates appends the patterns that may begin with a word, seen the word behind it.
func (x *index) candidates(out []int32, word string, number int32, next uint64) []int32 {
	out = fitting(out, x.byWord[number], next)
	for n := 1; n <= min(2, len(word)); n++ {
		for _, p := range x.byPrefix[word[:n]] {
			if (n == 2 || len(p.word) == 1) && strings.HasPrefix(word, p.word) {
				out = fitting(out, p.entries, next)
			}
		}
	}
	return out
}

func fitting(out []int32, entries []entry, next uint64) []int32 {
	for i := range entries {
		if entries[i].next&next != 0 || entries[i].next == anyWord {
			out = append(out, entries[i].pattern)
		}
	}
	return out
}
