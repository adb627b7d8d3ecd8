package app_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"parley/internal/app"
	"parley/internal/texts"
)

// TestEveryFaultAndSettingOfATrackerHasItsText in all languages.
func TestEveryFaultAndSettingOfATrackerHasItsText(t *testing.T) {
	book, err := texts.Load()
	if err != nil {
		t.Fatal(err)
	}
	keys := map[string]bool{}
	for _, dir := range []string{"../tracker", "../desk"} {
		err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.Contains(path, "node_modules") {
				return err
			}
			source, err := os.ReadFile(path)
			for _, key := range regexp.MustCompile(`"(fault\.tracker[._][a-z_.]+)"`).FindAllSubmatch(source, -1) {
				keys[string(key[1])] = true
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for kind, tr := range app.Trackers() {
		about := tr.About()
		if about.Kind != kind {
			t.Errorf("%s calls itself %s", kind, about.Kind)
		}
		for _, s := range about.Settings {
			keys["tracker.setting."+s.Name] = true
			help := "tracker." + kind + ".setting." + s.Name + ".help"
			if !book.In("en").Has(help) {
				help = "tracker.setting." + s.Name + ".help"
			}
			keys[help] = true
		}
	}
	if len(keys) < 18 {
		t.Fatalf("only %d keys", len(keys))
	}
	for _, lang := range texts.Languages() {
		for key := range keys {
			if !book.In(lang).Has(key) {
				t.Errorf("%s: %s is missing", lang, key)
			}
		}
	}
}
