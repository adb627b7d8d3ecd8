package store

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func cards() []Card {
	return []Card{
		{}, {Title: "Lámpara 灯"}, {Title: `a "quoted" \ name`, Buyer: "<b>&\u202e\u2028"}, {Alerts: []string{"x", "y"}, Unknown: -3, Counts: true},
		{Title: "t", Product: "p", Buyer: "b", Country: "ES", Language: "es", Reason: "r", Why: "w", WhyPack: "k", Params: map[string]string{"a": "1", "b": ""}, Effect: "sent"},
	}
}

func TestACardComesBackAsItWas(t *testing.T) {
	for _, want := range cards() {
		got, err := readCard(cardText(want))
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Error(diff, err)
		}
	}
}

func TestAPlainCardNeedsNoHelp(t *testing.T) {
	var c Card
	if r := (cardReader{text: cardText(cards()[4]), ok: true}); !r.card(&c) {
		t.Fatal("a card without escapes went to encoding/json")
	}
}

// FuzzReadCard: whatever stands in the column, the small reader and encoding/json read the same.
func FuzzReadCard(f *testing.F) {
	for _, c := range cards() {
		f.Add(cardText(c))
	}
	f.Add(`{"title":"a","title":"b"}`)
	f.Add(`{"title":null}`)
	f.Add(`{"params":{},"alerts":[]}`)
	f.Add(`{"alerts":[,]}`)
	f.Add(`{"unknown":1e3}`)
	f.Fuzz(func(t *testing.T, text string) {
		var want Card
		wrong := json.Unmarshal([]byte(tidy(text)), &want)
		got, err := readCard(tidy(text))
		if wrong != nil {
			return // what encoding/json refuses was never written by us
		}
		if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" || err != nil {
			t.Error(diff, err)
		}
	})
}
