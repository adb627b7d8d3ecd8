package gallery

import (
	"bytes"
	"context"
	"io"
	"time"

	"parley/internal/desk"
	"parley/internal/fault"
	"parley/internal/sheet"
)

// SheetSources implements web.Sheets.
func (d *Desk) SheetSources(context.Context, desk.Who, int64) ([]desk.SheetSource, error) {
	return []desk.SheetSource{{Name: "ERP", Mapping: sheet.Mapping{Record: sheet.Cases}, ReadAt: Now.Add(-26 * time.Hour)}}, d.gone()
}

// KeepSheet implements web.Sheets.
func (d *Desk) KeepSheet(_ context.Context, _ desk.Who, _ int64, name string, content io.Reader) (string, error) {
	data, err := io.ReadAll(content)
	if err != nil {
		return "", err
	}
	defer d.lock()()
	d.sheet = desk.SheetFile{Name: name, Content: bytes.NewReader(data), Size: int64(len(data))}
	return "kept", nil
}

// KeptSheet implements web.Sheets.
func (d *Desk) KeptSheet(_ context.Context, _ desk.Who, _ int64, id string) (desk.SheetFile, error) {
	defer d.lock()()
	if id != "kept" || d.sheet.Content == nil {
		return desk.SheetFile{}, fault.New(fault.NotFound, "fault.sheet.upload_gone")
	}
	return d.sheet, nil
}

// DropSheet implements web.Sheets.
func (d *Desk) DropSheet(context.Context, desk.Who, int64, string) error {
	defer d.lock()()
	d.sheet = desk.SheetFile{}
	return nil
}

// LookAtSheet implements web.Sheets.
func (d *Desk) LookAtSheet(_ context.Context, _ desk.Who, _ int64, file desk.SheetFile, over *sheet.Mapping) (sheet.Look, bool, error) {
	var told sheet.Mapping
	if over != nil {
		told = *over
	}
	f, err := sheet.Open(file.Content, file.Size, told.Options())
	if err != nil {
		return sheet.Look{}, false, err
	}
	look, err := sheet.LookAt(f, told.Record, told.HeaderRow)
	return look, false, err
}

// ImportSheet implements web.Sheets.
func (d *Desk) ImportSheet(ctx context.Context, _ desk.Who, _ int64, file desk.SheetFile, m *sheet.Mapping, dryRun bool) (desk.SheetResult, error) {
	out := desk.SheetResult{Source: file.Source, Mapping: *m, DryRun: dryRun}
	f, err := sheet.Open(file.Content, file.Size, m.Options())
	if err != nil {
		return out, err
	}
	out.Rows, err = sheet.Read(ctx, f, *m, sheet.Defaults{Currency: "EUR"}, func(sheet.Record) error { out.New++; return nil }, func(e sheet.RowError) {
		out.Failed++
		out.Errors = append(out.Errors, e)
	})
	if !dryRun {
		out.Cases = []int64{1, 4}
	}
	return out, err
}
