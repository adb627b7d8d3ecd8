package skeleton_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"parley/internal/connector/skeleton"
	"parley/internal/fault"
)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func root(t *testing.T) string {
	t.Helper()
	dir, err := skeleton.Root(".")
	must(t, err)
	return dir
}

// checkout is a folder with what the skeleton looks at: the module's name and the files that are wired, as they are now.
func checkout(t *testing.T) string {
	t.Helper()
	from, to := root(t), t.TempDir()
	copied := []string{"go.mod", "internal/house/house_test.go"}
	for _, pattern := range []string{"internal/app/*.go", "cmd/parley/*.go"} {
		found, err := filepath.Glob(filepath.Join(from, pattern))
		must(t, err)
		for _, p := range found {
			rel, err := filepath.Rel(from, p)
			must(t, err)
			copied = append(copied, rel)
		}
	}
	for _, rel := range copied {
		text, err := os.ReadFile(filepath.Join(from, rel))
		must(t, err)
		must(t, os.MkdirAll(filepath.Dir(filepath.Join(to, rel)), 0o755))
		must(t, os.WriteFile(filepath.Join(to, rel), text, 0o644))
	}
	return to
}

// TestANewConnectorPassesItsOwnTests writes one, lays it over this module without touching it, and runs every test it brought.
func TestANewConnectorPassesItsOwnTests(t *testing.T) {
	to := checkout(t)
	done, err := skeleton.New(to, "bazaar")
	must(t, err)
	over := map[string]string{}
	for _, p := range done.Written {
		over[filepath.Join(root(t), p)] = filepath.Join(to, p)
	}
	text, err := json.Marshal(map[string]any{"Replace": over})
	must(t, err)
	overlay, program := filepath.Join(t.TempDir(), "overlay.json"), filepath.Join(t.TempDir(), "bazaar.test")
	must(t, os.WriteFile(overlay, text, 0o644))

	build := exec.CommandContext(t.Context(), "go", "test", "-c", "-vet=off", "-overlay", overlay, "-o", program, "./internal/connector/bazaar")
	build.Dir = root(t)
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	tests := exec.CommandContext(t.Context(), program, "-test.v")
	tests.Dir = filepath.Join(to, "internal/connector/bazaar")
	out, err := tests.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if n := len(regexp.MustCompile(`(?m)^    --- PASS: TestConformance/`).FindAllString(string(out), -1)); n < 27 {
		t.Errorf("%d parts of the conformance suite ran: %s", n, out)
	}
}

// TestTheWiring: every line stands in its file once, and nothing else there is different.
func TestTheWiring(t *testing.T) {
	to := checkout(t)
	done, err := skeleton.New(to, "bazaar")
	must(t, err)
	if len(done.ByHand) != 0 || strings.Join(done.Changed, " ") != "internal/app/app.go cmd/parley/connector.go internal/house/house_test.go" {
		t.Errorf("changed %v, left %v", done.Changed, done.ByHand)
	}
	for _, l := range skeleton.Lines("bazaar") {
		after, err := os.ReadFile(filepath.Join(to, l.File))
		must(t, err)
		if n := strings.Count(squeezed(after), squeezed([]byte(l.Text))); n != 1 {
			t.Errorf("%s: %d times in %s", l.Text, n, l.File)
		}
	}
	for _, p := range done.Changed {
		before, err := os.ReadFile(filepath.Join(root(t), p))
		must(t, err)
		after, err := os.ReadFile(filepath.Join(to, p))
		must(t, err)
		if more := strings.Count(string(after), "\n") - strings.Count(string(before), "\n"); more != 2 {
			t.Errorf("%s has %d lines more", p, more)
		}
	}
}

// squeezed makes one blank of several: gofmt aligns lines to their neighbours.
func squeezed(text []byte) string {
	return regexp.MustCompile(`\s+`).ReplaceAllString(string(text), " ")
}

// TestWhereThePlaceIsNotFoundTheLineIsHandedBack and the file stays as it was.
func TestWhereThePlaceIsNotFoundTheLineIsHandedBack(t *testing.T) {
	to := checkout(t)
	app := filepath.Join(to, "internal/app/app.go")
	must(t, os.WriteFile(app, []byte("package app\n"), 0o644))
	done, err := skeleton.New(to, "bazaar")
	must(t, err)
	text, err := os.ReadFile(app)
	must(t, err)
	if len(done.ByHand) != 2 || done.ByHand[0].File != "internal/app/app.go" || string(text) != "package app\n" {
		t.Errorf("%+v, file %q", done.ByHand, text)
	}
}

func TestNames(t *testing.T) {
	for _, bad := range []string{"", "a", "Bazaar", "1st", "two words", "ba-zaar", "../x", "naïve", "type", "string", "context", "fake", strings.Repeat("x", 25)} {
		if f := fault.Of(skeleton.Name(bad)); f == nil || f.Kind != fault.Invalid || f.Field != "name" || f.Allowed == "" {
			t.Errorf("%q: %v", bad, f)
		}
	}
	to := checkout(t)
	must(t, os.MkdirAll(filepath.Join(to, "internal/texts/en"), 0o755))
	must(t, os.WriteFile(filepath.Join(to, "internal/texts/en/notices.yaml"), nil, 0o644))
	must(t, os.MkdirAll(filepath.Join(to, "internal/connector/alibaba"), 0o755))
	for _, taken := range []string{"stripe", "aliexpress", "alibaba", "notices", "desk", "terminal"} {
		if f := fault.Of(second(skeleton.New(to, taken))); f == nil || f.Field != "name" || f.Value != taken {
			t.Errorf("%s: %v", taken, f)
		}
	}
	_, err := skeleton.New(to, "bazaar")
	must(t, err)
	if f := fault.Of(second(skeleton.New(to, "bazaar"))); f == nil || f.Field != "name" {
		t.Errorf("the second time: %v", f)
	}
}

func second(_ skeleton.Done, err error) error { return err }

func TestRootIsTheCheckout(t *testing.T) {
	to := checkout(t)
	for _, from := range []string{to, filepath.Join(to, "internal/app")} {
		if got, err := skeleton.Root(from); err != nil || got != to {
			t.Errorf("%s: %s, %v", from, got, err)
		}
	}
	if f := fault.Of(secondOf(skeleton.Root(t.TempDir()))); f == nil || f.Field != "dir" {
		t.Errorf("elsewhere: %v", f)
	}
}

func secondOf(_ string, err error) error { return err }
