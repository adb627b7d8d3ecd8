package sim

import (
	"slices"
	"time"
)

// Script is a run that can be played again: which matters are opened, and what goes wrong.
type Script struct {
	Shows     string     `json:"shows"` // the invariant that does not hold
	Seed      uint64     `json:"seed"`
	Start     time.Time  `json:"start"`
	Days      int        `json:"days"`
	Length    int        `json:"length"` // days of the run the matters were drawn for: their instants depend on it
	Stores    int        `json:"stores"`
	Nodes     int        `json:"nodes"`
	Platforms []string   `json:"platforms"`
	Cases     int        `json:"cases"`             // matters of that run
	Matters   []int      `json:"matters,omitempty"` // those that are opened; empty = all
	Incidents []Incident `json:"incidents"`
}

func (s *Script) has(number int) bool {
	return len(s.Matters) == 0 || slices.Contains(s.Matters, number)
}

// play makes options play a script.
func (o *Options) play(s *Script) {
	o.Seed, o.Start, o.Days, o.Length, o.Stores, o.Nodes, o.Cases, o.Kinds = s.Seed, s.Start, s.Days, s.Length, s.Stores, s.Nodes, s.Cases, s.Platforms
}
