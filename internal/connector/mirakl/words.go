package mirakl

import (
	"strings"
	"time"

	"golang.org/x/text/language"

	"parley/internal/dispute"
	"parley/internal/money"
)

// Kinds of source.
const (
	incidentKind = "incident"
	returnKind   = "return"
	threadKind   = "thread"
	lateKind     = "late"
	orderKind    = "order" // no record of its own
)

const incidentOpen = "INCIDENT_OPEN"

// states are the documented states of orders and lines (seller specification and its "order history").
var states = map[string]bool{
	"STAGING": true, "WAITING_ACCEPTANCE": true, "WAITING_DEBIT": true, "WAITING_DEBIT_PAYMENT": true, "SHIPPING": true, "SHIPPED": true,
	"TO_COLLECT": true, "RECEIVED": true, "CLOSED": true, "REFUSED": true, "CANCELED": true, "WAITING_REFUND": true,
	"WAITING_REFUND_PAYMENT": true, incidentOpen: true, "INCIDENT_CLOSED": true, "REFUNDED": true,
}

// standing is where a return's state says it stands, in states and parties of the glossary.
type standing struct {
	state, owner string
	ended        bool
}

// standings holds every documented state of a return.
var standings = map[string]standing{
	"WAITING_ACCEPTANCE": {"wait_seller", "seller", false},
	"IN_PROGRESS":        {"wait_buyer_return", "buyer", false}, // with a tracking number: wait_seller_goods
	"NO_RECEPTION":       {"wait_seller_goods", "carrier", false},
	"RECEIVED":           {"wait_seller_goods", "seller", false},
	"REFUSED":            {"refused", "", true},
	"CLOSED":             {"closed", "", true},
	"CANCELED":           {"cancelled", "", true},
}

// openReturns are the states that RT11 is asked for on the first reading.
var openReturns = []string{"WAITING_ACCEPTANCE", "IN_PROGRESS", "NO_RECEPTION", "RECEIVED"}

// returnMethods, returnReasons: the documented words; the second spelling of the first stands in the documentation's own examples.
var returnMethods = map[string]bool{
	"RETURN_METHOD_BY_MAIL": true, "RETURN_METHOD_DROP_OFF_POINT": true, "RETURN_METHOD_DROP_OFF": true, "RETURN_METHOD_HOME_PICKUP": true,
	"RETURN_METHOD_IN_STORE": true, "RETURN_METHOD_RETURNLESS": true,
}

// senders maps who wrote a message.
var senders = map[string]string{
	"CUSTOMER_USER": "buyer", "SHOP_USER": "staff", "OPERATOR_USER": "platform", "CUSTOMER": "buyer", "SHOP": "staff", "OPERATOR": "platform",
}

// paidWith maps the names of payment types that say what they are.
var paidWith = map[string]string{"CARD": "card", "VISA": "card", "MASTERCARD": "card", "CREDIT_CARD": "card", "PAYPAL": "paypal"}

// reading turns one record into facts and gathers what it has no word for.
type reading struct {
	where   string
	unknown []dispute.Unknown
}

// note keeps a value as unknown, once.
func (r *reading) note(field, value string) {
	if r.where != "" {
		field = r.where + "." + field
	}
	if t := []rune(value); len(t) > 500 {
		value = string(t[:500])
	}
	for _, u := range r.unknown {
		if u.Field == field && u.Value == value {
			return
		}
	}
	r.unknown = append(r.unknown, dispute.Unknown{Field: field, Value: value})
}

// word notes a value that stands in no list of known words.
func (r *reading) word(field, value string, known bool) {
	if value != "" && !known {
		r.note(field, value)
	}
}

// at reads an instant; empty stays zero, unreadable is noted.
func (r *reading) at(v value, field string) time.Time {
	text := v.text(field)
	if text == "" {
		return time.Time{}
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05.999-0700", "2006-01-02T15:04:05", "2006-01-02"} {
		if t, err := time.Parse(layout, text); err == nil && t.Year() > 1990 && t.Year() < 2200 {
			return t.UTC()
		}
	}
	r.note(field, text)
	return time.Time{}
}

// amount reads money: a number or a text in major units. Empty stays not known; what is no sum of the currency is noted and not guessed.
func (r *reading) amount(v value, field, currency string) money.Amount {
	text := v.text(field)
	if text == "" {
		return money.Amount{}
	}
	a, err := money.Decimal(text, currency)
	if err != nil || a.Minor < 0 {
		r.note(field, strings.TrimSpace(text+" "+currency))
		return money.Amount{}
	}
	return a
}

// country gives two letters for a country of three, and nothing for what is no country.
func country(code string) string {
	if code == "" {
		return ""
	}
	region, err := language.ParseRegion(code)
	if err != nil || !region.IsCountry() {
		return ""
	}
	return region.Canonicalize().String()
}

// tongue gives the language of a locale: es_ES → es.
func tongue(locale string) string {
	tag, err := language.Parse(strings.ReplaceAll(locale, "_", "-"))
	if err != nil {
		return ""
	}
	base, _ := tag.Base()
	return base.String()
}

// plainReason is the reason by which rules know it: codes that are words as they are, for numbers the operator's label in lower case.
func plainReason(code, label string) string {
	if strings.Trim(code, "0123456789") != "" || label == "" {
		return code
	}
	return strings.ToLower(label)
}
