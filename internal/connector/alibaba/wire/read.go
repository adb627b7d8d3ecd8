package wire

import "fmt"

// reader walks over the bytes once.
type reader struct {
	*tree
	at int
}

func (r *reader) wrong(why string) error { return fmt.Errorf("wire: %s at byte %d", why, r.at) }

// space passes white space; NUL bytes between values are passed too, since the platform has been seen to print them.
func (r *reader) space() {
	for r.at < len(r.data) {
		switch r.data[r.at] {
		case ' ', '\n', '\r', '\t':
		case 0, 0xEF, 0xBB, 0xBF: // NUL, byte order mark
			r.strict = false
		default:
			return
		}
		r.at++
	}
}

// value reads one value and gives its index.
func (r *reader) value(depth int) (uint32, error) {
	if depth > MaxDepth {
		return 0, r.wrong("nested too deep")
	}
	if len(r.parts) >= MaxParts {
		return 0, r.wrong("too many values")
	}
	if r.at >= len(r.data) {
		return 0, r.wrong("the text breaks off")
	}
	i := uint32(len(r.parts))
	r.parts = append(r.parts, part{start: uint32(r.at)})
	var err error
	switch c := r.data[r.at]; {
	case c == '{':
		r.parts[i].kind = object
		err = r.members(i, depth)
	case c == '[':
		r.parts[i].kind = list
		err = r.elements(i, depth)
	case c == '"':
		r.parts[i].kind = text
		r.parts[i].plain, err = r.text()
	case c == '-' || (c >= '0' && c <= '9'):
		r.parts[i].kind = number
		err = r.number()
	default:
		err = r.word(i)
	}
	r.parts[i].end = uint32(r.at)
	return i, err
}

func (r *reader) members(parent uint32, depth int) error {
	r.at++
	r.space()
	if r.at < len(r.data) && r.data[r.at] == '}' {
		r.at++
		return nil
	}
	for last := uint32(0); ; {
		if r.at >= len(r.data) || r.data[r.at] != '"' {
			return r.wrong("a name is missing")
		}
		key := r.at + 1
		if _, err := r.text(); err != nil {
			return err
		}
		keyEnd := r.at - 1
		r.space()
		if r.at >= len(r.data) || r.data[r.at] != ':' {
			return r.wrong("a colon is missing")
		}
		r.at++
		r.space()
		i, err := r.value(depth + 1)
		if err != nil {
			return err
		}
		r.parts[i].key, r.parts[i].keyEnd = uint32(key), uint32(keyEnd)
		last = r.link(parent, last, i)
		if done, err := r.more('}'); done || err != nil {
			return err
		}
	}
}

func (r *reader) elements(parent uint32, depth int) error {
	r.at++
	r.space()
	if r.at < len(r.data) && r.data[r.at] == ']' {
		r.at++
		return nil
	}
	for last := uint32(0); ; {
		i, err := r.value(depth + 1)
		if err != nil {
			return err
		}
		last = r.link(parent, last, i)
		if done, err := r.more(']'); done || err != nil {
			return err
		}
	}
}

func (r *reader) link(parent, last, i uint32) uint32 {
	if last == 0 {
		r.parts[parent].child = i
	} else {
		r.parts[last].next = i
	}
	return i
}

// more passes a comma, or the closing bracket.
func (r *reader) more(closing byte) (done bool, err error) {
	r.space()
	if r.at >= len(r.data) {
		return false, r.wrong("the text breaks off")
	}
	switch r.data[r.at] {
	case closing:
		r.at++
		return true, nil
	case ',':
		r.at++
		r.space()
		return false, nil
	}
	return false, r.wrong("a comma is missing")
}

// text passes a text. Raw control characters are let through: the platform prints NUL bytes into values.
func (r *reader) text() (plain bool, err error) {
	plain = true
	for r.at++; r.at < len(r.data); r.at++ {
		switch c := r.data[r.at]; {
		case c == '"':
			r.at++
			return plain, nil
		case c == '\\':
			plain = false
			if err := r.escape(); err != nil {
				return false, err
			}
		case c < 0x20:
			plain, r.strict = false, false
		}
	}
	return false, r.wrong("a text breaks off")
}

func (r *reader) escape() error {
	r.at++
	if r.at >= len(r.data) {
		return r.wrong("a text breaks off")
	}
	switch r.data[r.at] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return nil
	case 'u':
		for range 4 {
			r.at++
			if r.at >= len(r.data) || !isHex(r.data[r.at]) {
				return r.wrong("a broken escape")
			}
		}
		return nil
	}
	return r.wrong("an unknown escape")
}

func isHex(c byte) bool {
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F')
}

func (r *reader) digits() bool {
	from := r.at
	for r.at < len(r.data) && r.data[r.at] >= '0' && r.data[r.at] <= '9' {
		r.at++
	}
	return r.at > from
}

func (r *reader) has(set string) bool {
	if r.at >= len(r.data) {
		return false
	}
	for i := range len(set) {
		if r.data[r.at] == set[i] {
			r.at++
			return true
		}
	}
	return false
}

func (r *reader) number() error {
	r.has("-")
	zero := r.at < len(r.data) && r.data[r.at] == '0'
	from := r.at
	if !r.digits() || (zero && r.at-from > 1) {
		return r.wrong("a broken number")
	}
	if r.has(".") && !r.digits() {
		return r.wrong("a broken number")
	}
	if r.has("eE") {
		r.has("+-")
		if !r.digits() {
			return r.wrong("a broken number")
		}
	}
	return nil
}

func (r *reader) word(i uint32) error {
	for _, w := range [...]struct {
		word string
		kind kind
	}{{"true", boolean}, {"false", boolean}, {"null", null}} {
		if len(r.data)-r.at >= len(w.word) && string(r.data[r.at:r.at+len(w.word)]) == w.word {
			r.at += len(w.word)
			r.parts[i].kind = w.kind
			return nil
		}
	}
	return r.wrong("no value")
}
