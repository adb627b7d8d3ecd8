package sheet_test

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	"parley/internal/sheet"
)

// FuzzRead throws whole files at every reader: what comes must be records, errors of rows, or a fault, never a panic.
func FuzzRead(f *testing.F) {
	for _, seed := range []string{
		"Order ID,Order date,Total\n1,2026-05-07,\"1,234.56\"\n", "订单号\t下单时间\n1\t2026年5月7日\n", "\xff\xfea\x00;\x00b\x00\n\x00", "sep=;\na;b\n\"x",
		"Pedido;Fecha\n8.2E+15;07/05/2026\n", "a\x00b,c\n", "\u202eabc,=1+1\n", "Nº de incidencia;Fecha de apertura\nI1;2026-05-07\n",
	} {
		f.Add([]byte(seed))
	}
	f.Add(packed(f, strings.NewReader(`<worksheet><row r="1"><c r="A1" t="str"><v>Order ID</v></c></row><row r="2"><c r="A2"><v>1E3</v></c></row></worksheet>`), nil))
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := sheet.Open(bytes.NewReader(data), int64(len(data)), sheet.Options{})
		if err != nil {
			return
		}
		for _, kind := range append(sheet.Kinds(), "") {
			look, err := sheet.LookAt(file, kind, 0)
			if err != nil {
				return
			}
			n := 0
			_, _ = sheet.Read(context.Background(), file, look.Suggested, sheet.Defaults{Zone: time.UTC, Currency: "EUR"},
				func(r sheet.Record) error {
					if n++; r.Row < 1 || r.Kind != look.Suggested.Record || r.Key == "" {
						t.Errorf("%+v", r)
					}
					return nil
				}, func(e sheet.RowError) {
					if e.Key == "" || e.Row < 1 {
						t.Errorf("%+v", e)
					}
				})
		}
	})
}

// FuzzSheet throws broken insides of a workbook at its reader.
func FuzzSheet(f *testing.F) {
	f.Add(`<worksheet><row r="1"><c r="A1" t="s"><v>0</v></c></row></worksheet>`, `<sst><si><t>a</t></si></sst>`)
	f.Add(`<row><c r="ZZ9" t="inlineStr"><is><t>x`, `<si><rPh></si>`)
	f.Fuzz(func(t *testing.T, body, shared string) {
		_, _ = drain(packed(t, strings.NewReader(body), map[string]string{"xl/sharedStrings.xml": shared}), sheet.Options{})
	})
}

// FuzzGuard: nothing that is written may be taken for a formula, and what was written is read again.
func FuzzGuard(f *testing.F) {
	for _, seed := range []string{"=1+1", "+34 600", "-5", "@x", "'=1", "a", "＝1", "\t=1", "'"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var b bytes.Buffer
		if err := sheet.Write(&b, ';', [][]string{{"Order ID", "Product"}, {"1", text}}); err != nil {
			t.Fatal(err)
		}
		guarded := sheet.Guard(text)
		if strings.ContainsAny(guarded[:min(1, len(guarded))], "=@\t\r\n") {
			t.Errorf("%q is written as %q", text, guarded)
		}
		_, _ = drain(b.Bytes(), sheet.Options{})
	})
}

func TestFormulasAreWrittenAsText(t *testing.T) {
	var b bytes.Buffer
	rows := [][]string{{"Order ID", "Product", "Total"}, {"77", `=HYPERLINK("http://x","y")`, "-5.00"}, {"78", "+34 600 000", "1"}, {"79", "@cmd", "＝1"}, {"80", "-x", "'quoted"}}
	if err := sheet.Write(&b, ';', rows); err != nil {
		t.Fatal(err)
	}
	text := b.String()
	for _, want := range []string{`'=HYPERLINK`, "'+34 600 000", "'@cmd", "'＝1", "'-x", ";-5.00\r\n", ";'quoted"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing in %q", want, text)
		}
	}
	look, err := sheet.LookAt(open(t, b.Bytes(), sheet.Options{}), "", 0)
	if err != nil || look.Rows[0][1] != rows[1][1] || look.Rows[1][1] != rows[2][1] || look.Rows[3][2] != "'quoted" {
		t.Errorf("read again: %q %v", look.Rows, err)
	}
}
