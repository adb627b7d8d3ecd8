package sim

import (
	"fmt"
	"time"
)

// Report is what a run saw.
type Report struct {
	Seed   uint64 `json:"seed"`
	Days   int    `json:"days"`
	Stores int    `json:"stores"`
	Nodes  int    `json:"nodes"`
	Engine string `json:"engine"`

	Cases     int `json:"cases"`
	Shared    int `json:"shared"`    // cases about money that another case is about, too
	Deadlines int `json:"deadlines"` // instants at which silence costs, as the desk knew them
	Lapsed    int `json:"lapsed"`    // by our fault
	PaidTwice int `json:"paid_twice"`
	Lost      int `json:"effects_lost"`
	ToldTwice int `json:"told_twice"`
	Untold    int `json:"untold"`

	LedgerBalanced bool    `json:"ledger_balanced"`
	VirtualDays    int     `json:"virtual_days"`
	WallSeconds    float64 `json:"wall_seconds"`

	Lapses     map[string]int   `json:"lapses"` // all that ran out at the platforms, by cause
	Decisions  int              `json:"decisions"`
	Conflicts  int              `json:"conflicts"` // decisions refused because the case had moved on
	Refusals   map[string]int   `json:"refusals"`
	Effects    map[string]int   `json:"effects"` // by state at the end
	Resolved   int              `json:"doubts_resolved"`
	Told       int              `json:"told"`
	Heard      int              `json:"heard"`       // letters that arrived at people and programs
	HeardAgain int              `json:"heard_again"` // of them, repetitions under the same id
	Paid       map[string]int64 `json:"paid"`        // minor units by currency, as the platforms paid
	Believed   map[string]int64 `json:"believed"`
	Acts       int              `json:"acts"` // of sellers that the platforms carried out
	Crashes    int              `json:"crashes"`
	Faults     map[string]int   `json:"faults"`
	Calls      int              `json:"calls"`
	Steps      int              `json:"steps"`

	Violated   map[string]int `json:"violated"` // invariants, with how often
	Violations []Violation    `json:"violations,omitempty"`

	script Script     // by which the run can be played again
	fired  []Incident // what happened of it, where it happened
}

// Violation is an invariant that did not hold.
type Violation struct {
	Invariant string    `json:"invariant"`
	At        time.Time `json:"at"`
	Matter    int       `json:"matter"` // -1 = none
	Text      string    `json:"text"`
	Trace     []string  `json:"trace,omitempty"`
}

func newReport(o Options) Report {
	engine := "sqlite"
	if len(o.DB) > 8 && o.DB[:8] == "postgres" {
		engine = "postgres"
	}
	return Report{
		Seed: o.Seed, Days: o.Days, Stores: o.Stores, Nodes: o.Nodes, Engine: engine, Lapses: map[string]int{}, Refusals: map[string]int{},
		Effects: map[string]int{}, Faults: map[string]int{}, Violated: map[string]int{}, Paid: map[string]int64{}, Believed: map[string]int64{},
	}
}

// Good tells whether every invariant held.
func (r *Report) Good() bool { return len(r.Violated) == 0 && r.LedgerBalanced }

// shownViolations is how many violations are told in full.
const shownViolations = 10

// violate notes that an invariant did not hold, with what happened to the matter until then.
func (s *Sim) violate(invariant string, m *matter, format string, args ...any) {
	s.report.Violated[invariant]++
	if s.o.First && s.failed == nil {
		s.failed = errViolated
	}
	if len(s.report.Violations) >= shownViolations {
		return
	}
	v := Violation{Invariant: invariant, At: s.now, Matter: -1, Text: fmt.Sprintf(format, args...)}
	if m != nil {
		v.Matter, v.Trace = m.number, s.traceOf(m)
	}
	s.report.Violations = append(s.report.Violations, v)
}

// line is one thing that happened.
type line struct {
	at     time.Time
	matter int // -1 = all
	text   string
}

// keptLines bounds what is remembered of a run.
const keptLines = 400_000

func (s *Sim) note(format string, args ...any) { s.write(-1, format, args...) }

func (s *Sim) tell(m *matter, format string, args ...any) { s.write(m.number, format, args...) }

func (s *Sim) write(matter int, format string, args ...any) {
	if len(s.lines) >= keptLines {
		s.lines = append(s.lines[:0], s.lines[keptLines/2:]...)
	}
	s.lines = append(s.lines, line{s.now, matter, fmt.Sprintf(format, args...)})
}

// traceOf gives the lines of a matter, and what went wrong around them.
func (s *Sim) traceOf(m *matter) []string {
	var out []string
	for i, l := range s.lines {
		near := l.matter == m.number
		for j := max(0, i-40); !near && l.matter < 0 && j < min(len(s.lines), i+40); j++ {
			near = s.lines[j].matter == m.number && s.lines[j].at.Sub(l.at).Abs() < 10*time.Minute
		}
		if near {
			out = append(out, l.at.Format("2006-01-02 15:04:05.000 ")+l.text)
		}
	}
	if len(out) > 60 {
		out = out[len(out)-60:]
	}
	return out
}
