package mirakl

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"strings"
)

// value is one value of an answer. The documentation's examples and its schema differ (null where a text is due, numbers as text), so
// nothing is demanded of a value: asking for what is not there gives empty answers. The zero value is "not there".
type value struct{ v any }

// deepest is how deep values may be nested; the deepest known answer has nine levels.
const deepest = 64

// parse reads one JSON text. Numbers keep their digits.
func parse(data []byte) (value, error) {
	if depth(data) > deepest {
		return value{}, errors.New("nested too deep")
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return value{}, err
	}
	if _, err := d.Token(); err != io.EOF {
		return value{}, errors.New("more text after the end")
	}
	return value{v}, nil
}

// depth counts brackets outside of texts, before anything is built from them.
func depth(data []byte) (most int) {
	now, inside := 0, false
	for i := 0; i < len(data); i++ {
		switch c := data[i]; {
		case inside && c == '\\':
			i++
		case c == '"':
			inside = !inside
		case inside:
		case c == '{' || c == '[':
			now++
			most = max(most, now)
		case c == '}' || c == ']':
			now--
		}
	}
	return most
}

func (v value) isObject() bool { _, ok := v.v.(map[string]any); return ok }

func (v value) exists() bool { return v.v != nil }

// get walks down members.
func (v value) get(names ...string) value {
	for _, n := range names {
		o, ok := v.v.(map[string]any)
		if !ok {
			return value{}
		}
		v = value{o[n]}
	}
	return v
}

// has tells whether a member is there, null or not.
func (v value) has(name string) bool {
	o, ok := v.v.(map[string]any)
	if !ok {
		return false
	}
	_, ok = o[name]
	return ok
}

// longestList is how many elements of one list are read; all of it stays in the raw record.
const longestList = 5000

// list gives the elements of a list.
func (v value) list(names ...string) []value {
	l, _ := v.get(names...).v.([]any)
	l = l[:min(len(l), longestList)]
	out := make([]value, len(l))
	for i := range l {
		out[i] = value{l[i]}
	}
	return out
}

// text gives a text, a number or truth value as it was written, and nothing for anything else; without NUL and outer blanks.
func (v value) text(names ...string) string {
	switch t := v.get(names...).v.(type) {
	case string:
		return strings.TrimSpace(strings.ToValidUTF8(strings.ReplaceAll(t, "\x00", ""), "\uFFFD"))
	case json.Number:
		return t.String()
	case bool:
		if t {
			return "true"
		}
		return "false"
	}
	return ""
}

// flag reads a truth value, also one written as text; anything but true is false.
func (v value) flag(names ...string) bool { return strings.EqualFold(v.text(names...), "true") }

// raw writes the value again: the same value always gives the same text, whatever the order of its members was.
func (v value) raw() json.RawMessage {
	out, err := json.Marshal(v.v)
	if err != nil {
		return json.RawMessage("null")
	}
	return out
}

// digest is a short name for the content of values.
func digest(parts ...any) string {
	raw, err := json.Marshal(parts)
	if err != nil {
		return ""
	}
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:12])
}
