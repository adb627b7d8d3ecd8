package sim

import "parley/internal/notify"

// Cheat lets a test decide what becomes of letters on their way to an ear, by the kind of its channel.
func (o *Options) Cheat(on func(kind string, m notify.Message) []notify.Message) { o.cheat = on }

// Failed is a report of a run by a script in which something did not hold.
func Failed(s Script, v Violation) Report {
	return Report{Violated: map[string]int{v.Invariant: 1}, Violations: []Violation{v}, script: s, fired: s.Incidents}
}
