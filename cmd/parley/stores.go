package main

import (
	"parley/internal/api"
	"parley/internal/app"
	"parley/internal/desk"
)

// stores prints stores with the age of their last good reading and the counts on both sides.
func (t *terminal) stores(all []desk.StoreView, a *app.App) error {
	if t.JSON {
		out := make([]api.Store, 0, len(all))
		for _, s := range all {
			out = append(out, api.StoreOf(s))
		}
		return t.data(map[string]any{"items": out})
	}
	rows := [][]string{t.head("store", "company", "connector", "name", "state", "read", "open")}
	for _, s := range all {
		rows = append(rows, []string{number(s.ID), s.Company, s.Connector, s.Name, t.words.T("store.state." + s.State), t.read(s, a), t.count(s.Freshness)})
	}
	return t.table(rows)
}

func (t *terminal) read(s desk.StoreView, a *app.App) string {
	f := s.Freshness
	switch {
	case f.LastOKAt.IsZero():
		return t.words.T("store.never_read")
	case !f.FailingSince.IsZero():
		return t.words.T("store.failing") + ": " + t.words.T(f.FaultKey)
	case !f.UnheardSince.IsZero():
		return t.words.T("store.unheard") + ": " + t.words.T(f.UnheardKey)
	}
	return t.words.T("store.read", "span", t.words.Span(a.Desk.Now().Sub(f.LastOKAt)))
}

func (t *terminal) count(f desk.Freshness) string {
	here, there := number(int64(f.DeskCount)), number(int64(f.SourceCount))
	switch {
	case f.SourceCount < 0:
		return t.words.T("store.count_here", "desk", here)
	case f.Missing != 0:
		return t.words.T("store.count_differs", "desk", here, "source", there)
	}
	return t.words.T("store.count_same", "desk", here)
}
