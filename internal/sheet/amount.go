package sheet

import (
	"math/big"
	"strings"
	"unicode"

	"parley/internal/money"
)

// signs are what stands beside amounts and names one currency only. $ and ¥ name several and are settled by the currency told.
var signs = map[string]string{
	"€": "EUR", "£": "GBP", "元": "CNY", "人民币": "CNY", "RMB": "CNY", "R$": "BRL", "US$": "USD", "U$S": "USD", "A$": "AUD", "C$": "CAD", "HK$": "HKD",
	"MX$": "MXN", "zł": "PLN", "₽": "RUB", "₩": "KRW", "円": "JPY", "JP¥": "JPY", "CN¥": "CNY", "₹": "INR", "₺": "TRY", "Kč": "CZK", "EUROS": "EUR", "EURO": "EUR",
}

var shared = map[string][]string{
	"$": {"USD", "MXN", "ARS", "CLP", "COP", "CAD", "AUD", "SGD", "HKD", "NZD", "TWD"}, "¥": {"CNY", "JPY"}, "￥": {"CNY", "JPY"},
}

// amount reads money as people and back offices write it: "1.234,56 €", "¥12.30", "1,234.56", "EUR 12", "(3,50)". currency is that of
// amounts that name none; decimal is the sign told for the file or the column, empty = by the amount itself. The second result is a
// problem: amount, amount_decimal (the sign cannot be told), currency.
func amount(c Cell, currency, decimal string) (money.Amount, string) {
	if c.Number {
		return ofBinary(c.Text, currency)
	}
	figures, mark, negative, ok := apart(c.Text)
	if !ok {
		return money.Amount{}, "amount"
	}
	code, ok := currencyBy(mark, currency)
	if !ok {
		return money.Amount{}, "currency"
	}
	plain, problem := plainDecimal(figures, decimal, code)
	if problem != "" {
		return money.Amount{}, problem
	}
	if negative {
		plain = "-" + plain
	}
	a, err := money.Decimal(plain, code)
	if err != nil {
		return money.Amount{}, "amount"
	}
	return a, ""
}

// ofBinary reads a number of a workbook. It may have passed through a binary fraction, so that 19.99 stands there as
// 19.989999999999998: what is within a millionth of a minor unit is that minor unit, anything else is no amount.
func ofBinary(text, currency string) (money.Amount, string) {
	r, ok := new(big.Rat).SetString(text)
	if !ok || len(text) > 60 {
		return money.Amount{}, "amount"
	}
	if currency == "" {
		return money.Amount{}, "currency"
	}
	plain := r.FloatString(money.Digits(currency))
	near, _ := new(big.Rat).SetString(plain) // a decimal just written
	off := new(big.Rat).Sub(r, near)
	if off.Abs(off).Cmp(big.NewRat(1, 100_000_000)) > 0 {
		return money.Amount{}, "amount"
	}
	a, err := money.Decimal(plain, currency)
	if err != nil {
		return money.Amount{}, "amount"
	}
	return a, ""
}

// apart takes an amount to pieces: figures with their separators, what stands beside them, and the sign.
func apart(text string) (figures, mark string, negative, ok bool) {
	text = strings.TrimSpace(strings.NewReplacer("\u00a0", " ", "\u202f", " ", "−", "-", "，", ",", "．", ".").Replace(text))
	if len(text) > 60 {
		return "", "", false, false
	}
	if strings.HasPrefix(text, "(") && strings.HasSuffix(text, ")") {
		text, negative = strings.TrimSpace(text[1:len(text)-1]), true
	}
	first := strings.IndexFunc(text, unicode.IsDigit)
	if first < 0 {
		return "", "", false, false
	}
	last := strings.LastIndexFunc(text, unicode.IsDigit) + 1
	before, figures, after := strings.TrimSpace(text[:first]), text[first:last], strings.TrimSpace(text[last:])
	for _, side := range []*string{&before, &after} {
		if strings.HasPrefix(*side, "-") || strings.HasSuffix(*side, "-") {
			if negative {
				return "", "", false, false
			}
			*side, negative = strings.TrimSpace(strings.Replace(*side, "-", "", 1)), true
		}
		*side = strings.TrimSpace(strings.TrimPrefix(*side, "+"))
	}
	if (before != "" && after != "") || strings.ContainsAny(before+after, "+-=") || strings.Trim(figures, "0123456789., '’٫") != "" {
		return "", "", false, false
	}
	return figures, before + after, negative, true
}

// currencyBy is the currency of a mark; without a mark the one told, with a mark several use the one told if it is one of them.
func currencyBy(mark, told string) (string, bool) {
	switch {
	case mark == "":
		return told, told != ""
	case signs[mark] != "":
		return signs[mark], true
	case signs[strings.ToUpper(mark)] != "":
		return signs[strings.ToUpper(mark)], true
	}
	for _, code := range shared[mark] {
		if code == told {
			return code, true
		}
	}
	if code := strings.ToUpper(strings.Trim(mark, ".")); len(code) == 3 && isCurrency(code) {
		return code, true
	}
	return "", false
}

// plainDecimal writes figures as digits with a point. Without a sign told, a sign that comes last and is another than the first one, or
// that is followed by another number of digits than three, is the decimal one; a single sign with three digits behind it could be both.
func plainDecimal(figures, decimal, currency string) (string, string) {
	figures = strings.NewReplacer(" ", "", "'", "", "’", "", "٫", ",").Replace(figures)
	last := strings.LastIndexAny(figures, ".,")
	if last < 0 {
		return figures, ""
	}
	if decimal == "" {
		var problem string
		if decimal, problem = decimalOf(figures, last, currency); problem != "" {
			return "", problem
		}
	}
	group := ","
	if decimal == "," {
		group = "."
	}
	whole, part, _ := strings.Cut(figures, decimal)
	if strings.ContainsAny(part, ".,") || !grouped(whole, group) {
		return "", "amount"
	}
	whole = strings.ReplaceAll(whole, group, "")
	if part == "" {
		return whole, ""
	}
	return whole + "." + part, ""
}

func decimalOf(figures string, last int, currency string) (string, string) {
	sign, behind := figures[last:last+1], len(figures)-last-1
	other := strings.ContainsAny(figures[:last], strings.Replace(".,", sign, "", 1))
	again := strings.Contains(figures[:last], sign)
	group := map[string]string{",": ".", ".": ","}[sign]
	switch {
	case other && again:
		return "", "amount"
	case again: // 1.234.567
		return group, ""
	case other, behind != 3, strings.HasPrefix(figures, "0"):
		return sign, ""
	}
	return "", "amount_decimal"
}

// grouped tells whether the digits before the decimal sign are separated in thousands, or not at all.
func grouped(whole, group string) bool {
	parts := strings.Split(whole, group)
	if len(parts) == 1 {
		return true
	}
	if len(parts[0]) < 1 || len(parts[0]) > 3 {
		return false
	}
	for _, p := range parts[1:] {
		if len(p) != 3 {
			return false
		}
	}
	return true
}

// decimalHabit tells from many amounts which sign is the decimal one: one that can only be read one way decides. Empty = none does, or
// they contradict each other.
func decimalHabit(amounts []string) string {
	found := ""
	for _, text := range amounts {
		figures, _, _, ok := apart(text)
		last := strings.LastIndexAny(figures, ".,")
		if !ok || last < 0 {
			continue
		}
		sign, problem := decimalOf(figures, last, "")
		if problem != "" || sign == found {
			continue
		}
		if found != "" {
			return ""
		}
		found = sign
	}
	return found
}

func isCurrency(code string) bool {
	for _, r := range code {
		if r < 'A' || r > 'Z' {
			return false
		}
	}
	return true
}
