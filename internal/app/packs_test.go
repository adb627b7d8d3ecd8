package app_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"parley/internal/app"
	"parley/packs"
)

// withOwnPack starts a desk whose folder holds a changed copy of the house pack.
func withOwnPack(t *testing.T, old, changed string) (*app.App, error) {
	t.Helper()
	data := t.TempDir()
	raw, err := fs.ReadFile(packs.Files, "house/house.yaml")
	if err != nil || !strings.Contains(string(raw), old) {
		t.Fatalf("the house pack does not say %q: %v", old, err)
	}
	if err := os.MkdirAll(filepath.Join(data, "packs", "house"), 0o700); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(data, "packs", "house", "house.yaml")
	if err := os.WriteFile(file, []byte(strings.Replace(string(raw), old, changed, 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	return app.New(t.Context(), app.Config{Data: data})
}

func TestPacksInTheDataFolderCount(t *testing.T) {
	a, err := withOwnPack(t, "reply_max_words: {value: 200", "reply_max_words: {value: 150")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = a.Stop() })
	rules, err := a.Desk.Library.For([]string{"aliexpress@2017"})
	if err != nil {
		t.Fatal(err)
	}
	if n, ok := rules.Parameter("reply_max_words"); !ok || n != 150 {
		t.Errorf("reply_max_words = %d, %v; want the number of the own pack", n, ok)
	}
}

func TestAMistakeInAnOwnPackIsNamed(t *testing.T) {
	a, err := withOwnPack(t, "parameters:", "parametres:")
	if err == nil {
		_ = a.Stop()
		t.Fatal("a pack with an unknown field was taken")
	}
	if !strings.Contains(err.Error(), "house/house.yaml:") || !strings.Contains(err.Error(), "parametres") {
		t.Errorf("the error does not name file, line and field: %v", err)
	}
}
