package reply

import (
	"embed"
	"fmt"
	"sync"

	"github.com/goccy/go-yaml"
)

//go:embed texts/*.yaml
var textFiles embed.FS

// loadTexts reads the texts of the findings once.
var loadTexts = sync.OnceValues(func() (map[string]map[string]string, error) {
	all := map[string]map[string]string{}
	for _, lang := range []string{"en", "es", "zh"} {
		raw, err := textFiles.ReadFile("texts/" + lang + ".yaml")
		if err != nil {
			return nil, err
		}
		texts := map[string]string{}
		if err := yaml.Unmarshal(raw, &texts); err != nil {
			return nil, fmt.Errorf("%s: %w", lang, err)
		}
		all[lang] = texts
	}
	return all, nil
})

// Text gives the sentence of a text key such as "reply.too_long.instead" in English, Spanish or Chinese; another language
// reads English. An unknown key comes back as it is, so that nothing is ever shown empty.
func Text(lang, key string) string {
	all, err := loadTexts()
	if err != nil {
		return key
	}
	texts := all[base(lang)]
	if texts == nil {
		texts = all["en"]
	}
	if s, ok := texts[key]; ok {
		return s
	}
	return key
}
