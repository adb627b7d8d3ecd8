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

// compareAccept looks for the plan among those reached, for a step of ours, and for a state that only agreement brings.
func compareAccept(act connector.Effect, before, after connector.Snapshot) connector.Outcome {
	if p := byID(after, act.Proposal); p != nil && (p.Status == "reached" || p.Status == "perform") {
		return connector.Confirmed
	}
	if count(after, "accepted_claim", "agreed_return") > count(before, "accepted_claim", "agreed_return") {
		return connector.Confirmed
	}
	if after.Facts.Case == nil {
		return connector.Contradicted
	}
	now, was := after.Facts.Case.Reported, dispute.Reported{}
	if before.Facts.Case != nil {
		was = before.Facts.Case.Reported
	}
	switch {
	case act.ReturnGoods && now.State != was.State && (now.State == "wait_buyer_return" || now.State == "wait_seller_goods"):
		return connector.Confirmed
	case now.Ended && !was.Ended && now.State == "refunded" && count(after, "escalated", "took_over", "ruled_for_buyer") == 0:
		return connector.Confirmed
	case now.Ended && !was.Ended:
		return connector.Contradicted
	}
	return connector.Absent
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

func count(s connector.Snapshot, did ...string) (n int) {
	for _, a := range s.Facts.History {
		for _, d := range did {
			if a.Did == d {
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
