package taobao_test

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"parley/internal/connector/taobao"
	"parley/internal/texts"
)

// TestEveryFaultAndSettingHasItsText in all three languages.
func TestEveryFaultAndSettingHasItsText(t *testing.T) {
	book, err := texts.Load()
	must(t, err)
	keys := map[string]bool{}
	files, err := filepath.Glob("*.go")
	must(t, err)
	for _, name := range files {
		source, err := os.ReadFile(name)
		must(t, err)
		for _, key := range regexp.MustCompile(`"(fault\.taobao\.[a-z_]+)"`).FindAllSubmatch(source, -1) {
			keys[string(key[1])] = true
		}
	}
	for _, s := range taobao.New().About().Settings {
		keys["connector.taobao.setting."+s.Name] = true
		keys["connector.taobao.setting."+s.Name+".help"] = true
	}
	for _, fields := range taobao.New().About().Fields {
		for _, name := range fields {
			keys["connector.taobao.field."+name], keys["connector.taobao.field."+name+".help"] = true, true
		}
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
