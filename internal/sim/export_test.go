package sim

// Failed is a report of a run by a script in which something did not hold.
func Failed(s Script, v Violation) Report {
	return Report{Violated: map[string]int{v.Invariant: 1}, Violations: []Violation{v}, script: s, fired: s.Incidents}
}
