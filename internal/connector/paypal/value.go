package paypal

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// value is one JSON value as it came. Whatever is missing, null or of another kind reads as nothing: PayPal leaves out what it does not
// know, and what is there and not understood is noted by whoever reads it.
type value struct{ of any }

// parse reads one JSON document; numbers keep their digits.
func parse(data []byte) (value, error) {
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	var v value
	if err := d.Decode(&v.of); err != nil {
		return value{}, err
	}
	if _, err := d.Token(); err != io.EOF {
		return value{}, errors.New("more than one JSON value")
	}
	return v, nil
}

func (v value) get(path ...string) value {
	for _, name := range path {
		members, _ := v.of.(map[string]any)
		v = value{members[name]}
	}
	return v
}

func (v value) object() bool {
	_, is := v.of.(map[string]any)
	return is
}

func (v value) there() bool { return v.of != nil }

// list gives the elements of a list, at most longestList.
func (v value) list() []value {
	all, _ := v.of.([]any)
	out := make([]value, 0, min(len(all), longestList))
	for _, e := range all[:min(len(all), longestList)] {
		out = append(out, value{e})
	}
	return out
}

// longestList is how many elements of one list are read; PayPal's own limits are 1,000 messages, offers and transactions. All of a longer
// list stays in the raw record.
const longestList = 2000

func (v value) first() value {
	all, _ := v.of.([]any)
	if len(all) == 0 {
		return value{}
	}
	return value{all[0]}
}

// text gives a text without NUL bytes and outer blanks; a number or truth value as it was written; nothing for all else.
func (v value) text() string {
	switch x := v.of.(type) {
	case string:
		return strings.TrimSpace(strings.ReplaceAll(x, "\x00", ""))
	case json.Number:
		return x.String()
	case bool:
		return strconv.FormatBool(x)
	}
	return ""
}

func (v value) whole() int64 {
	n, _ := strconv.ParseInt(v.text(), 10, 64)
	return n
}

// members are the names of an object's members, in order of the alphabet.
func (v value) members() []string {
	members, _ := v.of.(map[string]any)
	return slices.Sorted(maps.Keys(members))
}

// written is the value as JSON, shortened.
func (v value) written() string {
	text, _ := json.Marshal(v.of) // what was read can be written
	return shortened(strings.ReplaceAll(string(text), `\u0000`, ""), 500)
}

// shortened cuts a text after so many characters.
func shortened(text string, most int) string {
	if utf8.RuneCountInString(text) <= most {
		return text
	}
	return string([]rune(text)[:most])
}
