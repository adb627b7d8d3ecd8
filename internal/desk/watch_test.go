package desk_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"parley/internal/connector/aliexpress/fake"
	"parley/internal/desk"
)

// always is a member who may be rung at any time and gets no lists.
func always() desk.Plan {
	return desk.Plan{From: "00:00", Until: "00:00", QuietFrom: "00:00", QuietUntil: "00:00"}
}

// hopeless gives a desk with an agent, a lead and an owner who can be reached, and a store that can no longer be read.
func hopeless(s *scene) {
	agent, lead := addMember(s.t, s.Desk, "ana", "agent", nil), addMember(s.t, s.Desk, "leo", "lead", nil)
	for _, id := range []int64{agent, lead, s.owner.MemberID} {
		s.reach(id, always())
	}
	s.sync()
	s.platform.AddFault(fake.Fault{Kind: fake.ServerError})
}

func TestASilentStoreIsToldToTheNextWhereNobodyLooks(t *testing.T) {
	onEach(t, func(s *scene) {
		box := s.postbox()
		hopeless(s)
		second := s.another()
		start := s.clock.Now()
		for s.clock.Now().Before(start.Add(8 * time.Hour)) {
			s.clock.Advance(10 * time.Minute)
			together(s, s.Desk, second)
		}
		got := subjects(box.Mails())
		if len(got) != 3 || !strings.HasPrefix(got[0], "lucía@") || !strings.HasPrefix(got[1], "leo@") || !strings.HasPrefix(got[2], "ana@") {
			t.Errorf("told %v", got)
		}
	})
}

func TestAStoreThatIsReadAgainIsNotToldToTheNext(t *testing.T) {
	onEach(t, func(s *scene) {
		box := s.postbox()
		hopeless(s)
		s.until(s.clock.Now().Add(time.Hour))
		if got := subjects(box.Mails()); len(got) != 1 {
			t.Fatalf("told %v", got)
		}
		s.platform.ClearFaults()
		s.until(s.clock.Now().Add(8 * time.Hour))
		if got := subjects(box.Mails()); len(got) != 1 {
			t.Errorf("told %v", got)
		}
	})
}

// Somebody who could not be reached when a step came is told once they can: the sweep finds them.
func TestTheSweepReachesWhoeverCanBeReachedOnlyNow(t *testing.T) {
	onEach(t, func(s *scene) {
		box := s.postbox()
		agent := addMember(t, s.Desk, "ana", "agent", nil)
		s.must(s.SetNoticePlan(t.Context(), s.who(agent), always()))
		s.dispute(nil)
		s.sync()
		s.until(s.queue(desk.QueueQuery{})[0].DueAt.Add(-20 * time.Hour))
		if n := len(box.Mails()); n != 0 {
			t.Fatalf("%d mails before there was an address", n)
		}
		s.reach(agent, always())
		s.until(s.clock.Now().Add(30 * time.Minute))
		if got := box.Mails(); len(got) != 1 || got[0].To != "ana@shop.test" {
			t.Errorf("told %v", subjects(got))
		}
	})
}

// The outside watcher is called once a minute while every loop works, and no longer once one stands still: silence is the alarm.
func TestTheOutsideWatcherHearsNothingWhenALoopStandsStill(t *testing.T) {
	onEach(t, func(s *scene) {
		s.ways(s.Desk)
		var calls atomic.Int64
		status := http.StatusOK
		watcher := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodPost && r.URL.Path == "/ping/key" {
				calls.Add(1)
			}
			w.WriteHeader(status)
		}))
		t.Cleanup(watcher.Close)
		minutes := func(n int) int64 {
			before := calls.Load()
			for range n {
				s.pass(time.Minute)
			}
			return calls.Load() - before
		}
		if n := minutes(3); n != 0 {
			t.Errorf("%d calls before there was a watcher", n)
		}
		s.must(s.SetHeartbeat(t.Context(), s.owner, watcher.URL+"/ping/key"))
		if n := minutes(5); n != 5 {
			t.Errorf("%d calls in 5 minutes", n)
		}
		s.Beat("effects", s.clock.Now())
		if n := minutes(10); n < 1 || n > 2 {
			t.Errorf("%d calls in 10 minutes though a loop stood still after 2", n)
		}
		s.Beat("effects", s.clock.Now().Add(time.Hour))
		status = http.StatusInternalServerError // a watcher that fails does no harm
		if n := minutes(5); n != 5 {
			t.Errorf("%d calls in 5 minutes of a watcher that fails", n)
		}
		s.must(s.SetHeartbeat(t.Context(), s.owner, ""))
		if n := minutes(3); n != 0 {
			t.Errorf("%d calls after the watcher was taken away", n)
		}
	})
}
