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
// digits; scripts written without spaces give each pair of neighbours, and the last letter alone, so that a part of a
// word is found as well. The order is that of the text; a token may come twice.
func tokens(text string) []string {
	var found []string
	var run []rune
	dense := false
	end := func() {
		found = appendRun(found, run, dense)
		run = run[:0]
	}
	for _, r := range plain(cut(text, maxIndexed)) {
		switch {
		case len(found) >= maxTokens:
			return found[:maxTokens]
		case !isWord(r):
			end()
		default:
			if d := isDense(r); len(run) > 0 && d != dense && !unicode.Is(unicode.M, r) {
				end()
				dense = d
			} else if len(run) == 0 {
				dense = d
			}
			run = append(run, unicode.ToLower(r))
		}
	}
	end()
	return found[:min(len(found), maxTokens)]
}

func appendRun(found []string, run []rune, dense bool) []string {
	if len(run) == 0 {
		return found
	}
	if !dense {
		return append(found, string(run[:min(len(run), maxTokenSize)]))
	}
	for i := 0; i+1 < len(run); i++ {
		found = append(found, string(run[i:i+2]))
	}
	return append(found, string(run[len(run)-1]))
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

// asked gives the tokens a searcher's text must match, and whether the last one may go on: a word of which at least
// two letters are there, or the single letter of a dense script at the end.
func asked(text string) (wanted []string, prefix bool) {
	words := tokens(text)
	if len(words) == 0 {
		return nil, false
	}
	last := words[len(words)-1]
	letters := []rune(last)
	dense := isDense(letters[0])
	if dense && len(letters) == 1 && len(words) > 1 && isDense([]rune(words[len(words)-2])[0]) {
		// The last letter of a longer run: its pair is asked for already, and in the text more may follow it.
		words = words[:len(words)-1]
		return words, false
	}
	return words, dense || len(letters) >= 2
}
