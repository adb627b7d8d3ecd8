package fake

import (
	"strconv"
	"strings"
)

// Money is a sum in minor units of its currency (yen and won have none).
type Money struct {
	Minor    int64
	Currency string
}

// Share is percent hundredths of the sum, rounded down.
func (m Money) Share(percent int) Money {
	return Money{Minor: m.Minor * int64(percent) / 100, Currency: m.Currency}
}

// Text writes major units with the currency's decimals, such as "407.47"; nothing for a sum without a currency.
func (m Money) Text() string {
	if m.Currency == "" {
		return ""
	}
	digits := decimals(m.Currency)
	sign, minor := "", m.Minor
	if minor < 0 {
		sign, minor = "-", -minor
	}
	text := strconv.FormatInt(minor, 10)
	if digits == 0 {
		return sign + text
	}
	for len(text) <= digits {
		text = "0" + text
	}
	return sign + text[:len(text)-digits] + "." + text[len(text)-digits:]
}

func decimals(currency string) int {
	if currency == "JPY" || currency == "KRW" {
		return 0
	}
	return 2
}

func factor(currency string) int64 {
	if decimals(currency) == 0 {
		return 1
	}
	return 100
}

// ParseMoney reads "12.50 EUR". It says false for anything else, also for more decimals than the currency has.
func ParseMoney(text string) (Money, bool) {
	number, currency, found := strings.Cut(text, " ")
	if !found {
		return Money{}, false
	}
	return parseSum(number, currency)
}

func parseSum(number, currency string) (Money, bool) {
	whole, part, _ := strings.Cut(number, ".")
	part = strings.TrimRight(part, "0")
	digits := decimals(currency)
	if len(currency) != 3 || len(part) > digits || len(whole) > 15 || strings.ContainsAny(part, "+-") {
		return Money{}, false
	}
	for len(part) < digits {
		part += "0"
	}
	minor, err := strconv.ParseInt(whole+part, 10, 64)
	return Money{Minor: minor, Currency: currency}, err == nil && whole != "" && whole != "-"
}
