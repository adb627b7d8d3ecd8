package fake

import (
	"slices"
	"time"
)

// Timeline collects acts of the past and plays them in order, so that everything between them (lapses, rulings, answers)
// happens by the platform's own clocks.
type Timeline struct{ moments []moment }

type moment struct {
	at time.Time
	do func() error
}

// Add notes an act for an instant.
func (t *Timeline) Add(at time.Time, do func() error) { t.moments = append(t.moments, moment{at, do}) }

// Play runs all acts, oldest first, each at its instant, and stops at the first that fails.
func (t *Timeline) Play(p *Platform) error {
	slices.SortStableFunc(t.moments, func(a, b moment) int { return a.at.Compare(b.at) })
	for i := range t.moments {
		var err error
		p.At(t.moments[i].at, func() { err = t.moments[i].do() })
		if err != nil {
			return err
		}
	}
	return nil
}
