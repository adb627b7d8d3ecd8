package sheet

import (
	"math/big"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// figures is a date in figures with an optional time: 2026-05-07 10:00:00, 7/5/2026 10:00, 07.05.2026, 2026年5月7日 10时, 5/7/26 1:02 PM.
var figures = regexp.MustCompile(`^(\d{1,4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,4})\s*日?` +
	`(?:[T,\s]\s*(\d{1,2})\s*[:时.h]\s*(\d{1,2})?\s*分?(?::(\d{1,2})(?:[.,]\d{1,9})?)?\s*秒?\s*([AaPp]\.?\s?[Mm]\.?)?)?\s*(Z|UTC|GMT|[+-]\d{2}:?\d{2})?$`)

// named is a date with a month in letters: 7 May 2026 10:00, May 7, 2026, 7 de mayo de 2026.
var named = regexp.MustCompile(`^(?:(\d{1,2})\s+(?:de\s+)?([\pL.]+)|([\pL.]+)\s+(\d{1,2})(?:st|nd|rd|th)?),?\s+(?:de\s+)?(\d{4})` +
	`(?:,?\s+(\d{1,2}):(\d{2})(?::(\d{2}))?\s*([AaPp]\.?\s?[Mm]\.?)?)?\s*(Z|UTC|GMT|[+-]\d{2}:?\d{2})?$`)

var months = map[string]int{
	"jan": 1, "feb": 2, "mar": 3, "apr": 4, "may": 5, "jun": 6, "jul": 7, "aug": 8, "sep": 9, "oct": 10, "nov": 11, "dec": 12,
	"ene": 1, "abr": 4, "ago": 8, "set": 9, "dic": 12,
}

// moment is what a cell says about an instant before its zone is known.
type moment struct {
	y, mo, d, h, mi, s int
	day                bool // no time is told
	offset             string
}

// dateProblem is why a date was not read: date, date_order (day and month cannot be told apart) or date_range.
type dateProblem string

// instant reads a cell. order is ymd, dmy or mdy where the file or a person told; zone is that of wall clocks. A day without a time is
// its first instant, or with end the first of the next day.
func instant(c Cell, order string, zone *time.Location, days1904, end bool) (time.Time, dateProblem) {
	m, why := ofText(c.Text, order)
	if c.Number {
		m, why = ofDayCount(c.Text, days1904)
	}
	if why != "" {
		return time.Time{}, why
	}
	return m.at(zone, end)
}

func (m moment) at(zone *time.Location, end bool) (time.Time, dateProblem) {
	if m.mo < 1 || m.mo > 12 || m.d < 1 || m.d > 31 || m.h > 23 || m.mi > 59 || m.s > 59 || m.y < 1990 || m.y > 2100 {
		return time.Time{}, "date_range"
	}
	if d := time.Date(m.y, time.Month(m.mo), m.d, 0, 0, 0, 0, time.UTC); d.Day() != m.d {
		return time.Time{}, "date_range"
	}
	if m.offset != "" {
		zone = fixed(m.offset)
	}
	if m.day && end {
		m.d++
	}
	return time.Date(m.y, time.Month(m.mo), m.d, m.h, m.mi, m.s, 0, zone).UTC(), ""
}

func fixed(offset string) *time.Location {
	if offset == "Z" || offset == "UTC" || offset == "GMT" {
		return time.UTC
	}
	figures := strings.ReplaceAll(offset[1:], ":", "")
	h, _ := strconv.Atoi(figures[:2]) // the pattern has seen to it
	m, _ := strconv.Atoi(figures[2:])
	seconds := h*3600 + m*60
	if offset[0] == '-' {
		seconds = -seconds
	}
	return time.FixedZone("", seconds)
}

// ofDayCount reads the way workbooks keep dates: days since the end of 1899 (or since 1904), the time as a fraction.
func ofDayCount(text string, days1904 bool) (moment, dateProblem) {
	r, ok := new(big.Rat).SetString(text)
	if !ok || len(text) > 40 || r.Cmp(big.NewRat(30000, 1)) < 0 || r.Cmp(big.NewRat(80000, 1)) > 0 {
		return moment{}, "date"
	}
	seconds := new(big.Rat).Mul(r, big.NewRat(86400, 1)).FloatString(0) // rounded to the second: the fraction is a binary one
	n, err := strconv.ParseInt(seconds, 10, 64)
	if err != nil {
		return moment{}, "date"
	}
	first := time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)
	if days1904 {
		first = time.Date(1904, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	t := first.Add(time.Duration(n) * time.Second)
	return moment{t.Year(), int(t.Month()), t.Day(), t.Hour(), t.Minute(), t.Second(), r.IsInt(), ""}, ""
}

func ofText(text, order string) (moment, dateProblem) {
	if len(text) > 60 {
		return moment{}, "date"
	}
	if g := figures.FindStringSubmatch(text); g != nil {
		return ofFigures(g, order)
	}
	if g := named.FindStringSubmatch(text); g != nil {
		return ofNamed(g)
	}
	return moment{}, "date"
}

func ofFigures(g []string, order string) (moment, dateProblem) {
	a, b, c := number(g[1]), number(g[2]), number(g[3])
	m := moment{day: g[4] == "", offset: g[8]}
	if order == "" && strings.HasPrefix(g[0][len(g[1]):], ".") {
		order = "dmy" // with points, the day comes first wherever points are used
	}
	switch {
	case len(g[1]) > 2:
		m.y, m.mo, m.d = a, b, c
	case a > 12 && b <= 12 && order != "ymd":
		m.y, m.mo, m.d = c, b, a
	case b > 12 && order != "ymd":
		m.y, m.mo, m.d = c, a, b
	case order == "dmy" || (order == "" && a == b):
		m.y, m.mo, m.d = c, b, a
	case order == "mdy":
		m.y, m.mo, m.d = c, a, b
	case order == "ymd":
		m.y, m.mo, m.d = a, b, c
	default:
		return m, "date_order"
	}
	if m.y < 100 {
		m.y += 2000
	}
	return m.clock(g[4], g[5], g[6], g[7])
}

func ofNamed(g []string) (moment, dateProblem) {
	day, month := g[1], g[2]
	if day == "" {
		day, month = g[4], g[3]
	}
	name := folded(month)
	m := moment{y: number(g[5]), mo: months[name[:min(3, len(name))]], d: number(day), day: g[6] == "", offset: g[10]}
	if m.mo == 0 {
		return m, "date"
	}
	return m.clock(g[6], g[7], g[8], g[9])
}

// clock adds the time of day; half is AM or PM, or empty.
func (m moment) clock(h, mi, s, half string) (moment, dateProblem) {
	m.h, m.mi, m.s = number(h), number(mi), number(s)
	if half == "" {
		return m, ""
	}
	if m.h < 1 || m.h > 12 {
		return m, "date_range"
	}
	m.h %= 12
	if half[0] == 'p' || half[0] == 'P' {
		m.h += 12
	}
	return m, ""
}

func number(figures string) int {
	n, _ := strconv.Atoi(figures) // digits only, by the pattern; empty is 0
	return n
}

// dateHabit tells from many dates in which order they are written: one that can only be read one way decides. Empty = none does, or
// they contradict each other.
func dateHabit(dates []string) string {
	found := ""
	for _, text := range dates {
		g := figures.FindStringSubmatch(text)
		if g == nil {
			continue
		}
		order := ""
		switch a, b := number(g[1]), number(g[2]); {
		case len(g[1]) > 2:
			order = "ymd"
		case a > 12 && b <= 12:
			order = "dmy"
		case b > 12:
			order = "mdy"
		}
		if order == "" || order == found {
			continue
		}
		if found != "" {
			return ""
		}
		found = order
	}
	return found
}
