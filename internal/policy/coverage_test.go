package policy_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"

	"parley/internal/policy/words"
)

// TestEveryNumberedRuleHasAnEntry prints which pack entries carry each numbered rule and fails on a gap.
func TestEveryNumberedRuleHasAnEntry(t *testing.T) {
	data, err := os.ReadFile("testdata/no-rules.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var except map[string]string
	if err := yaml.Unmarshal(data, &except); err != nil {
		t.Fatal(err)
	}
	lib := library(t)
	covers, seed := lib.Covers(), regexp.MustCompile(`^00\d-\d\d$`)
	count := 0
	for _, n := range lib.Numbers() {
		if !seed.MatchString(n) {
			continue
		}
		count++
		t.Logf("%s: %s", n, strings.Join(covers[n], ", "))
		if len(covers[n]) == 0 && except[n] == "" {
			t.Errorf("rule %s has no entry in any pack", n)
		}
		if len(covers[n]) > 0 && except[n] != "" {
			t.Errorf("rule %s has an entry and is listed as no rule", n)
		}
	}
	if count != 193 {
		t.Errorf("the table has %d numbered rules", count)
	}
}

// TestEveryCheckIsInForce: the house pack names every check of the glossary with its source.
func TestEveryCheckIsInForce(t *testing.T) {
	lib := library(t)
	house, _ := lib.Pack("house@2026")
	named := map[string]bool{}
	for _, r := range house.Rules() {
		if name, ok := strings.CutPrefix(r.ID, "check."); ok {
			named[name] = true
		}
	}
	if len(named) != len(words.Codes("checks")) {
		t.Errorf("%d checks are in force, the glossary has %d", len(named), len(words.Codes("checks")))
	}
}
