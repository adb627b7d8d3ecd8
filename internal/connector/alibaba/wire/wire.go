// Package wire reads the platform's JSON as it comes, in whichever of its shapes.
//
// The gateways answer the same question in several ways: with or without a wrapper named after the method, lists as
// arrays or as an object around an array ({"solution_api_dto":[…]}), empty lists as {}, ids as numbers or as text,
// numbers and truth values as text, texts with NUL bytes. One reader takes them all: Parse makes a flat tree over the
// bytes in one pass, and the questions (Get, Text, List …) overlook the differences.
//
// What cannot be JSON at all, is nested deeper than anything the platform sends, or has too many parts is an error; the
// reader never recurses deeper than its limit and never keeps more than a fixed multiple of the input.
package wire

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

const (
	// MaxDepth is how deep values may be nested. The deepest known answer has eight levels.
	MaxDepth = 64
	// MaxParts is how many values one text may have; the fullest known answer has about six hundred.
	MaxParts = 1 << 20
)

type kind uint8

const (
	null kind = iota + 1
	boolean
	number
	text
	list
	object
)

// part is one value: where it stands in the bytes, and its neighbours by index. 0 means none: part 0 is the root, which
// is nobody's child and nobody's next.
type part struct {
	key, keyEnd uint32
	start, end  uint32
	child, next uint32
	kind        kind
	plain       bool // a text without escapes and control characters
}

type tree struct {
	data   []byte
	parts  []part
	strict bool
}

// Value is one value of an answer. The zero Value is "not there"; asking it gives empty answers.
type Value struct {
	t *tree
	i uint32
}

// Parse reads one JSON text. The Value refers to data, which must not be changed afterwards.
func Parse(data []byte) (Value, error) {
	if len(data) >= 1<<31 {
		return Value{}, fmt.Errorf("wire: %d bytes are too many", len(data))
	}
	r := reader{tree: &tree{data: data, parts: make([]part, 0, len(data)/20+8), strict: true}}
	r.space()
	if _, err := r.value(0); err != nil {
		return Value{}, err
	}
	r.space()
	if r.at != len(data) {
		return Value{}, r.wrong("more text after the end")
	}
	return Value{t: r.tree}, nil
}

// Exists tells whether the value is there and not null.
func (v Value) Exists() bool { return v.t != nil && v.part().kind != null }

// IsObject tells whether the value is an object.
func (v Value) IsObject() bool { return v.t != nil && v.part().kind == object }

// Strict tells whether the text was JSON to the letter, not only readable.
func (v Value) Strict() bool { return v.t != nil && v.t.strict }

func (v Value) part() *part { return &v.t.parts[v.i] }

// Get gives a member of an object.
func (v Value) Get(name string) Value {
	if v.t == nil || v.part().kind != object {
		return Value{}
	}
	for i := v.part().child; i != 0; i = v.t.parts[i].next {
		p := &v.t.parts[i]
		if string(v.t.data[p.key:p.keyEnd]) == name {
			return Value{v.t, i}
		}
	}
	return Value{}
}

// In walks down several members.
func (v Value) In(names ...string) Value {
	for _, n := range names {
		v = v.Get(n)
	}
	return v
}

// Unwrapped gives what stands inside the wrapper named after the method ("…_response"), or the value itself where there
// is none.
func (v Value) Unwrapped() Value {
	if !v.IsObject() {
		return v
	}
	for i := v.part().child; i != 0; i = v.t.parts[i].next {
		p := &v.t.parts[i]
		if p.kind == object && bytes.HasSuffix(v.t.data[p.key:p.keyEnd], []byte("_response")) {
			return Value{v.t, i}
		}
	}
	return v
}

// List gives the elements of a list in any of its shapes: an array, an object around an array or around one object, an
// empty object. A single object that is an element itself counts as a list of one. Members that nobody expects beside the array do not
// hide it: an element bears some text or number of its own, a wrapper none.
func (v Value) List() []Value {
	if v.t == nil {
		return nil
	}
	p := v.part()
	if p.kind == object {
		if p.child == 0 {
			return nil
		}
		if array, ok := v.wrapped(); ok {
			return array.List()
		}
		inner := Value{v.t, p.child}
		if inner.part().next != 0 || (inner.part().kind != list && inner.part().kind != object) {
			return []Value{v}
		}
		if v, p = inner, inner.part(); p.kind == object {
			return []Value{v}
		}
	}
	if p.kind != list {
		return nil
	}
	out := make([]Value, 0, 4)
	for i := p.child; i != 0; i = v.t.parts[i].next {
		out = append(out, Value{v.t, i})
	}
	return out
}

// wrapped gives the only array of an object that holds nothing but arrays and objects.
func (v Value) wrapped() (array Value, ok bool) {
	for i := v.part().child; i != 0; i = v.t.parts[i].next {
		switch v.t.parts[i].kind {
		case object:
		case list:
			if ok {
				return Value{}, false
			}
			array, ok = Value{v.t, i}, true
		default:
			return Value{}, false
		}
	}
	return array, ok
}

// Raw gives the bytes of the value as they came.
func (v Value) Raw() []byte {
	if v.t == nil {
		return nil
	}
	p := v.part()
	return v.t.data[p.start:p.end]
}

// Text gives a text without NUL bytes and always valid UTF-8, a number or truth value as it was written, and nothing
// for anything else.
func (v Value) Text() string {
	if v.t == nil {
		return ""
	}
	p := v.part()
	switch p.kind {
	case number, boolean:
		return string(v.t.data[p.start:p.end])
	case text:
		raw := v.t.data[p.start+1 : p.end-1]
		if p.plain {
			return strings.ToValidUTF8(string(raw), "\uFFFD")
		}
		return unescape(raw)
	}
	return ""
}

// Bool gives a truth value, also one written as text or number; known is false for anything else.
func (v Value) Bool() (value, known bool) {
	switch v.Text() {
	case "true", "True", "TRUE", "1", "Y":
		return true, true
	case "false", "False", "FALSE", "0", "N":
		return false, true
	}
	return false, false
}

// Int gives a whole number, also one written as text; known is false for anything else.
func (v Value) Int() (value int64, known bool) {
	n, err := strconv.ParseInt(strings.TrimSpace(v.Text()), 10, 64)
	return n, err == nil
}

// unescape resolves escapes, drops NUL characters and mends what is no UTF-8.
func unescape(raw []byte) string {
	var b strings.Builder
	b.Grow(len(raw))
	for i := 0; i < len(raw); {
		c := raw[i]
		if c != '\\' {
			if c != 0 {
				b.WriteByte(c)
			}
			i++
			continue
		}
		r, n := escaped(raw[i:])
		if r != 0 {
			b.WriteRune(r)
		}
		i += n
	}
	return strings.ToValidUTF8(b.String(), "\uFFFD")
}

// escaped reads one escape, or two that make one character beyond the basic plane. The reader checked that it is whole.
func escaped(raw []byte) (r rune, length int) {
	switch raw[1] {
	case 'n':
		return '\n', 2
	case 't':
		return '\t', 2
	case 'r':
		return '\r', 2
	case 'b':
		return '\b', 2
	case 'f':
		return '\f', 2
	case 'u':
		high := hex4(raw[2:])
		if high >= 0xD800 && high < 0xDC00 && len(raw) >= 12 && raw[6] == '\\' && raw[7] == 'u' {
			if low := hex4(raw[8:]); low >= 0xDC00 && low < 0xE000 {
				return 0x10000 + (high-0xD800)<<10 + (low - 0xDC00), 12
			}
		}
		if high >= 0xD800 && high < 0xE000 {
			return utf8.RuneError, 6
		}
		return high, 6
	}
	return rune(raw[1]), 2
}

func hex4(raw []byte) (r rune) {
	for _, c := range raw[:4] {
		r <<= 4
		switch {
		case c <= '9':
			r |= rune(c - '0')
		default:
			r |= rune(c|0x20-'a') + 10
		}
	}
	return r
}

// Members gives the names of an object's members, at most a hundred.
func (v Value) Members() (names []string) {
	if !v.IsObject() {
		return nil
	}
	for i := v.part().child; i != 0 && len(names) < 100; i = v.t.parts[i].next {
		p := &v.t.parts[i]
		names = append(names, string(v.t.data[p.key:p.keyEnd]))
	}
	return names
}
