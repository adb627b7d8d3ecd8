package words_test

import (
	"testing"

	"parley/internal/policy/words"
)

func TestKnownWords(t *testing.T) {
	for _, c := range []struct{ group, code string }{
		{"classes", "logistics.lost"}, {"states", "wait_seller"}, {"deadlines", "seller_response"}, {"alerts", "platform_status_unknown"},
		{"checks", "delivery_promise"}, {"never_advised", "offer_part_first"},
	} {
		if !words.Known(c.group, c.code) || words.Meaning(c.group, c.code) == "" {
			t.Errorf("%s %s is not known or means nothing", c.group, c.code)
		}
	}
	if words.Known("classes", "logistics.lots") {
		t.Error("a misspelt class is known")
	}
}

func TestEveryReasonPointsToAClass(t *testing.T) {
	class, ok := words.Reason("aliexpress", "dislike, unwanted")
	if !ok || class != "withdrawal.personal_reason" {
		t.Errorf("reason points to %q, %v", class, ok)
	}
}

func TestClosestSuggests(t *testing.T) {
	if got := words.Closest("states", "wait_seler"); got != "wait_seller" {
		t.Errorf("suggestion is %q", got)
	}
	if got := words.Closest("states", "zzzzzzzzzzzz"); got != "" {
		t.Errorf("suggestion is %q", got)
	}
}

func TestDeadlineKeepsItsRule(t *testing.T) {
	if words.Detail("deadlines", "repair_due", "rule") == "" {
		t.Error("the formula of repair_due is lost")
	}
}
