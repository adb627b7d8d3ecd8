package money_test

import (
	"testing"

	"parley/internal/money"
)

func TestDecimal(t *testing.T) {
	for _, c := range []struct {
		text, cur string
		minor     int64
		ok        bool
	}{
		{"407.47", "BRL", 40747, true}, {"12", "USD", 1200, true}, {"0.00", "USD", 0, true}, {"1500", "JPY", 1500, true},
		{"1500.00", "JPY", 1500, true}, {"1.234", "KWD", 1234, true}, {"-3.5", "EUR", -350, true},
		{"1.005", "EUR", 0, false}, {"1,50", "EUR", 0, false}, {"1e3", "EUR", 0, false}, {"", "EUR", 0, false},
		{".5", "EUR", 0, false}, {"5.", "EUR", 0, false}, {"5", "eur", 0, false}, {"99999999999999999999", "EUR", 0, false},
	} {
		a, err := money.Decimal(c.text, c.cur)
		if (err == nil) != c.ok || a.Minor != c.minor {
			t.Errorf("Decimal(%q, %q) = %v, %v", c.text, c.cur, a, err)
		}
	}
}

func TestPlainReadsBack(t *testing.T) {
	for _, a := range []money.Amount{{0, "EUR"}, {5, "EUR"}, {-5, "EUR"}, {12345, "EUR"}, {7, "JPY"}, {1, "KWD"}, {-9223372036854775808, "EUR"}} {
		b, err := money.Decimal(a.Plain(), a.Currency)
		if a.Minor == -9223372036854775808 {
			continue // its positive counterpart does not exist; Plain must only not lie
		}
		if err != nil || a != b {
			t.Errorf("%v reads back as %v, %v", a, b, err)
		}
	}
}

func TestSplitAddsUp(t *testing.T) {
	for _, minor := range []int64{0, 1, 2, 100, 101, 9999, -7, -100} {
		parts := money.Amount{minor, "EUR"}.Split(1, 1, 1)
		var sum int64
		for _, p := range parts {
			sum += p.Minor
		}
		if sum != minor {
			t.Errorf("split of %d gives %v", minor, parts)
		}
	}
}

func TestPercentRoundsHalfAway(t *testing.T) {
	for _, c := range []struct{ minor, p, want int64 }{{2390, 30, 717}, {5, 10, 1}, {-5, 10, -1}, {4, 10, 0}, {250, 1, 3}, {92233720368547758, 100, 92233720368547758}} {
		if got := (money.Amount{c.minor, "EUR"}).Percent(c.p).Minor; got != c.want {
			t.Errorf("%d percent of %d = %d, want %d", c.p, c.minor, got, c.want)
		}
	}
}

func TestAddRefusesMixedAndOverflow(t *testing.T) {
	if _, err := (money.Amount{1, "EUR"}).Add(money.Amount{1, "USD"}); err == nil {
		t.Error("added euros to dollars")
	}
	if _, err := (money.Amount{9223372036854775807, "EUR"}).Add(money.Amount{1, "EUR"}); err == nil {
		t.Error("overflow went unnoticed")
	}
}
