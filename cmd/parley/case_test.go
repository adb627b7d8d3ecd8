package main

import (
	"bytes"
	"strings"
	"testing"

	"parley/internal/app"
	"parley/internal/desk"
	"parley/internal/policy"
	"parley/internal/texts"
)

// TestClosedOptionsSayWhy in each language, sums in its way of writing.
func TestClosedOptionsSayWhy(t *testing.T) {
	book, err := texts.Load()
	if err != nil {
		t.Fatal(err)
	}
	page := desk.CasePage{Options: []desk.OptionView{
		{Option: policy.Option{Code: "contest_with_evidence", Open: true}, Best: true},
		{Option: policy.Option{Code: "accept", Reason: "option.too_little_left_paid", Params: map[string]string{"paid": "10.00 USD", "rest": "20.00 USD", "claim": "30.00 USD"}}},
	}}
	for lang, says := range map[string]string{"en": "US$30.00 is claimed, and only US$20.00 is left", "es": "solo quedan 20,00", "zh": "仅剩 "} {
		var b bytes.Buffer
		(&terminal{out: &b, words: book.In(lang)}).options(&app.App{}, page)
		if lines := strings.Split(b.String(), "\n"); len(lines) != 3 || !strings.HasPrefix(lines[0], "* contest") || !strings.HasPrefix(lines[1], "- accept") || !strings.Contains(lines[1], says) {
			t.Errorf("%s: %s", lang, b.String())
		}
	}
}
