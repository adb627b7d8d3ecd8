package desk_test

import (
	"testing"
	"time"
)

// readings counts how often the store is read in a span, minute by minute.
func (s *scene) readings(span time.Duration) int {
	s.t.Helper()
	before := s.platform.Count("aliexpress.issue.issuelist.get")
	for range int(span / time.Minute) {
		s.pass(time.Minute)
	}
	return s.platform.Count("aliexpress.issue.issuelist.get") - before
}

func TestAQuietStoreIsReadLessOften(t *testing.T) {
	onEach(t, func(s *scene) {
		s.sync()
		awake := s.readings(20 * time.Minute)
		s.pass(3 * time.Hour)
		asleep := s.readings(20 * time.Minute)
		if awake < 19 || asleep > awake/4 || asleep == 0 {
			s.t.Errorf("%d calls in twenty minutes while awake, %d while quiet", awake, asleep)
		}
		s.dispute(nil)
		s.pass(6 * time.Minute)
		if again := s.readings(20 * time.Minute); again < awake {
			s.t.Errorf("%d calls after a change, %d before", again, awake)
		}
	})
}
