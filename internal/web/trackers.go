package web

import (
	"net/http"

	"parley/internal/desk"
	"parley/internal/fault"
	"parley/internal/tracker"
	"parley/internal/web/page"
)

// trackers shows the accounts at services that watch parcels, and the form for another one.
func (c *call) trackers() error { return c.trackersWith(page.Trackers{}, http.StatusOK) }

func (c *call) trackersWith(p page.Trackers, code int) error {
	var err error
	if p.List, err = c.Desk.TrackerList(c.r.Context(), c.who); err != nil {
		return err
	}
	stores, err := c.Desk.StoreList(c.r.Context(), c.who)
	if err != nil {
		return err
	}
	p.Frame, p.Kinds = c.frame(c.text.T("trackers.title")), c.Desk.TrackerKinds()
	p.Companies = page.CompaniesOf(stores)
	if p.Typed.Kind == "" {
		p.Typed.Kind = c.r.URL.Query().Get("kind")
	}
	for _, k := range p.Kinds {
		if k.Kind == p.Typed.Kind || p.About.Kind == "" {
			p.About = k
		}
	}
	return c.show(code, page.TrackersPage(p))
}

// trackerTyped reads the form that About().Settings gave.
func (c *call) trackerTyped() desk.TrackerInput {
	in := desk.TrackerInput{Kind: c.r.PostFormValue("kind"), Company: c.r.PostFormValue("company"), Name: c.r.PostFormValue("name"), Settings: map[string]string{}}
	for _, k := range c.Desk.TrackerKinds() {
		if k.Kind == in.Kind {
			readSettings(c.r, k, in.Settings)
		}
	}
	return in
}

func readSettings(r *http.Request, k tracker.About, into map[string]string) {
	for _, s := range k.Settings {
		if v := r.PostFormValue("set." + s.Name); v != "" {
			into[s.Name] = v
		}
	}
}

// addTracker tests or keeps what the form says. A wrong field is named beside what was typed.
func (c *call) addTracker() error {
	p := page.Trackers{Typed: c.trackerTyped()}
	var err error
	if c.r.PostFormValue("test") != "" {
		var got desk.TrackerTested
		if got, err = c.Desk.TestTracker(c.r.Context(), c.who, p.Typed); err == nil {
			p.Tested = &got
			return c.trackersWith(p, http.StatusOK)
		}
	} else if _, err = c.Desk.AddTracker(c.r.Context(), c.who, p.Typed); err == nil {
		return c.back("/trackers", "tracker_kept")
	}
	return c.trackerWrong(p, err)
}

func (c *call) trackerWrong(p page.Trackers, err error) error {
	f := fault.Of(err)
	if f == nil || f.Kind == fault.NotFound {
		return err
	}
	p.Error, p.Field = c.detail(err), f.Field
	return c.trackersWith(p, status(err))
}

func (c *call) testTracker() error {
	id, err := c.number("id")
	if err != nil {
		return err
	}
	got, err := c.Desk.CheckTracker(c.r.Context(), c.who, id)
	if err != nil {
		return c.trackerWrong(page.Trackers{}, err)
	}
	return c.trackersWith(page.Trackers{Tested: &got}, http.StatusOK)
}

func (c *call) dropTracker() error {
	id, err := c.number("id")
	if err != nil {
		return err
	}
	if err := c.Desk.RemoveTracker(c.r.Context(), c.who, id); err != nil {
		return err
	}
	return c.back("/trackers", "tracker_dropped")
}
