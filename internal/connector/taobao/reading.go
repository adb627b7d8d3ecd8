package taobao

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"parley/internal/connector/alibaba/wire"
	"parley/internal/dispute"
	"parley/internal/money"
)

const yuan = "CNY"

// reading turns one answer into facts and gathers what it has no word for. where says which part is being read.
type reading struct {
	zone    *time.Location
	where   string
	unknown []dispute.Unknown
	seen    map[dispute.Unknown]bool
}

// note keeps a value as unknown, at most once.
func (r *reading) note(field, value string) {
	if t := []rune(value); len(t) > 500 {
		value = string(t[:500])
	}
	u := dispute.Unknown{Field: r.where + field, Value: value}
	if r.seen == nil {
		r.seen = map[dispute.Unknown]bool{}
	}
	if !r.seen[u] {
		r.seen[u] = true
		r.unknown = append(r.unknown, u)
	}
}

// word reads a word and notes it where it is none of the documented ones. "null" as a text has been seen for none.
func (r *reading) word(of wire.Value, field string, known map[string]bool) string {
	w := text(of, field)
	if w == "null" {
		return ""
	}
	if w != "" && !known[w] {
		r.note(field, w)
	}
	return w
}

// members notes the members of an object that nobody has documented.
func (r *reading) members(of wire.Value, known map[string]bool) {
	for _, name := range of.Members() {
		if !known[name] {
			r.note(clean(name), clean(string(of.Get(name).Raw())))
		}
	}
}

// withoutNUL takes out NUL characters, as such and as JSON writes them.
var withoutNUL = strings.NewReplacer("\x00", "", `\u0000`, "")

// clean takes out NUL characters and what is no UTF-8.
func clean(s string) string { return strings.ToValidUTF8(withoutNUL.Replace(s), "\uFFFD") }

// at reads a time of Beijing's wall clock, "2016-06-01 15:09:40"; empty stays zero, unreadable is noted.
func (r *reading) at(of wire.Value, field string) time.Time {
	t := text(of, field)
	if t == "" {
		return time.Time{}
	}
	at, err := time.ParseInLocation(time.DateTime, t, r.zone)
	if err != nil || at.Year() < 1990 || at.Year() > 2200 {
		r.note(field, t)
		return time.Time{}
	}
	return at.UTC()
}

// yuan reads money: yuan with up to two decimals, as text or number. Empty stays not known; anything else is noted and not guessed.
func (r *reading) yuan(of wire.Value, field string) money.Amount {
	t := text(of, field)
	if t == "" {
		return money.Amount{}
	}
	a, err := money.Decimal(t, yuan)
	if err != nil || a.Minor < 0 {
		r.note(field, t)
		return money.Amount{}
	}
	return a
}

// text reads a text without outer blanks.
func text(of wire.Value, field string) string { return strings.TrimSpace(of.Get(field).Text()) }

// id reads a number of the platform, which is a number or a text; "0" stands for none.
func id(of wire.Value, field string) string {
	if t := text(of, field); t != "0" {
		return t
	}
	return ""
}

// yes reads a truth value; anything but true is false.
func yes(of wire.Value, field string) bool {
	v, _ := of.Get(field).Bool()
	return v
}

// millis reads epoch milliseconds; zero where they are none.
func millis(t string) time.Time {
	ms, err := strconv.ParseInt(t, 10, 64)
	if err != nil || ms < 1e11 || ms > 1e13 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

// digits tells whether a text is a number of the platform.
func digits(s string) bool {
	for _, c := range s {
		if c < '0' || c > '9' {
			return false
		}
	}
	return s != "" && len(s) <= 20
}

// longestList is how many elements of one list are read; all of it stays in the raw record.
const longestList = 2000

func list(v wire.Value) []wire.Value {
	all := v.List()
	return all[:min(len(all), longestList)]
}

// storable gives a text as JSON to keep: what is no JSON is kept as a JSON text.
func storable(raw []byte) json.RawMessage {
	if len(raw) == 0 || json.Valid(raw) {
		return raw
	}
	kept, _ := json.Marshal(string(raw)) // a text can always be written
	return kept
}
