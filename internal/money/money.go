// Package money counts in minor units of an ISO 4217 currency. There are no floats and no rounding by accident: what
// does not fit is an error, and a split always adds up.
package money

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Amount is a sum in minor units (cents, or whole yen) of a currency. The zero Amount, without a currency, means "not
// known"; a known nothing is Amount{0, "EUR"}.
type Amount struct {
	Minor    int64  `json:"minor" doc:"minor units of the currency" example:"2390"`
	Currency string `json:"currency" doc:"ISO 4217 code" example:"EUR"`
}

// Known tells whether the amount has a currency at all.
func (a Amount) Known() bool { return a.Currency != "" }

// Some is the amount where it is above zero and an unknown one otherwise: for what outside systems send, where zero may stand for "not told".
func (a Amount) Some() Amount {
	if a.Minor <= 0 {
		return Amount{}
	}
	return a
}

// Digits gives the number of decimal places of a currency (ISO 4217, 2 where not listed).
func Digits(currency string) int {
	switch currency {
	case "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF":
		return 0
	case "BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND":
		return 3
	case "CLF", "UYW":
		return 4
	}
	return 2
}

func currencyOK(c string) bool {
	if len(c) != 3 {
		return false
	}
	for i := range 3 {
		if c[i] < 'A' || c[i] > 'Z' {
			return false
		}
	}
	return true
}

// Decimal reads a plain decimal such as "407.47" or "12" in the currency. Signs are allowed; thousands separators,
// exponents and more decimal places than the currency has (unless they are zeros) are errors.
func Decimal(text, currency string) (Amount, error) {
	if !currencyOK(currency) {
		return Amount{}, fmt.Errorf("money: currency %q is not three capital letters", currency)
	}
	bad := func(why string) (Amount, error) {
		return Amount{}, fmt.Errorf("money: %q is not an amount of %s: %s", text, currency, why)
	}
	s, neg := text, false
	if strings.HasPrefix(s, "-") {
		s, neg = s[1:], true
	}
	whole, frac, dotted := strings.Cut(s, ".")
	if whole == "" || (dotted && frac == "") {
		return bad("digits are missing")
	}
	for _, r := range whole + frac {
		if r < '0' || r > '9' {
			return bad("only digits and one point are allowed")
		}
	}
	d := Digits(currency)
	if len(frac) > d {
		if strings.Trim(frac[d:], "0") != "" {
			return bad(fmt.Sprintf("at most %d decimal places", d))
		}
		frac = frac[:d]
	}
	frac += strings.Repeat("0", d-len(frac))
	n, err := strconv.ParseInt(whole+frac, 10, 64)
	if err != nil {
		return bad("too large")
	}
	if neg {
		n = -n
	}
	return Amount{n, currency}, nil
}

// Parse reads "12.40 USD".
func Parse(text string) (Amount, error) {
	num, cur, ok := strings.Cut(strings.TrimSpace(text), " ")
	if !ok {
		return Amount{}, fmt.Errorf("money: %q is not like 12.40 USD", text)
	}
	return Decimal(num, strings.TrimSpace(cur))
}

// Plain is the decimal without the currency, as platforms take it: "12.40".
func (a Amount) Plain() string {
	d := Digits(a.Currency)
	sign, n := "", a.Minor
	if n < 0 {
		sign = "-"
	}
	u := uint64(n)
	if n < 0 {
		u = uint64(-(n + 1)) + 1
	}
	s := strconv.FormatUint(u, 10)
	if d == 0 {
		return sign + s
	}
	if len(s) <= d {
		s = strings.Repeat("0", d+1-len(s)) + s
	}
	return sign + s[:len(s)-d] + "." + s[len(s)-d:]
}

// String is "12.40 USD".
func (a Amount) String() string {
	if !a.Known() {
		return "unknown"
	}
	return a.Plain() + " " + a.Currency
}

// Add adds two sums of one currency.
func (a Amount) Add(b Amount) (Amount, error) {
	if a.Currency != b.Currency {
		return Amount{}, fmt.Errorf("money: %s and %s have different currencies", a, b)
	}
	if (b.Minor > 0 && a.Minor > math.MaxInt64-b.Minor) || (b.Minor < 0 && a.Minor < math.MinInt64-b.Minor) {
		return Amount{}, fmt.Errorf("money: %s and %s are too large together", a, b)
	}
	return Amount{a.Minor + b.Minor, a.Currency}, nil
}

// Sub takes b from a.
func (a Amount) Sub(b Amount) (Amount, error) {
	if b.Minor == math.MinInt64 {
		return Amount{}, fmt.Errorf("money: %s is too large", b)
	}
	return a.Add(Amount{-b.Minor, b.Currency})
}

// Cmp compares two sums of one currency: -1, 0, 1.
func (a Amount) Cmp(b Amount) (int, error) {
	if a.Currency != b.Currency {
		return 0, fmt.Errorf("money: %s and %s have different currencies", a, b)
	}
	switch {
	case a.Minor < b.Minor:
		return -1, nil
	case a.Minor > b.Minor:
		return 1, nil
	}
	return 0, nil
}

// Percent gives p hundredths of the sum, rounded half away from zero to the minor unit.
func (a Amount) Percent(p int64) Amount {
	whole, rest := a.Minor/100, a.Minor%100
	part := rest * p
	half := int64(50)
	if part < 0 {
		half = -50
	}
	return Amount{whole*p + (part+half)/100, a.Currency}
}

// Split shares the sum by weights; the parts add up exactly, the rest going to the largest remainders, first come first.
func (a Amount) Split(weights ...int64) []Amount {
	var total int64
	for _, w := range weights {
		total += w
	}
	out := make([]Amount, len(weights))
	if total <= 0 {
		return out
	}
	var given int64
	rest := make([]int64, len(weights))
	for i, w := range weights {
		q, r := mulDiv(a.Minor, w, total)
		out[i] = Amount{q, a.Currency}
		rest[i] = r
		given += q
	}
	step := int64(1)
	if a.Minor < 0 {
		step = -1
	}
	for given != a.Minor {
		best := 0
		for i := range rest {
			if rest[i]*step > rest[best]*step {
				best = i
			}
		}
		out[best].Minor += step
		given += step
		rest[best] = math.MinInt64 * step / 2
	}
	return out
}

// mulDiv gives a*w/total and the remainder, without overflow for sums up to about 9e12 minor units.
func mulDiv(a, w, total int64) (q, r int64) {
	whole, rest := a/total, a%total
	return whole*w + rest*w/total, rest * w % total
}
