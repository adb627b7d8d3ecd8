package page

import (
	"slices"

	"parley/internal/desk"
	"parley/internal/sheet"
)

// Sheets chooses a file for a store.
type Sheets struct {
	Frame
	Store   desk.StoreView
	Sources []desk.SheetSource
	Error   string
}

// Sheet is one file with the mapping by which it would be read.
type Sheet struct {
	Frame
	Store      desk.StoreView
	Upload     string
	Name       string
	Source     string
	Look       sheet.Look
	Mapping    sheet.Mapping
	Remembered bool
	Result     *desk.SheetResult
	Error      string
	Field      string
}

// fieldOf is the field a column is read as, empty if it is not.
func (s Sheet) fieldOf(header string) string {
	for _, c := range s.Mapping.Columns {
		if c.Header == header {
			return c.Field
		}
	}
	return ""
}

// needed are the required fields no column is chosen for.
func (s Sheet) needed() []string {
	var out []string
	for _, f := range sheet.Fields(s.Mapping.Record) {
		if f.RequiredIn(s.Mapping.Record) && !slices.ContainsFunc(s.Mapping.Columns, func(c sheet.Column) bool { return c.Field == f.Name }) {
			out = append(out, f.Name)
		}
	}
	return out
}

// headed is the heading of a column in the table.
func headed(header string) string {
	if header == "" {
		return "–"
	}
	return header
}

func (s Sheet) action() string { return "/stores/" + ID(s.Store.ID) + "/sheets/" + s.Upload }

// done tells whether the file has been read in.
func (s Sheet) done() bool { return s.Result != nil && !s.Result.DryRun }

func orStore(told, store string) string {
	if told != "" {
		return told
	}
	return store
}

func orAuto(order string) string {
	if order == "" {
		return "auto"
	}
	return order
}

// shortCell cuts a long cell for the preview.
func shortCell(text string) string {
	if r := []rune(text); len(r) > 60 {
		return string(r[:59]) + "…"
	}
	return text
}

// offline are the stores that spreadsheets can be read into.
func offline(list []desk.StoreView) []desk.StoreView {
	return slices.DeleteFunc(slices.Clone(list), func(s desk.StoreView) bool { return !s.Offline })
}
