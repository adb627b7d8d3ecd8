package sheet

import (
	"slices"
	"strings"
	"time"

	"parley/internal/fault"
	"parley/internal/money"
)

// Mapping says how the files of one source are read. It is suggested once, corrected by a person, and remembered.
type Mapping struct {
	Record    string `json:"record" enum:"orders,cases,payments,supplier,tracking,messages,accounts" doc:"what a row is"`
	Sheet     string `json:"sheet,omitempty" doc:"of a workbook; empty = the first"`
	Encoding  string `json:"encoding,omitempty" doc:"empty = found out"`
	Separator string `json:"separator,omitempty" doc:"; , | or tab; empty = found out"`
	HeaderRow int    `json:"header_row,omitempty" minimum:"0" doc:"number of the row with the headers, from 1; 0 = found out"`
	Zone      string `json:"zone,omitempty" doc:"IANA zone of times that name none; empty = that of the store"`
	DateOrder string `json:"date_order,omitempty" enum:"ymd,dmy,mdy" doc:"of dates written in figures; empty = by the file, where it shows"`
	Decimal   string `json:"decimal,omitempty" doc:"the decimal sign of amounts, a point or a comma; empty = by the file, where it shows"`
	Currency  string `json:"currency,omitempty" doc:"of amounts that name none; empty = that of the store"`
	// Complete: the file holds every open record of its kind, so that an open case missing from it has ended.
	Complete bool                         `json:"complete,omitempty" doc:"the file lists every open case: one that is missing has ended"`
	Columns  []Column                     `json:"columns"`
	Values   map[string]map[string]string `json:"values,omitempty" doc:"by field: words of this source for codes"`
}

// Column says which field the cells under a header are. Zone, Format (a date order) and Decimal replace those of the mapping.
type Column struct {
	Field   string `json:"field"`
	Header  string `json:"header"`
	Format  string `json:"format,omitempty"`
	Zone    string `json:"zone,omitempty"`
	Decimal string `json:"decimal,omitempty"`
}

// Check finds what is wrong with a mapping apart from the file it is used on.
func (m Mapping) Check() error {
	if !slices.Contains(Kinds(), m.Record) {
		return fault.Input("record", m.Record, strings.Join(Kinds(), ", "))
	}
	for _, c := range []struct {
		name, value string
		allowed     []string
	}{
		{"encoding", m.Encoding, Encodings()}, {"separator", m.Separator, Separators()}, {"date_order", m.DateOrder, dateOrders}, {"decimal", m.Decimal, decimals},
	} {
		if err := checked(c.name, c.value, c.allowed); err != nil {
			return err
		}
	}
	if m.HeaderRow < 0 || m.HeaderRow > 1000 {
		return fault.Input("header_row", itoa(m.HeaderRow), "0 to 1000")
	}
	if m.Currency != "" {
		if _, err := money.Decimal("0", m.Currency); err != nil {
			return fault.Input("currency", m.Currency, "ISO 4217, such as EUR")
		}
	}
	if err := checkZone("zone", m.Zone); err != nil {
		return err
	}
	return m.checkColumns()
}

func (m Mapping) checkColumns() error {
	seen := map[string]bool{}
	for _, c := range m.Columns {
		f, ok := FieldNamed(c.Field)
		switch {
		case !ok || !f.AllowedIn(m.Record):
			return fault.Input("field", c.Field, strings.Join(names(Fields(m.Record)), ", "))
		case seen[c.Field]:
			return fault.Input("field", c.Field, "once")
		case strings.TrimSpace(c.Header) == "":
			return fault.Input("header", c.Header, "a header of the file")
		}
		seen[c.Field] = true
		if err := checked("format", c.Format, dateOrders); err != nil {
			return err
		}
		if err := checked("decimal", c.Decimal, decimals); err != nil {
			return err
		}
		if err := checkZone("zone", c.Zone); err != nil {
			return err
		}
	}
	for _, f := range Fields(m.Record) {
		if f.RequiredIn(m.Record) && !seen[f.Name] {
			return fault.New(fault.Invalid, "fault.sheet.field_missing", "field", f.Name)
		}
	}
	for field, known := range m.Values {
		f, ok := FieldNamed(field)
		if !ok || f.Kind != "code" {
			return fault.Input("values", field, "a field of codes")
		}
		for _, code := range known {
			if !slices.Contains(Codes(f.Group), code) {
				return fault.Input("values."+field, code, strings.Join(Codes(f.Group), ", "))
			}
		}
	}
	return nil
}

var (
	dateOrders = []string{"ymd", "dmy", "mdy"}
	decimals   = []string{".", ","}
)

func checkZone(field, name string) error {
	if name == "" {
		return nil
	}
	if _, err := time.LoadLocation(name); err != nil || name == "Local" {
		return fault.Input(field, name, "an IANA zone such as Europe/Madrid")
	}
	return nil
}

func names(fields []Field) []string {
	out := make([]string, len(fields))
	for i, f := range fields {
		out[i] = f.Name
	}
	return out
}

// Options are those of the mapping for opening the file.
func (m Mapping) Options() Options {
	return Options{Encoding: m.Encoding, Separator: m.Separator, Sheet: m.Sheet}
}

// Plain tells whether a mapping says nothing at all.
func (m Mapping) Plain() bool {
	return m.Record == "" && m.Sheet == "" && m.Encoding == "" && m.Separator == "" && m.HeaderRow == 0 && m.Zone == "" && m.DateOrder == "" && m.Decimal == "" &&
		m.Currency == "" && !m.Complete && len(m.Columns) == 0 && len(m.Values) == 0
}

// Over gives the mapping with what another one says laid over it.
func (m Mapping) Over(by Mapping) Mapping {
	for _, p := range []struct {
		to   *string
		with string
	}{
		{&m.Record, by.Record}, {&m.Sheet, by.Sheet}, {&m.Encoding, by.Encoding}, {&m.Separator, by.Separator}, {&m.Zone, by.Zone},
		{&m.DateOrder, by.DateOrder}, {&m.Decimal, by.Decimal}, {&m.Currency, by.Currency},
	} {
		over(p.to, p.with)
	}
	over(&m.HeaderRow, by.HeaderRow)
	m.Complete = m.Complete || by.Complete
	if len(by.Columns) > 0 {
		m.Columns = by.Columns
	}
	if len(by.Values) > 0 {
		m.Values = by.Values
	}
	return m
}
