package lexicon

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Kind tells what a token is.
type Kind uint8

// The kinds of tokens.
const (
	Word   Kind = iota // letters
	Number             // digits, with separators between them
	Mark               // punctuation, currency signs, emoji
)

// Token is a word, a number or a sign of a text with its place in the original, in bytes.
type Token struct {
	Kind       Kind
	Word       string // folded
	Start, End int
	Clause     int // number of the clause it belongs to, rising through the whole text
	Sentence   int
	Capital    bool // begins with a capital letter
}

// single tells whether a sign is a word of its own: scripts that are written without blanks.
func single(r rune) bool {
	return r > 0x2E7F && (unicode.Is(unicode.Han, r) || unicode.Is(unicode.Hiragana, r) || unicode.Is(unicode.Katakana, r) || r == 'ー')
}

// ideograph tells whether a sign is one of the common Chinese ones, which are words of their own and fold to themselves.
func ideograph(r rune) bool { return 0x4E00 <= r && r <= 0x9FFF }

func invisible(r rune) bool {
	return r >= utf8.RuneSelf && (unicode.Is(unicode.Mn, r) || unicode.Is(unicode.Cf, r))
}

func letter(r rune) bool {
	if r < utf8.RuneSelf {
		return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z'
	}
	return unicode.IsLetter(r) || unicode.Is(unicode.Mc, r)
}

func digit(r rune) bool { return '0' <= r && r <= '9' || 0xFF10 <= r && r <= 0xFF19 }

// tokens cuts a text. With latin set, words that only look Latin are read as Latin.
func tokens(s string, latin bool) []Token {
	out := make([]Token, 0, guess(s))
	buf := make([]byte, 0, 64)
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case ideograph(r):
			out = append(out, Token{Kind: Word, Word: s[i : i+size], Start: i, End: i + size})
			i += size
		case unicode.IsSpace(r) && r != '\n', invisible(r):
			i += size
		case single(r):
			buf = foldRune(buf[:0], r)
			out = append(out, Token{Kind: Word, Word: share(s[i:i+size], buf), Start: i, End: i + size})
			i += size
		case digit(r):
			end := numberEnd(s, i)
			out = append(out, Token{Kind: Number, Word: foldNumber(s[i:end]), Start: i, End: end})
			i = end
		case r == '-' && hyphen(s, i):
			i += size
		case letter(r):
			var end int
			buf, end = readWord(buf[:0], s, i)
			word := unmask(share(s[i:end], buf))
			if latin {
				word = unmaskAll(word)
			}
			out = appendWord(out, word, i, end, unicode.IsUpper(r))
			i = end
		default:
			buf = foldRune(buf[:0], r)
			out = append(out, Token{Kind: Mark, Word: share(s[i:i+size], buf), Start: i, End: i + size})
			i += size
		}
	}
	return out
}

// guess gives about the number of tokens: one for five bytes, or for each sign where signs are long.
func guess(s string) int {
	if signs := utf8.RuneCountInString(s); 2*signs < len(s) {
		return signs + 4
	}
	return len(s)/4 + 4
}

// hyphen tells whether the hyphen at i joins two words, which then count as two words side by side.
func hyphen(s string, i int) bool {
	before, _ := utf8.DecodeLastRuneInString(s[:i])
	after, _ := utf8.DecodeRuneInString(s[i+1:])
	return letter(before) && letter(after)
}

// share gives the original when folding changed nothing, which saves a copy.
func share(original string, folded []byte) string {
	if original == string(folded) {
		return original
	}
	return string(folded)
}

func foldNumber(s string) string {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return foldWord(s)
		}
	}
	return s
}

// numberEnd finds the end of a number: digits with one point, comma or apostrophe between digits.
func numberEnd(s string, i int) int {
	for i < len(s) {
		r, size := utf8.DecodeRuneInString(s[i:])
		if digit(r) || invisible(r) {
			i += size
			continue
		}
		next, _ := utf8.DecodeRuneInString(s[i+size:])
		if (r == '.' || r == ',' || r == '\'') && digit(next) {
			i += size
			continue
		}
		break
	}
	return i
}

// readWord folds letters and the apostrophe inside a word.
func readWord(buf []byte, s string, i int) ([]byte, int) {
	for i < len(s) {
		r, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case single(r):
			return buf, i
		case letter(r), invisible(r):
			buf = foldRune(buf, r)
		case r == '\'' || r == '’' || r == 'ʼ':
			next, _ := utf8.DecodeRuneInString(s[i+size:])
			if !letter(next) || len(buf) == 0 {
				return buf, i
			}
			buf = append(buf, '\'')
		default:
			return buf, i
		}
		i += size
	}
	return buf, i
}

// unmaskAll reads a word made of look-alike letters only as Latin.
func unmaskAll(word string) string {
	out := make([]rune, 0, len(word))
	for _, r := range word {
		if !unicode.In(r, unicode.Cyrillic, unicode.Greek) {
			return word
		}
		twin, ok := latinTwin(r)
		if !ok {
			return word
		}
		out = append(out, twin)
	}
	return string(out)
}

// appendWord opens the short forms of English (we've, don't, cannot) and the elisions of Romance languages (l'ordine).
func appendWord(out []Token, word string, start, end int, capital bool) []Token {
	add := func(w string) {
		if w != "" {
			out = append(out, Token{Kind: Word, Word: w, Start: start, End: end, Capital: capital})
		}
	}
	head, tail, cut := strings.Cut(word, "'")
	switch {
	case word == "cannot" || word == "cant" || word == "can't":
		add("can")
		add("not")
	case word == "won't" || word == "wont":
		add("will")
		add("not")
	case !cut:
		add(word)
	case tail == "t" && strings.HasSuffix(head, "n"):
		add(strings.TrimSuffix(head, "n"))
		add("not")
	default:
		add(head)
		add(openTail(tail))
	}
	return out
}

func openTail(tail string) string {
	switch tail {
	case "ve":
		return "have"
	case "ll":
		return "will"
	case "re":
		return "are"
	case "d":
		return "would"
	case "m":
		return "am"
	}
	return strings.ReplaceAll(tail, "'", "")
}
