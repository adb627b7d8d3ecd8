package reply

import (
	"slices"
	"strings"
	"testing"
	"time"

	"parley/internal/policy"
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

func TestAThinLexiconSaysSo(t *testing.T) {
	c := cases()["stale"]
	for _, x := range []struct {
		language, text string
		unsure         bool
	}{
		{"en", "Dear Ana, we are sorry that the lamp has not arrived.", false},
		{"fr", "Bonjour Ana, nous sommes désolés que votre commande ne soit pas arrivée.", true},
		{"th", "สวัสดีค่ะ เราขอโทษที่โคมไฟยังไม่ถึง", true},
		{"nl", "Beste Ana, het spijt ons dat de lamp nog niet is aangekomen en wij weten nog niet waarom dat zo is.", true},
	} {
		found := false
		for _, f := range Check(c.facts, c.verdict, policy.Draft{To: "buyer", Step: "enquiry_reply", Language: x.language, Text: x.text}, c.now, Limits{}) {
			found = found || f.Check == NotJudged && f.Unsure && !f.Blocks
		}
		if found != x.unsure {
			t.Errorf("%s: unsure %v, want %v", x.language, found, x.unsure)
		}
	}
}

func TestHiddenAndLookalikeLettersAreRead(t *testing.T) {
	c := cases()["stale"]
	for _, text := range []string{
		"We will answer your dis\u200bpute soon.", "We will answer your disрute soon.", "We will answer your ｄｉｓｐｕｔｅ soon.", "We will answer your DISPUTE soon.", "We will answer your di\u00adspute soon.",
	} {
		draft := policy.Draft{To: "buyer", Step: "first_logistics_reply", Language: "en", Text: text}
		if !slices.Contains(Blocked(Check(c.facts, c.verdict, draft, c.now, Limits{})), "dispute_mentioned") {
			t.Errorf("%q hides the dispute", text)
		}
	}
}

func TestAFindingNamesTheSentence(t *testing.T) {
	c := cases()["stale"]
	text := "Dear Ana, thank you. The parcel will arrive on 31.03. at 9.30 a.m., i.e. soon! We are sorry."
	for _, f := range Check(c.facts, c.verdict, policy.Draft{To: "buyer", Step: "enquiry_reply", Language: "en", Text: text}, c.now, Limits{}) {
		if f.Check == "delivery_promise" && text[f.Start:f.End] != "The parcel will arrive on 31.03. at 9.30 a.m., i.e. soon!" {
			t.Errorf("sentence is %q", text[f.Start:f.End])
		}
		if f.Check == "delivery_promise" && f.Rule != "X4" {
			t.Errorf("rule is %s", f.Rule)
		}
	}
}

func TestHostileTextsEndSoon(t *testing.T) {
	c := cases()["answered"]
	for _, piece := range []string{"we have already just also now ", "will will not you ", "because of the carrier told us ", "（", "\u202eا", "我们已经退款会到", "a.", "\x00\xff", "😭", "please cancel the dispute and "} {
		text := strings.Repeat(piece, 50_000/len(piece))
		begun := time.Now()
		Check(c.facts, c.verdict, policy.Draft{To: "buyer", Step: "logistics_update", Language: "en", Text: text}, c.now, Limits{})
		if spent := time.Since(begun); spent > 5*time.Second {
			t.Errorf("50 kB of %q took %s", piece, spent)
		}
	}
}
