package aliexpress

import (
	"time"

	"parley/internal/connector"
	"parley/internal/connector/alibaba/wire"
	"parley/internal/dispute"
)

// row is one line of aliexpress.issue.issuelist.get: enough to know that a case exists and whether it changed.
type row struct {
	ref         connector.Ref
	status      string
	fingerprint string
	created     time.Time
	changed     time.Time
	facts       dispute.Facts
}

// page is one answer of the list.
type page struct {
	rows  []row
	total int // total_item, -1 where it is missing
}

func readPage(of wire.Value, zone *time.Location) page {
	p := page{total: -1}
	if n, ok := of.Get("total_item").Int(); ok && n >= 0 && n < 1<<31 {
		p.total = int(n)
	}
	for n, v := range of.Get("data_list").List() {
		r := reading{zone: zone}
		r.in("data_list", n)
		p.rows = append(p.rows, r.row(v))
	}
	return p
}

func (r *reading) row(v wire.Value) row {
	r.strangers(v, rowMembers)
	out := row{
		ref: connector.Ref{
			Kind: issueKind, ID: id(v, "issue_id"), Buyer: text(v, "buyer_login_id"),
			Order: id(v, "parent_order_id"), Line: id(v, "order_id"),
		},
		status:  text(v, "issue_status"),
		created: r.at(v, "gmt_create"),
		changed: r.at(v, "gmt_modified"),
	}
	out.fingerprint = out.status + "|" + text(v, "gmt_modified")
	out.facts = dispute.Facts{
		Case: &dispute.Case{
			OpenedAt: out.created, Via: "marketplace", Reason: r.listedReason(v),
			Reported: dispute.Reported{Status: out.status + "/", Ended: !out.open()},
		},
		Buyer: &dispute.Buyer{ID: out.ref.Buyer},
		Order: &dispute.Order{ID: out.ref.Order, Line: out.ref.Line},
	}
	switch out.status {
	case canceled:
		out.facts.Case.Reported.State = "cancelled"
		out.facts.Case.Reported.EndedAt = out.changed
	case finish:
		out.facts.Case.Reported.State = "closed"
		out.facts.Case.Reported.EndedAt = out.changed
	case processing:
	default:
		r.note("issue_status", out.status)
	}
	out.facts.Unknown = r.unknown
	return out
}

// listedReason is the reason in English, else in Chinese; the list has no number of it.
func (r *reading) listedReason(v wire.Value) string {
	raw := text(v, "reason_english")
	if raw == "" {
		raw = text(v, "reason_chinese")
	}
	if plain := plainReason(raw); reasonWords[plain] {
		return plain
	}
	return raw
}

func (r row) open() bool { return r.status != finish && r.status != canceled }

// snapshot is what the line alone tells, for a case whose detail could not be read.
func (r row) snapshot() connector.Snapshot {
	return connector.Snapshot{Ref: r.ref, Fingerprint: r.fingerprint, ChangedAt: r.changed, Open: r.open(), Facts: r.facts}
}
