package aliexpress

import (
	"strconv"
	"strings"
	"time"

	"parley/internal/connector/alibaba/wire"
	"parley/internal/dispute"
	"parley/internal/money"
)

// reading turns one answer into facts and gathers what it has no word for. where and index say which list is being
// read; they become text only when something has to be noted.
type reading struct {
	zone    *time.Location
	where   string
	index   int
	unknown []dispute.Unknown
	seen    map[seen]bool
}

// seen remembers what was met already, so that repetitions cost nothing.
type seen struct{ what, a, b string }

func (r *reading) first(what, a, b string) bool {
	if r.seen == nil {
		r.seen = map[seen]bool{}
	}
	key := seen{what, a, b}
	had := r.seen[key]
	r.seen[key] = true
	return !had
}

// longestList is how many elements of one list are read; captured cases have fewer than twenty. More is noted, and all
// of it stays in the raw record.
const longestList = 2000

func firstOnes(list []wire.Value) []wire.Value { return list[:min(len(list), longestList)] }

// in names the list element that is read next.
func (r *reading) in(where string, index int) { r.where, r.index = where, index }

// note keeps a value as unknown, at most once per path and value.
func (r *reading) note(field, value string) {
	if r.where != "" {
		field = r.where + "[" + strconv.Itoa(r.index) + "]." + field
	}
	if t := []rune(value); len(t) > 500 {
		value = string(t[:500])
	}
	if r.first("unknown", field, value) {
		r.unknown = append(r.unknown, dispute.Unknown{Field: field, Value: value})
	}
}

// at reads a time of the platform's clock; empty stays zero, unreadable is noted.
func (r *reading) at(of wire.Value, field string) time.Time {
	text := of.Get(field).Text()
	if text == "" {
		return time.Time{}
	}
	t, ok := wallTime(strings.TrimSpace(text), r.zone)
	if !ok {
		r.note(field, text)
		return time.Time{}
	}
	return t
}

// pair reads money written as NAME and NAME_currency: decimals in major units. Empty stays not known; a currency that
// is no ISO code, a negative sum or more decimals than the currency has are noted and not guessed.
func (r *reading) pair(of wire.Value, field string) money.Amount {
	amount, currency := of.Get(field).Text(), of.Get(field+"_currency").Text()
	if amount == "" {
		return money.Amount{}
	}
	return r.decimal(field, amount, currency)
}

func (r *reading) decimal(field, amount, currency string) money.Amount {
	a, err := money.Decimal(amount, currency)
	if err != nil || a.Minor < 0 {
		r.note(field, strings.TrimSpace(amount+" "+currency))
		return money.Amount{}
	}
	return a
}

// object reads {"amount":"170.54","cent":17054,"cent_factor":100,"currency_code":"USD"} or only its amount and
// currency_code. The cents win where they are: amount has been seen as 0 beside right cents.
func (r *reading) object(of wire.Value, field string) money.Amount {
	o := of.Get(field)
	if !o.IsObject() {
		return money.Amount{}
	}
	currency := o.Get("currency_code").Text()
	if currency == "" {
		currency = o.In("currency", "currency_code").Text()
	}
	if cents, ok := o.Get("cent").Int(); ok && cents >= 0 && factorFits(o, currency) {
		if a, err := money.Decimal("0", currency); err == nil {
			return money.Amount{Minor: cents, Currency: a.Currency}
		}
	}
	amount := o.Get("amount").Text()
	if amount == "" {
		return money.Amount{}
	}
	return r.decimal(field, amount, currency)
}

// factorFits tells whether the cents are minor units of the currency.
func factorFits(o wire.Value, currency string) bool {
	factor, told := o.Get("cent_factor").Int()
	if !told {
		return true
	}
	want := int64(1)
	for range money.Digits(currency) {
		want *= 10
	}
	return factor == want
}

// text reads a text without outer blanks.
func text(of wire.Value, field string) string { return strings.TrimSpace(of.Get(field).Text()) }

// id reads a number of the platform, which is a number or a text; "0" and "-1" stand for none in some answers, while
// solutions of the platform itself are numbered -2.
func id(of wire.Value, field string) string {
	if t := text(of, field); t != "0" && t != "-1" {
		return t
	}
	return ""
}

// yes reads a truth value; anything but true is false.
func yes(of wire.Value, field string) bool {
	v, _ := of.Get(field).Bool()
	return v
}
