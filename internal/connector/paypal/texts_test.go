package paypal_test

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"parley/internal/connector/paypal"
	"parley/internal/texts"
)

// TestEveryFaultActAndSettingHasItsText in all three languages.
func TestEveryFaultActAndSettingHasItsText(t *testing.T) {
	book, err := texts.Load()
	if err != nil {
		t.Fatal(err)
	}
	keys := map[string]bool{}
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		source, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, key := range regexp.MustCompile(`"(fault\.paypal\.[a-z_]+)"`).FindAllSubmatch(source, -1) {
			keys[string(key[1])] = true
		}
		for _, did := range regexp.MustCompile(`(?:act\.Did(?:, act\.[A-Z][a-z]+)? = |dispute\.Act\{[^}]*Did: )"([a-z_]+)"`).FindAllSubmatch(source, -1) {
			keys["act."+string(did[1])] = true
		}
	}
	for _, s := range paypal.New().About().Settings {
		keys["connector.paypal.setting."+s.Name] = true
		keys["connector.paypal.setting."+s.Name+".help"] = true
	}
	if len(keys) < 50 {
		t.Fatalf("only %d keys found", len(keys))
	}
	for _, lang := range texts.Languages() {
		for key := range keys {
			if !book.In(lang).Has(key) {
				t.Errorf("%s: %s is missing", lang, key)
			}
		}
	}
}
