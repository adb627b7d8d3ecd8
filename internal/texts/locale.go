package texts

import (
	"strconv"
	"strings"
	"time"

	"parley/internal/money"
)

// locale is how a language writes numbers, money, dates and durations.
type locale struct {
	group, point string
	grouped      int    // whole digits from which groups are marked
	before       bool   // currency symbol before the number
	gap          string // between number and symbol where the symbol follows
	months       []string
	weekdays     []string // from Sunday
	date         string   // {d} {m} {y}
	dateYear     string
	weekday      string // {w} {date}
	day, hour    string
	minute       string
	joiner       string
}

func locales(lang string) locale {
	switch lang {
	case "es":
		return locale{
			group: ".", point: ",", grouped: 5, gap: "\u00a0",
			months:   []string{"ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sept", "oct", "nov", "dic"},
			weekdays: []string{"dom", "lun", "mar", "mié", "jue", "vie", "sáb"},
			date:     "{d} {m}", dateYear: "{d} {m} {y}", weekday: "{w} {date}",
			day: " d", hour: " h", minute: " min", joiner: " ",
		}
	case "zh":
		return locale{
			group: ",", point: ".", grouped: 4, before: true,
			months:   []string{"1月", "2月", "3月", "4月", "5月", "6月", "7月", "8月", "9月", "10月", "11月", "12月"},
			weekdays: []string{"周日", "周一", "周二", "周三", "周四", "周五", "周六"},
			date:     "{m}{d}日", dateYear: "{y}年{m}{d}日", weekday: "{date} {w}",
			day: " 天", hour: " 小时", minute: " 分", joiner: " ",
		}
	}
	return locale{
		group: ",", point: ".", grouped: 4, before: true,
		months:   []string{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sept", "Oct", "Nov", "Dec"},
		weekdays: []string{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"},
		date:     "{d} {m}", dateYear: "{d} {m} {y}", weekday: "{w} {date}",
		day: " d", hour: " h", minute: " m", joiner: " ",
	}
}

// symbols are the marks that are clear beside amounts of other countries; every other currency is written by its code.
func symbol(currency string) string {
	switch currency {
	case "EUR":
		return "€"
	case "USD":
		return "US$"
	case "GBP":
		return "£"
	case "CNY":
		return "CN¥"
	case "JPY":
		return "JP¥"
	case "BRL":
		return "R$"
	case "KRW":
		return "₩"
	}
	return currency
}

// Number writes a whole number with the language's group marks.
func (r *Reader) Number(n int64) string {
	s := strconv.FormatInt(n, 10)
	if n < 0 {
		return "−" + r.whole(s[1:])
	}
	return r.whole(s)
}

func (r *Reader) whole(digits string) string {
	if len(digits) < r.locale.grouped {
		return digits
	}
	var b strings.Builder
	for i, c := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteString(r.locale.group)
		}
		b.WriteRune(c)
	}
	return b.String()
}

// Money writes a sum: "€23.90", "23,90 €", "US$12.40". A sum that is not known is an empty text.
func (r *Reader) Money(a money.Amount) string {
	if !a.Known() {
		return ""
	}
	plain, sign := a.Plain(), ""
	if strings.HasPrefix(plain, "-") {
		plain, sign = plain[1:], "−"
	}
	whole, frac, has := strings.Cut(plain, ".")
	num := r.whole(whole)
	if has {
		num += r.locale.point + frac
	}
	sym := symbol(a.Currency)
	switch {
	case !r.locale.before:
		return sign + num + r.locale.gap + sym
	case len(sym) == 3 && sym == a.Currency:
		return sign + sym + "\u00a0" + num
	}
	return sign + sym + num
}

// Decimal writes a sum without currency as it is typed into a field: "23.90", "23,90".
func (r *Reader) Decimal(a money.Amount) string {
	if !a.Known() {
		return ""
	}
	return strings.Replace(a.Plain(), ".", r.locale.point, 1)
}

// Date writes day and month, with the year where it is not the year of now. Both are read in the zone of t.
func (r *Reader) Date(t, now time.Time) string {
	form := r.locale.date
	if t.Year() != now.In(t.Location()).Year() {
		form = r.locale.dateYear
	}
	return fill(form, []string{"d", strconv.Itoa(t.Day()), "m", r.locale.months[t.Month()-1], "y", strconv.Itoa(t.Year())})
}

// Clock writes the time of day, always with 24 hours.
func (r *Reader) Clock(t time.Time) string { return t.Format("15:04") }

// Instant writes weekday, date and time of day in the zone of t: "Sat 21 Nov, 23:40".
func (r *Reader) Instant(t, now time.Time) string {
	day := fill(r.locale.weekday, []string{"w", r.locale.weekdays[t.Weekday()], "date", r.Date(t, now)})
	if r.Lang == "zh" {
		return day + " " + r.Clock(t)
	}
	return day + ", " + r.Clock(t)
}

// Near writes an instant as short as it is clear beside the present: "today 23:40", "tomorrow 12:30", "Tue 04:30", "12 Jan 10:00".
func (r *Reader) Near(t, now time.Time) string {
	days := daysBetween(now.In(t.Location()), t)
	switch {
	case days == 0:
		return r.T("time.today", "time", r.Clock(t))
	case days == 1:
		return r.T("time.tomorrow", "time", r.Clock(t))
	case days == -1:
		return r.T("time.yesterday", "time", r.Clock(t))
	case days > 1 && days < 7:
		return r.locale.weekdays[t.Weekday()] + " " + r.Clock(t)
	}
	return r.Date(t, now) + " " + r.Clock(t)
}

func daysBetween(a, b time.Time) int {
	midnight := func(t time.Time) time.Time { return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC) }
	return int(midnight(b).Sub(midnight(a)).Hours() / 24)
}

// Span writes a duration with at most two units, rounded down: "1 h 12 m", "2 d 6 h", "3 d", "under a minute". The sign is dropped.
func (r *Reader) Span(d time.Duration) string {
	if d < 0 {
		d = -d
	}
	days, hours, minutes := int(d/(24*time.Hour)), int(d/time.Hour)%24, int(d/time.Minute)%60
	unit := func(n int, word string) string { return strconv.Itoa(n) + strings.Replace(word, " ", "\u00a0", 1) }
	join := func(a string, n int, word string) string {
		if n == 0 {
			return a
		}
		return a + r.locale.joiner + unit(n, word)
	}
	switch {
	case days > 0:
		return join(unit(days, r.locale.day), hours, r.locale.hour)
	case hours > 0:
		return join(unit(hours, r.locale.hour), minutes, r.locale.minute)
	case minutes > 0:
		return unit(minutes, r.locale.minute)
	}
	return r.T("time.under_minute")
}

// Size writes a number of bytes: "212 kB", "4.1 MB".
func (r *Reader) Size(n int64) string {
	switch {
	case n < 1000:
		return r.Number(n) + "\u00a0B"
	case n < 1_000_000:
		return r.Number((n+500)/1000) + "\u00a0kB"
	}
	tenths := (n + 50_000) / 100_000
	return r.Number(tenths/10) + r.locale.point + strconv.FormatInt(tenths%10, 10) + "\u00a0MB"
}

// Point is the decimal mark of the language.
func (r *Reader) Point() string { return r.locale.point }
