package connector

import (
	"regexp"
	"slices"
	"strings"
	"sync"

	"parley/internal/fault"
)

// Setting describes one field of a store's settings: it gives the form, the check, and the texts
// "connector.KIND.setting.NAME" and "connector.KIND.setting.NAME.help".
type Setting struct {
	Name     string
	Secret   bool // encrypted at rest, never shown again
	Required bool
	Options  []string // allowed values; empty = free text
	Default  string
	Pattern  string // regular expression the whole value must match; empty = any
}

// Check refuses a value that is not allowed. The fault names the field as the caller calls it, the value, unless it is secret, and what is allowed.
func (s Setting) Check(field, value string) error {
	shown := value
	if s.Secret {
		shown = ""
	}
	switch {
	case value == "" && s.Required:
		return fault.Input(field, "", "not empty")
	case value == "":
		return nil
	case len(s.Options) > 0 && !slices.Contains(s.Options, value):
		return fault.Input(field, shown, strings.Join(s.Options, ", "))
	case s.Pattern != "" && !whole(s.Pattern).MatchString(value):
		return fault.Input(field, shown, s.Pattern)
	}
	return nil
}

// Filled gives the values of fields with their defaults, without spaces around them, or the fault of the first that is wrong. What is
// given beside the fields is left out. Names in faults begin with prefix.
func Filled(fields []Setting, given map[string]string, prefix string) (map[string]string, error) {
	set := make(map[string]string, len(fields))
	for _, s := range fields {
		value := strings.TrimSpace(given[s.Name])
		if value == "" {
			value = s.Default
		}
		if err := s.Check(prefix+s.Name, value); err != nil {
			return nil, err
		}
		set[s.Name] = value
	}
	return set, nil
}

// wholes are the patterns that were asked for: programs have few, and a session is opened for every act.
var wholes sync.Map

// whole gives a pattern that matches whole values.
func whole(pattern string) *regexp.Regexp {
	if known, ok := wholes.Load(pattern); ok {
		return known.(*regexp.Regexp)
	}
	made := regexp.MustCompile(`\A(?:` + pattern + `)\z`)
	wholes.Store(pattern, made)
	return made
}
