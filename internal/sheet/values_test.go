package sheet

import (
	"testing"
	"time"
)

func TestDates(t *testing.T) {
	madrid, err := time.LoadLocation("Europe/Madrid")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		text, order string
		number, end bool
		want        string // RFC 3339, or the problem
	}{
		{"2026-05-07", "", false, false, "2026-05-06T22:00:00Z"},
		{"2026-05-07", "", false, true, "2026-05-07T22:00:00Z"},
		{"2026-05-07 10:00", "", false, true, "2026-05-07T08:00:00Z"},
		{"2026-05-07T10:00:30Z", "", false, false, "2026-05-07T10:00:30Z"},
		{"2026-05-07T10:00:00.123+08:00", "", false, false, "2026-05-07T02:00:00Z"},
		{"2026/5/7 10:00:00 +0800", "", false, false, "2026-05-07T02:00:00Z"},
		{"07/05/2026", "dmy", false, false, "2026-05-06T22:00:00Z"},
		{"07/05/2026", "mdy", false, false, "2026-07-04T22:00:00Z"},
		{"07/05/2026", "", false, false, "date_order"},
		{"05/05/2026", "", false, false, "2026-05-04T22:00:00Z"},
		{"31/05/2026", "", false, false, "2026-05-30T22:00:00Z"},
		{"05/31/2026 1:02 PM", "", false, false, "2026-05-31T11:02:00Z"},
		{"12/31/26 12:00 am", "", false, false, "2026-12-30T23:00:00Z"},
		{"07.05.2026", "", false, false, "2026-05-06T22:00:00Z"},
		{"2026年5月7日 10时", "", false, false, "2026-05-07T08:00:00Z"},
		{"2026年5月7日10:30", "", false, false, "date"},
		{"7 de mayo de 2026", "", false, false, "2026-05-06T22:00:00Z"},
		{"7 may 2026 10:00", "", false, false, "2026-05-07T08:00:00Z"},
		{"May 7, 2026, 10:00 PM", "", false, false, "2026-05-07T20:00:00Z"},
		{"15 ago 2026", "", false, false, "2026-08-14T22:00:00Z"},
		{"30/02/2026", "dmy", false, false, "date_range"},
		{"2026-13-01", "", false, false, "date_range"},
		{"2026-05-07 25:00", "", false, false, "date_range"},
		{"45784.4375", "", true, false, "2025-05-07T08:30:00Z"},
		{"45784", "", true, true, "2025-05-07T22:00:00Z"},
		{"45784", "", false, false, "date"},
		{"soon", "", false, false, "date"},
		{"", "", false, false, "date"},
	} {
		got, why := instant(Cell{Text: c.text, Number: c.number}, c.order, madrid, false, c.end)
		if s := got.Format(time.RFC3339); why != "" && string(why) != c.want || why == "" && s != c.want {
			t.Errorf("%q (%s): %s %s, want %s", c.text, c.order, s, why, c.want)
		}
	}
}

func TestAmounts(t *testing.T) {
	for _, c := range []struct{ text, currency, decimal, want string }{
		{"1.234,56 €", "", "", "1234.56 EUR"},
		{"¥12.30", "CNY", "", "12.30 CNY"},
		{"¥12.30", "EUR", "", "currency"},
		{"￥1,200", "JPY", ".", "1200 JPY"},
		{"1,234.56", "USD", "", "1234.56 USD"},
		{"1,234.56", "", "", "currency"},
		{"1,234", "EUR", "", "amount_decimal"},
		{"1,234", "EUR", ".", "1234.00 EUR"},
		{"1,234", "EUR", ",", "amount"},
		{"1.234", "EUR", ",", "1234.00 EUR"},
		{"0,500", "EUR", "", "0.50 EUR"},
		{"12,5", "EUR", "", "12.50 EUR"},
		{"1.234.567", "EUR", "", "1234567.00 EUR"},
		{"1 234,50", "EUR", "", "1234.50 EUR"},
		{"1\u00a0234,50\u00a0€", "", "", "1234.50 EUR"},
		{"1'234.50 CHF", "", "", "1234.50 CHF"},
		{"12,34,567", "EUR", ".", "amount"},
		{"US$ 5", "EUR", "", "5.00 USD"},
		{"$5", "MXN", "", "5.00 MXN"},
		{"$5", "EUR", "", "currency"},
		{"EUR 12", "", "", "12.00 EUR"},
		{"12.30元", "", "", "12.30 CNY"},
		{"-5,00 €", "", "", "-5.00 EUR"},
		{"5,00- €", "", "", "-5.00 EUR"},
		{"(5,00)", "EUR", "", "-5.00 EUR"},
		{"+5,00", "EUR", "", "5.00 EUR"},
		{"--5", "EUR", "", "amount"},
		{"1.999", "EUR", ".", "amount"},
		{"99999999999999999999", "EUR", "", "amount"},
		{"=5+5", "EUR", "", "amount"},
		{"five", "EUR", "", "amount"},
		{"1,2345.00", "EUR", "", "amount"},
	} {
		got, why := amount(Cell{Text: c.text}, c.currency, c.decimal)
		if why != "" && why != c.want || why == "" && got.String() != c.want {
			t.Errorf("%q %s %q: %s %s, want %s", c.text, c.currency, c.decimal, got, why, c.want)
		}
	}
}

func TestNumbersOfAWorkbookAreExact(t *testing.T) {
	for text, want := range map[string]string{
		"19.989999999999998": "19.99 EUR", "0.30000000000000004": "0.30 EUR", "5": "5.00 EUR", "19.985": "amount", "-3.5": "-3.50 EUR", "1e400": "amount",
	} {
		got, why := amount(Cell{Text: plainNumber(text), Number: true}, "EUR", "")
		if why != "" && why != want || why == "" && got.String() != want {
			t.Errorf("%s: %s %s, want %s", text, got, why, want)
		}
	}
	for text, want := range map[string]string{"1.23456789E8": "123456789", "1E-2": "0.01", "-2.5e1": "-25", "7": "7", "1E999": "1E999", "x": "x"} {
		if got := plainNumber(text); got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
}

func TestHabits(t *testing.T) {
	for want, dates := range map[string][]string{
		"dmy": {"05/06/2026", "31/05/2026"}, "mdy": {"05/06/2026", "05/31/2026"}, "ymd": {"2026-05-06"}, "": {"31/05/2026", "05/31/2026"},
	} {
		if got := dateHabit(dates); got != want {
			t.Errorf("%v: %q", dates, got)
		}
	}
	for want, amounts := range map[string][]string{
		",": {"1.234", "12,50"}, ".": {"1,234", "12.50"}, "": {"12,50", "12.50"},
	} {
		if got := decimalHabit(amounts); got != want {
			t.Errorf("%v: %q", amounts, got)
		}
	}
}

func TestCountries(t *testing.T) {
	for text, want := range map[string]string{"ES": "ES", "es": "ES", "ESP": "ES", "España": "ES", "Spain": "ES", "西班牙": "ES", "UK": "GB", "Narnia": "", "EU": ""} {
		if got := countryOf(text); got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
}

func TestEveryWordOfAValueLeadsToACode(t *testing.T) {
	for group, known := range vocab().values {
		if group == "yes" {
			continue
		}
		for word, code := range known {
			if _, ok := codeOf(group, code, nil); !ok {
				t.Errorf("%s: %q leads to %q, which is no code", group, word, code)
			}
		}
	}
	for _, f := range vocab().fields {
		if f.Kind == "code" && len(Codes(f.Group)) == 0 {
			t.Errorf("%s: the group %s has no codes", f.Name, f.Group)
		}
		if len(f.In) == 0 || len(f.Words) == 0 {
			t.Errorf("%s: %+v", f.Name, f)
		}
	}
}
