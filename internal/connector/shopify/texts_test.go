package shopify_test

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"parley/internal/connector/shopify"
	"parley/internal/texts"
)

// TestEveryFaultAndSettingHasItsText in all three languages.
func TestEveryFaultAndSettingHasItsText(t *testing.T) {
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
		for _, key := range regexp.MustCompile(`"(fault\.shopify\.[a-z_]+)"`).FindAllSubmatch(source, -1) {
			keys[string(key[1])] = true
		}
	}
	for _, s := range shopify.New().About().Settings {
		keys["connector.shopify.setting."+s.Name] = true
		keys["connector.shopify.setting."+s.Name+".help"] = true
	}
	if len(keys) < 25 {
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
