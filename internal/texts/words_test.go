package texts_test

import (
	"testing"

	"parley/internal/policy/words"
	"parley/internal/texts"
)

// groups of the vocabulary and the prefix of their texts.
var groups = map[string]string{
	"classes": "class", "states": "state", "parties": "party", "actors": "actor", "options": "option", "supplier_options": "supplier_option",
	"buyer_options": "buyer_option", "deadlines": "deadline", "deadline_sources": "deadline_source", "warnings": "warning", "alerts": "alert",
	"evidence_kinds": "evidence", "readings": "reading", "acts": "act", "shipment_statuses": "scan", "shipment_reasons": "scan_reason",
	"metrics": "metric", "advice": "advice", "checks": "check",
}

func TestEveryWordOfTheVocabularyHasAText(t *testing.T) {
	b := load(t)
	for group, prefix := range groups {
		codes := words.Codes(group)
		if len(codes) == 0 {
			t.Errorf("the vocabulary has no group %s", group)
		}
		for _, code := range codes {
			for _, lang := range texts.Languages() {
				if _, ok := b.In(lang).Code(prefix, code); !ok {
					t.Errorf("%s: %s.%s has no text", lang, prefix, code)
				}
			}
		}
	}
}

func TestUnknownCodeIsGivenBackAsItIs(t *testing.T) {
	if text, ok := load(t).In("es").Code("state", "negotiating_v2"); ok || text != "negotiating_v2" {
		t.Errorf("%q, %v", text, ok)
	}
}
