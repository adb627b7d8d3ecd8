package lexicon

import (
	"unicode/utf8"
)

// maxText is the longest text that is scanned, in bytes; what stands behind it is not read.
const maxText = 64 << 10

// Text is a text cut into sentences, clauses and tokens, with the meanings one lexicon found in it.
type Text struct {
	Raw       string
	Tokens    []Token
	Sentences []Sentence
	numbers   []int32 // by token: the number of its word in the index of the lexicon
	found     []found // everything found; those of one token are chained
	heads     []int32 // by first token: its last entry in found, -1 for none
	negations []bool  // by token: a negation begins there
	matches   []Match // everything found, meaning by meaning
	begin     []int32 // by number of a meaning: where its matches begin; one more for the end
	lex       *Lexicon
	steps     int
}

// Sentence is a part of the text that ends with a full stop, a question mark and the like.
type Sentence struct {
	First, Last int // tokens, Last is one behind the end
	Start, End  int // bytes in the original
	Question    bool
	Loud        bool // ends with an exclamation mark
}

// Match is a meaning found in a text: tokens From up to (not including) To.
type Match struct {
	Meaning  string
	From, To int
	Sentence int
	Clause   int // of the first token
}

type found struct {
	meaning int32
	to      int32
	next    int32 // earlier entry of the same token, -1 for none
	gone    bool  // a negation that is none
}

// Read cuts a text and finds every meaning of the lexicon in it.
func (x *Lexicon) Read(raw string) *Text {
	if len(raw) > maxText {
		raw = raw[:maxText]
		for len(raw) > 0 && !utf8.ValidString(raw[len(raw)-1:]) && !utf8.RuneStart(raw[len(raw)-1]) {
			raw = raw[:len(raw)-1]
		}
	}
	t := &Text{Raw: raw, lex: x}
	t.Tokens = tokens(raw, x.latin())
	t.cut()
	t.scan()
	return t
}

func (x *Lexicon) latin() bool {
	switch x.Language {
	case "ru", "ar", "zh", "ja", "ko", "places":
		return false
	}
	return true
}

// cut finds sentences and clauses.
func (t *Text) cut() {
	t.Sentences = make([]Sentence, 0, 8+len(t.Tokens)/32)
	clause, first := 0, 0
	question := false
	for i := range t.Tokens {
		tok := &t.Tokens[i]
		tok.Clause, tok.Sentence = clause, len(t.Sentences)
		if tok.Kind != Mark {
			continue
		}
		switch tok.Word {
		case "¿":
			question = true
		case ",", ";", ":", "，", "；", "：", "、", "(", ")", "（", "）", "—", "–", "«", "»", "\"", "“", "”", "،", "؛":
			clause++
		case ".", "!", "?", "…", "。", "！", "？", "؟", "\n":
			if tok.Word == "." && !t.endsAt(i) {
				continue
			}
			t.close(first, i+1, question || tok.Word == "?" || tok.Word == "？" || tok.Word == "؟", tok.Word == "!" || tok.Word == "！")
			first, question = i+1, false
			clause++
		}
	}
	if first < len(t.Tokens) {
		t.close(first, len(t.Tokens), question, false)
	}
}

func (t *Text) close(first, last int, question, loud bool) {
	t.Sentences = append(t.Sentences, Sentence{
		First: first, Last: last, Start: t.Tokens[first].Start, End: t.Tokens[last-1].End, Question: question, Loud: loud,
	})
}

// endsAt tells whether the point at token i ends a sentence: not after an abbreviation or an initial, not inside an
// address, not before a small letter.
func (t *Text) endsAt(i int) bool {
	if i+1 >= len(t.Tokens) {
		return true
	}
	next := t.Tokens[i+1]
	if next.Start == t.Tokens[i].End && next.Kind != Mark && !(t.lex.gap == 8) {
		return false
	}
	if next.Start == t.Tokens[i].End && (next.Word == "," || next.Word == ";" || next.Word == ":") {
		return false // "9 a.m., that is"
	}
	if i > 0 {
		prev := t.Tokens[i-1]
		if (prev.Kind == Number || len(prev.Word) == 1) && next.Kind == Word && next.Word[0] < utf8.RuneSelf && !next.Capital {
			return false // "on 31.03. at nine", "i.e. soon"
		}
		if prev.Kind == Word && prev.End == t.Tokens[i].Start && (t.lex.short[prev.Word] || len(prev.Word) == 1 && prev.Capital) {
			return false
		}
	}
	return true
}

// Span gives the original words of a sentence.
func (t *Text) Span(sentence int) (start, end int) {
	if sentence < 0 || sentence >= len(t.Sentences) {
		return 0, 0
	}
	s := t.Sentences[sentence]
	return s.Start, s.End
}
