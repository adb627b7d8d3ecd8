package page

import (
	"strings"

	"parley/internal/desk"
)

// WordingKey names a template in one language.
func WordingKey(w desk.Wording) string { return w.Language + "/" + w.Name }

// wordings are the templates that were made for the case, or all others.
func (d Decide) wordings(fits bool) (out []desk.Wording) {
	for _, w := range d.Wordings {
		if w.Fits == fits {
			out = append(out, w)
		}
	}
	return out
}

// wordingName is what a template is called, with its language, and what is missing for it. One of the firm's own is called by its file.
func (d Decide) wordingName(w desk.Wording) string {
	name := strings.ReplaceAll(w.Name, "_", " ")
	if key := "wording.name." + w.Name; d.Has(key) {
		name = d.T(key)
	}
	name += " · " + d.Language(w.Language)
	if len(w.Missing) == 0 {
		return name
	}
	var facts []string
	for _, fact := range w.Missing {
		if key := "wording.fact." + fact; d.Has(key) {
			fact = d.T(key)
		}
		facts = append(facts, fact)
	}
	return name + " – " + d.T("wording.missing", "facts", strings.Join(facts, ", "))
}
