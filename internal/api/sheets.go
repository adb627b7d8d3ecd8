package api

import (
	"context"
	"encoding/json"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"parley/internal/desk"
	"parley/internal/fault"
	"parley/internal/sheet"
)

type sheetForm struct {
	File    huma.FormFile `form:"file" required:"true" doc:"CSV, TSV or XLSX"`
	Source  string        `form:"source" required:"false" doc:"name of where such files come from; its mapping is remembered"`
	Mapping string        `form:"mapping" required:"false" doc:"a mapping as JSON; empty = the one remembered for the source, or else suggested"`
	DryRun  bool          `form:"dry_run" required:"false" doc:"only say what would happen"`
}

type sheetInput struct {
	ByID
	RawBody huma.MultipartFormFiles[sheetForm]
}

// SheetLook is the head of a spreadsheet and how it would be read.
type SheetLook struct {
	sheet.Look
	Remembered bool `json:"remembered" doc:"the mapping is the one used before for this source"`
}

// maxSheet is the most bytes of a request with a spreadsheet.
const maxSheet = 50 << 20

func (a *API) addSheets() {
	handle(a, operation{method: http.MethodGet, path: "/stores/{id}/sheets", id: "list-sheet-sources", tag: "stores", summary: "Sources of spreadsheets and their mappings"},
		func(ctx context.Context, who desk.Who, in *ByID) (*body[items[desk.SheetSource]], error) {
			all, err := a.Desk.SheetSources(ctx, who, in.ID)
			return list(all), err
		})
	handle(a, operation{method: http.MethodPost, path: "/stores/{id}/sheets", id: "import-sheet", tag: "stores", body: maxSheet,
		summary: "Read a spreadsheet into a store that has no other way in"}, a.importSheet)
	handle(a, operation{method: http.MethodPost, path: "/stores/{id}/sheets/look", id: "look-at-sheet", tag: "stores", body: maxSheet,
		summary: "The head of a spreadsheet and how it would be read"}, a.lookAtSheet)
}

// sheetOf is the file of a form with its mapping; nil where none is given.
func sheetOf(form *sheetForm) (desk.SheetFile, *sheet.Mapping, error) {
	file := desk.SheetFile{Name: form.File.Filename, Content: form.File, Size: form.File.Size, Source: form.Source}
	if form.Mapping == "" {
		return file, nil, nil
	}
	var m sheet.Mapping
	if err := json.Unmarshal([]byte(form.Mapping), &m); err != nil {
		return file, nil, fault.Input("mapping", form.Mapping, "a mapping as JSON").Because(err)
	}
	return file, &m, nil
}

func (a *API) importSheet(ctx context.Context, who desk.Who, in *sheetInput) (*body[desk.SheetResult], error) {
	form := in.RawBody.Data()
	defer form.File.Close()
	file, m, err := sheetOf(form)
	if err != nil {
		return nil, err
	}
	r, err := a.Desk.ImportSheet(ctx, who, in.ID, file, m, form.DryRun)
	return &body[desk.SheetResult]{r}, err
}

func (a *API) lookAtSheet(ctx context.Context, who desk.Who, in *sheetInput) (*body[SheetLook], error) {
	form := in.RawBody.Data()
	defer form.File.Close()
	file, m, err := sheetOf(form)
	if err != nil {
		return nil, err
	}
	look, remembered, err := a.Desk.LookAtSheet(ctx, who, in.ID, file, m)
	return &body[SheetLook]{SheetLook{look, remembered}}, err
}
