package money_test

import (
	"testing"

	"parley/internal/money"
)

// FuzzDecimal: what is read as money is written the same way again, and what is not is refused.
func FuzzDecimal(f *testing.F) {
	for _, s := range []string{"39.90 EUR", "0", "-0.01", "1e3", "9223372036854775807", "92233720368547758.08", "1,5", "0x1p3", "１", "\x00", "5.999", "+1", ".5", "5.", "--1"} {
		f.Add(s, "EUR")
		f.Add(s, "JPY")
	}
	f.Add("1", "eur")
	f.Add("1", "")
	f.Fuzz(func(t *testing.T, text, currency string) {
		for _, read := range []func() (money.Amount, error){
			func() (money.Amount, error) { return money.Decimal(text, currency) },
			func() (money.Amount, error) { return money.Parse(text) },
		} {
			a, err := read()
			if err != nil {
				continue
			}
			again, err := money.Decimal(a.Plain(), a.Currency)
			if err != nil || again != a {
				t.Fatalf("%q %q is %v, and read again %v, %v", text, currency, a, again, err)
			}
		}
	})
}
