package lexicon

import (
	"strings"
	"testing"
)

const small = `
language: en
level: full
meanings:
  neg: not, never
  not_a_negation: not only
  thing: parcel*, e-mail
  arrive: arrive, be with you
  promise: will .. {arrive}, "{thing} comes|turns_up tomorrow?"
`

func parse(t *testing.T, source string) *Lexicon {
	t.Helper()
	lex, err := Parse([]byte(strings.ReplaceAll(source, `"`, "")))
	if err != nil {
		t.Fatal(err)
	}
	return lex
}

func TestPatterns(t *testing.T) {
	lex := parse(t, small)
	for _, x := range []struct {
		text string
		want bool
	}{
		{"It will surely arrive.", true},
		{"It will not arrive.", false},
		{"It will not only arrive, it will please.", true},
		{"It will, as we hope, arrive.", false}, // the gap stays inside a clause
		{"It will now at last and after all arrive.", false},
		{"Your parcels turns up tomorrow", true},
		{"the E-Mail comes", true},
		{"IT WILL BE WITH YOU", true},
		{"ａｒｒｉｖｅ, it will ａｒｒｉｖｅ", true},
		{"", false},
	} {
		if got := lex.Read(x.text).Has("promise"); got != x.want {
			t.Errorf("%q: %v", x.text, got)
		}
	}
}

func TestBadLexiconsAreRefused(t *testing.T) {
	for _, source := range []string{
		"language: en\nmeanings:\n  a: {b}\n", "language: en\nmeanings:\n  a: x {c\n", "language: en\nmeanings:\n  a: x {missing}\n",
		"language: en\nmeanings:\n  a: .. x\n", "language: en\nmeanings:\n  a: x ..\n", "language: en\nwhat: 1\n",
		"language: en\nmeanings:\n  a: x {b}\n  b: y {a}\n",
	} {
		if _, err := Parse([]byte(source)); err == nil {
			t.Errorf("accepted %q", source)
		}
	}
}

func TestSentencesAndWords(t *testing.T) {
	lex := parse(t, small)
	text := lex.Read("We paid 31.00 USD. Really? Yes! See www.shop.example.")
	if len(text.Sentences) != 4 || !text.Sentences[1].Question {
		t.Errorf("%d sentences", len(text.Sentences))
	}
	if got := lex.Read("we don't know").Words(); got != 3 {
		t.Errorf("%d words", got)
	}
	if got := lex.Read("您的包裹").Words(); got != 2 {
		t.Errorf("%d words for four signs", got)
	}
}

func FuzzRead(f *testing.F) {
	for _, s := range []string{"it will arrive", "\xff\xfe", "не not 不", "'''", "1.2.3,,", "a'b'c"} {
		f.Add(s)
	}
	lib, err := Load()
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, code := range []string{"en", "zh", "shared"} {
			text := lib[code].Read(s)
			for _, tok := range text.Tokens {
				if tok.Start < 0 || tok.End > len(text.Raw) || tok.Start >= tok.End {
					t.Fatalf("token %+v outside of %d bytes", tok, len(text.Raw))
				}
			}
		}
	})
}
