package sheet_test

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"parley/internal/fault"
	"parley/internal/sheet"
)

// workbook is written by a foreign program.
func workbook(t *testing.T, fill func(*excelize.File)) []byte {
	t.Helper()
	f := excelize.NewFile()
	fill(f)
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func row(t *testing.T, f *excelize.File, at string, values ...any) {
	t.Helper()
	if err := f.SetSheetRow("Sheet1", at, &values); err != nil {
		t.Fatal(err)
	}
}

func TestAWorkbookOfAnotherProgram(t *testing.T) {
	placed := time.Date(2026, 5, 6, 10, 30, 0, 0, time.UTC)
	data := workbook(t, func(f *excelize.File) {
		row(t, f, "A1", "Order ID", "Order date", "Product", "Quantity", "Total", "Tracking number")
		row(t, f, "A2", "82067344123456789", placed, "旅行咖啡壶", 2, 19.99, "RX1")
		row(t, f, "A3", 8206734412, placed, "=1+1", 1, 0.1+0.2, "RX2")
		if err := f.SetCellFormula("Sheet1", "C4", "1+1"); err != nil {
			t.Fatal(err)
		}
		row(t, f, "A5", int64(8206734412345678), placed, "mug", 1, 5, "RX3")
	})
	records, problems := readBytes(t, data, nil)
	if len(records) != 2 {
		t.Fatalf("%+v %+v", records, problems)
	}
	o := records[0].Facts.Order
	if records[0].Order != "82067344123456789" || o.Goods.String() != "19.99 EUR" || o.Items[0].Title != "旅行咖啡壶" || o.Items[0].Quantity != 2 {
		t.Errorf("%+v %+v", records[0], o)
	}
	if got := o.PlacedAt.Format(time.RFC3339); got != "2026-05-06T08:30:00Z" { // a wall clock in Madrid
		t.Errorf("placed at %s", got)
	}
	if records[1].Order != "8206734412" || records[1].Facts.Order.Goods.String() != "0.30 EUR" {
		t.Errorf("%+v", records[1].Facts.Order)
	}
	if len(problems) == 0 || problems[len(problems)-1].Key != "sheet.error.id_number" || problems[len(problems)-1].Row != 5 {
		t.Errorf("a number of sixteen digits in a cell for numbers: %+v", problems)
	}
}

func TestSheetsOfAWorkbookAreChosenByName(t *testing.T) {
	data := workbook(t, func(f *excelize.File) {
		row(t, f, "A1", "notes", "nothing")
		if _, err := f.NewSheet("Pedidos"); err != nil {
			t.Fatal(err)
		}
		for i, v := range []string{"Pedido", "Total"} {
			cell, _ := excelize.CoordinatesToCellName(i+1, 1)
			if err := f.SetCellValue("Pedidos", cell, v); err != nil {
				t.Fatal(err)
			}
		}
		if err := f.SetCellValue("Pedidos", "A2", "77"); err != nil {
			t.Fatal(err)
		}
	})
	f := open(t, data, sheet.Options{Sheet: "Pedidos"})
	look, err := sheet.LookAt(f, "", 0)
	if err != nil || len(look.Sheets) != 2 || look.Header[0] != "Pedido" || look.Rows[0][0] != "77" {
		t.Errorf("%+v %v", look, err)
	}
	if _, err := sheet.Open(bytes.NewReader(data), int64(len(data)), sheet.Options{Sheet: "Facturas"}); fault.Of(err) == nil || fault.Of(err).Allowed != "Sheet1, Pedidos" {
		t.Errorf("a sheet that is not there: %v", err)
	}
}

// packed makes a workbook by hand, to say what no program would write.
func packed(t testing.TB, sheetXML io.Reader, extra map[string]string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	z.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) { return flate.NewWriter(w, flate.BestCompression) })
	parts := map[string]string{
		"xl/workbook.xml":            `<workbook><sheets><sheet name="S" r:id="r1"/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels": `<Relationships><Relationship Id="r1" Target="worksheets/sheet1.xml"/></Relationships>`,
	}
	for name, text := range extra {
		parts[name] = text
	}
	for name, text := range parts {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, text); err != nil {
			t.Fatal(err)
		}
	}
	w, err := z.Create("xl/worksheets/sheet1.xml")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(w, sheetXML); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func drain(data []byte, o sheet.Options) (int, error) {
	f, err := sheet.Open(bytes.NewReader(data), int64(len(data)), o)
	if err != nil {
		return 0, err
	}
	n := 0
	for _, err := range f.Rows() {
		if err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

type zeros struct{ left int64 }

func (z *zeros) Read(p []byte) (int, error) {
	if z.left <= 0 {
		return 0, io.EOF
	}
	n := int(min(int64(len(p)), z.left))
	for i := range n {
		p[i] = ' '
	}
	z.left -= int64(n)
	return n, nil
}

func TestHostileFilesAreRefused(t *testing.T) {
	for name, c := range map[string]struct {
		data []byte
		key  string
	}{
		"a bomb":                 {packed(t, io.MultiReader(strings.NewReader("<worksheet>"), &zeros{left: 300 << 20}), nil), "fault.sheet.bomb"},
		"one text without end":   {packed(t, io.MultiReader(strings.NewReader("<worksheet><sheetData><row><c t=\"str\"><v>"), &zeros{left: 3 << 20}), nil), "fault.sheet.bomb"},
		"too many columns":       {packed(t, strings.NewReader(`<worksheet><row><c r="XFD1"><v>1</v></c></row></worksheet>`), nil), "fault.sheet.too_much"},
		"no relations":           {packed(t, strings.NewReader(""), map[string]string{"xl/_rels/workbook.xml.rels": ""}), "fault.sheet.format"},
		"no sheets":              {packed(t, strings.NewReader(""), map[string]string{"xl/workbook.xml": "<workbook/>"}), "fault.sheet.format"},
		"broken":                 {packed(t, strings.NewReader("<worksheet><row></worksheet <"), nil), "fault.sheet.format"},
		"an old workbook":        {[]byte{0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1}, "fault.sheet.format"},
		"an answer in JSON":      {[]byte("\ufeff{\"members\": [{\"returnId\": \"5\", \"creationDate\": \"2026-05-07\"}]}"), "fault.sheet.format"},
		"a list in JSON":         {[]byte("[\n {\"Order ID\": \"5\", \"Date\": \"2026-05-07\"}]"), "fault.sheet.format"},
		"a web page":             {[]byte("<html><table><tr><td>Order</td></tr></table>"), "fault.sheet.format"},
		"nothing":                {nil, "fault.sheet.format"},
		"half an archive":        {[]byte("PK\x03\x04abc"), "fault.sheet.format"},
		"a quote without end":    {[]byte("a,b\n\"" + strings.Repeat("x", 5<<20)), "fault.sheet.too_much"},
		"many columns of text":   {[]byte(strings.Repeat("a,", 500) + "\n"), "fault.sheet.too_much"},
		"a text without a sheet": {packed(t, strings.NewReader(""), map[string]string{"xl/_rels/workbook.xml.rels": `<R><Relationship Id="r1" Target="../../../etc/passwd"/></R>`}), "fault.sheet.format"},
	} {
		_, err := drain(c.data, sheet.Options{})
		if f := fault.Of(err); f == nil || f.Key != c.key {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestDeepNestingCostsNothing(t *testing.T) {
	if n, err := drain(packed(t, strings.NewReader(strings.Repeat("<a>", 1<<20)), nil), sheet.Options{}); n != 0 || (err != nil && fault.Of(err) == nil) {
		t.Errorf("%d rows, %v", n, err)
	}
}

func TestTypesOfCells(t *testing.T) {
	data := packed(t, strings.NewReader(`<worksheet><sheetData><row r="3"><c r="A3" t="s"><v>0</v></c><c r="C3"><v>1.23456789E8</v></c>`+
		`<c r="D3" t="b"><v>1</v></c><c r="E3" t="e"><v>#N/A</v></c><c r="F3" t="inlineStr"><is><t>in</t><t>line</t></is></c><c r="G3" t="s"><v>99</v></c></row></sheetData></worksheet>`),
		map[string]string{"xl/sharedStrings.xml": `<sst><si><r><t>one</t></r><r><t> two</t></r><rPh><t>no</t></rPh></si></sst>`})
	f := open(t, data, sheet.Options{})
	for r, err := range f.Rows() {
		if err != nil || r.Line != 3 || r.Cells[0].Text != "one two" || r.Cells[1].Text != "" || r.Cells[2] != (sheet.Cell{Text: "123456789", Number: true}) ||
			r.Cells[3].Text != "true" || !r.Cells[4].Broken || r.Cells[5].Text != "inline" || !r.Cells[6].Broken {
			t.Errorf("%+v %v", r, err)
		}
	}
}

func TestAMillionRowsStreamInLittleMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("long")
	}
	line := "8206734412,2026-05-07 10:00,mug,1,12.50\n"
	text := "Order ID,Order date,Product,Quantity,Total\n" + strings.Repeat(line, 200_000)
	n, err := drain([]byte(text), sheet.Options{})
	if err != nil || n != 200_001 {
		t.Errorf("%d rows, %v", n, err)
	}
	if n, err := drain([]byte(strings.Repeat("a,b\n", sheet.MaxRows+1)), sheet.Options{}); n != sheet.MaxRows || fault.Of(err) == nil {
		t.Errorf("%d rows, %v", n, err)
	}
}
