package mirakl

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"parley/internal/connector"
	"parley/internal/dispute"
	"parley/internal/money"
)

// incident is one opening of an incident on an order line.
type incident struct {
	Number int       `json:"number"` // the n-th on that line
	Since  time.Time `json:"since"`  // when it was first seen open, by the line's own date of change
}

// incidentRecord is what is kept of an incident: the order and the talk about it, as received, and our own count.
type incidentRecord struct {
	Incident incident        `json:"incident"`
	Line     string          `json:"line"`
	Order    json.RawMessage `json:"order"`
	spoken
}

func incidentID(line string, number int) string { return line + "#" + strconv.Itoa(number) }

// cutIncident reads "LINE#2".
func cutIncident(id string) (line string, number int) {
	at := strings.LastIndexByte(id, '#')
	if at < 0 {
		return id, 1
	}
	return id[:at], max(1, whole(id[at+1:]))
}

// print is a fingerprint of an incident. The desk hands it back, which is how the number and the date of an opening are known again.
func (i incident) print(open bool, content string) string {
	word := "closed"
	if open {
		word = incidentIsOpen
	}
	return word + "|" + i.Since.UTC().Format(time.RFC3339Nano) + "|" + content
}

const incidentIsOpen = "open"

// counted finds which opening a line in INCIDENT_OPEN is, from the fingerprints the desk has of that line's incidents.
func counted(had map[string]string, l *line, fallback time.Time) incident {
	last := 0
	for n := 1; n <= mostIncidents; n++ {
		if _, ok := had[incidentID(l.id, n)]; ok {
			last = n
		}
	}
	fresh := incident{Number: last + 1, Since: l.updated}
	if fresh.Since.IsZero() {
		fresh.Since = fallback
	}
	if last == 0 {
		return fresh
	}
	print := had[incidentID(l.id, last)]
	word, rest, _ := strings.Cut(print, "|")
	if print != "" && word != incidentIsOpen {
		return fresh
	}
	since, _, _ := strings.Cut(rest, "|")
	if t, err := time.Parse(time.RFC3339Nano, since); err == nil {
		return incident{Number: last, Since: t}
	}
	return incident{Number: last, Since: fresh.Since}
}

// mostIncidents is how many openings of one line are told apart.
const mostIncidents = 9

// readIncident turns an order line and the talk about its order into a snapshot.
func readIncident(o *order, l *line, i incident, threads []*thread, papers []value) connector.Snapshot {
	open := l.state == incidentOpen
	f := o.facts(l.id)
	snap := connector.Snapshot{
		Ref: connector.Ref{Kind: incidentKind, ID: incidentID(l.id, i.Number), Buyer: f.Buyer.ID, Order: o.id, Line: l.id,
			Note: i.Since.UTC().Format(time.RFC3339Nano)},
		ChangedAt: later(l.updated, i.Since), Open: open,
	}
	snap.Facts = dispute.Facts{Order: f.Order, Buyer: f.Buyer, Shipment: f.Shipment, Ledger: f.Ledger, Case: theIncident(o, l, i, open)}
	snap.Facts.Unknown = slices.Clone(o.unknown)
	for _, t := range threads {
		snap.ChangedAt = later(snap.ChangedAt, t.updated)
	}
	record := incidentRecord{Incident: i, Line: l.id, Order: o.raw, spoken: hear(&snap, o, threads, papers, i.Since)}
	snap.Raw, _ = json.Marshal(record) // made of JSON
	snap.Fingerprint = i.print(open, digest(l.raw(), o.state, o.text("shipping_tracking"), record.spoken))
	return snap
}

func theIncident(o *order, l *line, i incident, open bool) *dispute.Case {
	rest := money.Amount{Minor: l.goods.rest() + l.shipping.rest(), Currency: o.currency}
	c := &dispute.Case{
		OpenedAt: i.Since.UTC(), Via: "marketplace", Reason: plainReason(l.reason, l.reasonFor), ReasonNote: strings.TrimSpace(l.reason + " " + l.reasonFor),
		Claim:    dispute.Claim{Amount: rest},
		Reported: dispute.Reported{Max: rest},
	}
	if open {
		return c // INCIDENT_OPEN says no more than that: the rules know where it stands
	}
	c.Reported.Status = l.state
	c.Reported.Ended, c.Reported.State, c.Reported.EndedAt = true, "closed", later(l.updated, i.Since)
	if l.state == "REFUNDED" {
		c.Reported.State = "refunded"
	}
	return c
}
