package desk_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"parley/internal/desk"
	"parley/internal/notify/notifytest"
	"parley/internal/store"
	"parley/internal/store/storetest"
)

// morning is a member who may be rung at any time, with a list at 08:30.
func morning() desk.Plan {
	return desk.Plan{From: "00:00", Until: "00:00", QuietFrom: "00:00", QuietUntil: "00:00", Digest: "08:30"}
}

// livesIn puts a member into another zone.
func (s *scene) livesIn(id int64, zone string) *time.Location {
	s.t.Helper()
	s.must(s.DB.Write(context.Background(), func(tx *store.Tx) error {
		m, err := tx.Member(context.Background(), id)
		if err != nil {
			return err
		}
		m.Zone = zone
		return tx.PutMember(&m)
	}))
	z, err := time.LoadLocation(zone)
	s.must(err)
	return z
}

// The list of the morning comes at 08:30 on the member's own clock, also in the nights in which clocks are changed, once, whichever of two
// nodes makes it.
func TestTheListOfTheMorningFollowsTheMembersClock(t *testing.T) {
	t.Run("Madrid loses an hour", func(t *testing.T) {
		onEach(t, func(s *scene) { s.mornings("Europe/Madrid", "2026-03-27T12:00:00Z") })
	})
	for name, c := range map[string]struct{ zone, from string }{
		"Madrid gains an hour":      {"Europe/Madrid", "2026-10-23T12:00:00Z"},
		"Los Angeles gains an hour": {"America/Los_Angeles", "2026-10-30T20:00:00Z"},
		"Lord Howe, half an hour":   {"Australia/Lord_Howe", "2026-10-01T20:00:00Z"},
		"Shanghai never changes":    {"Asia/Shanghai", "2026-03-27T12:00:00Z"},
	} {
		t.Run(name, func(t *testing.T) { newScene(t, storetest.SQLite(t)).mornings(c.zone, c.from) })
	}
}

// mornings lets three days pass at a member with an open case, and compares when the list came on the clock of the zone.
func (s *scene) mornings(zone, from string) {
	s.t.Helper()
	box := s.postbox()
	begin, err := time.Parse(time.RFC3339, from)
	s.must(err)
	s.clock.Advance(begin.Sub(s.clock.Now()))
	agent := addMember(s.t, s.Desk, "ana", "agent", nil)
	at := s.livesIn(agent, zone)
	s.reach(agent, morning())
	s.dispute(nil)
	second := s.another()
	var came []string
	for range 3 * 24 * 2 {
		before := len(box.Mails())
		together(s, s.Desk, second)
		for _, m := range box.Mails()[before:] {
			if strings.HasPrefix(m.Subject, "Today: one open case") {
				came = append(came, s.clock.Now().In(at).Format("15:04"))
			}
		}
		s.clock.Advance(30 * time.Minute)
	}
	if !slices.Equal(came, []string{"08:30", "08:30", "08:30"}) {
		s.t.Errorf("it came at %v", came)
	}
}

// Whoever moves to another zone gets the very next list by the clock there.
func TestTheListMovesWithItsMember(t *testing.T) {
	onEach(t, func(s *scene) {
		box := s.postbox()
		agent := addMember(t, s.Desk, "ana", "agent", nil)
		s.reach(agent, morning())
		s.dispute(nil)
		s.sync()
		s.must(s.SetPreferences(t.Context(), s.who(agent), desk.Preferences{Name: "ana", Locale: "en", Zone: "Asia/Shanghai"}))
		shanghai, err := time.LoadLocation("Asia/Shanghai")
		s.must(err)
		s.until(time.Date(2026, 3, 3, 8, 29, 0, 0, shanghai))
		if n := len(box.Mails()); n != 0 {
			t.Fatalf("told before the morning: %v", subjects(box.Mails()))
		}
		s.pass(2 * time.Minute)
		if got := box.Mails(); len(got) != 1 || !strings.HasPrefix(got[0].Subject, "Today:") {
			t.Errorf("told %v", subjects(got))
		}
		s.until(time.Date(2026, 3, 3, 12, 0, 0, 0, madrid(t)))
		if n := len(box.Mails()); n != 1 {
			t.Errorf("told again at the old hour: %v", subjects(box.Mails()))
		}
	})
}

// The list spells out what is most urgent, whoever has it: many cases of one's own do not hide one that nobody has.
func TestTheListShowsTheMostUrgentFirst(t *testing.T) {
	onEach(t, func(s *scene) {
		box := s.postbox()
		agent := addMember(t, s.Desk, "ana", "agent", nil)
		s.reach(agent, morning())
		s.dispute(nil)
		urgent := s.onlyCase()
		s.pass(26 * time.Hour)
		for range 16 {
			s.dispute(nil)
		}
		s.pass(10 * time.Minute)
		var own []int64
		for _, row := range s.queue(desk.QueueQuery{}) {
			if row.ID != urgent.ID {
				own = append(own, row.ID)
			}
		}
		s.must(s.Assign(t.Context(), s.owner, own, agent))
		before := len(box.Mails())
		s.until(s.clock.Now().Add(24 * time.Hour))
		mails := slices.DeleteFunc(box.Mails()[before:], func(m notifytest.Mail) bool { return !strings.HasPrefix(m.Subject, "Today:") })
		if len(mails) != 1 || !strings.Contains(mails[0].Subject, "17") || !slices.Contains(strings.Fields(mails[0].Text), fmt.Sprintf("http://desk.test/cases/%d", urgent.ID)) {
			t.Errorf("the list of the morning does not count 17 or hides case %d: %+v", urgent.ID, mails)
		}
	})
}

// A list that is hours late is of no use any more, also where the other list of the day is still to come.
func TestAListThatIsHoursLateIsLeftOut(t *testing.T) {
	onEach(t, func(s *scene) {
		box := s.postbox()
		agent := addMember(t, s.Desk, "ana", "agent", nil)
		plan := morning()
		plan.Evening = "19:00"
		s.reach(agent, plan)
		s.dispute(nil)
		s.sync()
		lists := func() (n int) {
			for _, m := range box.Mails() {
				if strings.HasPrefix(m.Subject, "Today:") {
					n++
				}
			}
			return n
		}
		s.until(s.clock.Now().Add(3 * time.Hour)) // past the list before leaving
		before := lists()
		s.clock.Advance(22 * time.Hour) // to 18:01 on the next day: nothing ran meanwhile
		s.must(s.Settle(t.Context()))
		if n := lists() - before; n != 0 {
			t.Errorf("%d lists of the morning in the evening", n)
		}
		s.until(s.clock.Now().Add(16 * time.Hour))
		if n := lists() - before; n != 1 {
			t.Errorf("%d lists on the next morning", n)
		}
	})
}

// Whatever hours a member keeps, the last steps before a deadline are said when they come if waiting would bring them too near.
func TestQuietHoursNeverHideADeadline(t *testing.T) {
	onEach(t, func(s *scene) {
		box := s.postbox()
		agent := addMember(t, s.Desk, "ana", "agent", nil)
		s.dispute(nil)
		s.sync()
		due := s.queue(desk.QueueQuery{})[0].DueAt
		after := func(hours int) string { return due.Add(time.Duration(hours) * time.Hour).In(madrid(t)).Format("15:04") }
		s.reach(agent, desk.Plan{From: after(1), Until: after(3), QuietFrom: after(3), QuietUntil: after(1)}) // asleep until an hour after it
		var left []string
		for s.clock.Now().Before(due) {
			before := len(box.Mails())
			s.pass(min(10*time.Minute, due.Sub(s.clock.Now())))
			for range box.Mails()[before:] {
				left = append(left, due.Sub(s.clock.Now()).Round(10*time.Minute).String())
			}
		}
		if !slices.Contains(left, "6h0m0s") || !slices.Contains(left, "1h0m0s") {
			t.Errorf("told with %v left", left)
		}
	})
}
