package stripe

import (
	"encoding/json"

	"parley/internal/connector"
)

// Compare tells from the records before and after an act whether it took effect. When the state after cannot be read, it
// says Contradicted, so that a person looks and nothing is sent again.
func (s *Session) Compare(act connector.Effect, before, after connector.Snapshot) connector.Outcome {
	if after.Problem != nil || after.Facts.Case == nil {
		return connector.Contradicted
	}
	switch act.Do {
	case "refund":
		return compareRefund(act, after)
	case "accept", "contest_with_evidence", "upload_evidence":
		d, err := readRecord(after.Raw)
		if err != nil {
			return connector.Contradicted
		}
		if act.Do == "accept" {
			return s.compareAccept(&d)
		}
		if act.Do == "upload_evidence" {
			return compareUpload(act, &d)
		}
		return compareContest(act, before, &d)
	}
	return connector.Contradicted
}

// compareAccept looks for a dispute lost without evidence while there still was time to answer: only closing it does that.
func (s *Session) compareAccept(d *record) connector.Outcome {
	due := d.Details.DueBy.at()
	inTime := due.IsZero() || s.world.Now().Before(due)
	switch {
	case d.Status == "lost" && d.Details.Submitted.n == 0 && inTime:
		return connector.Confirmed
	case d.Status == "needs_response" || d.Status == "warning_needs_response":
		return connector.Absent
	}
	return connector.Contradicted
}

// compareContest looks for our mark on a form that was handed in. A form handed in by somebody else contradicts.
func compareContest(act connector.Effect, before connector.Snapshot, d *record) connector.Outcome {
	waits := d.Status == "needs_response" || d.Status == "warning_needs_response"
	switch {
	case d.Metadata[effectKey] == act.ID && (d.Details.Submitted.n > 0 || !waits):
		return connector.Confirmed
	case waits && (before.Problem != nil || before.Open):
		return connector.Absent
	}
	return connector.Contradicted
}

// compareUpload looks for our mark beside a field with a file.
func compareUpload(act connector.Effect, d *record) connector.Outcome {
	switch {
	case d.filledBy(act.ID) != "":
		return connector.Confirmed
	case d.Status != "needs_response" && d.Status != "warning_needs_response":
		return connector.Contradicted
	}
	return connector.Absent
}

// compareRefund looks for a refund with our mark. One that failed contradicts: the buyer has no money.
func compareRefund(act connector.Effect, after connector.Snapshot) connector.Outcome {
	var with struct {
		Charge linked `json:"charge"`
	}
	var ch charge
	if json.Unmarshal(after.Raw, &with) != nil || json.Unmarshal(with.Charge.raw, &ch) != nil {
		return connector.Contradicted // without the payment nothing can be told
	}
	for _, re := range refunds(ch.Refunds.Data) {
		if re.Metadata[effectKey] != act.ID {
			continue
		}
		if refundsCounted[string(re.Status)] && amount(re.Amount, re.Currency) == act.Amount {
			return connector.Confirmed
		}
		return connector.Contradicted
	}
	return connector.Absent
}
