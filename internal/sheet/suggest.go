package sheet

import (
	"math"
	"slices"
	"strings"
	"unicode"
)

// Look is what a person is shown before a file is read.
type Look struct {
	Sheets    []string   `json:"sheets,omitempty"`
	Sheet     string     `json:"sheet,omitempty"`
	Encoding  string     `json:"encoding,omitempty"`
	Separator string     `json:"separator,omitempty"`
	HeaderRow int        `json:"header_row"`
	Header    []string   `json:"header"`
	Rows      [][]string `json:"rows"`
	Suggested Mapping    `json:"suggested"`
}

const (
	headSearched = 30  // rows in which the header is looked for
	rowsShown    = 8   // rows of a preview
	rowsWeighed  = 500 // rows that show how dates and amounts are written
)

// LookAt reads the head of a file: where its header is, its first rows, and a mapping by the words of the header. headerRow 0 = found
// out; record empty = the kind whose fields the header has most of.
func LookAt(f *File, record string, headerRow int) (Look, error) {
	var rows []Row
	for row, err := range f.Rows() {
		if err != nil {
			return Look{}, err
		}
		if rows = append(rows, row); len(rows) == rowsWeighed {
			break
		}
	}
	at := headerAt(rows, headerRow)
	if at < 0 {
		return Look{}, unreadable("no header")
	}
	l := Look{Sheets: f.Sheets, Sheet: f.Sheet, Encoding: f.Encoding, Separator: f.Separator, HeaderRow: rows[at].Line, Header: headers(rows[at])}
	body := rows[at+1:]
	for _, r := range body[:min(len(body), rowsShown)] {
		l.Rows = append(l.Rows, texts(r, len(l.Header)))
	}
	l.Suggested = suggest(l.Header, record)
	l.Suggested.DateOrder, l.Suggested.Decimal = habits(l.Suggested, l.Header, body)
	return l, nil
}

// headerAt is the index of the row with the headers: the one asked for, else the row among the first that has the most words of fields,
// else the first with two texts.
func headerAt(rows []Row, line int) int {
	best, most := -1, 0
	for i, r := range rows[:min(len(rows), headSearched)] {
		if line > 0 {
			if r.Line == line {
				return i
			}
			continue
		}
		if n := headerWords(r); n > most {
			best, most = i, n
		}
	}
	if best >= 0 || line > 0 {
		return best
	}
	for i, r := range rows[:min(len(rows), headSearched)] {
		if len(r.Cells) > 1 && !slices.ContainsFunc(r.Cells, func(c Cell) bool { return c.Number }) {
			return i
		}
	}
	return -1
}

func headerWords(r Row) int {
	n := 0
	for _, c := range r.Cells {
		word := folded(c.Text)
		if word != "" && slices.ContainsFunc(vocab().fields, func(f Field) bool { return slices.Contains(f.Words, word) }) {
			n++
		}
	}
	return n
}

// headers are the texts of the header row; a second column of one name is numbered.
func headers(r Row) []string {
	out := make([]string, len(r.Cells))
	seen := map[string]int{}
	for i, c := range r.Cells {
		name := strings.Join(strings.Fields(c.Text), " ")
		if name == "" {
			continue
		}
		if seen[name]++; seen[name] > 1 {
			name += " (" + itoa(seen[name]) + ")"
		}
		out[i] = name
	}
	return out
}

func texts(r Row, n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = r.cell(i).Text
	}
	return out
}

// suggest maps headers to fields of the record, or of the record that fits best: a header that is a field's word counts twice as much
// as one that only contains it, and a record that lacks a required field is hardly meant.
func suggest(header []string, record string) Mapping {
	var best Mapping
	most := math.MinInt
	for _, kind := range Kinds() {
		if record != "" && kind != record {
			continue
		}
		columns, score := match(header, kind)
		for _, f := range Fields(kind) {
			if f.RequiredIn(kind) && !slices.ContainsFunc(columns, func(c Column) bool { return c.Field == f.Name }) {
				score -= 10
			}
		}
		if score > most {
			best, most = Mapping{Record: kind, Columns: columns}, score
		}
	}
	return best
}

// match gives each header at most one field and each field at most one header: equal words first, then headers that contain them.
func match(header []string, kind string) (out []Column, score int) {
	fields := Fields(kind)
	taken := make([]bool, len(header))
	found := map[string]string{}
	try := func(worth int, fits func(head, word string) bool) {
		for _, f := range fields {
			if found[f.Name] != "" {
				continue
			}
			for _, word := range f.Words {
				i := slices.IndexFunc(header, func(h string) bool { return h != "" && fits(folded(h), word) })
				if i >= 0 && !taken[i] {
					taken[i], found[f.Name] = true, header[i]
					score += worth
					break
				}
			}
		}
	}
	try(2, func(head, word string) bool { return head == word })
	try(1, within)
	out = []Column{}
	for _, f := range fields {
		if h := found[f.Name]; h != "" {
			out = append(out, Column{Field: f.Name, Header: h})
		}
	}
	return out, score
}

// within tells whether a header contains a word of some length as whole words, or as characters of a script without blanks.
func within(head, word string) bool {
	if len([]rune(word)) < 2 || !strings.Contains(head, word) {
		return false
	}
	if strings.IndexFunc(word, func(r rune) bool { return unicode.Is(unicode.Han, r) }) >= 0 {
		return len([]rune(word)) > 2
	}
	return len(word) > 4 && strings.Contains(" "+head+" ", " "+word+" ")
}

// habits finds out from the rows how dates and amounts are written. What the rows do not show stays empty.
func habits(m Mapping, header []string, rows []Row) (order, decimal string) {
	var dates, amounts []string
	for _, c := range m.Columns {
		f, _ := FieldNamed(c.Field)
		i := slices.Index(header, c.Header)
		for _, r := range rows {
			cell := r.cell(i)
			if cell.Number || cell.Text == "" {
				continue
			}
			switch f.Kind {
			case "instant", "due":
				dates = append(dates, cell.Text)
			case "money":
				amounts = append(amounts, cell.Text)
			}
		}
	}
	return dateHabit(dates), decimalHabit(amounts)
}
