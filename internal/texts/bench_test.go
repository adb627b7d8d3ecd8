package texts

import "testing"

// BenchmarkLoad reads every text in every language, as each start of the program does once.
func BenchmarkLoad(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := load(); err != nil {
			b.Fatal(err)
		}
	}
}
