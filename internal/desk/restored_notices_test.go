package desk_test

import (
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"parley/internal/desk"
	"parley/internal/store"
	"parley/internal/store/storetest"
)

// backup is the desk as it stands now, opened as a restore opens it: before anything works on it.
func (s *scene) backup() *desk.Desk {
	s.t.Helper()
	path := filepath.Join(s.t.TempDir(), "backup.db")
	s.must(s.DB.SnapshotTo(s.t.Context(), path))
	o := s.Options
	o.DB = storetest.Open(s.t, "sqlite:"+path, s.clock.Now)
	return desk.New(o)
}

func (s *scene) restore(d *desk.Desk, taken time.Time) {
	s.t.Helper()
	_, err := d.Restored(s.t.Context(), taken)
	s.must(err)
}

// evening gives a member hours from 09:00 to 18:00, so that a case of the evening waits for the morning.
func (s *scene) evening() (agent int64) {
	s.t.Helper()
	agent = addMember(s.t, s.Desk, "ana", "agent", nil)
	s.reach(agent, office())
	s.clock.Advance(3 * time.Hour) // 20:00 in Madrid
	s.must(s.Settle(s.t.Context()))
	return agent
}

func TestWhatWasToldBeforeTheBackupIsNeverToldAgain(t *testing.T) {
	onEach(t, func(s *scene) {
		box := s.postbox()
		s.reach(addMember(t, s.Desk, "ana", "agent", nil), office())
		s.dispute(nil)
		s.sync()
		s.until(s.queue(desk.QueueQuery{})[0].DueAt.Add(-70 * time.Hour))
		told := len(box.Mails())
		if told == 0 {
			t.Fatal("nothing was told")
		}
		d := s.backup()
		s.restore(d, s.clock.Now())
		s.clock.Advance(20 * time.Minute)
		s.must(d.Settle(t.Context()))
		if got := box.Mails()[told:]; len(got) != 0 {
			t.Errorf("told again: %v", subjects(got))
		}
	})
}

func TestWhatWaitedWhenTheBackupWasTakenIsToldInOneSummary(t *testing.T) {
	onEach(t, func(s *scene) {
		box := s.postbox()
		s.evening()
		for range 3 {
			s.dispute(nil)
		}
		s.sync()
		due := s.queue(desk.QueueQuery{})[0].DueAt
		s.until(due.Add(-71 * time.Hour).Truncate(24 * time.Hour).Add(22 * time.Hour)) // the step of three days waits for the morning
		d, taken, before := s.backup(), s.clock.Now(), len(box.Mails())
		s.until(taken.Add(12 * time.Hour)) // the old desk tells in the morning, and then breaks
		told := box.Mails()[before:]
		if len(told) != 1 {
			t.Fatalf("the old desk told %v", subjects(told))
		}
		s.restore(d, taken)
		s.clock.Advance(time.Minute)
		s.must(d.Settle(t.Context()))
		got := box.Mails()[before+1:]
		if len(got) != 1 || !strings.Contains(got[0].Subject, "was restored") || strings.Count(got[0].Text, "/cases/") != 3 {
			t.Fatalf("the restored desk told %v", got)
		}
		for range 30 {
			s.clock.Advance(time.Minute)
			s.must(d.Settle(t.Context()))
		}
		if more := box.Mails()[before+2:]; len(more) != 0 {
			t.Errorf("and then %v", subjects(more))
		}
	})
}

// What is due only after the restore was surely not told: it is told at its time.
func TestWhatIsDueAfterTheRestoreIsToldAtItsTime(t *testing.T) {
	onEach(t, func(s *scene) {
		box := s.postbox()
		s.evening()
		s.dispute(nil)
		s.sync()
		due := s.queue(desk.QueueQuery{})[0].DueAt
		s.until(due.Add(-71 * time.Hour).Truncate(24 * time.Hour).Add(22 * time.Hour))
		d, taken, before := s.backup(), s.clock.Now(), len(box.Mails())
		s.clock.Advance(time.Hour)
		s.restore(d, taken)
		s.must(d.Settle(t.Context()))
		if got := box.Mails()[before:]; len(got) != 0 {
			t.Fatalf("at night %v", subjects(got))
		}
		for range 60 {
			s.clock.Advance(10 * time.Minute)
			s.must(d.Settle(t.Context()))
		}
		if got := box.Mails()[before:]; len(got) != 1 || strings.Contains(got[0].Subject, "restored") {
			t.Errorf("in the morning %v", subjects(got))
		}
	})
}

// The nearest deadline among what is held back decides when the summary rings: quiet hours do not hide it.
func TestASummaryDoesNotHideADeadlineInTheNight(t *testing.T) {
	onEach(t, func(s *scene) {
		box := s.postbox()
		agent := s.evening()
		s.dispute(nil)
		s.sync()
		c := s.queue(desk.QueueQuery{})[0]
		s.clock.Advance(c.DueAt.Sub(s.clock.Now()) - 3*time.Hour)
		d, taken, before := s.backup(), s.clock.Now(), len(box.Mails())
		s.must(d.DB.Write(t.Context(), func(tx *store.Tx) error {
			list, err := tx.ChannelsOf(t.Context(), agent)
			if err != nil {
				return err
			}
			_, err = tx.AddNotices([]store.Notice{{
				CaseID: c.ID, StoreID: s.store, Reason: "warning", About: "x", MemberID: agent, ChannelID: list[0].ID, State: "planned", DueAt: taken, CreatedAt: taken,
				Data: []byte(`{"reason":"warning","case":` + strconv.FormatInt(c.ID, 10) + `,"due_kind":"answer","due_at":"` + c.DueAt.Format(time.RFC3339) + `"}`),
			}})
			return err
		}))
		night := c.DueAt.Add(-3 * time.Hour).In(madrid(t))
		s.reachHours(agent, desk.Plan{From: night.Add(4 * time.Hour).Format("15:04"), Until: night.Add(5 * time.Hour).Format("15:04"), QuietFrom: "00:00", QuietUntil: "00:00"}, d)
		s.restore(d, taken)
		s.clock.Advance(time.Minute)
		s.must(d.Settle(t.Context()))
		got := box.Mails()[before:]
		if len(got) == 0 || !strings.Contains(got[0].Subject+got[0].Text, "was restored") {
			t.Errorf("three hours before the deadline %v", subjects(got))
		}
	})
}

// reachHours gives a member other hours on a desk.
func (s *scene) reachHours(id int64, plan desk.Plan, d *desk.Desk) {
	s.t.Helper()
	s.must(d.SetNoticePlan(s.t.Context(), s.who(id), plan))
}
