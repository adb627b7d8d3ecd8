package page

import (
	"slices"

	"parley/internal/connector"
	"parley/internal/desk"
)

// StoreList is every store with how fresh its picture is.
type StoreList struct {
	Frame
	List  []desk.StoreView
	Error string
}

// StoreForm adds or changes a store. Field is the one that is wrong, empty when none is.
type StoreForm struct {
	Frame
	Kinds  []connector.About
	About  connector.About
	Store  *desk.StoreView // nil = a new one
	Typed  desk.StoreInput
	Error  string
	Field  string
	Tested *connector.Identity
	Net    []desk.NetRule // of the store, where there is one

	Unknown []desk.UnknownTopic // that its platform sent
}

// ImportForm takes a captured file of a platform.
type ImportForm struct {
	Frame
	Stores []desk.StoreView
	Result *desk.ImportResult
	Error  string
}

// Members are the people of the desk.
type Members struct {
	Frame
	List   []desk.MemberView
	Stores []desk.StoreView
	Typed  desk.InviteInput
	Link   string // of the invitation just made, shown once
	Error  string
	Field  string
}

// Me are the member's own settings.
type Me struct {
	Frame
	Tokens []desk.TokenView
	Secret string // of the token just made, shown once
	Error  string
	Field  string
}

// Door is the sign-in page.
type Door struct {
	Frame
	Email, To, Error string
}

// Join is the page of an invitation.
type Join struct {
	Frame
	Secret string
	Member desk.MemberView
	Email  string
	Name   string
	Chosen string // zone
	Error  string
	Field  string
}

// Roles are the roles from the least to the most.
var Roles = []string{"viewer", "agent", "lead", "owner"}

// Zones are offered beside whatever else is typed.
var Zones = []string{
	"Europe/Madrid", "Atlantic/Canary", "Europe/London", "Europe/Paris", "Europe/Berlin", "Europe/Warsaw", "Europe/Moscow", "Asia/Shanghai",
	"Asia/Hong_Kong", "Asia/Seoul", "Asia/Tokyo", "Asia/Dubai", "America/New_York", "America/Los_Angeles", "America/Mexico_City",
	"America/Sao_Paulo", "America/Bogota", "America/Santiago", "America/Argentina/Buenos_Aires", "Australia/Sydney", "UTC",
}

// setting is the label of a setting of a connector, its name where there is no text.
func (s StoreForm) setting(name string) string {
	key := "connector." + s.About.Kind + ".setting." + name
	if s.Has(key) {
		return s.T(key)
	}
	return name
}

func (s StoreForm) help(name string) string {
	key := "connector." + s.About.Kind + ".setting." + name + ".help"
	if s.Has(key) {
		return s.T(key)
	}
	return ""
}

func (s StoreForm) value(set connector.Setting) string {
	if v, ok := s.Typed.Settings[set.Name]; ok {
		return v
	}
	return set.Default
}

func (s StoreForm) action() string {
	if s.Store != nil {
		return "/stores/" + ID(s.Store.ID)
	}
	return "/stores"
}

func sees(m desk.MemberView, store int64) bool { return slices.Contains(m.Stores, store) }

// stateTone is the colour of a store's state.
func (f Frame) stateTone(s desk.StoreView) string {
	switch {
	case s.State != "active":
		return ""
	case !s.Freshness.FailingSince.IsZero() || s.Freshness.Missing != 0:
		return "late"
	case f.old(s.Freshness), !s.Freshness.UnheardSince.IsZero():
		return "soon"
	}
	return "good"
}

func (f Frame) stateWord(s desk.StoreView) string {
	if s.State == "active" && !s.Freshness.FailingSince.IsZero() {
		return f.T("store.failing")
	}
	if s.State == "active" && s.Freshness.Missing != 0 {
		return f.T("store.differs")
	}
	if s.State == "active" && !s.Freshness.UnheardSince.IsZero() {
		return f.T("store.unheard")
	}
	return f.T("store.state." + s.State)
}

// tally compares the source's own count with the desk's.
func (f Frame) tally(s desk.Freshness) string {
	if s.SourceCount < 0 {
		return f.T("store.count_here", "desk", f.Number(int64(s.DeskCount)))
	}
	if s.Missing != 0 {
		return f.T("store.count_differs", "source", f.Number(int64(s.SourceCount)), "desk", f.Number(int64(s.DeskCount)))
	}
	return f.T("store.count_same", "desk", f.Number(int64(s.DeskCount)))
}
