package page

import (
	"strings"
	"testing"

	"parley/internal/desk"
	"parley/internal/texts"
)

// TestABuyerNobodyKnowsHasNoCases: where the platform gives no number of a buyer, nothing is said of how many cases he has.
func TestABuyerNobodyKnowsHasNoCases(t *testing.T) {
	book, err := texts.Load()
	if err != nil {
		t.Fatal(err)
	}
	for cases, shown := range map[int]bool{0: false, 2: true} {
		var html strings.Builder
		p := Case{Frame: Frame{Reader: book.In("en")}, C: desk.CasePage{}}
		p.C.BuyerStats.Cases = cases
		if err := buyerPanel(p).Render(t.Context(), &html); err != nil {
			t.Fatal(err)
		}
		if said := strings.Contains(html.String(), book.In("en").T("buyer.cases")); said != shown {
			t.Errorf("with %d cases: %s", cases, html.String())
		}
	}
}
