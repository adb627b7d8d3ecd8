package policy_test

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write docs/guide/conditions.md anew")

// TestGuideListsEveryName keeps the list of names in the guide equal to what conditions may use.
func TestGuideListsEveryName(t *testing.T) {
	var b strings.Builder
	b.WriteString("# Names that conditions may use\n\nWritten by a test from the program; see [packs.md](packs.md).\n\n| Name | Type | Meaning |\n|---|---|---|\n")
	for _, n := range library(t).Names() {
		if !strings.Contains(n.Name, ".") || strings.Count(n.Name, ".") == 1 || !strings.HasPrefix(n.Name, "did.") && !strings.HasPrefix(n.Name, "last.") {
			fmt.Fprintf(&b, "| `%s` | %s | %s |\n", n.Name, n.Type, strings.ReplaceAll(n.Means, "|", "/"))
		}
	}
	b.WriteString("\n`did.ACTOR.ACT` and `last.ACTOR.ACT` exist for every actor and act, such as `did.staff.received_goods`.\n")
	const path = "../../docs/guide/conditions.md"
	if *update {
		if err := os.WriteFile(path, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != b.String() {
		t.Error("docs/guide/conditions.md is not up to date: run this test with -update")
	}
}
