package mail_test

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"parley/internal/connector/mail"
	"parley/internal/texts"
)

// TestEveryFaultAndSettingHasItsText in all three languages.
func TestEveryFaultAndSettingHasItsText(t *testing.T) {
	book, err := texts.Load()
	must(t, err)
	keys := map[string]bool{"connector.mail": true}
	files, err := filepath.Glob("*.go")
	must(t, err)
	for _, name := range files {
		source, err := os.ReadFile(name)
		must(t, err)
		for _, key := range regexp.MustCompile(`"(fault\.mail\.[a-z_]+)"`).FindAllSubmatch(source, -1) {
			keys[string(key[1])] = true
		}
	}
	for _, s := range mail.New().About().Settings {
		keys["connector.mail.setting."+s.Name] = true
		keys["connector.mail.setting."+s.Name+".help"] = true
	}
	if len(keys) < 30 {
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
