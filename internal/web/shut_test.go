package web_test

import (
	"strings"
	"testing"

	"parley/internal/policy"
)

// TestAnOptionClosedForWantOfMoneySaysWhy: on the case page and beside the queue, in the member's way of writing money, and nothing is offered
// in its place where the rules know nothing better.
func TestAnOptionClosedForWantOfMoneySaysWhy(t *testing.T) {
	s := newScene(t)
	c := &s.desk.Cases[0]
	closed := policy.Option{Code: "accept", Reason: "option.nothing_left_beside", Params: map[string]string{"paid": "23.90 EUR", "other": "Luz Hogar PayPal 8014"}}
	for i := range c.Options {
		c.Options[i].Best = false
		if c.Options[i].Code == "accept" {
			c.Options[i].Option = closed
		}
	}
	c.Recommended, c.Withheld = "", &closed
	why := "Nothing is left to pay back: €23.90 was paid, is held or is on its way already. See Luz Hogar PayPal 8014."
	_, body := s.get("/cases/1")
	s.has(body, why, "Nothing is recommended: “Accept the claim” would be, but it is closed. "+why)
	if strings.Contains(body, `href="/cases/1/options/accept"`) || strings.Count(body, why) != 2 {
		t.Errorf("the option can be chosen, or its reason stands %d times", strings.Count(body, why))
	}
	_, body = s.get("/cases/1/peek")
	s.has(body, why)
}
