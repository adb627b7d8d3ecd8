package reply

import (
	"golang.org/x/text/language"

	"parley/internal/dispute"
	"parley/internal/reply/lexicon"
)

// spokenMost is how much of what a buyer wrote is read for his language, in bytes.
const spokenMost = 4000

// Spoken tells the language a buyer writes in: from his own words, with the language of his country as the first guess. Empty where
// neither tells.
func Spoken(f *dispute.Facts) string {
	if f.Buyer == nil {
		return ""
	}
	if f.Buyer.Language != "" {
		return f.Buyer.Language
	}
	guess := ofCountry(f.Buyer.Country)
	text := ""
	for _, m := range f.Messages {
		if m.From == "buyer" && len(text)+len(m.Text) < spokenMost {
			text += m.Text + "\n"
		}
	}
	lib, err := lexicon.Load()
	if text == "" || err != nil {
		return guess
	}
	return detect(lib, text, guess, lib["shared"].Read(text))
}

// ofCountry is the language most people of a country speak (CLDR), empty for an unknown code.
func ofCountry(code string) string {
	region, err := language.ParseRegion(code)
	if err != nil {
		return ""
	}
	tag, err := language.Compose(region)
	if err != nil {
		return ""
	}
	base, sure := tag.Base()
	if sure == language.No {
		return ""
	}
	return base.String()
}
