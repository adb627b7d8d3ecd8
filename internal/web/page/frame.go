// Package page writes the HTML of the desk's pages from typed structs. It asks nothing and decides nothing: handlers of package web
// fill the structs, and samples of package gallery show their states.
//
// Text of buyers and platforms is always escaped by the template language and stands in elements with dir="auto". Instants are shown
// in the member's zone, durations beside them; money in the member's way of writing.
package page

import (
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode"

	"parley/internal/desk"
	"parley/internal/fault"
	"parley/internal/money"
	"parley/internal/policy"
	"parley/internal/texts"
)

// Frame is what surrounds every page. Now is UTC; Zone is the member's.
type Frame struct {
	*texts.Reader
	Who    desk.Who
	Now    time.Time
	Zone   *time.Location
	Around *desk.Surroundings // nil for strangers and where the desk cannot be asked
	Nonce  string
	Assets string // folder of the files beside the pages, with a slash at the end
	Path   string
	Back   string // address of this page, for forms that come back to it
	Title  string
	Done   string          // what the last form did
	Live   bool            // the page renews itself when something changed
	Watch  int64           // case whose viewers are shown, 0 = none
	Rules  *policy.Library // nil = only names of rules can be shown
}

// ErrorPage says what failed and what can be done.
type ErrorPage struct {
	Frame
	Status int
	Detail string
	Home   bool // there is a queue to go back to
}

// Theme is the colour scheme the member chose; empty follows the system.
func (f Frame) Theme() string { return f.Who.Theme }

// In reads an instant in a zone, UTC where the zone is not known.
func In(t time.Time, zone string) time.Time {
	loc, err := time.LoadLocation(zone)
	if err != nil {
		return t.UTC()
	}
	return t.In(loc)
}

// At writes an instant shortly in the member's zone.
func (f Frame) At(t time.Time) string { return f.Near(t.In(f.Zone), f.Now) }

// Full writes an instant with weekday and zone name, in the member's zone.
func (f Frame) Full(t time.Time) string { return f.FullIn(t, f.Zone.String()) }

// FullIn is Full in another zone.
func (f Frame) FullIn(t time.Time, zone string) string {
	return f.Instant(In(t, zone), f.Now) + " " + f.City(zone)
}

// City is the readable end of a zone's name: "Madrid", "Los Angeles".
func (f Frame) City(zone string) string {
	if zone == "" || zone == "UTC" {
		return "UTC"
	}
	return strings.ReplaceAll(zone[strings.LastIndex(zone, "/")+1:], "_", " ")
}

// OtherZone tells whether a store's clock shows another time than the member's at the instant.
func (f Frame) OtherZone(t time.Time, zone string) bool {
	_, a := t.In(f.Zone).Zone()
	_, b := In(t, zone).Zone()
	return a != b
}

// Ago writes how long an instant is past.
func (f Frame) Ago(t time.Time) string { return f.T("time.ago", "span", f.Span(f.Now.Sub(t))) }

// Left writes the time to an instant, or by how much it has passed.
func (f Frame) Left(t time.Time) string {
	if !t.After(f.Now) {
		return f.T("time.late_by", "span", f.Span(f.Now.Sub(t)))
	}
	return f.Span(t.Sub(f.Now))
}

// ISO is the instant for machines.
func ISO(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// Tone is the colour of a deadline: late, soon or nothing. The words beside it say the same.
func Tone(level string) string {
	switch level {
	case "red", "lapsed":
		return "late"
	case "amber":
		return "soon"
	}
	return ""
}

// Level is the urgency of an instant as seen now.
func (f Frame) Level(t time.Time) string {
	switch left := t.Sub(f.Now); {
	case t.IsZero():
		return "none"
	case left <= 0:
		return "lapsed"
	case left <= 24*time.Hour:
		return "red"
	case left <= 72*time.Hour:
		return "amber"
	}
	return "calm"
}

// Initials are two letters of a name; one character where the script has no spaces.
func Initials(name string) string {
	var out []rune
	for word := range strings.FieldsSeq(name) {
		first := []rune(word)[0]
		if unicode.Is(unicode.Han, first) {
			return string(first)
		}
		if out = append(out, unicode.ToUpper(first)); len(out) == 2 {
			break
		}
	}
	if len(out) == 0 {
		return "—"
	}
	return string(out)
}

// CaseURL is the address of a case.
func CaseURL(id int64) string { return "/cases/" + ID(id) }

// ID writes a number for an address.
func ID(n int64) string { return strconv.FormatInt(n, 10) }

// Num writes a small number.
func Num(n int) string { return strconv.Itoa(n) }

// MoneyOr writes a sum, or a dash where it is not known.
func (f Frame) MoneyOr(a money.Amount) string {
	if !a.Known() {
		return "–"
	}
	return f.Money(a)
}

// Sums joins sums of several currencies.
func (f Frame) Sums(list []money.Amount) string {
	var out []string
	for _, a := range list {
		if a.Minor != 0 || len(list) == 1 {
			out = append(out, f.Money(a))
		}
	}
	if len(out) == 0 {
		return "–"
	}
	return strings.Join(out, " + ")
}

// Language writes the name of a language, its code where there is no word.
func (f Frame) Language(code string) string {
	base, _, _ := strings.Cut(strings.ToLower(code), "-")
	if name, ok := f.Code("lang", base); ok {
		return name
	}
	return code
}

// Country writes the name of a country, its code where there is no word.
func (f Frame) Country(code string) string {
	name, _ := f.Code("country", code)
	return name
}

// Word writes a code of the vocabulary; an unknown one is marked as such in plain text.
func (f Frame) Word(group, code string) string {
	if code == "" {
		return ""
	}
	if text, ok := f.Code(group, code); ok {
		return text
	}
	return f.T("unknown.mark", "raw", code)
}

// Reason is the sentence of a reason, or its rule's name.
func (f Frame) Reason(w policy.Why) string {
	if f.Rules != nil {
		if text := f.Rules.Sentence(w.Rule, f.Lang, f.readable(w.Params)); text != "" {
			return text
		}
	}
	return w.Rule
}

// readable writes instants among the parameters of a sentence in the member's zone, money in the member's way,
// and countries by name.
func (f Frame) readable(params map[string]string) map[string]string {
	out := make(map[string]string, len(params))
	for name, value := range params {
		out[name] = value
		if t, err := time.Parse(time.RFC3339, value); err == nil {
			out[name] = f.Instant(t.In(f.Zone), f.Now)
		} else if a, err := money.Parse(value); err == nil {
			out[name] = f.Money(a)
		} else if country, ok := f.Code("country", value); ok {
			out[name] = country
		}
	}
	return out
}

// Fault says a failure in the reader's language, with the field, the value and what is allowed.
func Fault(r *texts.Reader, f *fault.Fault) string {
	pairs := []string{"field", FieldName(r, f.Field), "value", f.Value, "allowed", f.Allowed, "after", r.Span(f.After)}
	for k, v := range f.Params {
		pairs = append(pairs, k, v)
	}
	if !r.Has(f.Key) {
		return r.T("fault.other", "key", f.Key)
	}
	return r.T(f.Key, pairs...)
}

// FieldName is the label of a form field.
func FieldName(r *texts.Reader, field string) string {
	if name, ok := r.Code("field", field); ok {
		return name
	}
	return field
}

// Query builds addresses of the list from the present filters.
type Query struct{ url.Values }

// With gives the address with a filter set, or taken away where the value is empty. The page starts anew.
func (q Query) With(pairs ...string) string {
	out := url.Values{}
	for k, v := range q.Values {
		if k != "cursor" && k != "case" && k != "done" {
			out[k] = v
		}
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		out.Del(pairs[i])
		if pairs[i+1] != "" {
			out.Set(pairs[i], pairs[i+1])
		}
	}
	if len(out) == 0 {
		return "/queue"
	}
	return "/queue?" + out.Encode()
}

// Text is the query as saved with a view.
func (q Query) Text() string { return strings.TrimPrefix(strings.TrimPrefix(q.With(), "/queue"), "?") }
