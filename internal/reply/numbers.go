package reply

import (
	"strconv"
	"strings"
	"time"

	"parley/internal/money"
	"parley/internal/reply/lexicon"
)

// sum is an amount of money in a text, at token At.
type sum struct {
	money.Amount
	at, sentence int
}

// percent is a share in a text, in hundredths of a percent.
type percent struct {
	value    int64
	at       int
	sentence int
}

// date is a day without a year, as people write it.
type date struct {
	month, day   int
	at, sentence int
}

// readSums finds amounts and percentages: "31,00 USD", "$5", "5 dólares", "129元", "20 %".
func readSums(t *lexicon.Text) (sums []sum, shares []percent) {
	after, before := map[int]string{}, map[int]string{}
	for _, m := range t.Group("currency.") {
		code := strings.TrimPrefix(m.Meaning, "currency.")
		after[m.From], before[m.To] = code, code
	}
	rates := map[int]bool{}
	for _, m := range t.All("percent") {
		rates[m.From], rates[-m.To] = true, true
	}
	for i, tok := range t.Tokens {
		if tok.Kind != lexicon.Number {
			continue
		}
		if rates[i+1] || rates[-i] {
			if a, ok := readNumber(tok.Word, 2); ok {
				shares = append(shares, percent{a, i, tok.Sentence})
			}
			continue
		}
		code, ok := after[i+1]
		if !ok {
			code, ok = before[i]
		}
		if !ok {
			continue
		}
		if minor, good := readNumber(tok.Word, money.Digits(code)); good {
			sums = append(sums, sum{money.Amount{Minor: minor, Currency: code}, i, tok.Sentence})
		}
	}
	return sums, shares
}

// readNumber reads digits with points and commas; the last separator is the decimal one if at most `digits` signs follow.
func readNumber(s string, digits int) (int64, bool) {
	frac := ""
	if i := strings.LastIndexAny(s, ".,'"); i >= 0 && len(s)-i-1 <= 2 {
		s, frac = s[:i], s[i+1:]
	}
	s = strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, s)
	if len(frac) > digits {
		frac = frac[:digits]
	}
	n, err := strconv.ParseInt(s+frac+strings.Repeat("0", digits-len(frac)), 10, 64)
	return n, err == nil
}

// readDates finds days with the names of months of the language, and 2月6日.
func readDates(t *lexicon.Text) []date {
	var out []date
	add := func(month, day string, at int) {
		m, err1 := strconv.Atoi(month)
		d, err2 := strconv.Atoi(day)
		if err1 == nil && err2 == nil && m >= 1 && m <= 12 && d >= 1 && d <= 31 {
			out = append(out, date{m, d, at, t.Tokens[at].Sentence})
		}
	}
	toks := t.Tokens
	word := func(i int) string {
		if i < 0 || i >= len(toks) {
			return ""
		}
		return toks[i].Word
	}
	for i, tok := range toks {
		if tok.Kind == lexicon.Number {
			switch w := word(i + 1); {
			case w == "月" && i+3 < len(toks):
				add(tok.Word, word(i+2), i)
			case w == "/" || w == "-":
				add(tok.Word, word(i+2), i)
				add(word(i+2), tok.Word, i)
			}
			continue
		}
		month := t.Month(tok.Word)
		if month == 0 {
			continue
		}
		m := strconv.Itoa(month)
		for _, j := range []int{i + 1, i - 1, i - 2, i - 3} {
			if day := strings.TrimRight(word(j), "stndrho"); j != i && j >= 0 && j < len(toks) && toks[j].Sentence == tok.Sentence && toks[j].Kind == lexicon.Number {
				add(m, day, j)
				break
			}
		}
	}
	return out
}

// sameDay tells whether a written day can be the day of the instant in some zone of the world.
func (d date) sameDay(at time.Time) bool {
	for _, shift := range []time.Duration{-12 * time.Hour, 0, 14 * time.Hour} {
		x := at.UTC().Add(shift)
		if int(x.Month()) == d.month && x.Day() == d.day {
			return true
		}
	}
	return false
}

// names tells whether the text names the day of the instant.
func (r *reading) names(at time.Time) bool {
	for _, d := range r.dates {
		if d.sameDay(at) {
			return true
		}
	}
	return false
}
