package aliexpress

import (
	"parley/internal/connector"
	"parley/internal/dispute"
)

// Compare tells from what the platform shows before and after an act whether it took effect. When the state after
// cannot be read, it says Contradicted, so that a person looks and nothing is sent again.
func (s *Session) Compare(act connector.Effect, before, after connector.Snapshot) connector.Outcome {
	if after.Problem != nil {
		return connector.Contradicted
	}
	if act.Ref.Kind == cancellationKind {
		return compareWish(act, after)
	}
	switch act.Do {
	case "accept":
		return compareAccept(act, before, after)
	case "counter_amount", "counter_return", "contest_with_evidence":
		return comparePlan(act, before, after)
	case "upload_evidence":
		return more(ours(after) > ours(before))
	case "extend_protection":
		return compareProtection(before, after)
	case "reply_evaluation":
		return more(replied(after, act.Text))
	}
	return connector.Contradicted
}

func more(yes bool) connector.Outcome {
	if yes {
		return connector.Confirmed
	}
	return connector.Absent
}

// compareAccept looks for a step of ours, for the plan among those reached, and for a state that only agreement brings.
// A plan that came about otherwise (the time lapsed, the platform ruled) is not our doing.
func compareAccept(act connector.Effect, before, after connector.Snapshot) connector.Outcome {
	if accepted(after) > accepted(before) {
		return connector.Confirmed
	}
	if after.Facts.Case == nil {
		return connector.Contradicted
	}
	now, was := after.Facts.Case.Reported, dispute.Reported{}
	if before.Facts.Case != nil {
		was = before.Facts.Case.Reported
	}
	p := byID(after, act.Proposal)
	agreed := p != nil && (p.Status == "reached" || p.Status == "perform") ||
		now.State != was.State && (now.State == "refunded" || act.ReturnGoods && (now.State == "wait_buyer_return" || now.State == "wait_seller_goods"))
	otherwise := now.State == "timed_out" || did(after, "escalated", "took_over", "ruled_for_buyer") > 0
	switch {
	case agreed && !otherwise:
		return connector.Confirmed
	case now.Ended && !was.Ended:
		return connector.Contradicted
	}
	return connector.Absent
}

// accepted counts the steps in which the shop agreed.
func accepted(s connector.Snapshot) (n int) {
	for _, a := range s.Facts.History {
		if a.Who == "staff" && (a.Did == "accepted_claim" || a.Did == "agreed_return") {
			n++
		}
	}
	return n
}

// comparePlan looks for a plan of ours that is new or changed. The right one confirms, another one contradicts.
func comparePlan(act connector.Effect, before, after connector.Snapshot) connector.Outcome {
	changed := false
	for _, p := range after.Facts.Proposals {
		if p.By != "staff" || !isNew(p, before) {
			continue
		}
		changed = true
		sum := p.Amount
		if p.Reference.Currency == act.Amount.Currency && sum.Currency != act.Amount.Currency {
			sum = p.Reference
		}
		if sum == act.Amount && p.ReturnGoods == (act.ReturnGoods || act.Do == "counter_return") {
			return connector.Confirmed
		}
	}
	if changed || (!after.Open && before.Open) {
		return connector.Contradicted
	}
	return connector.Absent
}

// isNew tells whether a plan was not there before, or was there otherwise.
func isNew(p dispute.Proposal, before connector.Snapshot) bool {
	was := byID(before, p.ID)
	return was == nil || moved(p).After(moved(*was)) || was.Amount != p.Amount || was.ReturnGoods != p.ReturnGoods || was.Text != p.Text
}

func byID(s connector.Snapshot, id string) *dispute.Proposal {
	for n := range s.Facts.Proposals {
		if s.Facts.Proposals[n].ID == id {
			return &s.Facts.Proposals[n]
		}
	}
	return nil
}

func did(s connector.Snapshot, words ...string) (n int) {
	for _, a := range s.Facts.History {
		for _, w := range words {
			if a.Did == w {
				n++
			}
		}
	}
	return n
}

// ours counts the pictures that the platform shows as the shop's.
func ours(s connector.Snapshot) (n int) {
	for _, e := range s.Facts.Evidence {
		if e.From == "staff" && e.File != nil {
			n++
		}
	}
	return n
}

func compareProtection(before, after connector.Snapshot) connector.Outcome {
	was, now := before.Facts.Order, after.Facts.Order
	if was == nil || now == nil || was.ProtectionEndsAt.IsZero() || now.ProtectionEndsAt.IsZero() {
		return connector.Contradicted
	}
	return more(now.ProtectionEndsAt.After(was.ProtectionEndsAt))
}

func replied(s connector.Snapshot, words string) bool {
	for _, m := range s.Facts.Messages {
		if m.From == "staff" && m.Text == words {
			return true
		}
	}
	return false
}
