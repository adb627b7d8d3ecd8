package sim

import (
	"slices"
	"time"
)

// Script is a run that can be played again: what goes wrong, and which matters are opened.
type Script struct {
	Seed      uint64     `json:"seed"`
	Days      int        `json:"days"`
	Stores    int        `json:"stores"`
	Nodes     int        `json:"nodes"`
	Cases     int        `json:"cases"` // of the run the matters are numbered by
	Start     time.Time  `json:"start"`
	Length    int        `json:"length"`            // days the drawn run had: instants of matters depend on it
	Matters   []int      `json:"matters,omitempty"` // those that are opened; empty = all
	Incidents []Incident `json:"incidents"`
	Violated  string     `json:"violated,omitempty"` // what it shows
}

func (s *Script) has(number int) bool {
	return len(s.Matters) == 0 || slices.Contains(s.Matters, number)
}
