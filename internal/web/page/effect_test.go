package page

import (
	"strings"
	"testing"
	"time"

	"parley/internal/desk"
	"parley/internal/texts"
)

// TestAnActWithoutANameBeginsWithItsTime: where it is not known who sent it, no dot stands before the time.
func TestAnActWithoutANameBeginsWithItsTime(t *testing.T) {
	book, err := texts.Load()
	if err != nil {
		t.Fatal(err)
	}
	f := Frame{Reader: book.In("en"), Zone: time.UTC}
	for by, shown := range map[string]bool{"": false, "Ana": true} {
		var html strings.Builder
		e := desk.EffectItem{State: "confirmed", Do: "accept", By: by, At: time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)}
		if err := effectLine(f, e).Render(t.Context(), &html); err != nil {
			t.Fatal(err)
		}
		if dot := strings.Contains(html.String(), "·"); dot != shown {
			t.Errorf("by %q: %s", by, html.String())
		}
	}
}
