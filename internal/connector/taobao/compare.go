package taobao

import (
	"parley/internal/connector"
	"parley/internal/connector/alibaba/wire"
)

// Compare tells from what the platform shows before and after an act whether it took effect. When the state after cannot be read, it says
// Contradicted, so that a person looks and nothing is sent again.
func (s *Session) Compare(act connector.Effect, before, after connector.Snapshot) connector.Outcome {
	if after.Problem != nil || after.Facts.Case == nil {
		return connector.Contradicted
	}
	if act.Do == "send_message" {
		return compareMessage(act, before, after)
	}
	if act.Ref.Kind == exchangeKind {
		return compareExchange(act, before, after)
	}
	wanted, known := results[act.Do]
	if at, err := locked(act); err == nil && at.back && (act.Do == "accept" || act.Do == "accept_withdrawal") {
		wanted = set(waitReturn + " " + waitGoods + " " + success)
	}
	if !known {
		return connector.Contradicted
	}
	now, was := status(after), status(before)
	switch {
	case now == was && version(after) == version(before):
		return connector.Absent
	case wanted[now] && now != was:
		return connector.Confirmed
	case now == was && waits[now]:
		return connector.Absent // something else changed, such as the buyer's words; the answer is still open
	}
	return connector.Contradicted
}

// results are the states to which an act leads. A refund that was paid by lapse of time looks the same as one that was agreed to: either
// way the buyer has the money by this refund, once.
var results = map[string]map[string]bool{
	"accept": set(success), "accept_withdrawal": set(success), "confirm_goods": set(success),
	"counter_return": set(refused + " " + waitReturn), "contest_with_evidence": set(refused), "contest_goods": set(refused),
}

// waits are the states in which an answer of the shop is open.
var waits = set(waitSeller + " " + waitGoods + " " + refused)

// compareMessage looks for words of ours that were not there before.
func compareMessage(act connector.Effect, before, after connector.Snapshot) connector.Outcome {
	if written(after, act.Text) > written(before, act.Text) {
		return connector.Confirmed
	}
	return connector.Absent
}

func written(s connector.Snapshot, words string) (n int) {
	for _, m := range s.Facts.Messages {
		if m.From == "staff" && m.Text == words {
			n++
		}
	}
	return n
}

// status is the platform's own word, without what stands beside it in Reported.Status.
func status(s connector.Snapshot) string {
	v, err := wire.Parse(s.Raw)
	if err == nil {
		if word := text(v.In(refundAnswer, "refund"), "status"); word != "" {
			return word
		}
	}
	if s.Facts.Case == nil {
		return ""
	}
	return s.Facts.Case.Reported.Status
}

// version is that of the proposal on the table.
func version(s connector.Snapshot) string {
	for _, p := range s.Facts.Proposals {
		if p.By == "buyer" {
			return p.ID
		}
	}
	return ""
}
