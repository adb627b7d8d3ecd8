package sheet

import (
	"bytes"
	"encoding/json"
	"io"
	"iter"
	"slices"
	"strings"

	"parley/internal/fault"
)

// Options say how a file is to be read where it should not be found out.
type Options struct {
	Encoding  string // one of Encodings; empty = found out
	Separator string // ; , | or tab; empty = found out
	Sheet     string // of a workbook; empty = the first
}

// File is an opened spreadsheet.
type File struct {
	Sheets    []string // of a workbook; empty for text
	Sheet     string
	Encoding  string // of text
	Separator string
	Days1904  bool // the workbook counts days from 1904

	rows iter.Seq2[Row, error]
}

// Row is one line of a file with its cells as they stand there.
type Row struct {
	Line  int // from 1
	Cells []Cell
}

// Cell is one value.
type Cell struct {
	Text   string
	Number bool // written as a number in a workbook: Text is its exact decimal form
	Broken bool // a formula that gave no value: Text is its error, such as #N/A
}

func (r Row) cell(i int) Cell {
	if i < 0 || i >= len(r.Cells) {
		return Cell{}
	}
	return r.Cells[i]
}

// Open finds out what a file is. It reads no row yet. Faults: Invalid, with key fault.sheet.format for what is no spreadsheet
// and fault.sheet.bomb for a workbook that unpacks to more than any back office hands out.
func Open(r io.ReaderAt, size int64, o Options) (*File, error) {
	head := make([]byte, min(size, 512))
	if _, err := r.ReadAt(head, 0); err != nil && err != io.EOF {
		return nil, err
	}
	switch {
	case size == 0:
		return nil, unreadable("empty")
	case bytes.HasPrefix(head, []byte("PK\x03\x04")):
		return openWorkbook(r, size, o)
	case bytes.HasPrefix(head, []byte{0xd0, 0xcf, 0x11, 0xe0}):
		return nil, unreadable("xls")
	case looksLikePage(head):
		return nil, unreadable("html")
	case looksLikeJSON(head):
		return nil, unreadable("json")
	}
	return openText(r, size, o)
}

// unreadable says that a file is no spreadsheet this package reads: an old workbook, one with a password, or a web page in disguise.
func unreadable(found string) error {
	f := fault.Input("file", found, "CSV, TSV, XLSX")
	f.Key = "fault.sheet.format"
	return f
}

// looksLikePage tells the web pages that some back offices hand out under the name of a spreadsheet.
func looksLikePage(head []byte) bool {
	text := strings.ToLower(strings.TrimLeft(strings.TrimPrefix(string(head), "\ufeff"), " \t\r\n"))
	for _, tag := range []string{"<html", "<!doctype", "<table", "<?xml", "<meta"} {
		if strings.HasPrefix(text, tag) {
			return true
		}
	}
	return false
}

// looksLikeJSON tells the answer of a program's interface: an object that begins with a name, or a list of objects or lists. A line of a
// table may begin with a bracket too, but what follows in it is no JSON.
func looksLikeJSON(head []byte) bool {
	d := json.NewDecoder(bytes.NewReader(bytes.TrimPrefix(head, []byte("\ufeff"))))
	first, err := d.Token()
	if err != nil || first != json.Delim('{') && first != json.Delim('[') {
		return false
	}
	second, err := d.Token()
	if _, name := second.(string); err == nil && name && first == json.Delim('{') {
		_, err = d.Token() // a name is followed by a colon and a value
		return err == nil || err == io.EOF || err == io.ErrUnexpectedEOF
	}
	return err == nil && (second == json.Delim('{') || second == json.Delim('[') || second == json.Delim('}') || second == json.Delim(']'))
}

// Rows streams the rows from the first, empty ones left out. After an error there are no more.
func (f *File) Rows() iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		n := 0
		for row, err := range f.rows {
			if err != nil {
				yield(Row{}, err)
				return
			}
			row.Cells = tidyCells(row.Cells)
			if len(row.Cells) == 0 {
				continue
			}
			if n++; n > MaxRows {
				yield(Row{}, tooMuch("rows", MaxRows))
				return
			}
			if !yield(row, nil) {
				return
			}
		}
	}
}

// tidyCells trims every cell and drops empty ones at the end.
func tidyCells(cells []Cell) []Cell {
	for i := range cells {
		cells[i].Text = tidy(cells[i].Text)
	}
	for len(cells) > 0 && cells[len(cells)-1].Text == "" {
		cells = cells[:len(cells)-1]
	}
	return cells
}

// tidy drops what has no place in a cell: control characters, marks that turn the direction of writing, blanks around, the quote that
// keeps a text from being a formula, and what is beyond the longest cell of a workbook.
func tidy(text string) string {
	clean := strings.IndexFunc(text, unwanted) < 0
	if !clean {
		text = strings.Map(func(r rune) rune {
			if unwanted(r) {
				return -1
			}
			return r
		}, text)
	}
	text = strings.TrimSpace(text)
	if len(text) > 1 && text[0] == '\'' && dangerous(text[1:]) {
		text = text[1:]
	}
	if len(text) > MaxCell {
		if r := []rune(text); len(r) > MaxCell {
			text = string(r[:MaxCell])
		}
	}
	return text
}

func unwanted(r rune) bool {
	return (r < ' ' && r != '\n' && r != '\t') || r == 0x7f || r == 0xfeff || (r >= 0x202a && r <= 0x202e) || (r >= 0x2066 && r <= 0x2069)
}

func tooMuch(what string, most int) error {
	return fault.New(fault.Invalid, "fault.sheet.too_much", "what", what, "max", itoa(most))
}

func checked(name, value string, allowed []string) error {
	if value == "" || slices.Contains(allowed, value) {
		return nil
	}
	return fault.Input(name, value, strings.Join(allowed, ", "))
}
