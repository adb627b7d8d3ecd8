package sheet

import (
	"strings"
	"sync"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"
)

// countryOf gives the ISO 3166-1 code of a country told by code (two or three letters) or by its English, Spanish or Chinese name;
// empty where nobody knows it.
func countryOf(text string) string {
	if n := len(text); n == 2 || n == 3 {
		if r, err := language.ParseRegion(strings.ToUpper(text)); err == nil && r.Canonicalize().IsCountry() {
			return r.Canonicalize().String()
		}
	}
	return countries()[folded(text)]
}

var countries = sync.OnceValue(func() map[string]string {
	names := map[string]string{"uk": "GB", "great britain": "GB", "usa": "US", "ee uu": "US", "eeuu": "US"}
	for a := 'A'; a <= 'Z'; a++ {
		for b := 'A'; b <= 'Z'; b++ {
			r, err := language.ParseRegion(string(a) + string(b))
			if err != nil || !r.IsCountry() || r.String() != string(a)+string(b) {
				continue
			}
			for _, tag := range []language.Tag{language.English, language.Spanish, language.Chinese} {
				if name := folded(display.Regions(tag).Name(r)); name != "" {
					names[name] = r.String()
				}
			}
		}
	}
	return names
})
