package policy_test

import (
	"testing"

	"parley/internal/policy"
	"parley/packs"
)

func library(t testing.TB) *policy.Library {
	t.Helper()
	l, err := policy.Load(packs.Files)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestShippedPacksLoad(t *testing.T) {
	for _, p := range library(t).Packs() {
		if p.Title.In("es") == "" {
			t.Errorf("%s has no title", p.Name)
		}
	}
}
