package scenario_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"parley/internal/policy"
	"parley/internal/policy/scenario"
	"parley/packs"
)

// TestScenarios runs the project's own scenarios, and further folders named in PARLEY_SCENARIOS.
func TestScenarios(t *testing.T) {
	lib, err := policy.Load(packs.Files)
	if err != nil {
		t.Fatal(err)
	}
	paths := []string{"../testdata/scenarios"}
	if more := os.Getenv("PARLEY_SCENARIOS"); more != "" {
		paths = append(paths, filepath.SplitList(more)...)
	}
	var out strings.Builder
	r := scenario.Runner{Library: lib, Out: &out}
	if got := r.Run(paths...); got.Failed > 0 || got.Passed == 0 {
		t.Errorf("%s", out.String())
	} else {
		t.Logf("%d passed", got.Passed)
	}
}
