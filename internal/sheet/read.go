package sheet

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"parley/internal/dispute"
	"parley/internal/fault"
	"parley/internal/money"
)

// Defaults are what the store adds to a mapping that names no zone and no currency.
type Defaults struct {
	Zone     *time.Location
	Currency string
}

// Read turns the rows below the header into records and errors, in the order of the file, until yield fails. It gives the number of rows
// seen. Faults: what is wrong with the mapping or with the file as a whole.
func Read(ctx context.Context, f *File, m Mapping, d Defaults, yield func(Record) error, problem func(RowError)) (int, error) {
	if err := m.Check(); err != nil {
		return 0, err
	}
	r := &reader{file: f, mapping: m, defaults: d, seen: map[string]int{}, problem: problem, yield: yield}
	var head []Row
	for row, err := range f.Rows() {
		if err == nil {
			err = ctx.Err()
		}
		switch {
		case err != nil:
		case r.header != nil:
			err = r.take(row)
		default:
			if head = append(head, row); r.enough(head) {
				err = r.begin(head)
			}
		}
		if err != nil {
			return r.rows, err
		}
	}
	if r.header == nil {
		return r.rows, r.begin(head)
	}
	return r.rows, nil
}

// reader reads the rows of one file by one mapping.
type reader struct {
	file     *File
	mapping  Mapping
	defaults Defaults
	header   []string
	columns  []column
	seen     map[string]int // how often a key came
	rows     int
	problem  func(RowError)
	yield    func(Record) error
}

// column is a column of the mapping at its place in the file.
type column struct {
	Column
	field Field
	at    int // -1 = the file has no such header
	zone  *time.Location
}

// enough tells whether the header must be among the rows read so far.
func (r *reader) enough(head []Row) bool {
	if r.mapping.HeaderRow > 0 {
		return head[len(head)-1].Line >= r.mapping.HeaderRow
	}
	return len(head) == headSearched
}

// begin fixes the header and takes the rows that came after it.
func (r *reader) begin(head []Row) error {
	at := r.headerAmong(head)
	if at < 0 {
		return unreadable("no header")
	}
	r.header = headers(head[at])
	for _, c := range r.mapping.Columns {
		f, _ := FieldNamed(c.Field)
		col := column{Column: c, field: f, at: place(r.header, c.Header), zone: r.zone(c)}
		if col.at < 0 && f.RequiredIn(r.mapping.Record) {
			return fault.New(fault.Invalid, "fault.sheet.header_missing", "header", c.Header, "field", c.Field)
		}
		r.columns = append(r.columns, col)
	}
	for _, row := range head[at+1:] {
		if err := r.take(row); err != nil {
			return err
		}
	}
	return nil
}

// headerAmong is the row told, else the one with most of the mapped headers, else the one that looks like a header.
func (r *reader) headerAmong(head []Row) int {
	at, most := headerAt(head, r.mapping.HeaderRow), 0
	if r.mapping.HeaderRow > 0 {
		return at
	}
	for i, row := range head {
		if n := r.mapped(headers(row)); n > most {
			at, most = i, n
		}
	}
	return at
}

func (r *reader) mapped(header []string) int {
	n := 0
	for _, c := range r.mapping.Columns {
		if place(header, c.Header) >= 0 {
			n++
		}
	}
	return n
}

// place finds a header as it stands, else as it is compared.
func place(header []string, name string) int {
	if i := slices.Index(header, name); i >= 0 {
		return i
	}
	want := folded(name)
	return slices.IndexFunc(header, func(h string) bool { return h != "" && folded(h) == want })
}

func (r *reader) zone(c Column) *time.Location {
	for _, name := range []string{c.Zone, r.mapping.Zone} {
		if name != "" {
			if zone, err := time.LoadLocation(name); err == nil {
				return zone
			}
		}
	}
	if r.defaults.Zone != nil {
		return r.defaults.Zone
	}
	return time.UTC
}

func (r *reader) take(row Row) error {
	r.rows++
	l := &line{r: r, row: row, cells: map[string]Cell{}}
	for i := range r.columns {
		if c := &r.columns[i]; c.at >= 0 {
			if cell := row.cell(c.at); cell.Text != "" {
				l.cells[c.Field] = cell
			}
		}
	}
	if len(l.cells) == 0 {
		return nil
	}
	if rec, ok := l.build(); ok {
		return r.yield(rec)
	}
	return nil
}

// line is one row while it is read. A cell that cannot be read is reported once and makes the row fail.
type line struct {
	r       *reader
	row     Row
	cells   map[string]Cell
	failed  bool
	unknown []dispute.Unknown
}

func (l *line) column(field string) *column {
	for i := range l.r.columns {
		if l.r.columns[i].Field == field {
			return &l.r.columns[i]
		}
	}
	return &column{Column: Column{Field: field}}
}

// wrong reports a cell.
func (l *line) wrong(field, why, allowed string) {
	l.failed = true
	value := l.cells[field].Text
	if r := []rune(value); len(r) > 100 {
		value = string(r[:100]) + "…"
	}
	l.r.problem(RowError{Row: l.row.Line, Column: l.column(field).Header, Field: field, Value: value, Key: "sheet.error." + why, Allowed: allowed})
}

// cell gives a cell that is no failed formula.
func (l *line) cell(field string) (Cell, bool) {
	c, ok := l.cells[field]
	if ok && c.Broken {
		l.wrong(field, "formula", "")
		delete(l.cells, field)
		return Cell{}, false
	}
	return c, ok
}

func (l *line) text(field string) string {
	c, _ := l.cell(field)
	return c.Text
}

// id reads a number of a platform as text. A cell that was written as a number may have lost digits beyond the fifteenth, and one that
// shows an exponent surely has.
func (l *line) id(field string) string {
	c, ok := l.cell(field)
	if !ok {
		return ""
	}
	if exponent(c.Text) || (c.Number && len(strings.Trim(c.Text, "-0")) > 0 && significant(c.Text) > 15) {
		l.wrong(field, "id_number", "")
		return ""
	}
	if r := []rune(c.Text); len(r) > 200 {
		l.wrong(field, "id_long", "200")
		return ""
	}
	return c.Text
}

// exponent tells 4.00123E+15.
func exponent(text string) bool {
	mantissa, power, ok := strings.Cut(strings.ToUpper(strings.ReplaceAll(text, ",", ".")), "E+")
	if !ok {
		return false
	}
	_, err := strconv.Atoi(power)
	return err == nil && strings.Trim(mantissa, "0123456789.-") == "" && mantissa != ""
}

func significant(text string) int {
	n := 0
	for _, r := range text {
		if r >= '0' && r <= '9' {
			n++
		}
	}
	return n
}

func (l *line) at(field string) time.Time {
	c, ok := l.cell(field)
	if !ok {
		return time.Time{}
	}
	col := l.column(field)
	order := col.Format
	if order == "" {
		order = l.r.mapping.DateOrder
	}
	t, why := instant(c, order, col.zone, l.r.file.Days1904, col.field.Kind == "due")
	if why != "" {
		l.wrong(field, string(why), map[dateProblem]string{"date": "2026-05-07 10:00", "date_order": "dmy, mdy", "date_range": "1990–2100"}[why])
	}
	return t
}

func (l *line) money(field, currency string) money.Amount {
	c, ok := l.cell(field)
	if !ok {
		return money.Amount{}
	}
	decimal := l.column(field).Decimal
	if decimal == "" {
		decimal = l.r.mapping.Decimal
	}
	a, why := amount(c, currency, decimal)
	if why != "" {
		l.wrong(field, why, map[string]string{"amount": "1234.56", "amount_decimal": ". ,", "currency": "EUR, USD, CNY …"}[why])
	}
	return a
}

// currency is that of the row, of the mapping, or of the store.
func (l *line) currency(field string) string {
	if c, ok := l.cell(field); ok {
		code, known := currencyBy(c.Text, "")
		if !known {
			l.wrong(field, "currency", "EUR, USD, CNY …")
		}
		return code
	}
	if l.r.mapping.Currency != "" {
		return l.r.mapping.Currency
	}
	return l.r.defaults.Currency
}

func (l *line) count(field string) int {
	c, ok := l.cell(field)
	if !ok {
		return 0
	}
	n, err := strconv.Atoi(strings.TrimSuffix(c.Text, ".0"))
	if err != nil || n < 0 || n > 100_000_000 {
		l.wrong(field, "count", "0 1 2 3 …")
		return 0
	}
	return n
}

func (l *line) yes(field string) bool {
	c, ok := l.cell(field)
	if !ok {
		return false
	}
	code, known := codeOf("yes", c.Text, nil)
	if !known {
		l.wrong(field, "yes", "yes, no")
	}
	return code == "true"
}

// code reads a word for a code. A word that nobody knows is kept and shown as unknown; known tells which it was.
func (l *line) code(field string) (code string, known bool) {
	c, ok := l.cell(field)
	if !ok {
		return "", true
	}
	code, known = codeOf(l.column(field).field.Group, c.Text, l.r.mapping.Values[field])
	if !known {
		l.unknown = append(l.unknown, dispute.Unknown{Field: l.column(field).Header, Value: shortened(c.Text)})
	}
	return code, known
}

func (l *line) country(field string) string {
	text := l.text(field)
	if text == "" {
		return ""
	}
	if code := countryOf(text); code != "" {
		return code
	}
	l.unknown = append(l.unknown, dispute.Unknown{Field: l.column(field).Header, Value: shortened(text)})
	return ""
}

func shortened(text string) string {
	if r := []rune(text); len(r) > 500 {
		return string(r[:500])
	}
	return text
}

// need reports a required field that is empty in this row.
func (l *line) need(field string) {
	if l.cells[field].Text == "" && !l.failed {
		l.wrong(field, "empty", "")
	}
}

// raw keeps the mapped cells as they stand, by header.
func (l *line) raw() json.RawMessage {
	cells := make(map[string]string, len(l.cells))
	for field, c := range l.cells {
		cells[l.column(field).Header] = c.Text
	}
	raw, _ := json.Marshal(cells) // a map of texts
	return raw
}

func fingerprint(raw []byte) string {
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:12])
}
