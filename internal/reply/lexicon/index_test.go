package lexicon

import "testing"

// TestBeginnings: whatever stands behind the first word of a pattern, the index must not leave the pattern out.
func TestBeginnings(t *testing.T) {
	lex := parse(t, "language: en\nlevel: full\nmeanings:\n  a: pay now? soon, go|run_on .. far, send* it|them, big_red dog\n  b: see {a}\n  c: the_end, {a} ends\n")
	for text, want := range map[string]string{
		"pay now soon": "a", "pay soon": "a", "pay later soon": "", "run on very far": "a", "run off very far": "", "go very far": "a",
		"sends them": "a", "sending it": "a", "sends us": "", "big red dog": "a", "big dog": "", "see pay soon": "b", "pay soon ends": "c",
		"see pay": "", "pay": "",
	} {
		got := lex.Read(text)
		if want == "" && got.Has("a", "b", "c") || want != "" && !got.Has(want) {
			t.Errorf("%q: wanted %q", text, want)
		}
	}
}

func BenchmarkLoad(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := load(); err != nil {
			b.Fatal(err)
		}
	}
}
