package policy

import (
	"slices"
	"time"

	"parley/internal/dispute"
)

// event is something a machine may move on.
type event struct {
	at   time.Time
	did  string
	who  string
	step string
}

// fold is where a machine stands after the whole history.
type fold struct {
	machine *Machine
	state   string
	since   time.Time
	by      *Move     // last move; nil = still at the start
	acted   bool      // the last move was made by somebody, not by a timer
	settled bool      // the two sides agreed
	ruled   bool      // the platform decided
	lapsed  *Deadline // the deadline whose lapse led here
	unsure  bool      // a fact is missing, nobody knows
}

// events merges history, messages, ledger, the hand-over of the goods and scans, in the order of time.
func events(f *dispute.Facts) []event {
	count := len(f.History) + len(f.Messages) + len(f.Ledger) + 1
	if f.Shipment != nil {
		count += len(f.Shipment.Events)
	}
	out := make([]event, 0, count)
	for i := range f.History {
		a := &f.History[i]
		step := a.Step
		if a.Result != "" {
			step = a.Result
		}
		out = append(out, event{a.At, a.Did, a.Who, step})
	}
	for i := range f.Messages {
		m := &f.Messages[i]
		out = append(out, event{m.At, "message", m.From, m.Asks})
	}
	for i := range f.Ledger {
		out = append(out, event{f.Ledger[i].At, "ledger_" + f.Ledger[i].Did, "platform", ""})
	}
	if s := f.Shipment; s != nil {
		if !s.ShippedAt.IsZero() {
			out = append(out, event{s.ShippedAt, "shipped", "carrier", ""})
		}
		for i := range s.Events {
			out = append(out, event{s.Events[i].At, "scan", "carrier", s.Events[i].Status})
		}
	}
	slices.SortStableFunc(out, func(a, b event) int { return a.at.Compare(b.at) })
	return out
}

// machineFor picks the machine of a track: the first whose condition holds.
func (v *view) machineFor(track string) *Machine {
	for _, m := range v.rules.machines[track] {
		if v.holds(&m.Head) {
			return m
		}
	}
	return nil
}

// run folds the history into a state. Deadlines lapse at their exact instant, before anything that happens then.
func (v *view) run(m *Machine, list []event) fold {
	f := fold{machine: m}
	start, ok := v.number(m.at)
	if !ok {
		f.unsure = true
		return f
	}
	at := time.Unix(start, 0).UTC()
	v.enter(&f, nil, m.Start.Text, at)
	for _, e := range list {
		if e.at.Before(at) || f.unsure {
			continue
		}
		v.lapse(&f, e.at)
		v.act(&f, e)
	}
	if !f.unsure {
		v.lapse(&f, v.now)
	}
	return f
}

// enter takes a state and goes on at once where a condition says so.
func (v *view) enter(f *fold, by *Move, state string, at time.Time) {
	for range 20 {
		if by != nil {
			f.by, f.acted = by, by.On.Text != "" || by.Late.Text == ""
			f.settled = by.Settle || (f.settled && !by.Opens)
			f.ruled = by.Rule || (f.ruled && !by.Opens)
			if by.Opens {
				v.opened = at
			}
		}
		f.state, f.since = state, at
		v.since = at
		if f.machine.Track.Text == "supplier" {
			v.supplier.state = state
		} else {
			v.state = state
		}
		v.clearClocks()
		by = v.atOnce(f)
		if by == nil {
			return
		}
		state = by.To.Text
	}
	f.unsure = true
}

func (v *view) atOnce(f *fold) *Move {
	for i := range f.machine.Moves {
		mv := &f.machine.Moves[i]
		if mv.On.Text != "" || mv.Late.Text != "" || !f.leaves(mv) {
			continue
		}
		switch v.test(mv.when) {
		case yes:
			return mv
		case unsure:
			f.unsure = true
		}
	}
	return nil
}

// leaves tells whether the move starts at the state at hand.
func (f *fold) leaves(mv *Move) bool {
	for _, s := range mv.From {
		if s.Text == f.state || (s.Text == "*" && !f.machine.States[f.state].End) {
			return true
		}
	}
	return false
}

// lapse moves on every deadline that has passed by the instant.
func (v *view) lapse(f *fold, until time.Time) {
	for range 100 {
		mv, d := v.earliest(f)
		if mv == nil || d.At.After(until) || f.unsure {
			return
		}
		at := d.At
		if at.Before(f.since) {
			at = f.since
		}
		v.enter(f, mv, mv.To.Text, at)
		f.lapsed = d
	}
	f.unsure = true
}

// earliest finds the move whose deadline comes first.
func (v *view) earliest(f *fold) (*Move, *Deadline) {
	var first *Move
	var due *Deadline
	for i := range f.machine.Moves {
		mv := &f.machine.Moves[i]
		if mv.Late.Text == "" || !f.leaves(mv) || v.test(mv.when) != yes {
			continue
		}
		if d := v.deadline(v.rules.lib.kinds[mv.Late.Text]); d != nil && (due == nil || d.At.Before(due.At)) {
			first, due = mv, d
		}
	}
	if due == nil {
		return nil, nil
	}
	copied := *due
	return first, &copied
}

// act moves on something that somebody did.
func (v *view) act(f *fold, e event) {
	for i := range f.machine.Moves {
		mv := &f.machine.Moves[i]
		if mv.On.Text != e.did || !f.leaves(mv) || !among(mv.By, e.who) || !among(mv.Step, e.step) {
			continue
		}
		switch v.test(mv.when) {
		case yes:
			f.lapsed = nil
			v.enter(f, mv, mv.To.Text, e.at)
			return
		case unsure:
			f.unsure = true
			return
		}
	}
}

func among(list []Text, code string) bool {
	if len(list) == 0 {
		return true
	}
	for _, t := range list {
		if t.Text == code {
			return true
		}
	}
	return false
}
