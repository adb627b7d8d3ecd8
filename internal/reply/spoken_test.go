package reply_test

import (
	"testing"

	"parley/internal/dispute"
	"parley/internal/reply"
)

func TestBuyersLanguageComesFromTheirWords(t *testing.T) {
	for _, c := range []struct{ country, text, want string }{
		{"ES", "¿Dónde está mi paquete? No ha llegado todavía y quiero mi dinero.", "es"},
		{"US", "¿Dónde está mi paquete? No ha llegado todavía y quiero mi dinero.", "es"},
		{"CA", "包裹一直没有收到，请退款。", "zh"},
		{"BR", "", "pt"},
		{"KR", "", "ko"},
		{"FR", "ok", "fr"},
		{"", "", ""},
		{"??", "", ""},
	} {
		f := dispute.Facts{Buyer: &dispute.Buyer{Country: c.country}, Messages: []dispute.Message{{From: "buyer", Text: c.text}}}
		if got := reply.Spoken(&f); got != c.want {
			t.Errorf("%s, %q: %q, want %q", c.country, c.text, got, c.want)
		}
	}
	if got := reply.Spoken(&dispute.Facts{Buyer: &dispute.Buyer{Language: "de", Country: "ES"}}); got != "de" {
		t.Errorf("what the platform says wins: %q", got)
	}
}
