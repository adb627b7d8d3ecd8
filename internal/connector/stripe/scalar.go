package stripe

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"parley/internal/dispute"
)

// text is a text member. null is empty, a number or another value its own writing; NUL, which no database takes, is cut out.
type text string

// UnmarshalJSON never fails on valid JSON: a member of another type must not hide the record.
func (t *text) UnmarshalJSON(raw []byte) error {
	var s string
	switch {
	case string(raw) == "null":
		*t = ""
		return nil
	case json.Unmarshal(raw, &s) != nil:
		s = string(raw)
	}
	*t = text(strings.ReplaceAll(s, "\x00", ""))
	return nil
}

// whole is a whole number: 6990, "6990", 6990.0. ok is false for null and for what is none.
type whole struct {
	n  int64
	ok bool
}

// UnmarshalJSON never fails on valid JSON; what is no whole number leaves ok false.
func (w *whole) UnmarshalJSON(raw []byte) error {
	digits := strings.Trim(string(raw), `"`)
	if before, after, dotted := strings.Cut(digits, "."); dotted && strings.Trim(after, "0") == "" && before != "" {
		digits = before
	}
	n, err := strconv.ParseInt(digits, 10, 64)
	*w = whole{n, err == nil}
	return nil
}

// at reads Unix seconds. 0, which stands for "none" (due_by), and years beyond 9999 give the zero time.
func (w whole) at() time.Time {
	if !w.ok || w.n <= 0 || w.n > 253402300799 {
		return time.Time{}
	}
	return time.Unix(w.n, 0).UTC()
}

// yes is a truth value; anything but true is not.
type yes bool

// UnmarshalJSON never fails on valid JSON.
func (y *yes) UnmarshalJSON(raw []byte) error {
	*y = yes(string(raw) == "true" || string(raw) == `"true"`)
	return nil
}

// linked is a member that holds an id or, when it was asked to be expanded, the object itself.
type linked struct {
	ID  string
	raw json.RawMessage // the object; nil where only the id came
}

// UnmarshalJSON never fails on valid JSON.
func (l *linked) UnmarshalJSON(raw []byte) error {
	*l = linked{}
	if len(raw) > 0 && raw[0] == '{' {
		var o struct {
			ID text `json:"id"`
		}
		if err := json.Unmarshal(raw, &o); err != nil {
			return err
		}
		*l = linked{ID: string(o.ID), raw: bytes.Clone(raw)}
		return nil
	}
	var id text
	err := id.UnmarshalJSON(raw)
	l.ID = string(id)
	return err
}

// words is a map of texts such as metadata; anything else than an object is empty.
type words map[string]string

// UnmarshalJSON never fails on valid JSON.
func (w *words) UnmarshalJSON(raw []byte) error {
	var all map[string]text
	*w = nil
	if json.Unmarshal(raw, &all) != nil || len(all) == 0 {
		return nil
	}
	*w = make(words, len(all))
	for k, v := range all {
		(*w)[strings.ReplaceAll(k, "\x00", "")] = string(v)
	}
	return nil
}

func shortened(s string, most int) string {
	if r := []rune(s); len(r) > most {
		return string(r[:most])
	}
	return s
}

// strangers lists the members of an object that this package does not know.
func strangers(path string, raw json.RawMessage, known map[string]bool) (out []dispute.Unknown) {
	var members map[string]json.RawMessage
	if json.Unmarshal(raw, &members) != nil {
		return nil
	}
	for _, name := range sortedKeys(members) {
		if !known[name] && string(members[name]) != "null" {
			out = append(out, unknown(path+name, string(members[name])))
		}
	}
	return out
}

func unknown(field, value string) dispute.Unknown {
	clean := func(s string) string { return strings.ReplaceAll(strings.ToValidUTF8(s, "�"), "\x00", "") }
	return dispute.Unknown{Field: shortened(clean(field), 200), Value: shortened(clean(value), 500)}
}
