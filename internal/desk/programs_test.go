package desk_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"parley/internal/desk"
	"parley/internal/notify/notifytest"
)

// listener is a program that listens to the whole desk.
func (s *scene) listener() (hook *notifytest.Receiver, id int64) {
	s.t.Helper()
	hook = notifytest.NewReceiver(s.t, hookSecret)
	c, err := s.AddChannel(s.t.Context(), s.owner, true, desk.ChannelInput{Kind: "webhook", Settings: map[string]string{"url": hook.URL, "secret": hookSecret}})
	s.must(err)
	return hook, c.ID
}

func broken(box *notifytest.Postbox) (n int) {
	for _, m := range box.Mails() {
		if strings.Contains(m.Subject, "does not work") && m.To == "lucía@shop.test" {
			n++
		}
	}
	return n
}

// A program that is away for a night, or answers nonsense for as long, gets what it missed, under the ids it would have had.
func TestAProgramThatWasAwayGetsWhatItMissed(t *testing.T) {
	onEach(t, func(s *scene) {
		box := s.postbox()
		s.reach(s.owner.MemberID, always())
		hook, _ := s.listener()
		status := http.StatusNotFound // somebody moved it
		hook.Answer(func(_ int, w http.ResponseWriter) { w.WriteHeader(status) })
		s.dispute(nil)
		s.sync()
		s.until(s.queue(desk.QueueQuery{})[0].DueAt.Add(-72 * time.Hour).Add(10 * time.Minute))
		if broken(box) != 1 {
			t.Errorf("told the owner %d times that it fails", broken(box))
		}
		for range 12 {
			s.pass(time.Hour)
		}
		tries := len(hook.Deliveries())
		status = http.StatusOK
		s.pass(time.Hour)
		got := hook.Deliveries()
		ids := map[string]bool{}
		for _, d := range got {
			ids[d.ID] = true
		}
		if len(ids) != 1 || tries < 8 || len(got) != tries+1 {
			t.Errorf("%d ids, %d tries while it was away, %d in all", len(ids), tries, len(got))
		}
	})
}

// A program that is away for days is switched off, an owner is told, and nobody calls it any more.
func TestAProgramThatStaysAwayIsSwitchedOff(t *testing.T) {
	onEach(t, func(s *scene) {
		box := s.postbox()
		s.reach(s.owner.MemberID, always())
		hook, id := s.listener()
		hook.Answer(func(_ int, w http.ResponseWriter) { w.WriteHeader(http.StatusInternalServerError) })
		s.dispute(nil)
		s.sync()
		for range 24*6 + 12 {
			s.pass(time.Hour)
		}
		list, err := s.ChannelList(t.Context(), s.owner, true)
		s.must(err)
		i := slices.IndexFunc(list, func(c desk.ChannelView) bool { return c.ID == id })
		if i < 0 || !list[i].Paused {
			t.Fatalf("%+v", list)
		}
		said := slices.ContainsFunc(box.Mails(), func(m notifytest.Mail) bool { return strings.Contains(m.Text, "switched off") })
		if !said {
			t.Errorf("told %v", subjects(box.Mails()))
		}
		before := len(hook.Deliveries())
		s.dispute(nil)
		for range 24 * 3 {
			s.pass(time.Hour)
		}
		if n := len(hook.Deliveries()); n != before {
			t.Errorf("%d calls more", n-before)
		}
	})
}
