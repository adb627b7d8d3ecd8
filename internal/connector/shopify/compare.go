package shopify

import (
	"strings"

	"parley/internal/connector"
	"parley/internal/dispute"
)

// Compare tells from what the platform shows before and after an act whether it took effect. When the state after cannot be read, it
// says Contradicted, so that a person looks and nothing is sent again.
func (s *Session) Compare(act connector.Effect, before, after connector.Snapshot) connector.Outcome {
	if after.Problem != nil {
		return connector.Contradicted
	}
	switch act.Do {
	case "accept_return":
		return moved(before, after, "REQUESTED", "OPEN", "CLOSED")
	case "refuse_return":
		return moved(before, after, "REQUESTED", "DECLINED")
	case "contest_with_evidence":
		return compareEvidence(act, before, after)
	case "upload_evidence":
		return more(files(after) > files(before))
	case "confirm_goods":
		return compareProcessed(act, before, after)
	case "refund":
		return compareRefund(act, before, after)
	}
	return connector.Contradicted // a discount code leaves no trace on any record
}

func more(yes bool) connector.Outcome {
	if yes {
		return connector.Confirmed
	}
	return connector.Absent
}

// moved looks at the status: where the act leads to, still where it was, or elsewhere.
func moved(before, after connector.Snapshot, from string, to ...string) connector.Outcome {
	was, now := status(before), status(after)
	for _, t := range to {
		if now == t && was == from {
			return connector.Confirmed
		}
	}
	if now == was {
		return connector.Absent
	}
	return connector.Contradicted
}

// status is the platform's word, without the type of a dispute before it.
func status(s connector.Snapshot) string {
	if s.Facts.Case == nil {
		return ""
	}
	w := s.Facts.Case.Reported.Status
	return w[strings.LastIndexByte(w, '/')+1:]
}

// compareEvidence: handed in, the dispute waits for the bank; only filled, it holds the text.
func compareEvidence(act connector.Effect, before, after connector.Snapshot) connector.Outcome {
	if act.Fields["submit"] == "false" {
		return more(wrote(after) == strings.TrimSpace(act.Text) && wrote(after) != "")
	}
	if did(after, "contested") > did(before, "contested") || (status(before) == "NEEDS_RESPONSE" && status(after) == "UNDER_REVIEW") {
		return connector.Confirmed
	}
	if status(after) == status(before) {
		return connector.Absent
	}
	return connector.Contradicted
}

// wrote is the text that stands in the evidence form.
func wrote(s connector.Snapshot) string {
	for _, e := range s.Facts.Evidence {
		if e.ID == formID {
			return e.Text
		}
	}
	return ""
}

func files(s connector.Snapshot) (n int) {
	for _, e := range s.Facts.Evidence {
		if e.File != nil {
			n++
		}
	}
	return n
}

func did(s connector.Snapshot, what string) (n int) {
	for _, a := range s.Facts.History {
		if a.Did == what {
			n++
		}
	}
	return n
}

// compareRefund looks for money that was not listed before. The right sum confirms, another one contradicts.
func compareRefund(act connector.Effect, before, after connector.Snapshot) connector.Outcome {
	var sum int64
	for _, p := range fresh(before.Facts.Ledger, after.Facts.Ledger) {
		if p.Amount.Currency != act.Amount.Currency {
			return connector.Contradicted
		}
		sum += p.Amount.Minor
	}
	switch sum {
	case 0:
		return connector.Absent
	case act.Amount.Minor:
		return connector.Confirmed
	}
	return connector.Contradicted
}

func fresh(before, after []dispute.Payment) (out []dispute.Payment) {
	had := map[string]bool{}
	for _, p := range before {
		had[p.Source] = true
	}
	for _, p := range after {
		if !had[p.Source] {
			out = append(out, p)
		}
	}
	return out
}

// compareProcessed: with money the refund decides, without it the end of the return.
func compareProcessed(act connector.Effect, before, after connector.Snapshot) connector.Outcome {
	if act.Amount.Known() && act.Amount.Minor > 0 {
		return compareRefund(act, before, after)
	}
	return moved(before, after, "OPEN", "CLOSED")
}
