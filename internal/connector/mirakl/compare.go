package mirakl

import (
	"html"
	"strings"

	"parley/internal/connector"
)

// Compare tells from what the platform shows before and after an act whether it took effect. When the state after cannot be read, it says
// Contradicted, so that a person looks and nothing is sent again.
func (s *Session) Compare(act connector.Effect, before, after connector.Snapshot) connector.Outcome {
	if after.Problem != nil {
		return connector.Contradicted
	}
	switch act.Do {
	case "accept", "accept_withdrawal", "refund":
		return paid(act, before, after)
	case "counter_amount", "contest_with_evidence", "send_message", "add_facts":
		return wrote(act, before, after)
	case "accept_return":
		return stepped(before, after, "WAITING_ACCEPTANCE", "IN_PROGRESS", "RECEIVED", "NO_RECEPTION", "CLOSED")
	case "refuse_return":
		return stepped(before, after, "WAITING_ACCEPTANCE", "REFUSED")
	case "confirm_goods":
		return stepped(before, after, status(before), "RECEIVED", "CLOSED")
	case "contest_goods":
		return more(found(act, after))
	case "mark_resolved":
		return resolved(before, after)
	case "dispatch":
		return sent(before, after)
	case "upload_evidence":
		return more(papers(after) > papers(before))
	}
	return connector.Contradicted
}

func more(yes bool) connector.Outcome {
	if yes {
		return connector.Confirmed
	}
	return connector.Absent
}

func status(s connector.Snapshot) string {
	if s.Facts.Case == nil {
		return ""
	}
	return s.Facts.Case.Reported.Status
}

// stepped: the record left the state it was in, for one of those the act leads to. Another state is somebody else's doing.
func stepped(before, after connector.Snapshot, from string, to ...string) connector.Outcome {
	now := status(after)
	if now == status(before) || now == from {
		return connector.Absent
	}
	for _, state := range to {
		if now == state {
			return connector.Confirmed
		}
	}
	return connector.Contradicted
}

// paid: the refunds the platform lists grew by the sum of the act. Growing by another sum contradicts it.
func paid(act connector.Effect, before, after connector.Snapshot) connector.Outcome {
	grown := refunds(after) - refunds(before)
	switch {
	case grown == 0:
		return connector.Absent
	case grown == act.Amount.Minor || !act.Amount.Known():
		return connector.Confirmed
	}
	return connector.Contradicted
}

func refunds(s connector.Snapshot) (sum int64) {
	for _, p := range s.Facts.Ledger {
		sum += p.Amount.Minor
	}
	return sum
}

// wrote: one more message of the shop with these words. The platform may change blanks and write signs as HTML.
func wrote(act connector.Effect, before, after connector.Snapshot) connector.Outcome {
	return more(said(after, act.Text) > said(before, act.Text))
}

func said(s connector.Snapshot, words string) (n int) {
	want := bare(words)
	for _, m := range s.Facts.Messages {
		if m.From == "staff" && bare(m.Text) == want {
			n++
		}
	}
	return n
}

func bare(text string) string { return strings.Join(strings.Fields(html.UnescapeString(text)), " ") }

// found: every line that was looked at shows what was sent. What was found before is replaced by it.
func found(act connector.Effect, after connector.Snapshot) bool {
	looked := false
	for _, a := range after.Facts.History {
		if a.Did != "inspected_return" {
			continue
		}
		looked = true
		if a.Result != "fault" || a.Raw != finding(act) || bare(a.Note) != bare(act.Text) {
			return false
		}
	}
	return looked
}

// resolved: the line is in INCIDENT_OPEN no more. A refund that ended it by itself shows as REFUNDED and is as good.
func resolved(before, after connector.Snapshot) connector.Outcome {
	if before.Open && after.Open {
		return connector.Absent
	}
	return connector.Confirmed
}

// sent: the order left SHIPPING.
func sent(before, after connector.Snapshot) connector.Outcome {
	if after.Facts.Order == nil {
		return connector.Contradicted
	}
	switch after.Facts.Order.Status {
	case "SHIPPING":
		return connector.Absent
	case "SHIPPED", "RECEIVED", "TO_COLLECT", "CLOSED":
		return connector.Confirmed
	}
	return connector.Contradicted
}

func papers(s connector.Snapshot) (n int) {
	for _, e := range s.Facts.Evidence {
		if e.File != nil {
			n++
		}
	}
	return n
}
