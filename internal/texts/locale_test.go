package texts_test

import (
	"strings"
	"testing"
	"time"

	"parley/internal/money"
)

func TestMoneyIsWrittenAsPeopleWriteIt(t *testing.T) {
	b := load(t)
	for _, c := range []struct {
		lang string
		sum  money.Amount
		want string
	}{
		{"en", money.Amount{Minor: 231840, Currency: "EUR"}, "€2,318.40"}, {"es", money.Amount{Minor: 231840, Currency: "EUR"}, "2318,40 €"},
		{"es", money.Amount{Minor: 1231840, Currency: "EUR"}, "12.318,40 €"}, {"zh", money.Amount{Minor: 1240, Currency: "USD"}, "US$12.40"},
		{"en", money.Amount{Minor: -50, Currency: "USD"}, "−US$0.50"}, {"en", money.Amount{Minor: 1200, Currency: "JPY"}, "JP¥1,200"},
		{"en", money.Amount{Minor: 12345, Currency: "KWD"}, "KWD 12.345"}, {"es", money.Amount{Minor: 12345, Currency: "KWD"}, "12,345 KWD"}, {"en", money.Amount{}, ""},
	} {
		if got := strings.ReplaceAll(b.In(c.lang).Money(c.sum), "\u00a0", " "); got != c.want {
			t.Errorf("%s %v: %q, want %q", c.lang, c.sum, got, c.want)
		}
	}
}

func TestDurationsHaveAtMostTwoUnits(t *testing.T) {
	b := load(t)
	for _, c := range []struct {
		lang string
		span time.Duration
		want string
	}{
		{"en", 72 * time.Minute, "1 h 12 m"}, {"en", 54 * time.Hour, "2 d 6 h"}, {"en", 72 * time.Hour, "3 d"}, {"en", 59 * time.Second, "under a minute"},
		{"es", 72 * time.Minute, "1 h 12 min"}, {"zh", 72 * time.Minute, "1 小时 12 分"}, {"zh", 54 * time.Hour, "2 天 6 小时"}, {"en", -35 * time.Minute, "35 m"},
	} {
		if got := strings.ReplaceAll(b.In(c.lang).Span(c.span), "\u00a0", " "); got != c.want {
			t.Errorf("%s %v: %q, want %q", c.lang, c.span, got, c.want)
		}
	}
}

func TestInstantsAreShortWhereTheyAreClear(t *testing.T) {
	b := load(t)
	madrid, err := time.LoadLocation("Europe/Madrid")
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 11, 21, 21, 28, 0, 0, time.UTC)
	for _, c := range []struct {
		lang string
		at   time.Time
		want string
	}{
		{"en", now.Add(time.Hour), "today 23:28"}, {"en", now.Add(2 * time.Hour), "tomorrow 00:28"}, {"es", now.Add(54 * time.Hour), "mar 04:28"},
		{"en", now.Add(-24 * time.Hour), "yesterday 22:28"}, {"zh", now.AddDate(0, 0, 20), "12月11日 22:28"}, {"es", now.AddDate(0, 3, 0), "21 feb 2027 22:28"},
	} {
		if got := b.In(c.lang).Near(c.at.In(madrid), now); got != c.want {
			t.Errorf("%s %v: %q, want %q", c.lang, c.at, got, c.want)
		}
	}
	if got := b.In("zh").Instant(now.In(madrid), now); got != "11月21日 周六 22:28" {
		t.Errorf("instant %q", got)
	}
}
