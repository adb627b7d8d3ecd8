package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"mime/multipart"
	"net/http"
	"strconv"
	"testing"

	"parley/internal/api"
	"parley/internal/desk"
	"parley/internal/store/storetest"
)

// sheet sends a spreadsheet with the fields of its form.
func (h *house) sheet(path, text string, into any, fields ...string) int {
	h.t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	part, err := w.CreateFormFile("file", "export.csv")
	h.must(err)
	_, err = part.Write([]byte(text))
	h.must(err)
	for i := 0; i+1 < len(fields); i += 2 {
		h.must(w.WriteField(fields[i], fields[i+1]))
	}
	h.must(w.Close())
	r, err := http.NewRequest("POST", h.url+"/api/v1"+path, &b)
	h.must(err)
	r.Header.Set("Content-Type", w.FormDataContentType())
	r.Header.Set("Authorization", "Bearer "+h.tokens["owner"])
	answer, err := http.DefaultClient.Do(r)
	h.must(err)
	defer func() { h.must(answer.Body.Close()) }()
	h.must(json.NewDecoder(answer.Body).Decode(into))
	return answer.StatusCode
}

func TestASpreadsheetThroughTheAPI(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t))
	ctx := context.Background()
	who := h.member("owner", nil)
	st, err := h.desk.AddStore(ctx, who, desk.StoreInput{Company: "Ruta", Connector: "sheet", Name: "Ruta", Currency: "EUR"})
	h.must(err)
	path := "/stores/" + strconv.FormatInt(st.ID, 10) + "/sheets"
	const text = "Case ID,Order ID,Opened at,Reason,Claim amount\nI-1,77,2026-03-01 09:30,broken,12.50\nI-2,78,soon,broken,12.50\n"
	var look api.SheetLook
	if code := h.sheet(path+"/look", text, &look, "source", "erp"); code != 200 || look.Suggested.Record != "cases" || look.Remembered || len(look.Rows) != 2 {
		t.Fatalf("%d %+v", code, look)
	}
	var r desk.SheetResult
	if code := h.sheet(path, text, &r, "source", "erp", "dry_run", "true"); code != 200 || r.New != 1 || !r.DryRun || r.Errors[0].Row != 3 {
		t.Fatalf("%d %+v", code, r)
	}
	mapping, err := json.Marshal(look.Suggested)
	h.must(err)
	if code := h.sheet(path, text, &r, "source", "erp", "mapping", string(mapping)); code != 200 || r.New != 1 || len(r.Cases) != 1 {
		t.Fatalf("%d %+v", code, r)
	}
	var problem struct{ Detail string }
	if code := h.sheet(path, text, &problem, "mapping", "{"); code != 400 && code != 422 {
		t.Errorf("a broken mapping gives %d", code)
	}
	if code := h.sheet(path, "\xd0\xcf\x11\xe0", &problem); (code != 400 && code != 422) || problem.Detail == "" {
		t.Errorf("an old workbook gives %d %q", code, problem.Detail)
	}
}
