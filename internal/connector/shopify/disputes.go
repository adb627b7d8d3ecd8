package shopify

import (
	"encoding/json"
	"path"
	"strconv"
	"strings"
	"time"

	"parley/internal/connector"
	"parley/internal/dispute"
)

// readDispute turns a chargeback or inquiry of Shopify Payments into a snapshot.
func readDispute(node json.RawMessage) connector.Snapshot {
	snap := connector.Snapshot{Raw: wrapped(disputeKind, node)}
	var w wireDispute
	if err := json.Unmarshal(node, &w); err != nil || w.ID.plain() == "" {
		snap.Ref, snap.Problem = connector.Ref{Kind: disputeKind, ID: w.ID.plain()}, garbled(err, false)
		return snap
	}
	return shown(w.snapshot(snap), "dispute", node, disputeMembers)
}

func (w *wireDispute) snapshot(snap connector.Snapshot) connector.Snapshot {
	r := &reading{}
	snap.Ref = ref(disputeKind, w.ID, w.Order)
	r.purchase(&snap.Facts, w.Order)
	c := &dispute.Case{
		OpenedAt: r.at("dispute.initiatedAt", w.InitiatedAt), Via: "card", Network: w.network(), Reason: w.Reason.Reason.plain(),
		ReasonNote: w.Reason.Network.plain(), Claim: dispute.Claim{Amount: r.money("dispute.amount", w.Amount)},
		PlatformDueAt: r.at("dispute.evidenceDueBy", w.DueBy),
	}
	if c.Reason != "" && !disputeReasons[c.Reason] {
		r.note("dispute.reason", w.Reason.Reason)
	}
	snap.Facts.Case = c
	w.report(r, c)
	snap.Facts.History = w.history(r, c)
	snap.Facts.Evidence = w.files(c)
	snap.Open = !c.Reported.Ended
	snap.ChangedAt = w.changedAt()
	snap.Fingerprint = w.mark()
	snap.Facts.Unknown = r.unknown
	return snap
}

// network is the card network of the payment, empty where the payment was none of a known card.
func (w *wireDispute) network() string {
	if w.Order == nil {
		return ""
	}
	for _, t := range w.Order.Transactions {
		if t.Details != nil {
			if n := networks[strings.ToLower(t.Details.Company.plain())]; n != "" {
				return n
			}
		}
	}
	return ""
}

func (w *wireDispute) report(r *reading, c *dispute.Case) {
	status := w.Status.plain()
	at, known := disputeStandings[status]
	if !known {
		r.note("dispute.status", w.Status)
	}
	if t := w.Type.plain(); t != "CHARGEBACK" && t != "INQUIRY" && t != "" {
		r.note("dispute.type", w.Type)
	}
	c.Reported = dispute.Reported{Status: w.Type.plain() + "/" + status, State: at.state, Owner: at.owner, Ended: at.ended}
	switch {
	case at.ended:
		c.Reported.EndedAt = r.at("dispute.finalizedOn", w.FinalizedOn)
		if c.Reported.EndedAt.IsZero() {
			c.Reported.EndedAt = w.changedAt()
		}
		if at.state == "refunded" {
			c.Reported.Paid = c.Claim.Amount
		}
	case status == "NEEDS_RESPONSE":
		c.Reported.Actions = []string{"contest_with_evidence"} // there is no call for accepting: silence does it
	}
}

func (w *wireDispute) history(r *reading, c *dispute.Case) (out []dispute.Act) {
	if at := r.at("dispute.evidenceSentOn", w.SentOn); !at.IsZero() {
		out = append(out, dispute.Act{At: at, Who: "staff", Did: "contested", Via: "dispute_form"})
	}
	if c.Reported.Ended && (w.Status.plain() == "WON" || w.Status.plain() == "LOST") {
		did := map[string]string{"WON": "ruled_for_seller", "LOST": "ruled_for_buyer"}[w.Status.plain()]
		act := dispute.Act{At: c.Reported.EndedAt, Who: "bank", Did: did}
		if len(out) > 0 && act.At.Before(out[0].At) {
			act.At = out[0].At
		}
		out = append(out, act)
	}
	return out
}

// formID names the text of the platform's evidence form among the proofs.
const formID = "uncategorizedText"

func (w *wireDispute) files(c *dispute.Case) (out []dispute.Evidence) {
	if t := w.Evidence.Text.plain(); t != "" {
		out = append(out, dispute.Evidence{ID: formID, At: c.OpenedAt, From: "staff", Text: t})
	}
	for _, f := range w.Evidence.Files {
		e := dispute.Evidence{
			ID: f.ID.plain(), At: c.OpenedAt, From: "staff", Kind: evidenceKinds[f.For.plain()], Note: f.For.plain(),
			File: &dispute.File{Name: path.Base(f.Name.plain()), URL: f.URL.plain()},
		}
		if strings.HasPrefix(f.Type.plain(), "image/") {
			e.File.Kind = "photo"
			if e.Kind == "" {
				e.Kind = "photo"
			}
		}
		out = append(out, e)
	}
	return out
}

// changedAt is the last instant the dispute tells of itself; it has no time of change.
func (w *wireDispute) changedAt() (last time.Time) {
	quiet := &reading{}
	for _, s := range []scalar{w.InitiatedAt, w.SentOn, w.FinalizedOn} {
		if t := quiet.at("", s); t.After(last) {
			last = t
		}
	}
	return last
}

// mark changes whenever anything material in the dispute does.
func (w *wireDispute) mark() string {
	parts := []string{w.Status.plain(), w.Type.plain(), w.Amount.Amount.plain(), w.DueBy.plain(), w.SentOn.plain(), w.FinalizedOn.plain(),
		w.Reason.Reason.plain(), w.Evidence.Submitted.plain(), strconv.Itoa(len(w.Evidence.Files))}
	if w.Order != nil {
		parts = append(parts, w.Order.UpdatedAt.plain())
	}
	return strings.Join(parts, "|")
}
