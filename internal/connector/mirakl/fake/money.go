package fake

import (
	"encoding/json"
	"math/big"
	"strings"
)

// Digits are the decimals of a currency that is met here.
func digits(currency string) int {
	switch currency {
	case "JPY", "KRW", "CLP":
		return 0
	}
	return 2
}

// number writes minor units as the JSON number the platform sends: 3990 EUR as 39.9.
func number(minor int64, currency string) json.Number {
	d := digits(currency)
	r := new(big.Rat).SetFrac(big.NewInt(minor), new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(d)), nil))
	text := r.FloatString(d)
	if strings.Contains(text, ".") {
		text = strings.TrimRight(text, "0")
		if strings.HasSuffix(text, ".") {
			text += "0"
		}
	}
	return json.Number(text)
}

// sum is money in a request: a number, or a text with up to five decimals, as the platform's own client sends it.
type sum struct {
	text string
	set  bool
}

// UnmarshalJSON takes 39.9, "39.90000" and null.
func (s *sum) UnmarshalJSON(data []byte) error {
	text := strings.Trim(string(data), `"`)
	if text == "null" {
		return nil
	}
	s.text, s.set = text, true
	return nil
}

// minor gives the sum in minor units; ok is false for what is no number or has more decimals than the currency.
func (s sum) minor(currency string) (units int64, ok bool) {
	if !s.set {
		return 0, true
	}
	r, ok := new(big.Rat).SetString(s.text)
	if !ok || len(s.text) > 30 || strings.ContainsAny(s.text, "eE/") {
		return 0, false
	}
	r.Mul(r, new(big.Rat).SetInt(new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(digits(currency))), nil)))
	if !r.IsInt() || !r.Num().IsInt64() {
		return 0, false
	}
	return r.Num().Int64(), true
}
