package lexicon

import (
	"fmt"
	"slices"
	"strings"
)

// pattern is one way to say a meaning.
type pattern struct {
	meaning string
	number  int32 // of the meaning, in the index
	text    string
	slots   []slot
	refs    []string
	level   int
	// negation marks the patterns of "neg" and "not_a_negation", which are found before all others.
	negation bool
}

// slot is one place of a pattern; gap words may stand before it.
type slot struct {
	alts     [][]atom
	optional bool
	gap      int
	wide     bool // the gap may cross the borders of clauses
	loose    bool // this gap or one before it may
}

// atom is a word, the beginning of a word, or a meaning found before.
type atom struct {
	word    string
	prefix  bool
	meaning string
	number  int32 // of the word or the meaning, in the index
}

func parsePattern(meaning, text string, gap int) (pattern, error) {
	p := pattern{meaning: meaning, text: strings.TrimSpace(text), negation: meaning == "neg" || meaning == "not_a_negation"}
	bad := func(why string) (pattern, error) {
		return p, fmt.Errorf("pattern %q of %q: %s", p.text, meaning, why)
	}
	next := slot{}
	for _, field := range strings.Fields(text) {
		switch field {
		case "..":
			next.gap = max(next.gap, gap)
			continue
		case "...":
			next.gap, next.wide = 3*gap, true
			continue
		}
		if err := next.read(field, &p); err != nil {
			return bad(err.Error())
		}
		next.loose = next.wide || len(p.slots) > 0 && p.slots[len(p.slots)-1].loose
		p.slots = append(p.slots, next)
		next = slot{}
	}
	if len(p.slots) == 0 || p.slots[0].optional || p.slots[0].gap > 0 || next.gap > 0 {
		return bad("it must begin and end with a word")
	}
	return p, nil
}

// clone is a pattern that another index may number anew.
func (p pattern) clone() pattern {
	p.slots = slices.Clone(p.slots)
	for i := range p.slots {
		p.slots[i].alts = slices.Clone(p.slots[i].alts)
		for k, alt := range p.slots[i].alts {
			p.slots[i].alts[k] = slices.Clone(alt)
		}
	}
	return p
}

func (s *slot) read(field string, p *pattern) error {
	if strings.HasSuffix(field, "?") {
		s.optional, field = true, strings.TrimSuffix(field, "?")
	}
	for _, alt := range strings.Split(field, "|") {
		if ref, ok := strings.CutPrefix(alt, "{"); ok {
			ref, ok = strings.CutSuffix(ref, "}")
			if !ok {
				return fmt.Errorf("%q has no closing brace", alt)
			}
			p.refs = append(p.refs, ref)
			s.alts = append(s.alts, []atom{{meaning: ref}})
			continue
		}
		word, prefix := strings.CutSuffix(alt, "*")
		atoms := atomsOf(word)
		if len(atoms) == 0 {
			return fmt.Errorf("%q has no word", field)
		}
		atoms[len(atoms)-1].prefix = prefix
		s.alts = append(s.alts, atoms)
	}
	return nil
}

// atomsOf cuts a word of a pattern exactly as a text is cut, so that both meet.
func atomsOf(word string) []atom {
	var out []atom
	for _, t := range tokens(strings.ReplaceAll(word, "_", " "), false) {
		out = append(out, atom{word: t.Word})
	}
	return out
}
