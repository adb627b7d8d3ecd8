package desk_test

import (
	"testing"
	"time"

	"parley/internal/desk"
	"parley/internal/fault"
	"parley/internal/money"
)

// TestWhatWaitsIsShown: the page says beforehand that a signature is needed and when a prepared answer would go out; what waits then stands
// in the list, in the queue and in the count.
func TestWhatWaitsIsShown(t *testing.T) {
	onEach(t, func(s *scene) {
		s.dispute(nil)
		s.net(desk.NetRule{Do: "escalate", Margin: 120})
		page := s.onlyCase()
		if page.Silence == nil || page.NetDone || !page.PreparedAt.Equal(page.Silence.At.Add(-2*time.Hour)) {
			s.t.Fatalf("silence %+v, prepared answers go out at %v", page.Silence, page.PreparedAt)
		}
		s.must(s.SetLimits(bg, s.owner, desk.Limits{Second: []money.Amount{usd(100)}}))
		choice := desk.Choice{Option: "counter_amount", Amount: usd(1000), Text: "We offer a part of the price for the delay of your parcel."}
		p, err := s.Preview(bg, s.owner, page.ID, choice)
		s.must(err)
		if p.Sign != "sign.second" {
			s.t.Errorf("the preview does not tell of the signature: %q", p.Sign)
		}
		_, err = s.Decide(bg, s.owner, page.ID, choice)
		s.must(err)
		list, err := s.Waiting(bg, s.owner, desk.WaitingQuery{})
		s.must(err)
		waiting := list.Rows
		around, err := s.Around(bg, s.owner)
		s.must(err)
		if len(waiting) != 1 || waiting[0].Case == nil || waiting[0].Case.ID != page.ID || around.Waiting != 1 || s.page(page.ID).Row.Pending != "to_sign" {
			s.t.Errorf("waiting %+v, counted %d", waiting, around.Waiting)
		}
		s.must(s.Decline(bg, s.owner, waiting[0].ID, "thought better of it"))
		if around, err = s.Around(bg, s.owner); err != nil || around.Waiting != 0 {
			s.t.Errorf("still %d, %v", around.Waiting, err)
		}
	})
}

// TestNobodyIsWrittenToWhomThePlatformDoesNotKnow: a message goes to whom the platform takes one for.
func TestNobodyIsWrittenToWhomThePlatformDoesNotKnow(t *testing.T) {
	onEach(t, func(s *scene) {
		s.dispute(nil)
		page := s.onlyCase()
		choice := desk.Choice{Option: "counter_amount", Amount: usd(1000), Text: "We offer a part of the price for the delay of your parcel.", To: "both"}
		if _, err := s.Preview(bg, s.owner, page.ID, choice); fault.Of(err) == nil || fault.Of(err).Field != "to" {
			s.t.Errorf("%v", err)
		}
	})
}

// TestDecisionsThatWaitComeByThePage: to be signed before prepared, oldest first, every one once; those whose case has changed are marked,
// and can be asked for alone.
func TestDecisionsThatWaitComeByThePage(t *testing.T) {
	onEach(t, func(s *scene) {
		issue := s.dispute(nil)
		for range 4 {
			s.dispute(nil)
		}
		s.sync()
		rows := s.queue(desk.QueueQuery{})
		changing := int64(0)
		for n, row := range rows {
			if s.page(row.ID).Sources[0].ExternalID == issue.ID() {
				changing = row.ID
			}
			if n == 1 { // from here on every sum needs a second person
				s.must(s.SetLimits(bg, s.owner, desk.Limits{Second: []money.Amount{usd(100)}}))
			}
			_, err := s.Prepare(bg, s.owner, row.ID, desk.Choice{Option: "accept"})
			s.must(err)
			s.pass(time.Second)
		}
		whole, err := s.Waiting(bg, s.owner, desk.WaitingQuery{})
		s.must(err)
		if len(whole.Rows) != 5 || whole.Next != "" || whole.Rows[0].State != "to_sign" || whole.Rows[4].State != "prepared" || whole.Rows[0].At.After(whole.Rows[1].At) {
			s.t.Fatalf("all of them: %+v", whole)
		}
		var ids []string
		q := desk.WaitingQuery{Limit: 2}
		for pages := 0; pages < 4; pages++ {
			page, err := s.Waiting(bg, s.owner, q)
			s.must(err)
			for _, p := range page.Rows {
				ids = append(ids, p.ID)
				if p.Outdated {
					s.t.Errorf("%s is marked", p.ID)
				}
			}
			if q.Cursor = page.Next; q.Cursor == "" {
				break
			}
		}
		if len(ids) != 5 {
			s.t.Errorf("pages hold %v", ids)
		}
		for n, p := range whole.Rows {
			if n < len(ids) && ids[n] != p.ID {
				s.t.Errorf("place %d: %s, not %s", n, ids[n], p.ID)
			}
		}
		s.asksInstead(issue, 900)
		changed, err := s.Waiting(bg, s.owner, desk.WaitingQuery{Outdated: true, Limit: 1})
		s.must(err)
		if len(changed.Rows) != 1 || changed.Rows[0].CaseID != changing || !changed.Rows[0].Outdated {
			s.t.Errorf("outdated are %+v, not case %d", changed.Rows, changing)
		}
		for _, wrong := range []desk.WaitingQuery{{Cursor: "moon"}, {Cursor: "bnVsbA"}, {Limit: 201}, {Limit: -1}} {
			if _, err := s.Waiting(bg, s.owner, wrong); !fault.Is(err, fault.Invalid) {
				s.t.Errorf("%+v: %v", wrong, err)
			}
		}
		stranger := desk.Who{MemberID: addMember(s.t, s.Desk, "Eva", "agent", nil), Name: "Eva", Role: "agent"}
		if seen, err := s.Waiting(bg, stranger, desk.WaitingQuery{}); err != nil || len(seen.Rows) != 0 {
			s.t.Errorf("who sees no store sees %+v, %v", seen, err)
		}
	})
}
