package api_test

import (
	"encoding/json"
	"strings"
	"testing"

	"parley/internal/api"
	"parley/internal/desk"
	"parley/internal/policy"
)

// TestAClosedOptionTellsWhyInData: the key of the reason and what stands in it, so that a program can say it in its own words.
func TestAClosedOptionTellsWhyInData(t *testing.T) {
	closed := policy.Option{Code: "accept", Reason: "option.nothing_left_paid", Params: map[string]string{"paid": "30.00 USD"}}
	b, err := json.Marshal(api.CaseOf(desk.CasePage{Options: []desk.OptionView{{Option: closed, Sends: true}}, Withheld: &closed}))
	if err != nil {
		t.Fatal(err)
	}
	told := `"open":false,"reason":"option.nothing_left_paid","params":{"paid":"30.00 USD"}`
	if n := strings.Count(string(b), told); n != 2 || !strings.Contains(string(b), `"withheld":{"code":"accept"`) {
		t.Errorf("told %d times: %s", n, b)
	}
}
