package web

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"parley/internal/desk"
	"parley/internal/fault"
	"parley/internal/sheet"
	"parley/internal/web/page"
)

// sheetsPage chooses a file for a store whose records come from spreadsheets.
func (c *call) sheetsPage() error { return c.sheetsWith("", http.StatusOK) }

func (c *call) sheetsWith(wrong string, code int) error {
	st, err := c.sheetStore()
	if err != nil {
		return err
	}
	sources, err := c.Desk.SheetSources(c.r.Context(), c.who, st.ID)
	if err != nil {
		return err
	}
	return c.show(code, page.SheetsPage(page.Sheets{Frame: c.frame(c.text.T("sheets.title")), Store: st, Sources: sources, Error: wrong}))
}

func (c *call) sheetStore() (desk.StoreView, error) {
	id, err := c.number("id")
	if err != nil {
		return desk.StoreView{}, err
	}
	return c.Desk.StoreOf(c.r.Context(), c.who, id)
}

// keepSheet keeps the chosen file and goes on to the page that shows it.
func (c *call) keepSheet() error {
	st, err := c.sheetStore()
	if err != nil {
		return err
	}
	id, err := c.kept(st.ID)
	if err != nil {
		if code := status(err); code < 500 && code != http.StatusNotFound {
			return c.sheetsWith(c.detail(err), code)
		}
		return err
	}
	to := fmt.Sprintf("/stores/%d/sheets/%s?source=%s", st.ID, url.PathEscape(id), url.QueryEscape(strings.TrimSpace(c.r.PostFormValue("source"))))
	http.Redirect(c.w, c.r, to, http.StatusSeeOther)
	return nil
}

func (c *call) kept(storeID int64) (string, error) {
	file, err := c.file("file")
	if err != nil {
		return "", err
	}
	if file.data == nil {
		return "", fault.New(fault.Invalid, "fault.file_missing")
	}
	defer func() { _ = file.data.Close() }()
	return c.Desk.KeepSheet(c.r.Context(), c.who, storeID, file.name, file.data)
}

// sheetPage shows a kept file with the mapping that is remembered or suggested.
func (c *call) sheetPage() error {
	s, file, err := c.sheetForm(c.r.URL.Query().Get("source"))
	if err != nil {
		return err
	}
	look, remembered, err := c.Desk.LookAtSheet(c.r.Context(), c.who, s.Store.ID, file, nil)
	if err != nil {
		return c.unreadable(err)
	}
	s.Look, s.Mapping, s.Remembered = look, look.Suggested, remembered
	return c.show(http.StatusOK, page.SheetPage(s))
}

// unreadable goes back to the choice of a file with what is wrong with this one.
func (c *call) unreadable(err error) error {
	if code := status(err); code < 500 && code != http.StatusNotFound {
		return c.sheetsWith(c.detail(err), code)
	}
	return err
}

func (c *call) sheetForm(source string) (page.Sheet, desk.SheetFile, error) {
	st, err := c.sheetStore()
	if err != nil {
		return page.Sheet{}, desk.SheetFile{}, err
	}
	file, err := c.Desk.KeptSheet(c.r.Context(), c.who, st.ID, c.r.PathValue("upload"))
	file.Source = source
	return page.Sheet{Frame: c.frame(c.text.T("sheets.title")), Store: st, Upload: c.r.PathValue("upload"), Name: file.Name, Source: source}, file, err
}

// readSheet does what the button says: look at the file again in another way, try the mapping, or read the file in.
func (c *call) readSheet() error {
	if err := c.r.ParseForm(); err != nil {
		return err
	}
	s, file, err := c.sheetForm(strings.TrimSpace(c.r.PostFormValue("source")))
	if err != nil {
		return err
	}
	m := c.mappingTyped()
	look, _, err := c.Desk.LookAtSheet(c.r.Context(), c.who, s.Store.ID, file, &m)
	if err != nil {
		return c.unreadable(err)
	}
	s.Look, s.Mapping = look, m
	do := c.r.PostFormValue("do")
	if do == "look" {
		s.Mapping = look.Suggested.Over(sheet.Mapping{Zone: m.Zone, Currency: m.Currency, Encoding: m.Encoding, Separator: m.Separator, Sheet: m.Sheet, HeaderRow: m.HeaderRow, Complete: m.Complete})
		return c.show(http.StatusOK, page.SheetPage(s))
	}
	result, err := c.Desk.ImportSheet(c.r.Context(), c.who, s.Store.ID, file, &m, do != "import")
	if err != nil {
		f := fault.Of(err)
		if f == nil || status(err) >= 500 {
			return err
		}
		s.Error, s.Field = c.detail(err), f.Field
		return c.show(status(err), page.SheetPage(s))
	}
	s.Result = &result
	if do == "import" {
		if err := c.Desk.DropSheet(c.r.Context(), c.who, s.Store.ID, s.Upload); err != nil && !fault.Is(err, fault.NotFound) {
			return err
		}
	}
	return c.show(http.StatusOK, page.SheetPage(s))
}

// mappingTyped reads the form: one choice of a field for each column of the file.
func (c *call) mappingTyped() sheet.Mapping {
	p := c.r.PostFormValue
	row, _ := strconv.Atoi(p("header_row")) // not a number = found out
	m := sheet.Mapping{
		Record: p("record"), Sheet: p("sheet"), Encoding: p("encoding"), Separator: p("separator"), HeaderRow: row, Zone: strings.TrimSpace(p("zone")),
		DateOrder: p("date_order"), Decimal: p("decimal"), Currency: strings.ToUpper(strings.TrimSpace(p("currency"))), Complete: p("complete") != "", Columns: []sheet.Column{},
	}
	for n := range sheet.MaxColumns {
		header := p("head." + strconv.Itoa(n))
		if header == "" {
			break
		}
		if field := p("col." + strconv.Itoa(n)); field != "" && slices.Contains(fieldNames(m.Record), field) {
			m.Columns = append(m.Columns, sheet.Column{Field: field, Header: header})
		}
	}
	return m
}

func fieldNames(record string) []string {
	var out []string
	for _, f := range sheet.Fields(record) {
		out = append(out, f.Name)
	}
	return out
}
