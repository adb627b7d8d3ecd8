package store

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
)

// A card is JSON like everything else, but a page holds fifty of them, and encoding/json takes a third of the time of a
// list to read them. So what cardText wrote is read here by a small reader of just that form; whatever it does not
// know, such as an escaped letter, it leaves to encoding/json.

// cardText writes a card without escaping what only matters inside HTML.
func cardText(c Card) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(c); err != nil {
		return "" // cannot happen: text, numbers and flags only
	}
	return strings.TrimSuffix(b.String(), "\n")
}

func readCard(text string) (Card, error) {
	if text == "" {
		return Card{}, nil
	}
	var c Card
	if r := (cardReader{text: text, ok: true}); r.card(&c) {
		return c, nil
	}
	c = Card{}
	err := json.Unmarshal([]byte(text), &c)
	return c, err
}

// cardReader goes through the text once. ok turns false at the first thing it does not know.
type cardReader struct {
	text string
	ok   bool
}

func (r *cardReader) card(c *Card) bool {
	r.fields(func(key string) {
		switch key {
		case "title":
			c.Title = r.string()
		case "product":
			c.Product = r.string()
		case "buyer":
			c.Buyer = r.string()
		case "country":
			c.Country = r.string()
		case "language":
			c.Language = r.string()
		case "reason":
			c.Reason = r.string()
		case "why":
			c.Why = r.string()
		case "why_pack":
			c.WhyPack = r.string()
		case "params":
			c.Params = map[string]string{}
			r.fields(func(key string) { c.Params[key] = r.string() })
		case "alerts":
			c.Alerts = r.strings()
		case "unknown":
			c.Unknown = r.int()
		case "effect":
			c.Effect = r.string()
		case "pending":
			c.Pending = r.string()
		case "net":
			c.Net = r.string()
		case "net_again":
			c.NetAgain = int64(r.int())
		case "counts":
			r.expect("true")
			c.Counts = r.ok
		default:
			r.ok = false
		}
	})
	return r.ok && r.text == ""
}

// fields calls value at the value of each field of an object.
func (r *cardReader) fields(value func(key string)) {
	r.expect("{")
	if r.sees('}') {
		return
	}
	for r.ok {
		key := r.string()
		r.expect(":")
		if r.ok {
			value(key)
		}
		if r.sees('}') {
			return
		}
		r.expect(",")
	}
}

func (r *cardReader) strings() (list []string) {
	r.expect("[")
	for r.ok && !r.sees(']') {
		if len(list) > 0 {
			r.expect(",")
		}
		list = append(list, r.string())
	}
	return list
}

// string reads a text without escapes.
func (r *cardReader) string() string {
	r.expect(`"`)
	end := strings.IndexByte(r.text, '"')
	if !r.ok || end < 0 || strings.IndexByte(r.text[:end], '\\') >= 0 {
		r.ok = false
		return ""
	}
	s := r.text[:end]
	r.text = r.text[end+1:]
	return s
}

func (r *cardReader) int() int {
	end := 0
	for end < len(r.text) && (r.text[end] == '-' || (r.text[end] >= '0' && r.text[end] <= '9')) {
		end++
	}
	n, err := strconv.Atoi(r.text[:end])
	r.ok = r.ok && err == nil
	r.text = r.text[end:]
	return n
}

func (r *cardReader) expect(what string) {
	rest, found := strings.CutPrefix(r.text, what)
	r.ok, r.text = r.ok && found, rest
}

func (r *cardReader) sees(c byte) bool {
	if r.ok && len(r.text) > 0 && r.text[0] == c {
		r.text = r.text[1:]
		return true
	}
	return false
}
