package web_test

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"
)

const sheetFile = "Nº de incidencia;Pedido;Fecha de apertura;Motivo;Importe reclamado\nI-1;77;01/03/2026 09:30;<b>roto</b>;12,50 €\nI-2;78;31/03/2026;roto;mucho\n"

// choose sends a file as the browser does and gives the page it leads to.
func (s *scene) choose(name, text string) *http.Response {
	s.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	part, err := w.CreateFormFile("file", name)
	if err == nil {
		_, err = part.Write([]byte(text))
	}
	if err == nil {
		err = w.WriteField("source", "ERP")
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		s.Fatal(err)
	}
	r := request("POST", "/stores/1/sheets", &b)
	r.Header.Set("Content-Type", w.FormDataContentType())
	return s.do(r)
}

func TestASpreadsheetIsShownTriedAndReadIn(t *testing.T) {
	s := newScene(t)
	if code, body := s.get("/stores/1/sheets"); code != 200 || !strings.Contains(body, "ERP") {
		t.Fatalf("%d", code)
	}
	kept := s.choose("export.csv", sheetFile)
	to := kept.Header.Get("Location")
	if kept.StatusCode != 303 || to != "/stores/1/sheets/kept?source=ERP" {
		t.Fatalf("%d %s", kept.StatusCode, to)
	}
	code, body := s.get(to)
	if code != 200 {
		t.Fatal(code)
	}
	s.has(body, "export.csv", "&lt;b&gt;roto", `value="case.amount" selected`, "Amount claimed", `aria-label="Column Importe reclamado is read as"`, `name="head.4" value="Importe reclamado"`)
	if strings.Contains(body, `value="import"`) {
		t.Error("a file can be read in before it was tried")
	}
	form := []string{"source", "ERP", "record", "cases", "header_row", "1", "encoding", "utf-8", "separator", ";", "zone", "Europe/Madrid", "date_order", "dmy",
		"head.0", "Nº de incidencia", "col.0", "case.number", "head.1", "Pedido", "col.1", "order.number", "head.2", "Fecha de apertura", "col.2", "case.opened_at",
		"head.3", "Motivo", "col.3", "", "head.4", "Importe reclamado", "col.4", "case.amount"}
	code, body = s.read(s.post("/stores/1/sheets/kept", append(form, "do", "try")...))
	s.has(body, "What would happen", "2 rows: 1 new", "1 cells not read", "<td>3</td>", "mucho", "Not an amount of money.", `value="import"`)
	if code != 200 {
		t.Error(code)
	}
	code, body = s.read(s.post("/stores/1/sheets/kept", append(form, "do", "import")...))
	s.has(body, "Read in", `href="/cases/1"`)
	if code != 200 || strings.Contains(body, `value="import"`) {
		t.Errorf("%d: it can be read in again", code)
	}
	if code, _ := s.get(to); code != 404 {
		t.Errorf("the file is still there: %d", code)
	}
}

func TestAMappingThatLacksAFieldSaysWhich(t *testing.T) {
	s := newScene(t)
	s.choose("export.csv", sheetFile)
	code, body := s.read(s.post("/stores/1/sheets/kept", "record", "cases", "do", "try", "head.0", "Pedido", "col.0", "order.number"))
	if code != 400 {
		t.Errorf("status %d", code)
	}
	s.has(body, `role="alert"`, "case.number", "Choose a column for: Case number")
}

func TestWhatIsNoSpreadsheetGoesBackToTheChoice(t *testing.T) {
	s := newScene(t)
	kept := s.choose("export.xls", "\xd0\xcf\x11\xe0 old")
	code, body := s.get(kept.Header.Get("Location"))
	if code != 400 {
		t.Errorf("status %d", code)
	}
	s.has(body, `role="alert"`, "CSV, TSV, XLSX", `type="file"`)
}
