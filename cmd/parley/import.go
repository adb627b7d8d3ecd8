package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"parley/internal/app"
	"parley/internal/desk"
	"parley/internal/sheet"
)

type importVerb struct {
	Connector string   `arg:"" help:"${help_store_connector}"`
	Files     []string `arg:"" type:"existingfile" help:"${help_import_files}"`
	Store     string   `placeholder:"STORE" help:"${help_import_store}"`

	Rows      string            `placeholder:"KIND" help:"${help_import_rows}"`
	Source    string            `placeholder:"NAME" help:"${help_import_source}"`
	Map       map[string]string `placeholder:"FIELD=HEADER" mapsep:"none" help:"${help_import_map}"`
	DryRun    bool              `help:"${help_import_dry_run}"`
	Complete  bool              `help:"${help_import_complete}"`
	Zone      string            `placeholder:"ZONE" help:"${help_import_zone}"`
	Dates     string            `placeholder:"ORDER" help:"${help_import_dates}"`
	Decimal   string            `placeholder:"SIGN" help:"${help_import_decimal}"`
	Currency  string            `placeholder:"CODE" help:"${help_import_currency}"`
	Encoding  string            `placeholder:"NAME" help:"${help_import_encoding}"`
	Sheet     string            `placeholder:"NAME" help:"${help_import_sheet}"`
	HeaderRow int               `placeholder:"N" help:"${help_import_header}"`
}

const maxImport = 32 << 20

// Run reads spreadsheets into a store whose records come from files, and captured answers of a platform as if they had been pulled.
// What cannot be read in full is told.
func (v *importVerb) Run(t *terminal) error {
	return t.desk(true, func(a *app.App, who desk.Who) error {
		id, err := v.into(t, a, who)
		if err != nil {
			return err
		}
		if about, ok := app.Connectors()[v.Connector]; ok && about.About().Offline {
			return v.sheets(t, a, who, id)
		}
		var total desk.ImportResult
		for _, path := range v.Files {
			data, err := readFile(path, maxImport)
			if err != nil {
				return err
			}
			one, err := a.Desk.Import(t.ctx, who, id, filepath.Base(path), data)
			if err != nil {
				return fmt.Errorf("%s: %w", path, err)
			}
			total.Cases, total.Problems = append(total.Cases, one.Cases...), append(total.Problems, one.Problems...)
		}
		return t.imported(total)
	})
}

// into is the store the cases go to: the one named, else one without a way in that is kept for files of this platform.
func (v *importVerb) into(t *terminal, a *app.App, who desk.Who) (int64, error) {
	all, err := a.Desk.StoreList(t.ctx, who)
	if err != nil {
		return 0, err
	}
	name := v.Store
	if name == "" {
		name = v.Connector
	}
	if s, err := storeNamed(all, name); err == nil || v.Store != "" {
		return s.ID, err
	}
	return a.Desk.AddOfflineStore(t.ctx, who, v.Connector, v.Connector, v.Connector)
}

func (t *terminal) imported(total desk.ImportResult) error {
	if t.JSON {
		return t.data(total)
	}
	fmt.Fprintln(t.out, t.words.N("import.done", int64(len(total.Cases))))
	for _, id := range total.Cases {
		t.say("import.case", "id", number(id))
	}
	for _, p := range total.Problems {
		fmt.Fprintln(t.errs, plain(p))
	}
	return nil
}

// sheets reads spreadsheets one after the other.
func (v *importVerb) sheets(t *terminal, a *app.App, who desk.Who, store int64) error {
	var all []desk.SheetResult
	for _, path := range v.Files {
		one, err := v.sheet(t, a, who, store, path)
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		all = append(all, one)
	}
	if t.JSON {
		return t.data(map[string]any{"items": all})
	}
	for _, r := range all {
		t.readSheet(r)
	}
	return nil
}

func (v *importVerb) sheet(t *terminal, a *app.App, who desk.Who, store int64, path string) (desk.SheetResult, error) {
	f, err := os.Open(path)
	if err != nil {
		return desk.SheetResult{}, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return desk.SheetResult{}, err
	}
	file := desk.SheetFile{Name: filepath.Base(path), Content: f, Size: info.Size(), Source: v.Source}
	m, err := v.mapping(t, a, who, store, file)
	if err != nil {
		return desk.SheetResult{}, err
	}
	return a.Desk.ImportSheet(t.ctx, who, store, file, m, v.DryRun)
}

// mapping is the one remembered or suggested, with what the command line says laid over it; nil where it says nothing.
func (v *importVerb) mapping(t *terminal, a *app.App, who desk.Who, store int64, file desk.SheetFile) (*sheet.Mapping, error) {
	over := sheet.Mapping{
		Record: v.Rows, Sheet: v.Sheet, Encoding: v.Encoding, HeaderRow: v.HeaderRow, Zone: v.Zone, DateOrder: v.Dates, Decimal: v.Decimal,
		Currency: v.Currency, Complete: v.Complete,
	}
	if over.Plain() && len(v.Map) == 0 {
		return nil, nil
	}
	look, _, err := a.Desk.LookAtSheet(t.ctx, who, store, file, v.told(over))
	if err != nil {
		return nil, err
	}
	m := look.Suggested.Over(over)
	for field, header := range v.Map {
		m.Columns = slices.DeleteFunc(m.Columns, func(c sheet.Column) bool { return c.Field == field || c.Header == header })
		if header != "" {
			m.Columns = append(m.Columns, sheet.Column{Field: field, Header: header})
		}
	}
	return &m, nil
}

// told is what has to be known before the head of the file is looked at; nil leaves that to what is remembered.
func (v *importVerb) told(over sheet.Mapping) *sheet.Mapping {
	if v.Rows == "" && v.Sheet == "" && v.Encoding == "" && v.HeaderRow == 0 {
		return nil
	}
	return &over
}

func (t *terminal) readSheet(r desk.SheetResult) {
	t.say("cli.sheet.done", "rows", number(int64(r.Rows)), "new", number(int64(r.New)), "changed", number(int64(r.Changed)), "same", number(int64(r.Same)),
		"ended", number(int64(r.Ended)), "failed", number(int64(r.Failed)))
	if r.DryRun {
		t.say("cli.sheet.dry")
	}
	for _, id := range r.Cases {
		t.say("import.case", "id", number(id))
	}
	for _, e := range r.Errors {
		t.complain("cli.sheet.error", "row", number(int64(e.Row)), "column", plain(e.Column), "why", t.words.T(e.Key), "value", plain(e.Value), "allowed", e.Allowed)
	}
}
