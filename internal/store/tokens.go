package store

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Bounds that keep a hostile text from filling the index.
const (
	maxIndexed   = 256 << 10 // bytes of text looked at for one case
	maxTokens    = 20_000    // tokens kept for one case
	maxTokenSize = 64        // letters of one token
)

// Fold gives a number as it is looked up: compatibility forms resolved, capital letters and digits only, at most 64.
func Fold(number string) string {
	var b strings.Builder
	n := 0
	for _, r := range norm.NFKC.String(cut(number, 1000)) {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			continue
		}
		if n++; n > maxTokenSize {
			break
		}
		b.WriteRune(unicode.ToUpper(r))
	}
	return b.String()
}

// cut shortens a text to a number of bytes without breaking a letter.
func cut(text string, size int) string {
	if len(text) > size {
		text = text[:size]
	}
	return strings.ToValidUTF8(text, "")
}

// tokens gives the words of a text as they are indexed: accents dropped, lower case. Words are runs of letters and
// digits; scripts written without spaces give each letter and each pair of neighbours, so that a part of a word is found
// as well. The order is that of the text; a token may come twice.
func tokens(text string) (found []string) {
	runs(text, func(run []rune, dense bool) bool {
		if !dense {
			found = append(found, word(run))
			return len(found) < maxTokens
		}
		for i := range run {
			found = append(found, string(run[i]))
		}
		found = append(found, pairs(run)...)
		return len(found) < maxTokens
	})
	return found[:min(len(found), maxTokens)]
}

// asked gives the tokens a searcher's text must match, each once, and apart from them the last word if it may be only
// begun. Of a run of a dense script the pairs are enough.
func asked(text string) (whole []string, begun string) {
	runs(text, func(run []rune, dense bool) bool {
		if begun != "" {
			whole, begun = append(whole, begun), ""
		}
		switch {
		case !dense && mayGoOn(word(run)):
			begun = word(run)
		case !dense:
			whole = append(whole, word(run))
		case len(run) == 1:
			whole = append(whole, string(run))
		default:
			whole = append(whole, pairs(run)...)
		}
		return len(whole) < maxAsked
	})
	return distinct(whole), begun
}

// maxAsked is how many tokens of a search are looked at; nobody types so many.
const maxAsked = 40

func word(run []rune) string { return string(run[:min(len(run), maxTokenSize)]) }

func pairs(run []rune) (found []string) {
	for i := 1; i < len(run); i++ {
		found = append(found, string(run[i-1:i+1]))
	}
	return found
}

// mayGoOn: words of three and more letters are completed when they are looked for. Words with digits are not: numbers
// have a search of their own, and there is no end of them.
func mayGoOn(token string) bool {
	n := 0
	for _, r := range token {
		if n++; unicode.IsNumber(r) {
			return false
		}
		if n == 1 && isDense(r) {
			return false
		}
	}
	return n >= 3 && n <= 32
}

// runs gives the runs of letters and digits of a text, each all of a dense script or all of others, until take has
// enough. A mark belongs to the letter before it.
func runs(text string, take func(run []rune, dense bool) bool) {
	var run []rune
	dense := false
	for _, r := range plain(cut(text, maxIndexed)) {
		mark := len(run) > 0 && unicode.Is(unicode.M, r)
		if fits := isWord(r) && (mark || isDense(r) == dense); !fits && len(run) > 0 {
			if !take(run, dense) {
				return
			}
			run = run[:0]
		}
		if isWord(r) {
			if len(run) == 0 {
				dense = isDense(r)
			}
			run = append(run, unicode.ToLower(r))
		}
	}
	if len(run) > 0 {
		take(run, dense)
	}
}

// plain resolves compatibility forms and drops the accents of the scripts that use them as such, then puts together
// again what belongs together (Hangul syllables).
func plain(text string) string {
	bare := strings.Map(func(r rune) rune {
		if isAccent(r) {
			return -1
		}
		return r
	}, norm.NFKD.String(text))
	return norm.NFC.String(bare)
}

// isAccent: combining marks of Latin, Greek and Cyrillic; points of Hebrew; vowel signs and hamza of Arabic, and the
// stroke that only stretches a word.
func isAccent(r rune) bool {
	switch {
	case r >= 0x0300 && r <= 0x036F, r >= 0x0591 && r <= 0x05BD, r >= 0x0610 && r <= 0x061A, r >= 0x064B && r <= 0x065F:
		return true
	}
	return r == 0x0670 || r == 0x0640
}

func isWord(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.Is(unicode.M, r)
}

// isDense: scripts whose words are not set apart by spaces.
func isDense(r rune) bool {
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar)
}

// distinct gives each token once, in alphabetical order.
func distinct(tokens []string) []string {
	return slices.Compact(slices.Sorted(slices.Values(tokens)))
}
