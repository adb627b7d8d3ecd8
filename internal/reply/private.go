package reply

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// sensitiveNumbers: of a card only the last four digits, of papers no number at all (X19).
func (c *checker) sensitiveNumbers() {
	text := c.draft.Text
	for _, run := range digitRuns(text) {
		if c.isFiled(run.digits) {
			continue
		}
		if isCard(run.digits) || run.masked && len(run.digits) > 4 && run.stars >= 4 || isIdentity(run) || c.namedIdentity(run) {
			c.add("sensitive_number_exposed", "", run.start, run.end)
		}
	}
	if len(onlyDigits(text)) < 7 || !mayIdentify(text) {
		return
	}
	for _, at := range identityForms.FindAllStringIndex(text, 20) {
		if validLetter(text[at[0]:at[1]]) || isIBAN(text[at[0]:at[1]]) {
			c.add("sensitive_number_exposed", "", at[0], at[1])
		}
	}
}

// mayIdentify is a quick look for what every form of identityForms holds: seven digits in a row, or two capitals before two
// digits.
func mayIdentify(text string) bool {
	capitals, digits, country := 0, 0, false
	for i := range len(text) {
		switch b := text[i]; {
		case '0' <= b && b <= '9':
			if digits == 0 {
				country = capitals >= 2
			}
			if digits++; digits >= 7 || country && digits >= 2 {
				return true
			}
			capitals = 0
		case 'A' <= b && b <= 'Z':
			capitals, digits = capitals+1, 0
		default:
			capitals, digits = 0, 0
		}
	}
	return false
}

// identityForms are numbers with letters: Spanish NIF and NIE, bank accounts.
var identityForms = regexp.MustCompile(`\b(?:[XYZxyz][- ]?\d{7}|\d{8})[- ]?[A-Za-z]\b|\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,7}(?: ?[A-Z0-9]{1,3})?\b`)

// run is a row of digits with blanks, hyphens, points or stars between them.
type run struct {
	digits     string
	raw        string
	start, end int
	masked     bool
	stars      int
}

// digitRuns finds rows of at least six digits or stars.
func digitRuns(text string) []run {
	var out []run
	cur, gap := run{start: -1}, 0
	flush := func() {
		if cur.start >= 0 && len(cur.digits)+cur.stars >= 6 {
			cur.raw = text[cur.start:cur.end]
			out = append(out, cur)
		}
		cur, gap = run{start: -1}, 0
	}
	for i, r := range text {
		switch {
		case '0' <= r && r <= '9' || 0xFF10 <= r && r <= 0xFF19:
			if cur.start < 0 {
				cur.start = i
			}
			d := r
			if r > 0xFF {
				d = r - 0xFF10 + '0'
			}
			cur.digits += string(d)
			cur.end, gap = i+utf8.RuneLen(r), 0
		case (r == '*' || r == '•' || r == 'X' || r == 'x') && cur.start >= 0 && gap <= 1:
			cur.masked, cur.stars = true, cur.stars+1
			cur.end, gap = i+utf8.RuneLen(r), 0
		case (r == ' ' || r == '-' || r == '.' || r == '/' || unicode.Is(unicode.Cf, r) || r == 0xA0 || r == 0x202F) && cur.start >= 0 && gap < 1:
			if !unicode.Is(unicode.Cf, r) {
				gap++
			}
		default:
			flush()
		}
	}
	flush()
	return out
}

// isFiled tells whether the digits are a number of the order, the parcel or the case that everybody knows.
func (c *checker) isFiled(digits string) bool {
	var known []string
	if o := c.facts.Order; o != nil {
		known = append(known, o.ID, o.Line)
	}
	if s := c.facts.Shipment; s != nil {
		known = append(known, s.Number)
		known = append(known, s.SharesParcelWith...)
	}
	for _, a := range c.facts.History {
		known = append(known, a.Reference)
	}
	for _, e := range c.facts.Evidence {
		if !oneOf(e.Kind, "customs_notice") {
			known = append(known, e.Reference)
		}
	}
	for _, k := range known {
		if k != "" && len(digits) >= 5 && strings.Contains(onlyDigits(k), digits) {
			return true
		}
	}
	return false
}

func onlyDigits(s string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, s)
}

// isCard: 13 to 19 digits that begin like a card and pass the check digit, or 16 in groups of four.
func isCard(digits string) bool {
	n := len(digits)
	if n < 13 || n > 19 || digits[0] < '2' || digits[0] > '6' {
		return false
	}
	total := 0
	for i := range n {
		d := int(digits[n-1-i] - '0')
		if i%2 == 1 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		total += d
	}
	return total%10 == 0
}

// isIdentity: numbers whose check digits tell them: Brazilian CPF, Chinese identity card; US social security by its form.
func isIdentity(r run) bool {
	switch len(r.digits) {
	case 11:
		return cpf(r.digits)
	case 9:
		return len(r.raw) == 11 && r.raw[3] == '-' && r.raw[6] == '-'
	case 17, 18:
		return strings.HasPrefix(r.digits[6:], "19") || strings.HasPrefix(r.digits[6:], "20")
	}
	return false
}

func cpf(d string) bool {
	if strings.Count(d, d[:1]) == len(d) {
		return false
	}
	for _, n := range []int{9, 10} {
		total := 0
		for i := range n {
			total += int(d[i]-'0') * (n + 1 - i)
		}
		if total*10%11%10 != int(d[n]-'0') {
			return false
		}
	}
	return true
}

// namedIdentity: any longer number right beside a word such as "passport number" or "CPF".
func (c *checker) namedIdentity(r run) bool {
	if len(r.digits) < 6 {
		return false
	}
	for _, reading := range c.readings {
		for _, m := range reading.All("id_word") {
			from, to := reading.Tokens[m.From].Start, reading.Tokens[m.To-1].End
			if r.start >= from && r.start-to < 30 || r.end <= from && from-r.end < 20 {
				return !reading.overlapsBytes(r.start, r.end, "last_four")
			}
		}
	}
	return false
}

func (r *reading) overlapsBytes(start, end int, meaning string) bool {
	for _, m := range r.All(meaning) {
		if to := r.Tokens[m.To-1].End; start >= to && start-to < 6 {
			return true
		}
	}
	return false
}

// validLetter checks the letter of a Spanish NIF or NIE.
func validLetter(s string) bool {
	s = strings.ToUpper(strings.NewReplacer(" ", "", "-", "").Replace(s))
	if len(s) != 9 {
		return false
	}
	if i := strings.IndexByte("XYZ", s[0]); i >= 0 {
		s = string(rune('0'+i)) + s[1:]
	}
	n := 0
	for _, d := range s[:8] {
		if d < '0' || d > '9' {
			return false
		}
		n = n*10 + int(d-'0')
	}
	return s[8] == "TRWAGMYFPDXBNJZSQVHLCKE"[n%23]
}

func isIBAN(s string) bool {
	s = strings.ReplaceAll(s, " ", "")
	if len(s) < 15 || len(s) > 34 {
		return false
	}
	rest := 0
	for _, r := range s[4:] + s[:4] {
		switch {
		case '0' <= r && r <= '9':
			rest = (rest*10 + int(r-'0')) % 97
		case 'A' <= r && r <= 'Z':
			rest = (rest*100 + int(r-'A') + 10) % 97
		default:
			return false
		}
	}
	return rest == 1
}

// personalCode: no name of the customer in a voucher code, an address or a subject (X16).
func (c *checker) personalCode() {
	b := c.facts.Buyer
	if b == nil {
		return
	}
	var names []string
	for _, n := range strings.Fields(b.Name + " " + b.Surname) {
		if n = trimmed(n); len(n) >= 3 {
			names = append(names, n)
		}
	}
	for _, w := range pieces(c.draft.Text) {
		raw := c.draft.Text[w[0]:w[1]]
		if c.likeCode(raw, w) && containsAny(trimmed(raw), names) {
			c.add("personal_data_in_code", "", w[0], w[1])
		}
	}
}

func containsAny(s string, list []string) bool {
	for _, x := range list {
		if strings.Contains(s, x) {
			return true
		}
	}
	return false
}

// pieces cuts a text at blanks and gives each piece without the punctuation around it.
func pieces(text string) [][2]int {
	var out [][2]int
	start := -1
	flush := func(end int) {
		if start < 0 {
			return
		}
		for end > start && text[end-1] == '.' {
			end--
		}
		if end > start {
			out = append(out, [2]int{start, end})
		}
		start = -1
	}
	for i, r := range text {
		switch {
		case edge(r):
			flush(i)
		case start < 0:
			start = i
		}
	}
	flush(len(text))
	return out
}

// edge tells whether a sign separates pieces.
func edge(r rune) bool {
	switch r {
	case ' ', '\n', '\t', ',', ';', ':', '!', '?', '(', ')', '"', '\'', '«', '»', '“', '”', '。', '，', '：', '；', '！', '？', '「', '」':
		return true
	}
	return r >= utf8.RuneSelf && unicode.IsSpace(r)
}

// likeCode: letters mixed with digits or hyphens, a web address, or a word in capitals right behind "code".
func (c *checker) likeCode(raw string, at [2]int) bool {
	letters, digits, lower := 0, 0, 0
	for _, r := range raw {
		switch {
		case unicode.IsDigit(r):
			digits++
		case unicode.IsLetter(r):
			letters++
			if unicode.IsLower(r) {
				lower++
			}
		}
	}
	if letters == 0 {
		return false
	}
	if digits > 0 || strings.Contains(raw, "/") || strings.Contains(raw, "_") {
		return true
	}
	if c.main == nil {
		return strings.Contains(raw, "-")
	}
	for _, m := range c.main.All("code_word") {
		if to := c.main.Tokens[m.To-1].End; at[0] >= to && at[0]-to < 30 && (strings.Contains(raw, "-") || lower == 0 && letters > 2) {
			return true
		}
	}
	return false
}
