package sim

import (
	"slices"
	"sort"
	"strings"
	"time"
)

// Incident is one thing that goes wrong. It arms at an instant and hits the first operation after it that fits, or begins at once and
// lasts where it is no matter of one operation.
type Incident struct {
	At   time.Time     `json:"at"`
	What string        `json:"what"`           // see Kinds
	On   string        `json:"on,omitempty"`   // act, read, claim (of an effect), timer, decide, send; empty = the first that fits
	Skip int           `json:"skip,omitempty"` // operations of the same node to let pass after On
	Late bool          `json:"late,omitempty"` // after the operation instead of before it
	For  time.Duration `json:"for,omitempty"`  // how long it lasts, or how late something comes
	Node int           `json:"node,omitempty"` // whose clock

}

// kind says how often an incident happens in a simulated year of sixty stores, and what it hits.
type kind struct {
	what   string
	yearly int
	on     []string
	skip   int
	least  time.Duration
	most   time.Duration
	lasts  bool // begins by itself and ends after For
}

const (
	onAct    = "act"    // a call that may change something for a buyer
	onRead   = "read"   // any other call to a platform
	onClaim  = "claim"  // the sentence by which a node takes an effect
	onTimer  = "timer"  // the sentence by which a node takes timers
	onDecide = "decide" // a person deciding
	onSend   = "send"   // a letter to a person or a program
	onAny    = "any"    // any operation
)

// kinds are all incidents. The numbers are chosen so that about every eighth act meets one.
var kinds = []kind{
	{what: "crash", yearly: 800, on: []string{onAct, onClaim, onClaim, onDecide, onTimer, onAny, onSend}, skip: 24},
	{what: "crash_commit", yearly: 450, on: []string{onClaim, onDecide, onAct, onTimer, onTimer, onAny, onSend}, skip: 2},
	{what: "hang", yearly: 250, on: []string{onAct, onRead, onAct}, least: 30 * time.Second, most: 20 * time.Minute},
	{what: "unreachable", yearly: 250, on: []string{onAct, onRead}},
	{what: "dropped", yearly: 250, on: []string{onAct, onRead}},
	{what: "lost_answer", yearly: 450, on: []string{onAct}},
	{what: "late", yearly: 250, on: []string{onAct}, least: 5 * time.Second, most: 2 * time.Minute},
	{what: "twice", yearly: 200, on: []string{onAct}},
	{what: "stale", yearly: 300, on: []string{onAct}, skip: 1, least: 30 * time.Second, most: 3 * time.Minute},
	{what: "error_before", yearly: 200, on: []string{onAct, onRead}},
	{what: "error_after", yearly: 250, on: []string{onAct}},
	{what: "limited", yearly: 150, on: []string{onAct, onRead}},
	{what: "expired", yearly: 80, on: []string{onAct, onRead}},
	{what: "garbled", yearly: 250, on: []string{onAct, onRead}},
	{what: "truncated", yearly: 200, on: []string{onAct, onRead}},
	{what: "odd_words", yearly: 150, on: []string{onRead}},
	{what: "twice_listed", yearly: 100, on: []string{onRead}},
	{what: "letter_lost", yearly: 150, on: []string{onSend}, least: time.Second, most: time.Minute},
	{what: "letter_unclear", yearly: 200, on: []string{onSend}, least: time.Second, most: 4 * time.Minute},
	{what: "db_cut", yearly: 150, on: []string{onAct, onClaim, onDecide, onAny}, skip: 12},
	{what: "db_down", yearly: 20, least: 30 * time.Second, most: 10 * time.Minute, lasts: true},
	{what: "disk_full", yearly: 12, least: time.Minute, most: 30 * time.Minute, lasts: true},
	{what: "outage", yearly: 25, least: 10 * time.Minute, most: 4 * time.Hour, lasts: true},
	{what: "skew", yearly: 40, least: -4 * time.Minute, most: 4 * time.Minute, lasts: true},
	{what: "jump", yearly: 20, least: -40 * time.Minute, most: 40 * time.Minute, lasts: true},
	{what: "token_ends", yearly: 20, lasts: true},
}

// Kinds are the names of all incidents.
func Kinds() []string {
	var out []string
	for _, k := range kinds {
		out = append(out, k.what)
	}
	return out
}

// drawIncidents draws what goes wrong in a run.
func drawIncidents(o Options, from time.Time) []Incident {
	var out []Incident
	for _, k := range kinds {
		if !slices.Contains(o.Faults, k.what) {
			continue
		}
		d := NewDraw(o.Seed, "incident", k.what)
		n := float64(k.yearly) * float64(o.Days) / 365 * o.Rough
		if !k.lasts {
			n = n * float64(o.Cases) / float64(max(1, o.Days)) * 365 / yearly
		}
		for range int(n + 0.5) {
			in := Incident{At: from.Add(d.Between(time.Hour, time.Duration(o.Days)*24*time.Hour)).Truncate(time.Millisecond), What: k.what}
			in.For = d.Between(k.least, k.most).Truncate(time.Millisecond)
			in.Late, in.Node = d.Chance(50), d.IntN(8)
			if len(k.on) > 0 {
				in.On = Pick(d, k.on)
			}
			if k.skip > 0 {
				in.Skip = d.IntN(k.skip + 1)
			}
			out = append(out, in)
		}
	}
	sort.SliceStable(out, func(i, j int) bool { return out[i].At.Before(out[j].At) })
	return out
}

// operation is something a node is about to do.
type operation struct {
	node   *node
	call   *Call  // to a platform
	text   string // to the database
	commit bool
	letter string // its id
}

// place tells where the operation stands among the places incidents wait for.
func (o operation) place() string {
	switch {
	case o.call != nil && o.call.Acts:
		return onAct
	case o.call != nil:
		return onRead
	case o.letter != "":
		return onSend
	case o.node.deciding:
		return onDecide
	case strings.HasPrefix(o.text, "UPDATE effect SET fence "):
		return onClaim
	case strings.HasPrefix(o.text, "DELETE FROM timer WHERE (case_id, kind) IN"):
		return onTimer
	}
	return ""
}

// fits tells whether the incident can hit the operation, wherever it waits.
func (in *Incident) fits(o operation) bool {
	switch in.What {
	case "crash":
		return true
	case "crash_commit":
		return o.commit
	case "db_cut":
		return o.call == nil && o.letter == ""
	case "letter_lost", "letter_unclear":
		return o.letter != ""
	case "hang":
		return o.call != nil && !o.call.Login && !o.node.deciding
	case "lost_answer", "late", "twice", "error_after":
		return o.call != nil && o.call.Acts
	case "stale":
		return o.call != nil && !o.call.Acts && !o.call.Login
	}
	return o.call != nil
}

// waiting is an armed incident with what it has seen pass.
type waiting struct {
	*Incident
	reached bool
	node    *node
}

// hit gives the incident that hits the operation, nil where none does.
func (s *Sim) hit(o operation) *Incident {
	s.arm()
	place := o.place()
	for i := 0; i < len(s.armed); i++ {
		w := s.armed[i]
		if !w.reached {
			if w.On != onAny && w.On != "" && w.On != place {
				continue
			}
			w.reached, w.node = true, o.node
		} else if w.node != o.node && !w.node.dead {
			continue
		}
		if w.Skip > 0 {
			w.Skip--
			continue
		}
		if !w.fits(o) {
			continue
		}
		s.armed = slices.Delete(s.armed, i, i+1)
		return s.fire(w.Incident, o)
	}
	return nil
}

func (s *Sim) arm() {
	for len(s.incidents) > s.nextIncident && !s.incidents[s.nextIncident].At.After(s.now) {
		in := s.incidents[s.nextIncident]
		s.nextIncident++
		if s.lasts(in.What) {
			continue // has its own place in the agenda
		}
		s.armed = append(s.armed, &waiting{Incident: &in})
	}
}

func (s *Sim) lasts(what string) bool {
	i := slices.IndexFunc(kinds, func(k kind) bool { return k.what == what })
	return i >= 0 && kinds[i].lasts
}

// fire notes that an incident happened, as a script would name it: now, at this place.
func (s *Sim) fire(in *Incident, o operation) *Incident {
	s.report.Faults[in.What]++
	fired := *in
	fired.At, fired.Skip = s.now, 0
	if fired.On = o.place(); fired.On == "" {
		fired.On = onAny
	}
	s.fired = append(s.fired, fired)
	s.note("node %d: %s at %s", o.node.number, in.What, o.name())
	return in
}

func (o operation) name() string {
	switch {
	case o.call != nil:
		return o.call.Name
	case o.letter != "":
		return "letter " + o.letter
	case o.commit:
		return "commit"
	}
	return o.text[:min(len(o.text), 40)]
}
