package stripe_test

import (
	"fmt"
	"testing"
	"time"

	"parley/internal/connector"
	"parley/internal/connector/connectortest"
	"parley/internal/connector/stripe/fake"
)

// asked is how many calls came since it was asked last, to a path or in all.
func (s *scene) asked(path string) func() int {
	before := 0
	return func() int {
		all := 0
		for _, c := range s.platform.Gate().Calls("", path) {
			if path == "" || c.Path == path {
				all++
			}
		}
		n := all - before
		before = all
		return n
	}
}

// TestBetweenTwoListsOnlyNewsAreRead: one call where nothing happened, and one more for each record that something happened to.
func TestBetweenTwoListsOnlyNewsAreRead(t *testing.T) {
	s, m := newScene(t), connectortest.Memory{}
	var all []*fake.Dispute
	for n := range 150 {
		all = append(all, s.dispute(fake.DisputeSpec{Ago: time.Duration(n) * time.Hour}))
	}
	w := s.shop.Warn(s.buy(), "misc", 119*24*time.Hour-6*time.Hour)
	p, _ := s.pull(t, "", m)
	total, lists := s.asked(""), s.asked("/v1/disputes")
	total()
	lists()
	step := func(what string, calls int, wants ...string) {
		t.Helper()
		s.platform.Advance(6 * time.Hour)
		var got []connector.Snapshot
		p, got = s.pull(t, p.Cursor, m)
		keys := ""
		for _, snap := range got {
			keys += snap.Ref.ID + " "
		}
		want := ""
		for _, id := range wants {
			want += id + " "
		}
		if n := total(); n != calls || keys != want {
			t.Errorf("%s: %d calls, %s; want %d, %s", what, n, keys, calls, want)
		}
	}
	step("nothing", 1)
	must(t, all[3].Touch(24*time.Hour))
	must(t, all[3].Touch(48*time.Hour))
	step("one dispute twice", 2, all[3].ID)
	fresh := s.dispute(fake.DisputeSpec{})
	step("a new one", 2, fresh.ID)
	if len(p.Listed) != 152 {
		t.Errorf("%d are listed as open", len(p.Listed))
	}
	must(t, all[5].Decide(false))
	step("an end", 3, all[5].ID) // the third asks when it ended
	if len(p.Listed) != 151 {
		t.Errorf("%d are listed as open", len(p.Listed))
	}
	s.platform.Advance(6 * time.Hour)
	step("a warning ends by time", 2, w.ID)
	if s.platform.Advance(72 * time.Hour); lists() != 0 {
		t.Error("disputes were listed")
	}
	s.pull(t, p.Cursor, m)
	if lists() == 0 {
		t.Error("disputes are never listed again")
	}
}

// TestMoneyPaidBackAfterTheEndIsRead, although the dispute is not open any more.
func TestMoneyPaidBackAfterTheEndIsRead(t *testing.T) {
	s, m := newScene(t), connectortest.Memory{}
	c := s.buy()
	d := s.shop.Dispute(c, fake.DisputeSpec{Reason: "fraudulent"})
	other := s.dispute(fake.DisputeSpec{})
	p, _ := s.pull(t, "", m)
	must(t, d.Decide(true))
	s.platform.Advance(time.Hour)
	p, _ = s.pull(t, p.Cursor, m)
	_, err := s.shop.PayBack(c, 500)
	must(t, err)
	s.platform.Advance(time.Hour)
	p, got := s.pull(t, p.Cursor, m)
	if len(got) != 1 || got[0].Ref != ref(d) || len(got[0].Facts.Ledger) == 0 || len(p.Listed) != 1 || p.Listed[0] != "dispute/"+other.ID {
		t.Errorf("%+v, listed %v", got, p.Listed)
	}
}

// TestMoreNewsThanAPageAreAllRead, and where there are far too many everything is listed.
func TestMoreNewsThanAPageAreAllRead(t *testing.T) {
	for _, events := range []int{250, 700} {
		t.Run(fmt.Sprint(events), func(t *testing.T) {
			s, m := newScene(t), connectortest.Memory{}
			all := []*fake.Dispute{s.dispute(fake.DisputeSpec{}), s.dispute(fake.DisputeSpec{}), s.dispute(fake.DisputeSpec{})}
			p, _ := s.pull(t, "", m)
			listed := s.asked("/v1/disputes")
			listed()
			for n := range events {
				must(t, all[n*len(all)/events].Touch(time.Duration(n)*time.Minute))
			}
			s.platform.Advance(time.Hour)
			if _, got := s.pull(t, p.Cursor, m); len(got) != len(all) {
				t.Errorf("%d came", len(got))
			}
			if again := listed() > 0; again != (events > 500) {
				t.Errorf("everything was listed: %v", again)
			}
		})
	}
}

// TestWithoutEventsEverythingIsListed: the key may not read them, or the last one is not kept any more.
func TestWithoutEventsEverythingIsListed(t *testing.T) {
	s, m := newScene(t), connectortest.Memory{}
	d := s.dispute(fake.DisputeSpec{Answer: 200 * 24 * time.Hour})
	p, _ := s.pull(t, "", m)
	s.forbid("/v1/events")
	must(t, d.Touch(24*time.Hour))
	s.platform.Advance(time.Hour)
	p, got := s.pull(t, p.Cursor, m)
	if len(got) != 1 {
		t.Errorf("without the permission %d came", len(got))
	}
	must(t, d.Touch(48*time.Hour))
	s.platform.Advance(time.Hour)
	if _, got = s.pull(t, p.Cursor, m); len(got) != 1 {
		t.Errorf("without it again %d came", len(got))
	}

	s, m = newScene(t), connectortest.Memory{}
	d = s.dispute(fake.DisputeSpec{Answer: 200 * 24 * time.Hour})
	p, _ = s.pull(t, "", m)
	s.platform.Advance(40 * 24 * time.Hour)
	must(t, d.Touch(72*time.Hour))
	if _, got = s.pull(t, p.Cursor, m); len(got) != 1 {
		t.Errorf("after 40 days %d came", len(got))
	}
}
