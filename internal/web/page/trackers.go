package page

import (
	"slices"

	"parley/internal/connector"
	"parley/internal/desk"
	"parley/internal/tracker"
)

// Trackers are the accounts at services that watch parcels, and the form for another one.
type Trackers struct {
	Frame
	List      []desk.TrackerView
	Kinds     []tracker.About
	About     tracker.About // of the form
	Companies []string
	Typed     desk.TrackerInput
	Tested    *desk.TrackerTested
	Error     string
	Field     string
}

// CompaniesOf are the companies of stores, by name.
func CompaniesOf(stores []desk.StoreView) (names []string) {
	for _, s := range stores {
		if !slices.Contains(names, s.Company) {
			names = append(names, s.Company)
		}
	}
	slices.Sort(names)
	return names
}

func (t *Trackers) help(s connector.Setting) string {
	key := "tracker." + t.About.Kind + ".setting." + s.Name + ".help"
	if t.Has(key) {
		return t.T(key)
	}
	return t.T("tracker.setting." + s.Name + ".help")
}

func (t *Trackers) quota(left int) string {
	if left < 0 {
		return t.T("trackers.quota_untold")
	}
	return Num(left)
}

func (t *Trackers) trouble(v desk.TrackerView) string {
	var params []string
	for name, value := range v.Params {
		params = append(params, name, value)
	}
	return t.T(v.FaultKey, params...)
}
