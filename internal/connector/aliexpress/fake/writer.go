package fake

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// writer writes one answer in any of the platform's three forms: JSON with wrapped lists, flat JSON (simplify=true) and
// XML. It appends text only, because the two hot methods answer thousands of times a second.
type writer struct {
	buf  []byte
	flat bool // lists are plain arrays
	xml  bool // XML instead of JSON
	now  time.Time
	base string // address of this platform, for pictures
	odd  bool   // words nobody has documented are mixed in
	nul  bool   // a NUL byte follows the detailed state, as on some answers of the platform
	link int    // length of the buffer after an opening bracket; 0 = a comma is due
}

func (w *writer) name(name string) {
	if w.xml {
		w.buf = append(append(append(w.buf, '<'), name...), '>')
		return
	}
	if w.link != len(w.buf) {
		w.buf = append(w.buf, ',')
	}
	w.buf = append(append(append(w.buf, '"'), name...), '"', ':')
}

func (w *writer) end(name string) {
	if w.xml {
		w.buf = append(append(append(w.buf, '<', '/'), name...), '>')
	}
}

func (w *writer) bracket(mark byte) {
	if w.xml {
		return
	}
	w.buf = append(w.buf, mark)
	if mark == '{' || mark == '[' {
		w.link = len(w.buf)
	}
}

// object writes an object field.
func (w *writer) object(name string, fields func()) {
	w.name(name)
	w.bracket('{')
	fields()
	w.bracket('}')
	w.end(name)
}

// list writes a list field: item is the name of its elements in the wrapped form. An empty wrapped list is {}.
func (w *writer) list(name, item string, count int, each func(i int)) {
	w.name(name)
	switch {
	case w.flat && !w.xml:
		w.elements(item, count, each)
	default:
		w.bracket('{')
		if count > 0 {
			w.listName(item)
			w.elements(item, count, each)
		}
		w.bracket('}')
	}
	w.end(name)
}

func (w *writer) listName(item string) {
	if !w.xml {
		w.name(item)
	}
}

func (w *writer) elements(item string, count int, each func(i int)) {
	w.bracket('[')
	for i := range count {
		if w.xml {
			w.name(item)
		} else if i > 0 {
			w.buf = append(w.buf, ',')
		}
		w.bracket('{')
		each(i)
		w.bracket('}')
		w.end(item)
	}
	w.bracket(']')
}

func (w *writer) text(name, value string) {
	w.name(name)
	if w.xml {
		w.buf = appendXML(w.buf, value)
	} else {
		w.buf = appendJSON(w.buf, value)
	}
	w.end(name)
}

func (w *writer) number(name string, value int64) {
	w.name(name)
	w.buf = strconv.AppendInt(w.buf, value, 10)
	w.end(name)
}

func (w *writer) truth(name string, value bool) {
	w.name(name)
	w.buf = strconv.AppendBool(w.buf, value)
	w.end(name)
}

// sum writes the pair name and name_currency, both empty when the sum is not set.
func (w *writer) sum(name string, value Money) {
	w.text(name, value.Text())
	w.text(name+"_currency", value.Currency)
}

// simpleMoney writes {"amount", "currency_code"}.
func (w *writer) simpleMoney(name string, value Money) {
	w.object(name, func() {
		w.text("amount", value.Text())
		w.text("currency_code", value.Currency)
	})
}

// fullMoney writes the long form with cents.
func (w *writer) fullMoney(name string, value Money) {
	w.object(name, func() {
		w.text("amount", value.Text())
		w.number("cent", value.Minor)
		w.number("cent_factor", factor(value.Currency))
		w.object("currency", func() {
			w.text("symbol", value.Currency)
			w.number("default_fraction_digits", int64(decimals(value.Currency)))
			w.text("currency_code", value.Currency)
		})
		w.text("currency_code", value.Currency)
	})
}

const hexDigits = "0123456789abcdef"

func appendJSON(buf []byte, value string) []byte {
	buf = append(buf, '"')
	start := 0
	for i := 0; i < len(value); i++ {
		c := value[i]
		if c >= ' ' && c != '"' && c != '\\' {
			continue
		}
		buf = append(buf, value[start:i]...)
		if c == '"' || c == '\\' {
			buf = append(buf, '\\', c)
		} else {
			buf = append(buf, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
		}
		start = i + 1
	}
	buf = append(buf, value[start:]...)
	return append(buf, '"')
}

var xmlSigns = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "'", "&apos;")

// appendXML escapes a value and leaves out what XML cannot hold.
func appendXML(buf []byte, value string) []byte {
	clean := strings.Map(func(r rune) rune {
		if r == utf8.RuneError || (r < ' ' && r != '\t' && r != '\n' && r != '\r') {
			return -1
		}
		return r
	}, value)
	return append(buf, xmlSigns.Replace(clean)...)
}
