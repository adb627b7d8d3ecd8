package reply

import (
	"strings"
	"testing"

	"parley/internal/reply/lexicon"
)

func TestEveryCheckHasAnHonestWayToSayItInThreeLanguages(t *testing.T) {
	for check := range rules {
		for _, lang := range []string{"en", "es", "zh"} {
			key := "reply." + check + ".instead"
			if got := Text(lang, key); got == key || strings.TrimSpace(got) == "" {
				t.Errorf("%s has no text for %s", lang, key)
			}
		}
	}
	if got := Text("de", "reply.too_long.instead"); got != Text("en", "reply.too_long.instead") {
		t.Errorf("a language without texts reads %q", got)
	}
}

func TestLexiconsLoad(t *testing.T) {
	lib, err := lexicon.Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, code := range []string{"en", "es", "zh", "shared", "record"} {
		if lib[code] == nil {
			t.Errorf("no lexicon %q", code)
		}
	}
}
