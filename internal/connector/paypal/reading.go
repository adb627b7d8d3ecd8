package paypal

import (
	"slices"
	"strings"
	"time"

	"parley/internal/dispute"
	"parley/internal/money"
)

// reading gathers what one record holds that has no word here.
type reading struct {
	unknown []dispute.Unknown
	seen    map[dispute.Unknown]bool
}

// mostUnknown is how many unknown things of one record are listed; all of them stay in the raw record.
const mostUnknown = 200

// note keeps a value as unknown, once.
func (r *reading) note(field, written string) {
	u := dispute.Unknown{Field: shortened(field, 200), Value: shortened(written, 500)}
	if r.seen[u] || len(r.unknown) >= mostUnknown {
		return
	}
	if r.seen == nil {
		r.seen = map[dispute.Unknown]bool{}
	}
	r.seen[u] = true
	r.unknown = append(r.unknown, u)
}

// strangers notes the members of an object that are not among the known ones.
func (r *reading) strangers(v value, path string, known []string) {
	for _, name := range v.members() {
		if !slices.Contains(known, name) {
			r.note(path+name, v.get(name).written())
		}
	}
}

// at reads an instant (RFC 3339, PayPal writes UTC with milliseconds); what cannot be read is noted.
func (r *reading) at(v value, path string) time.Time {
	text := v.text()
	if text == "" {
		return time.Time{}
	}
	t, err := time.Parse(time.RFC3339Nano, strings.ToUpper(text))
	if err != nil || t.Year() < 1998 || t.Year() > 2200 {
		r.note(path, text)
		return time.Time{}
	}
	return t.UTC().Truncate(time.Microsecond)
}

// sum reads {currency_code, value}: a decimal in major units, as text. ".50" is allowed by PayPal's own pattern. A negative sum, or more
// decimal places than the currency has, is noted and not guessed.
func (r *reading) sum(v value, path string) money.Amount {
	if !v.there() {
		return money.Amount{}
	}
	text := v.get("value").text()
	if strings.HasPrefix(text, ".") {
		text = "0" + text
	}
	a, err := money.Decimal(text, v.get("currency_code").text())
	if err != nil || a.Minor < 0 {
		r.note(path, v.written())
		return money.Amount{}
	}
	return a
}

// word reads one of PayPal's own words and notes it where it is not among the known ones.
func (r *reading) word(v value, path string, known map[string]bool) string {
	word := v.text()
	if word != "" && !known[word] {
		r.note(path, word)
	}
	return word
}
