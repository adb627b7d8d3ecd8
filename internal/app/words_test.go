package app_test

import (
	"testing"

	"parley/internal/app"
	"parley/internal/texts"
)

// TestEveryActAndReasonHasAWord: what a person chooses on a form is never a bare code.
func TestEveryActAndReasonHasAWord(t *testing.T) {
	book, err := texts.Load()
	if err != nil {
		t.Fatal(err)
	}
	en := book.In("en")
	for kind, c := range app.Connectors() {
		about := c.About()
		for _, do := range about.Acts {
			for _, group := range []string{"option", "do"} {
				if _, ok := en.Code(group, do); !ok {
					t.Errorf("%s: no word %s.%s", kind, group, do)
				}
			}
		}
		for do, codes := range about.Reasons {
			for _, code := range codes {
				if !en.Has("reason." + kind + "." + code) {
					t.Errorf("%s, %s: no word for %s", kind, do, code)
				}
			}
		}
	}
}
