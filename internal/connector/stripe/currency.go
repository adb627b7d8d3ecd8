package stripe

import (
	"math"
	"strings"

	"parley/internal/money"
)

// scale is how many decimal places Stripe's amounts of a currency have. It differs from ISO 4217 for some: whole ariary,
// and Icelandic króna and Ugandan shilling with two places that are always zero (docs.stripe.com/currencies).
func scale(currency string) int {
	switch currency {
	case "BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "VND", "VUV", "XAF", "XOF", "XPF":
		return 0
	case "BHD", "JOD", "KWD", "OMR", "TND":
		return 3
	}
	return 2
}

// amount turns Stripe's whole number into an exact sum. Without a number, a currency, or where it does not come out even,
// the sum is not known.
func amount(n whole, currency text) money.Amount {
	code := strings.ToUpper(string(currency))
	if !n.ok || !iso(code) {
		return money.Amount{}
	}
	minor := n.n
	for at := scale(code); at < money.Digits(code); at++ {
		if minor > math.MaxInt64/10 || minor < math.MinInt64/10 {
			return money.Amount{}
		}
		minor *= 10
	}
	for at := money.Digits(code); at < scale(code); at++ {
		if minor%10 != 0 {
			return money.Amount{}
		}
		minor /= 10
	}
	return money.Amount{Minor: minor, Currency: code}
}

// stripes is the whole number by which Stripe knows a sum; ok is false where it does not come out even.
func stripes(a money.Amount) (n int64, ok bool) {
	n = a.Minor
	for at := scale(a.Currency); at < money.Digits(a.Currency); at++ {
		if n%10 != 0 {
			return 0, false
		}
		n /= 10
	}
	for at := money.Digits(a.Currency); at < scale(a.Currency); at++ {
		if n > math.MaxInt64/10 {
			return 0, false
		}
		n *= 10
	}
	return n, true
}

func iso(code string) bool {
	if len(code) != 3 {
		return false
	}
	for _, c := range []byte(code) {
		if c < 'A' || c > 'Z' {
			return false
		}
	}
	return true
}
