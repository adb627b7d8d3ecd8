package page

import (
	"strings"
	"time"

	"parley/internal/desk"
)

// paths are the drawings of the rail, on a field of 24 by 24.
var paths = map[string]string{
	"queue":    "M4 6h16M4 12h16M4 18h10",
	"cases":    "M5 4h9l5 5v11H5zM14 4v5h5",
	"effects":  "M4 12l16-8-6 16-3-7z",
	"stores":   "M4 9l2-5h12l2 5M4 9v11h16V9M4 9h16M9 20v-6h6v6",
	"import":   "M12 3v12M7 10l5 5 5-5M4 20h16",
	"members":  "M9 11a4 4 0 100-8 4 4 0 000 8zM2 21c0-4 3-7 7-7s7 3 7 7M16 3.5a4 4 0 010 7M18 14c2.5 1 4 3.5 4 7",
	"playbook": "M6 3h12v18l-6-4-6 4z",
	"sign":     "M4 20h16M6 15l9-9 3 3-9 9H6zM13 8l3 3",
	"settings": "M4 7h9M17 7h3M13 4v6M4 17h3M11 17h9M9 14v6",
	"bell":     "M6 17V11a6 6 0 1112 0v6l2 2H4zM10 21h4",
	"search":   "M11 18a7 7 0 100-14 7 7 0 000 14zM16 16l5 5",
}

func (f Frame) here(to string) bool {
	path, query, _ := strings.Cut(to, "?")
	if path != "/queue" {
		return f.Path == path || strings.HasPrefix(f.Path, path+"/")
	}
	if query != "" {
		return f.Path == path && strings.Contains(f.Back, query)
	}
	return f.Path == path && !strings.Contains(f.Back, "view=open")
}

func (f Frame) soon() int64 {
	if f.Around == nil {
		return 0
	}
	return f.Around.DueSoon
}

func (f Frame) open() int64 {
	if f.Around == nil {
		return 0
	}
	return f.Around.Open
}

func (f Frame) doubt() int64 {
	if f.Around == nil {
		return 0
	}
	return f.Around.InDoubt
}

func (f Frame) stores() int64 {
	if f.Around == nil {
		return 0
	}
	return int64(f.Around.Stores)
}

// standing is since when the desk has not done its own work; zero while it does.
func (f Frame) standing() time.Time {
	if f.Around == nil {
		return time.Time{}
	}
	return f.Around.StandingSince
}

// stale is the age from which a store's picture is called old.
const stale = 15 * time.Minute

// failing are the stores whose picture cannot be trusted.
func (f Frame) failing() []desk.Freshness {
	if f.Around == nil {
		return nil
	}
	var out []desk.Freshness
	for _, s := range f.Around.Freshness {
		if s.State == "active" && (!s.FailingSince.IsZero() || s.Missing != 0 || !s.UnheardSince.IsZero() || f.old(s)) {
			out = append(out, s)
		}
	}
	return out
}

func (f Frame) old(s desk.Freshness) bool {
	return !s.LastOKAt.IsZero() && f.Now.Sub(s.LastOKAt) > stale
}

// alarm says what is wrong with a store's picture.
func (f Frame) alarm(s desk.Freshness) string {
	switch {
	case !s.FailingSince.IsZero():
		return f.T("alarm.failing", "why", f.cause(s), "since", f.At(s.FailingSince), "age", f.age(s))
	case s.Missing != 0:
		return f.T("alarm.count", "source", f.Number(int64(s.SourceCount)), "desk", f.Number(int64(s.DeskCount)))
	case !s.UnheardSince.IsZero():
		return f.unheard(s)
	}
	return f.T("alarm.old", "age", f.age(s))
}

// unheard says why a platform's messages do not come.
func (f Frame) unheard(s desk.Freshness) string {
	return f.T("alarm.unheard", "why", f.why(s.UnheardKey, s.UnheardKind), "since", f.At(s.UnheardSince))
}

func (f Frame) cause(s desk.Freshness) string { return f.why(s.FaultKey, s.FaultKind) }

func (f Frame) why(key, kind string) string {
	if f.Has(key) {
		return f.T(key)
	}
	return f.Word("fault_kind", kind)
}

// age is the age of the last good reading of a store.
func (f Frame) age(s desk.Freshness) string {
	if s.LastOKAt.IsZero() {
		return f.T("store.never_read")
	}
	return f.T("store.read", "span", f.Span(f.Now.Sub(s.LastOKAt)))
}

// oldest is the age of the worst picture among the stores, for the head of the queue.
func (f Frame) oldest() string {
	if f.Around == nil || len(f.Around.Freshness) == 0 {
		return ""
	}
	var worst time.Time
	for _, s := range f.Around.Freshness {
		if s.State == "active" && (worst.IsZero() || s.LastOKAt.Before(worst)) {
			worst = s.LastOKAt
		}
	}
	if worst.IsZero() {
		return f.T("store.never_read")
	}
	return f.T("queue.read", "span", f.Span(f.Now.Sub(worst)))
}
