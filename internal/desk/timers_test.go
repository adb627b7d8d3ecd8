package desk_test

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"parley/internal/desk"
)

// rung counts how often the history of a case tells of each alarm and each lapse.
func (s *scene) rung(id int64) map[string]int {
	s.t.Helper()
	events, err := s.DB.Events(context.Background(), id, 0, 1000)
	s.must(err)
	n := map[string]int{}
	for _, e := range events {
		if e.Kind != "warning" && e.Kind != "deadline_passed" {
			continue
		}
		var what struct {
			Kind  string    `json:"kind"`
			DueAt time.Time `json:"due_at"`
		}
		s.must(json.Unmarshal(e.Data, &what))
		n[e.Kind+" "+what.Kind+" "+what.DueAt.Format(time.DateTime)]++
	}
	return n
}

// TestAnAlarmOfTheRulesStandsForTheStepOfTheDesk: both fall on one instant, and the history tells of it once.
func TestAnAlarmOfTheRulesStandsForTheStepOfTheDesk(t *testing.T) {
	onEach(t, func(s *scene) {
		s.dispute(nil)
		s.sync()
		c := s.queue(desk.QueueQuery{})[0]
		for s.clock.Now().Before(c.DueAt.Add(-time.Hour)) {
			s.pass(time.Hour)
		}
		at := map[string]int{}
		for what := range s.rung(c.ID) {
			at[what[len(what)-len(time.DateTime):]]++
		}
		for _, left := range []time.Duration{72 * time.Hour, 24 * time.Hour, 6 * time.Hour, time.Hour} {
			if when := c.DueAt.Add(-left).Format(time.DateTime); at[when] != 1 {
				s.t.Errorf("%s before the end: %d alarms at %s: %v", left, at[when], when, s.rung(c.ID))
			}
		}
	})
}
