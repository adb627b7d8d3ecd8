package tracker

import (
	"encoding/json"
	"strings"
	"time"

	"golang.org/x/text/language"
)

// Text is a text member of a service's answer. null is empty, a number or another value its own writing; NUL, which no database takes, is
// cut out. A member of another type must not hide the record.
type Text string

// UnmarshalJSON never fails on valid JSON.
func (t *Text) UnmarshalJSON(raw []byte) error {
	var s string
	switch {
	case string(raw) == "null":
		*t = ""
		return nil
	case json.Unmarshal(raw, &s) != nil:
		s = string(raw)
	}
	*t = Text(strings.ReplaceAll(s, "\x00", ""))
	return nil
}

// List is a list whose members may be something else than expected: those are left out, and a list that is none is empty.
type List[T any] []T

// UnmarshalJSON never fails on valid JSON.
func (l *List[T]) UnmarshalJSON(raw []byte) error {
	var parts []json.RawMessage
	*l = nil
	if json.Unmarshal(raw, &parts) != nil {
		return nil //nolint:nilerr // whatever is no list holds nothing
	}
	for _, part := range parts {
		var one T
		if json.Unmarshal(part, &one) == nil {
			*l = append(*l, one)
		}
	}
	return nil
}

// Country gives the two letters of a country written with two or three; empty for what is none.
func Country(code string) string {
	region, err := language.ParseRegion(strings.TrimSpace(code))
	if err != nil || !region.IsCountry() {
		return ""
	}
	return region.Canonicalize().String()
}

// Instant reads a time with its zone, in the forms services write it; ok is false where there is no zone or no time.
func Instant(s string) (time.Time, bool) {
	for _, form := range []string{time.RFC3339Nano, "2006-01-02T15:04:05Z0700", "2006-01-02 15:04:05Z07:00", "2006-01-02T15:04Z07:00"} {
		if at, err := time.Parse(form, strings.TrimSpace(s)); err == nil && at.Year() > 1990 && at.Year() < 2200 {
			return at.UTC(), true
		}
	}
	return time.Time{}, false
}

// Local reads a time without a zone, as if it stood in UTC; ok is false where it has another form.
func Local(s string) (time.Time, bool) {
	for _, form := range []string{"2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02T15:04", "2006-01-02"} {
		if at, err := time.Parse(form, strings.TrimSpace(s)); err == nil && at.Year() > 1990 && at.Year() < 2200 {
			return at, true
		}
	}
	return time.Time{}, false
}
