package desk_test

import (
	"bytes"
	"context"
	"encoding/json"
	"maps"
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

// TestAnAlarmRingsOnceThoughTheClockJumpsBack: whoever judges the case by the clock that was set back believes that the alarm is to come.
func TestAnAlarmRingsOnceThoughTheClockJumpsBack(t *testing.T) {
	onEach(t, func(s *scene) {
		s.dispute(nil)
		s.sync()
		c := s.queue(desk.QueueQuery{})[0]
		s.pass(c.DueAt.Add(-24*time.Hour + time.Minute).Sub(s.clock.Now()))
		first := s.rung(c.ID)
		if len(first) == 0 {
			s.t.Fatal("nothing rang")
		}
		s.clock.Advance(-40 * time.Minute)
		_, err := s.AddEvidence(context.Background(), s.owner, c.ID, desk.EvidenceInput{Kind: "photo", Name: "proof.png", Content: bytes.NewReader(proofPicture)})
		s.must(err)
		s.pass(40 * time.Minute)
		if again := s.rung(c.ID); !maps.Equal(first, again) {
			s.t.Errorf("rung: %v, and after the clock was set back: %v", first, again)
		}
		s.pass(c.DueAt.Add(-6 * time.Hour).Sub(s.clock.Now()))
		if next := s.rung(c.ID); len(next) != len(first)+1 {
			s.t.Errorf("rung: %v, and six hours before the end: %v", first, next)
		}
	})
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

// TestAnAlarmIsNotLostBecauseACaseIsJudgedBeforeItRings: nothing ran at its instant, and the first thing that happens then is an act on the case.
func TestAnAlarmIsNotLostBecauseACaseIsJudgedBeforeItRings(t *testing.T) {
	onEach(t, func(s *scene) {
		s.dispute(nil)
		s.sync()
		c := s.queue(desk.QueueQuery{})[0]
		s.pass(c.DueAt.Add(-7 * time.Hour).Sub(s.clock.Now()))
		before := s.rung(c.ID)
		for _, left := range []time.Duration{6 * time.Hour, time.Hour, 0} {
			s.clock.Advance(c.DueAt.Add(-left + time.Minute).Sub(s.clock.Now()))
			name := left.String() + ".png"
			_, err := s.AddEvidence(context.Background(), s.owner, c.ID, desk.EvidenceInput{Kind: "photo", Name: name, Content: bytes.NewReader(proofPicture)})
			s.must(err)
			s.pass(0)
			after := s.rung(c.ID)
			if len(after) != len(before)+1 {
				s.t.Errorf("%s before the end rung: %v, and before that: %v", left, after, before)
			}
			before = after
		}
	})
}
