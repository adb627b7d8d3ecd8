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
		waiting, err := s.Waiting(bg, s.owner)
		s.must(err)
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
