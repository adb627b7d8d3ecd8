package web

import (
	"net/http"

	"parley/internal/desk"
	"parley/internal/web/page"
)

func (c *call) waiting() error { return c.waitingWith("", http.StatusOK) }

func (c *call) waitingWith(wrong string, code int) error {
	asked := c.r.URL.Query()
	q := desk.WaitingQuery{Outdated: asked.Get("outdated") == "true", Cursor: asked.Get("cursor")}
	if c.r.Method != http.MethodGet {
		q = desk.WaitingQuery{} // what was posted to is one decision, not a page
	}
	found, err := c.Desk.Waiting(c.r.Context(), c.who, q)
	if err != nil {
		return err
	}
	f := c.frame(c.text.T("waiting.title"))
	f.Live = true
	return c.show(code, page.WaitingPage(page.Waiting{Frame: f, Query: q, Page: found, Error: wrong}))
}

// release signs a waiting decision, or sends a prepared one.
func (c *call) release() error {
	done, err := c.Desk.Release(c.r.Context(), c.who, c.r.PathValue("id"))
	if err != nil {
		return c.stillWaits(err)
	}
	return c.back("/decisions/"+done.DecisionID, "")
}

func (c *call) decline() error {
	id := c.r.PathValue("id")
	if err := c.Desk.Decline(c.r.Context(), c.who, id, c.r.PostFormValue("reason")); err != nil {
		return c.stillWaits(err)
	}
	done, err := c.Desk.Decision(c.r.Context(), c.who, id)
	if err != nil {
		return err
	}
	return c.back(page.CaseURL(done.CaseID), "declined")
}

// stillWaits shows the list of waiting decisions with what the member can mend; other failures pass.
func (c *call) stillWaits(err error) error {
	code := status(err)
	if code >= 500 || code == http.StatusNotFound || code == http.StatusUnauthorized {
		return err
	}
	return c.waitingWith(c.detail(err), code)
}

func (c *call) erase() error {
	id, err := c.number("id")
	if err != nil {
		return err
	}
	if err := c.Desk.Erase(c.r.Context(), c.who, id, c.r.PostFormValue("reason")); err != nil {
		return c.again(err, "")
	}
	return c.back(page.CaseURL(id), "erased")
}

func (c *call) settings() error { return c.settingsWith(page.Settings{}, http.StatusOK) }

// settingsWith shows the settings as they are, with what was wrong and what was typed.
func (c *call) settingsWith(s page.Settings, code int) error {
	limits, err := c.Desk.Limits(c.r.Context(), c.who)
	if err != nil {
		return err
	}
	days, err := c.Desk.Retention(c.r.Context(), c.who)
	if err != nil {
		return err
	}
	stores, err := c.Desk.StoreList(c.r.Context(), c.who)
	if err != nil {
		return err
	}
	var currencies []string
	for _, st := range stores {
		currencies = append(currencies, st.Currency)
	}
	s.Unnamed = limits.Unnamed(currencies)
	s.Frame = c.frame(c.text.T("settings.title"))
	if s.Sums == nil {
		s.Sums = page.SumsOf(limits)
	}
	if s.Days == "" && days > 0 {
		s.Days = page.Num(days)
	}
	return c.show(code, page.SettingsPage(s))
}

// wrongSettings shows the form again with everything that was typed.
func (c *call) wrongSettings(s page.Settings, err error) error {
	code := status(err)
	if code >= 500 {
		return err
	}
	s.Error = c.detail(err)
	return c.settingsWith(s, code)
}

func (c *call) setLimits() error {
	typed := map[string]string{}
	var l desk.Limits
	var wrong error
	for _, field := range page.LimitFields {
		typed[field] = c.r.PostFormValue(field)
		sums, err := desk.ParseSums(field, typed[field])
		if err != nil && wrong == nil {
			wrong = err
		}
		if field == "second" {
			l.Second = sums
			continue
		}
		for _, a := range sums {
			l.Ceilings = append(l.Ceilings, desk.Ceiling{Role: field, Amount: a})
		}
	}
	if wrong == nil {
		wrong = c.Desk.SetLimits(c.r.Context(), c.who, l)
	}
	if wrong != nil {
		return c.wrongSettings(page.Settings{Sums: typed}, wrong)
	}
	return c.back("/settings", "kept")
}

func (c *call) setRetention() error {
	typed := c.r.PostFormValue("days")
	days, err := whole("days", typed)
	if err == nil {
		err = c.Desk.SetRetention(c.r.Context(), c.who, days)
	}
	if err != nil {
		return c.wrongSettings(page.Settings{Days: typed}, err)
	}
	return c.back("/settings", "kept")
}
