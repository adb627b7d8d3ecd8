package sim_test

import (
	"os/exec"
	"path/filepath"
	"testing"
)

// The mistakes that scripts/mutants plants still fit the program they are planted in; whether they are caught takes minutes, and is the
// script's business.
func TestMistakesCanStillBePlanted(t *testing.T) {
	patches, err := filepath.Glob("testdata/mutants/*.patch")
	if err != nil || len(patches) < 10 {
		t.Fatalf("%d patches: %v", len(patches), err)
	}
	for _, p := range patches {
		path, err := filepath.Abs(p)
		if err != nil {
			t.Fatal(err)
		}
		check := exec.CommandContext(t.Context(), "git", "apply", "--check", path)
		check.Dir = filepath.Join("..", "..")
		if said, err := check.CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", filepath.Base(p), err, said)
		}
	}
}
