package page

import (
	"slices"

	"parley/internal/desk"
	"parley/internal/notify"
)

// Notices is the member's own list of what they were told.
type Notices struct {
	Frame
	List []desk.NoticeView
	More int64 // id before which older ones are; 0 = no older ones
	Push string
}

// Saying writes notices in the reader's language, zone and time.
func (f Frame) Saying() notify.Reader {
	return notify.Reader{Reader: f.Reader, Zone: f.Zone, Now: f.Now}
}

// newest is the highest id of the list.
func (n Notices) newest() int64 {
	if len(n.List) == 0 {
		return 0
	}
	return n.List[0].ID
}

// NoticeSettings is the page on which a member says where and when they are told what.
type NoticeSettings struct {
	Frame
	Channels []desk.ChannelView
	Programs []desk.ChannelView // of the installation, for owners
	Stores   []desk.StoreView   // of which programs may be told, for owners
	Ways     []notify.About
	Plan     desk.Plan
	Duty     []Duty            // for leads
	Mail     map[string]string // what may be shown of the mail server, for owners
	Watcher  string            // host of the outside watcher, for owners
	Push     string            // the desk's public key for browsers; empty = none
	Made     *desk.ChannelView // just made: its secret is shown once
	Tested   *desk.ChannelView // just tested
	Verdict  string            // how the test went; empty = well
	Typed    map[string]string // what was typed, without secrets
	Draft    desk.ChannelView  // what was ticked for a program that is not there yet
	Error    string
	Field    string
}

// Duty is who is told first of a store's cases.
type Duty struct {
	Store  desk.StoreView
	People []desk.MemberRef
	On     []int64
}

func (n NoticeSettings) forms() []notify.About {
	var out []notify.About
	for _, w := range n.Ways {
		if !w.Own {
			out = append(out, w)
		}
	}
	return out
}

func (n NoticeSettings) way(kind string) notify.About {
	for _, w := range n.Ways {
		if w.Kind == kind {
			return w
		}
	}
	return notify.About{}
}

func (n NoticeSettings) wrong(field string) bool { return n.Field == field }

// reasonTicked tells whether a channel takes a reason; without ticks it takes everything, or nothing where it hears events.
func reasonTicked(c desk.ChannelView, reason string) bool {
	if len(c.Reasons) == 0 {
		return len(c.Events) == 0
	}
	for _, r := range c.Reasons {
		if r == reason {
			return true
		}
	}
	return false
}

// everyEvent tells whether a program hears all events. eventTicked and storeTicked tell what was chosen one by one.
func everyEvent(c desk.ChannelView) bool { return slices.Contains(c.Events, "*") }

func eventTicked(c desk.ChannelView, kind string) bool { return slices.Contains(c.Events, kind) }

func storeTicked(c desk.ChannelView, id int64) bool { return slices.Contains(c.Stores, id) }

func dayTicked(p desk.Plan, day string) bool {
	if len(p.Days) == 0 {
		return true
	}
	for _, d := range p.Days {
		if d == day {
			return true
		}
	}
	return false
}

// Weekdays are the codes of the days, from Monday on.
var Weekdays = []string{"mon", "tue", "wed", "thu", "fri", "sat", "sun"}

func onDuty(d Duty, id int64) bool {
	for _, o := range d.On {
		if o == id {
			return true
		}
	}
	return false
}

func (f Frame) unseen() int64 {
	if f.Around == nil {
		return 0
	}
	return f.Around.Unseen
}

// settingValue is what stands in a field: what was typed before a complaint, the address where it may be shown, nothing else.
func (n NoticeSettings) settingValue(w notify.About, s notify.Setting, c desk.ChannelView) string {
	switch {
	case s.Secret:
		return ""
	case c.ID == 0 && n.Typed["kind"] == w.Kind:
		return n.Typed["set."+s.Name]
	case c.ID != 0 && (s.Name == "address" || s.Name == "chat"):
		return c.Shown
	}
	return ""
}
