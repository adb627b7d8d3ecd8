package sheet

import (
	"archive/zip"
	"encoding/xml"
	"errors"
	"io"
	"math/big"
	"path"
	"strconv"
	"strings"

	"parley/internal/fault"
)

// Limits of a workbook, checked against what it claims and again while it is unpacked.
const (
	maxParts   = 5000
	maxSheet   = 512 << 20 // bytes of one sheet, unpacked: a million rows of a dozen cells
	maxStrings = 96 << 20  // bytes of all shared texts
	maxSmall   = 4 << 20   // bytes of any other part that is read
	maxRatio   = 250       // a part that is packed tighter is no table of orders
	maxToken   = 2 << 20   // bytes between two tags
)

// workbook is an XLSX file: ECMA-376, part 1, as far as values of cells go. Styles, formulas and links are not looked at.
type workbook struct {
	parts    map[string]*zip.File
	days1904 bool
	shared   []string
}

func openWorkbook(r io.ReaderAt, size int64, o Options) (*File, error) {
	archive, err := zip.NewReader(r, size)
	if err != nil {
		return nil, unreadable("zip")
	}
	w, err := unpack(archive)
	if err != nil {
		return nil, err
	}
	names, paths, err := w.sheets()
	if err != nil {
		return nil, err
	}
	f := &File{Sheets: names, Sheet: o.Sheet, Days1904: w.days1904}
	if f.Sheet == "" {
		f.Sheet = names[0]
	}
	if err := checked("sheet", f.Sheet, names); err != nil {
		return nil, err
	}
	if err := w.readShared(); err != nil {
		return nil, err
	}
	f.rows = func(yield func(Row, error) bool) { w.rows(paths[f.Sheet], yield) }
	return f, nil
}

func unpack(archive *zip.Reader) (*workbook, error) {
	if len(archive.File) > maxParts {
		return nil, bomb()
	}
	w := &workbook{parts: map[string]*zip.File{}}
	for _, part := range archive.File {
		if part.UncompressedSize64 > maxSheet || (part.UncompressedSize64 > maxSmall && part.UncompressedSize64/max(part.CompressedSize64, 1) > maxRatio) {
			return nil, bomb()
		}
		w.parts[strings.ToLower(strings.TrimPrefix(strings.ReplaceAll(part.Name, "\\", "/"), "/"))] = part
	}
	return w, nil
}

func bomb() error { return fault.New(fault.Invalid, "fault.sheet.bomb") }

// tags walks through a part, calling see for every start, end and text. Nothing is kept of it, so depth costs nothing.
func (w *workbook) tags(name string, most int64, see func(xml.Token) error) error {
	part, ok := w.parts[strings.ToLower(name)]
	if !ok {
		return unreadable("workbook without " + path.Base(name))
	}
	body, err := part.Open()
	if err != nil {
		return unreadable("zip")
	}
	defer func() { _ = body.Close() }()
	limit := &io.LimitedReader{R: body, N: most}
	b := &budget{r: limit, left: maxToken}
	d := xml.NewDecoder(b)
	d.Strict = false
	d.CharsetReader = func(_ string, r io.Reader) (io.Reader, error) { return r, nil } // a workbook is UTF-8
	for {
		b.left = maxToken
		t, err := d.RawToken()
		switch {
		case limit.N <= 0 || errors.Is(err, errBudget):
			return bomb()
		case err == io.EOF:
			return nil
		case err != nil:
			return unreadable("workbook")
		}
		if err := see(t); err != nil {
			return err
		}
	}
}

func attr(s xml.StartElement, name string) string {
	for _, a := range s.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// sheets gives the names of the sheets in their order and the part each lies in.
func (w *workbook) sheets() (names []string, paths map[string]string, err error) {
	targets := map[string]string{}
	err = w.tags("xl/_rels/workbook.xml.rels", maxSmall, func(t xml.Token) error {
		if s, ok := t.(xml.StartElement); ok && s.Name.Local == "Relationship" {
			targets[attr(s, "Id")] = target(attr(s, "Target"))
		}
		return nil
	})
	if err != nil {
		return nil, nil, err
	}
	paths = map[string]string{}
	err = w.tags("xl/workbook.xml", maxSmall, func(t xml.Token) error {
		s, ok := t.(xml.StartElement)
		if !ok {
			return nil
		}
		switch s.Name.Local {
		case "workbookPr":
			w.days1904 = attr(s, "date1904") == "1" || attr(s, "date1904") == "true"
		case "sheet":
			if name := tidy(attr(s, "name")); name != "" && paths[name] == "" {
				names, paths[name] = append(names, name), targets[attr(s, "id")]
			}
		}
		return nil
	})
	if err == nil && len(names) == 0 {
		err = unreadable("workbook without sheets")
	}
	return names, paths, err
}

// target is where a relation of the workbook leads, inside the archive.
func target(to string) string {
	if strings.HasPrefix(to, "/") {
		return strings.TrimPrefix(path.Clean(to), "/")
	}
	return strings.TrimPrefix(path.Clean("/xl/"+to), "/")
}

// readShared reads the texts that cells point to.
func (w *workbook) readShared() error {
	if _, ok := w.parts["xl/sharedstrings.xml"]; !ok {
		return nil
	}
	var b strings.Builder
	total, inText, spoken := 0, false, 0
	return w.tags("xl/sharedStrings.xml", maxStrings*2, func(t xml.Token) error {
		switch t := t.(type) {
		case xml.StartElement:
			switch t.Name.Local {
			case "si":
				b.Reset()
			case "t":
				inText = spoken == 0
			case "rPh": // how to say it; not part of the text
				spoken++
			}
		case xml.EndElement:
			switch t.Name.Local {
			case "t":
				inText = false
			case "rPh":
				spoken = max(spoken-1, 0)
			case "si":
				text := tidy(b.String())
				if total += len(text) + 16; total > maxStrings {
					return bomb()
				}
				w.shared = append(w.shared, text)
			}
		case xml.CharData:
			if inText && b.Len() < 4*MaxCell {
				b.Write(t)
			}
		}
		return nil
	})
}

var errEnough = errors.New("sheet: no more rows are wanted")

// rows streams the rows of one sheet.
func (w *workbook) rows(part string, yield func(Row, error) bool) {
	read := sheetReader{w: w, yield: yield}
	err := w.tags(part, maxSheet, read.see)
	if err != nil && !errors.Is(err, errEnough) {
		yield(Row{}, err)
	}
}

// sheetReader puts the cells of a sheet together while its tags go by.
type sheetReader struct {
	w      *workbook
	yield  func(Row, error) bool
	line   int
	cells  []Cell
	column int // of the cell that is open, from 0
	kind   string
	text   strings.Builder
	inText bool
}

func (s *sheetReader) see(t xml.Token) error {
	switch t := t.(type) {
	case xml.StartElement:
		return s.start(t)
	case xml.CharData:
		if s.inText && s.text.Len() < 4*MaxCell {
			s.text.Write(t)
		}
	case xml.EndElement:
		return s.end(t.Name.Local)
	}
	return nil
}

func (s *sheetReader) start(t xml.StartElement) error {
	switch t.Name.Local {
	case "row":
		s.line++
		if n, err := strconv.Atoi(attr(t, "r")); err == nil && n > s.line && n <= 1<<20 {
			s.line = n
		}
		s.cells, s.column = nil, -1
	case "c":
		s.column++
		if n := columnOf(attr(t, "r")); n >= 0 {
			s.column = n
		}
		s.kind = attr(t, "t")
		s.text.Reset()
	case "v", "t":
		s.inText = true
	}
	return nil
}

func (s *sheetReader) end(name string) error {
	switch name {
	case "v", "t":
		s.inText = false
	case "c":
		return s.cell()
	case "row":
		if !s.yield(Row{Line: s.line, Cells: s.cells}, nil) {
			return errEnough
		}
		s.cells = nil
	}
	return nil
}

func (s *sheetReader) cell() error {
	if s.text.Len() == 0 {
		return nil
	}
	if s.column < 0 || s.column >= MaxColumns {
		return tooMuch("columns", MaxColumns)
	}
	for len(s.cells) <= s.column {
		s.cells = append(s.cells, Cell{})
	}
	s.cells[s.column] = s.value(s.text.String())
	return nil
}

// value reads the text of a cell by its type (ECMA-376, ST_CellType).
func (s *sheetReader) value(text string) Cell {
	switch s.kind {
	case "s":
		if n, err := strconv.Atoi(strings.TrimSpace(text)); err == nil && n >= 0 && n < len(s.w.shared) {
			return Cell{Text: s.w.shared[n]}
		}
		return Cell{Text: "#REF!", Broken: true}
	case "b":
		return Cell{Text: map[bool]string{true: "true", false: "false"}[strings.TrimSpace(text) == "1"]}
	case "e":
		return Cell{Text: text, Broken: true}
	case "str", "inlineStr", "d":
		return Cell{Text: text}
	}
	return Cell{Text: plainNumber(text), Number: true}
}

// plainNumber writes a number without an exponent, exactly. What is no number stays as it is.
func plainNumber(text string) string {
	text = strings.TrimSpace(text)
	mantissa, exponent, ok := strings.Cut(strings.ToUpper(text), "E")
	if !ok {
		return text
	}
	n, err := strconv.Atoi(exponent)
	if err != nil || n > 40 || n < -40 || len(mantissa) > 40 {
		return text
	}
	r, ok := new(big.Rat).SetString(text)
	if !ok {
		return text
	}
	plain := r.FloatString(max(0, len(mantissa)-n))
	if strings.Contains(plain, ".") {
		plain = strings.TrimRight(strings.TrimRight(plain, "0"), ".")
	}
	return plain
}

// columnOf reads the letters of a place such as AB12; -1 where there are none.
func columnOf(place string) int {
	n := 0
	for i := 0; i < len(place) && i < 4; i++ {
		c := place[i]
		if c < 'A' || c > 'Z' {
			break
		}
		n = n*26 + int(c-'A') + 1
	}
	return n - 1
}
