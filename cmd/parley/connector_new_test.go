package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"parley/internal/connector/skeleton"
)

// TestConnectorNew writes into a folder that has the module's name and nothing to wire: every line is left to the person.
func TestConnectorNew(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "go.mod"), []byte("module parley\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	told := into[skeleton.Done](t, must(t, "connector", "new", "bazaar", "--dir", dir, "--json"))
	if len(told.Written) < 18 || len(told.Changed) != 0 || len(told.ByHand) != 6 {
		t.Errorf("%+v", told)
	}
	for _, p := range told.Written {
		if _, err := os.Stat(filepath.Join(dir, p)); err != nil {
			t.Error(err)
		}
	}
	out := must(t, "connector", "new", "souk", "--dir", filepath.Join(dir, "internal"))
	for _, want := range []string{"internal/connector/souk/pull.go", `"souk": souk.New(),`, "go test ./internal/connector/souk"} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is missing in %s", want, out)
		}
	}
	for name, dir := range map[string]string{"Ba zaar": dir, "bazaar": dir, "other": t.TempDir()} {
		if status, _, errs := parley(t, "connector", "new", name, "--dir", dir); status != 1 || errs == "" {
			t.Errorf("%s: %d %s", name, status, errs)
		}
	}
}
