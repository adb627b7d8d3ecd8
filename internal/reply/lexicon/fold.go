package lexicon

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// lookalikes are Cyrillic and Greek letters that are drawn like Latin ones; a Latin word that contains them is read as Latin.
const lookalikes = "аaеeоoрpсcуyхxіiјjѕsһhԁdкkмmтtвbнhαaοoιiκkνvρpτtυuεeηn"

func latinTwin(r rune) (rune, bool) {
	twin := false
	var last rune
	for _, x := range lookalikes {
		if !twin {
			last, twin = x, true
			continue
		}
		if last == r {
			return x, true
		}
		twin = false
	}
	return r, false
}

// foldRune appends the folded form of a sign: lower case, compatibility form, no accents. Marks and invisible signs vanish.
func foldRune(out []byte, r rune) []byte {
	if r < utf8.RuneSelf {
		if 'A' <= r && r <= 'Z' {
			r += 'a' - 'A'
		}
		return append(out, byte(r))
	}
	switch {
	case ideograph(r):
		return utf8.AppendRune(out, r)
	case unicode.Is(unicode.Mn, r), unicode.Is(unicode.Cf, r), r == utf8.RuneError:
		return out
	case r == 'ß':
		return append(out, "ss"...)
	case r == 'ø':
		return append(out, 'o')
	case r == 'ł' || r == 'Ł':
		return append(out, 'l')
	case r == 'ı' || r == 'İ':
		return append(out, 'i')
	case r == 'æ':
		return append(out, "ae"...)
	case r == 'œ':
		return append(out, "oe"...)
	case unicode.In(r, unicode.Hangul, unicode.Hiragana, unicode.Katakana) && r < 0xFF00:
		return utf8.AppendRune(out, r)
	}
	var buf [utf8.UTFMax]byte
	n := utf8.EncodeRune(buf[:], r)
	dec := norm.NFKD.Properties(buf[:n]).Decomposition()
	if dec == nil {
		return utf8.AppendRune(out, unicode.ToLower(r))
	}
	for len(dec) > 0 {
		d, size := utf8.DecodeRune(dec)
		dec = dec[size:]
		if !unicode.Is(unicode.Mn, d) {
			out = utf8.AppendRune(out, unicode.ToLower(d))
		}
	}
	return out
}

func foldWord(s string) string {
	var out []byte
	for _, r := range s {
		out = foldRune(out, r)
	}
	return string(out)
}

// unmask reads a word that mixes Latin with look-alike letters as Latin.
func unmask(word string) string {
	latin, foreign := false, false
	for _, r := range word {
		switch {
		case 'a' <= r && r <= 'z':
			latin = true
		case unicode.In(r, unicode.Cyrillic, unicode.Greek):
			foreign = true
		}
	}
	if !latin || !foreign {
		return word
	}
	return strings.Map(func(r rune) rune {
		twin, _ := latinTwin(r)
		return twin
	}, word)
}

// Fold gives the folded form of a whole text: lower case, no accents, no invisible signs.
func Fold(s string) string {
	out := make([]byte, 0, len(s))
	for _, r := range s {
		out = foldRune(out, r)
	}
	return string(out)
}
