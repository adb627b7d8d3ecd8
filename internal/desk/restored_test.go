package desk_test

import (
	"path/filepath"
	"testing"
	"time"

	"parley/internal/desk"
	"parley/internal/store/storetest"
)

const agree = "aliexpress.issue.solution.agree"

// restored is the desk as a backup of it would come back.
func (s *scene) restored(path string) *desk.Desk {
	s.t.Helper()
	o := s.Options
	o.DB = storetest.Open(s.t, "sqlite:"+path, s.clock.Now)
	d := desk.New(o)
	acts, err := d.Restored(s.t.Context(), s.clock.Now())
	s.must(err)
	if len(acts) != 1 {
		s.t.Fatalf("%d acts had not ended", len(acts))
	}
	return d
}

func TestWhatWasSentAfterTheBackupIsNotSentAgain(t *testing.T) {
	onEach(t, func(s *scene) {
		issue := s.dispute(nil)
		s.sync()
		id := s.queue(desk.QueueQuery{})[0].ID
		dec, err := s.Decide(t.Context(), s.owner, id, desk.Choice{Option: "accept"})
		s.must(err)
		backup := filepath.Join(t.TempDir(), "backup.db")
		s.must(s.DB.SnapshotTo(t.Context(), backup)) // the act is planned in it
		s.must(s.Settle(t.Context()))                // and then it is sent
		if n := s.platform.Count(agree); n != 1 {
			t.Fatalf("agreed %d times", n)
		}
		d := s.restored(backup)
		s.must(d.Settle(t.Context()))
		if n, p := s.platform.Count(agree), s.platform.Payouts(issue.ID()); n != 1 || len(p) != 1 {
			t.Errorf("agreed %d times, paid %d times", n, len(p))
		}
		got, err := d.Decision(t.Context(), s.owner, dec.DecisionID)
		if s.must(err); got.State != "done" || got.Effects[0].State != "confirmed" {
			t.Errorf("%+v", got)
		}
	})
}

func TestWhatWasNotSentIsLookedForFirst(t *testing.T) {
	onEach(t, func(s *scene) {
		issue := s.dispute(nil)
		s.sync()
		id := s.queue(desk.QueueQuery{})[0].ID
		_, err := s.Decide(t.Context(), s.owner, id, desk.Choice{Option: "accept"})
		s.must(err)
		backup := filepath.Join(t.TempDir(), "backup.db")
		s.must(s.DB.SnapshotTo(t.Context(), backup))
		d := s.restored(backup)
		looked := s.platform.Count("aliexpress.issue.detail.get")
		s.must(d.Settle(t.Context()))
		if n := s.platform.Count(agree); n != 0 || s.platform.Count("aliexpress.issue.detail.get") == looked {
			t.Fatalf("agreed %d times before it looked", n)
		}
		for range 10 {
			s.clock.Advance(5 * time.Minute)
			s.must(d.Settle(t.Context()))
		}
		if p := s.platform.Payouts(issue.ID()); len(p) > 1 || s.platform.Count(agree) > 1 {
			t.Errorf("agreed %d times, paid %d times", s.platform.Count(agree), len(p))
		}
		e, err := d.DB.EffectsOf(t.Context(), id)
		s.must(err)
		if e[0].State != "confirmed" && e[0].State != "in_doubt" {
			t.Errorf("the act is %s", e[0].State)
		}
		t.Logf("without a trace it ends %s", e[0].State)
	})
}
