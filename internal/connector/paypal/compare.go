package paypal

import (
	"strings"

	"parley/internal/connector"
	"parley/internal/dispute"
)

// Compare tells from the record before and after an act whether it took effect. A record that cannot be read says Contradicted, so that a
// person looks and nothing is sent again.
func (s *Session) Compare(act connector.Effect, before, after connector.Snapshot) connector.Outcome {
	if after.Problem != nil || after.Facts.Case == nil {
		return connector.Contradicted
	}
	switch act.Do {
	case "accept":
		return compareAccept(act, before, after)
	case "counter_amount", "counter_return":
		return compareOffer(act, before, after)
	case "send_message":
		return found(wrote(after, act.Text) > wrote(before, act.Text), before, after)
	case "contest_with_evidence", "add_facts":
		return found(ours(after) > ours(before), before, after)
	case "appeal":
		return found(ours(after) > ours(before) || (!before.Open && after.Open), before, after)
	case "confirm_goods", "contest_goods":
		return compareGoods(act, before, after)
	}
	return connector.Contradicted
}

// found: a trace confirms; without one, an end that came meanwhile contradicts.
func found(trace bool, before, after connector.Snapshot) connector.Outcome {
	switch {
	case trace:
		return connector.Confirmed
	case before.Open && !after.Open:
		return connector.Contradicted
	}
	return connector.Absent
}

// compareAccept: an accepted claim ends for the buyer over the disputed amount, or waits for the goods. An end that PayPal ruled meanwhile
// is not our doing, and neither is another sum.
func compareAccept(act connector.Effect, before, after connector.Snapshot) connector.Outcome {
	now := after.Facts.Case.Reported
	if count(after, "accepted_claim") > count(before, "accepted_claim") {
		return connector.Confirmed
	}
	if now.Ended && before.Open {
		paid := !now.Paid.Known() || !act.Amount.Known() || now.Paid == act.Amount
		if now.State == "refunded" && paid && !ruledMeanwhile(before, after) {
			return connector.Confirmed
		}
		return connector.Contradicted
	}
	if act.ReturnGoods && now.State == "wait_buyer_return" && state(before) != now.State {
		return connector.Confirmed
	}
	return connector.Absent
}

// ruledMeanwhile: there is a decision of PayPal's that was not there before and does more than carry out an agreement.
func ruledMeanwhile(before, after connector.Snapshot) bool {
	had := map[dispute.Act]bool{}
	for _, a := range before.Facts.History {
		had[a] = true
	}
	for _, a := range after.Facts.History {
		if !had[a] && a.Who == "platform" && strings.HasPrefix(a.Did, "ruled_for_") && !agreed[a.Note] {
			return true
		}
	}
	return false
}

// compareOffer looks for an offer of ours that was not there before. The right one confirms, another one contradicts.
func compareOffer(act connector.Effect, before, after connector.Snapshot) connector.Outcome {
	had := map[string]bool{}
	for _, p := range before.Facts.Proposals {
		had[p.ID] = true
	}
	other := false
	for _, p := range after.Facts.Proposals {
		if p.By != "staff" || had[p.ID] {
			continue
		}
		if p.Amount == act.Amount && p.ReturnGoods == (act.Do == "counter_return") {
			return connector.Confirmed
		}
		other = true
	}
	if other {
		return connector.Contradicted
	}
	return found(false, before, after)
}

// compareGoods: an acknowledgement leaves the state in which the seller owes one, or leaves a proof of ours.
func compareGoods(act connector.Effect, before, after connector.Snapshot) connector.Outcome {
	if count(after, "received_goods") > count(before, "received_goods") || ours(after) > ours(before) {
		return connector.Confirmed
	}
	now := state(after)
	switch {
	case now == state(before):
		return connector.Absent
	case act.Do == "confirm_goods" && now == "refunded" && !ruledMeanwhile(before, after):
		return connector.Confirmed
	case act.Do == "contest_goods" && now == "platform":
		return connector.Confirmed
	}
	return connector.Contradicted
}

func state(s connector.Snapshot) string {
	if s.Facts.Case == nil {
		return ""
	}
	return s.Facts.Case.Reported.State
}

// count counts the acts of the shop of one kind.
func count(s connector.Snapshot, did string) (n int) {
	for _, a := range s.Facts.History {
		if a.Who == "staff" && a.Did == did {
			n++
		}
	}
	return n
}

// ours counts the proofs of the shop's that PayPal shows.
func ours(s connector.Snapshot) (n int) {
	for _, e := range s.Facts.Evidence {
		if e.From == "staff" {
			n++
		}
	}
	return n
}

// wrote counts the shop's messages with these words.
func wrote(s connector.Snapshot, words string) (n int) {
	for _, m := range s.Facts.Messages {
		if m.From == "staff" && m.Text == strings.TrimSpace(words) {
			n++
		}
	}
	return n
}
