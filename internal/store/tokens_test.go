package store

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestTokens(t *testing.T) {
	for text, want := range map[string][]string{
		"":                      nil,
		"Añadió, 12-34!":        {"anadio", "12", "34"},
		"退":                     {"退"},
		"退款":                    {"退", "款", "退款"},
		"要退款iPhone15手机":         {"要", "退", "款", "要退", "退款", "iphone15", "手", "机", "手机"},
		"Ёлка й":                {"елка", "и"},
		"ＡＢＣ ①":                 {"abc", "1"},
		"한국":                    {"한", "국", "한국"},
		"كِتَابـ":               {"كتاب"},
		strings.Repeat("x", 99): {strings.Repeat("x", 64)},
	} {
		if got := tokens(text); !slices.Equal(got, want) {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

// FuzzTokens: whatever the text, tokens are whole letters without anything an engine's query language knows, and a
// text finds itself.
func FuzzTokens(f *testing.F) {
	for _, text := range []string{"Añadió", "退款 x", "각", "\u0301a", "İI", "ﷺ", "𠀀𠀁", "a\x00\xff'\"", "ไทย", "ǅ", "ß", "ͅα"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		all := tokens(text)
		for _, token := range all {
			if token == "" || !utf8.ValidString(token) || strings.ContainsAny(token, " '\"\\*:&|!()\x00") {
				t.Fatalf("%q gives token %q", text, token)
			}
		}
		wanted, begun := asked(text)
		if begun != "" {
			wanted = append(wanted, begun)
		}
		for _, w := range wanted {
			if !slices.Contains(all, w) {
				t.Fatalf("%q asks for %q, which it does not hold", text, w)
			}
		}
		if folded := Fold(text); !utf8.ValidString(folded) || strings.ContainsAny(folded, " '\x00") {
			t.Fatalf("%q folds to %q", text, folded)
		}
	})
}
