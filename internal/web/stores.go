package web

import (
	"io"
	"net/http"
	"strconv"

	"parley/internal/connector"
	"parley/internal/desk"
	"parley/internal/fault"
	"parley/internal/web/page"
)

func (c *call) stores() error { return c.storesWith("", http.StatusOK) }

func (c *call) storesWith(wrong string, code int) error {
	list, err := c.Desk.StoreList(c.r.Context(), c.who)
	if err != nil {
		return err
	}
	f := c.frame(c.text.T("store.title"))
	f.Live = true
	return c.show(code, page.StoreListPage(page.StoreList{Frame: f, List: list, Error: wrong}))
}

// about is the connector of a form; the first one where none is named.
func (c *call) about(kind string) (connector.About, error) {
	kinds := c.Desk.Kinds()
	for _, k := range kinds {
		if k.Kind == kind || kind == "" {
			return k, nil
		}
	}
	return connector.About{}, fault.New(fault.Invalid, "fault.unknown_connector", "connector", kind)
}

func (c *call) newStore() error {
	about, err := c.about(c.r.URL.Query().Get("kind"))
	if err != nil {
		return err
	}
	typed := desk.StoreInput{Connector: about.Kind, Zone: c.who.Zone, Language: c.text.Lang}
	return c.show(http.StatusOK, page.StoreFormPage(page.StoreForm{Frame: c.frame(c.text.T("store.add")), Kinds: c.Desk.Kinds(), About: about, Typed: typed}))
}

// storeTyped reads the form that About().Settings gave. A secret left empty stays as it is.
func (c *call) storeTyped(about connector.About) desk.StoreInput {
	in := desk.StoreInput{
		Connector: about.Kind, Name: c.r.PostFormValue("name"), Company: c.r.PostFormValue("company"), Zone: c.r.PostFormValue("zone"),
		Currency: c.r.PostFormValue("currency"), Country: c.r.PostFormValue("country"), Language: c.r.PostFormValue("language"),
		Settings: map[string]string{}, Code: c.r.PostFormValue("code"),
		Token: connector.Token{Access: c.r.PostFormValue("access"), Refresh: c.r.PostFormValue("refresh")},
	}
	for _, s := range about.Settings {
		if v := c.r.PostFormValue("set." + s.Name); v != "" || !s.Secret {
			in.Settings[s.Name] = v
		}
	}
	return in
}

func (c *call) addStore() error {
	about, err := c.about(c.r.PostFormValue("connector"))
	if err != nil {
		return err
	}
	form := page.StoreForm{Frame: c.frame(c.text.T("store.add")), Kinds: c.Desk.Kinds(), About: about, Typed: c.storeTyped(about)}
	return c.storeDone(form, func() (desk.StoreView, error) { return c.Desk.AddStore(c.r.Context(), c.who, form.Typed) })
}

func (c *call) storePage() error {
	form, err := c.storeForm()
	if err != nil {
		return err
	}
	return c.show(http.StatusOK, page.StoreFormPage(form))
}

// storeForm is the form of a store that exists.
func (c *call) storeForm() (page.StoreForm, error) {
	id, err := c.number("id")
	if err != nil {
		return page.StoreForm{}, err
	}
	st, err := c.Desk.StoreOf(c.r.Context(), c.who, id)
	if err != nil {
		return page.StoreForm{}, err
	}
	about, err := c.about(st.Connector)
	if err != nil {
		return page.StoreForm{}, err
	}
	typed := desk.StoreInput{
		Connector: st.Connector, Name: st.Name, Company: st.Company, Zone: st.Zone, Currency: st.Currency, Country: st.Country,
		Language: st.Language, Settings: st.Settings,
	}
	net, err := c.Desk.Net(c.r.Context(), c.who, id)
	if err != nil {
		return page.StoreForm{}, err
	}
	unknown, err := c.Desk.UnknownOf(c.r.Context(), c.who, id)
	return page.StoreForm{Frame: c.frame(st.Name), About: about, Store: &st, Typed: typed, Net: net, Unknown: unknown}, err
}

func (c *call) updateStore() error {
	form, err := c.storeForm()
	if err != nil {
		return err
	}
	form.Typed = c.storeTyped(form.About)
	return c.storeDone(form, func() (desk.StoreView, error) {
		return c.Desk.UpdateStore(c.r.Context(), c.who, form.Store.ID, form.Store.Version, form.Typed)
	})
}

// storeDone tests or keeps what the form says. A wrong field is named beside what was typed.
func (c *call) storeDone(form page.StoreForm, keep func() (desk.StoreView, error)) error {
	var err error
	if c.r.PostFormValue("test") != "" {
		var who connector.Identity
		if who, err = c.Desk.TestStore(c.r.Context(), c.who, form.Typed); err == nil {
			form.Tested = &who
			return c.show(http.StatusOK, page.StoreFormPage(form))
		}
	} else if _, err = keep(); err == nil {
		return c.back("/stores", "store_kept")
	}
	f := fault.Of(err)
	if f == nil || f.Kind == fault.NotFound {
		return err
	}
	form.Error, form.Field = c.detail(err), f.Field
	return c.show(status(err), page.StoreFormPage(form))
}

func (c *call) storeState() error {
	id, err := c.number("id")
	if err != nil {
		return err
	}
	if err := c.Desk.SetStoreState(c.r.Context(), c.who, id, c.r.PostFormValue("state")); err != nil {
		return err
	}
	return c.back("/stores", "store_kept")
}

func (c *call) syncNow() error {
	id, err := c.number("id")
	if err != nil {
		return err
	}
	if err := c.Desk.SyncNow(c.r.Context(), c.who, id); err != nil {
		if code := status(err); code < 500 && code != http.StatusNotFound {
			return c.storesWith(c.detail(err), code)
		}
		return err
	}
	return c.back("/stores", "sync_asked")
}

func (c *call) importForm() error { return c.importWith(nil, "", http.StatusOK) }

func (c *call) importWith(result *desk.ImportResult, wrong string, code int) error {
	list, err := c.Desk.StoreList(c.r.Context(), c.who)
	if err != nil {
		return err
	}
	return c.show(code, page.ImportPage(page.ImportForm{Frame: c.frame(c.text.T("import.title")), Stores: list, Result: result, Error: wrong}))
}

func (c *call) importFile() error {
	result, err := c.imported()
	if err != nil {
		if code := status(err); code < 500 && code != http.StatusNotFound || fault.Is(err, fault.Garbled) {
			return c.importWith(nil, c.detail(err), code)
		}
		return err
	}
	return c.importWith(&result, "", http.StatusOK)
}

func (c *call) imported() (desk.ImportResult, error) {
	file, err := c.file("file")
	if err != nil {
		return desk.ImportResult{}, err
	}
	if file.data == nil {
		return desk.ImportResult{}, fault.New(fault.Invalid, "fault.file_missing")
	}
	defer func() { _ = file.data.Close() }()
	data, err := io.ReadAll(file.data)
	if err != nil {
		return desk.ImportResult{}, err
	}
	id, err := strconv.ParseInt(c.r.PostFormValue("store"), 10, 64)
	if err != nil {
		return desk.ImportResult{}, fault.Input("store", c.r.PostFormValue("store"), c.text.T("allowed.number"))
	}
	return c.Desk.Import(c.r.Context(), c.who, id, file.name, data)
}
