package desk_test

import (
	"encoding/json"
	"testing"
	"time"

	"parley/internal/connector"
	"parley/internal/desk"
	"parley/internal/dispute"
	"parley/internal/fault"
)

// TestAnOlderAnswerReplacesNoNewerOne: an answer that comes late, or from a copy of the platform that lags behind, is not believed; one
// that the platform still gives when ours is no longer fresh is.
func TestAnOlderAnswerReplacesNoNewerOne(t *testing.T) {
	onEach(t, func(s *scene) {
		store := s.offline("Norte SL", "A")
		at := func(after time.Duration, open bool, state string, claim int64) connector.Snapshot {
			return record("1", "marketplace", func(sn *connector.Snapshot) {
				sn.ChangedAt, sn.Open = start.Add(after), open
				sn.Facts.Case.Claim.Amount = usd(claim)
				sn.Facts.Case.Reported = dispute.Reported{State: state, Status: state, Ended: !open}
			})
		}
		id := s.take(store, at(time.Hour, true, "wait_seller", 2000))
		for name, late := range map[string]connector.Snapshot{
			"before the newer one":              at(time.Minute, true, "wait_seller", 3000),
			"before the newer one, as if ended": at(time.Minute, false, "cancelled", 3000),
		} {
			s.take(store, late)
			if page := s.page(id); !page.Open || page.Facts.Case.Claim.Amount != usd(2000) {
				s.t.Errorf("%s: %s, claim %v", name, page.State, page.Facts.Case.Claim.Amount)
			}
		}
		s.take(store, at(time.Hour, false, "cancelled", 2000))
		if s.page(id).Open {
			s.t.Error("what ended within the same second did not end")
		}
		s.take(store, at(time.Hour, true, "wait_seller", 2000))
		if s.page(id).Open {
			s.t.Error("what had ended opened again by an answer of the same second")
		}
		s.pass(11 * time.Minute)
		s.take(store, at(time.Minute, true, "wait_seller", 3000))
		if page := s.page(id); !page.Open || page.Facts.Case.Claim.Amount != usd(3000) {
			s.t.Errorf("the platform still says so: %s, claim %v", page.State, page.Facts.Case.Claim.Amount)
		}
	})
}

// TestARecordThatCannotBeReadStaysWithItsCase: a broken answer often names neither purchase nor line. What is known holds as it was.
func TestARecordThatCannotBeReadStaysWithItsCase(t *testing.T) {
	onEach(t, func(s *scene) {
		store := s.offline("Norte SL", "A")
		id := s.take(store, record("1", "marketplace", nil))
		if again := s.take(store, unreadable("1")); again != id {
			t.Errorf("it went from case %d to %d", id, again)
		}
		if rows := s.queue(desk.QueueQuery{}); len(rows) != 1 {
			t.Errorf("there are %d cases", len(rows))
		}
		page := s.page(id)
		if page.Facts.Case.Claim.Amount != usd(3000) || page.OrderNo != "order-of-1" || !page.Open {
			t.Errorf("the case is now %+v", page)
		}
		if again := s.take(store, record("1", "marketplace", nil)); again != id {
			t.Errorf("read again, it went from case %d to %d", id, again)
		}
	})
}

// TestARecordThatCouldNotBeReadAtFirstTakesItsCaseAlong when it names its purchase; what comes later of that purchase joins it.
func TestARecordThatCouldNotBeReadAtFirstTakesItsCaseAlong(t *testing.T) {
	onEach(t, func(s *scene) {
		store := s.offline("Norte SL", "A")
		id := s.take(store, unreadable("1"))
		second := record("2", "marketplace", func(sn *connector.Snapshot) { sn.Ref.Order = "order-of-1" })
		for _, snap := range []connector.Snapshot{record("1", "marketplace", nil), second} {
			if at := s.take(store, snap); at != id {
				t.Errorf("record %s belongs to case %d, not %d", snap.Ref.ID, at, id)
			}
		}
		if page := s.page(id); page.OrderNo != "order-of-1" || page.Facts.Case.Claim.Amount != usd(3000) {
			t.Errorf("the case is now %+v", page)
		}
	})
}

func unreadable(id string) connector.Snapshot {
	return connector.Snapshot{
		Ref: connector.Ref{Kind: "issue", ID: id}, Open: true, Raw: json.RawMessage("{"), Problem: fault.New(fault.Garbled, "fault.unreadable"),
	}
}
