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

// incident is one opening of an incident on an order line. How it ended is kept once it was seen: the line goes on, and may be in
// INCIDENT_OPEN again because of the next one.
type incident struct {
	Number int       `json:"number"`            // the n-th on that line
	Since  time.Time `json:"since"`             // when it was first seen open, by the line's own date of change
	End    string    `json:"end,omitempty"`     // the state the line got by its end; empty = it was not seen to end
	Ended  time.Time `json:"ended_at,omitzero"` // by the line's date of change
}

// seen notes how the incident ended, if it did: a word nobody knows is no end.
func (i incident) seen(l *line) incident {
	if i.End == "" && l.state != incidentOpen && states[l.state] {
		i.End, i.Ended = l.state, later(l.updated, i.Since)
	}
	return i
}

// mark is what is told of the incident in the desk's reference to it, and read from there: since when, and its end.
func (i incident) mark() string {
	mark := i.Since.UTC().Format(time.RFC3339Nano)
	if i.End != "" {
		mark += " " + i.End + " " + i.Ended.UTC().Format(time.RFC3339Nano)
	}
	return mark
}

// marked reads a mark; what it does not tell stays as it is.
func (i incident) marked(mark string) incident {
	parts := strings.Fields(mark)
	if len(parts) > 0 {
		if t, err := time.Parse(time.RFC3339Nano, parts[0]); err == nil {
			i.Since = t
		}
	}
	if len(parts) == 3 && states[parts[1]] {
		if t, err := time.Parse(time.RFC3339Nano, parts[2]); err == nil {
			i.End, i.Ended = parts[1], t
		}
	}
	return i
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
	return word + "|" + i.mark() + "|" + content
}

const incidentIsOpen = "open"

// counted finds which opening a line in INCIDENT_OPEN is, from the fingerprints the desk has of that line's incidents.
func counted(had map[string]string, l *line, fallback time.Time) incident {
	fresh := incident{Number: 1, Since: l.updated}
	if fresh.Since.IsZero() {
		fresh.Since = fallback
	}
	all := heard(had, l, fresh.Since)
	if len(all) == 0 {
		return fresh
	}
	last := all[len(all)-1]
	if print := had[incidentID(l.id, last.Number)]; print == "" || strings.HasPrefix(print, incidentIsOpen+"|") {
		return last
	}
	fresh.Number = last.Number + 1
	return fresh
}

// heard are the incidents of a line that the desk has, oldest first. What is not told of their beginning is the fallback.
func heard(had map[string]string, l *line, fallback time.Time) (out []incident) {
	for n := 1; n <= mostIncidents; n++ {
		if print, ok := had[incidentID(l.id, n)]; ok {
			_, rest, _ := strings.Cut(print, "|")
			mark, _, _ := strings.Cut(rest, "|")
			out = append(out, incident{Number: n, Since: fallback}.marked(mark))
		}
	}
	return out
}

// mostIncidents is how many openings of one line are told apart.
const mostIncidents = 9

// readIncident turns an order line and the talk about its order into a snapshot.
func readIncident(o *order, l *line, i incident, threads []*thread, papers []value) connector.Snapshot {
	i = i.seen(l)
	open := l.state == incidentOpen && i.End == ""
	f := o.facts(l.id)
	snap := connector.Snapshot{
		Ref: connector.Ref{Kind: incidentKind, ID: incidentID(l.id, i.Number), Buyer: f.Buyer.ID, Order: o.id, Line: l.id,
			Note: i.mark()},
		ChangedAt: later(l.updated, i.Since), Open: open,
	}
	snap.Facts = dispute.Facts{Order: f.Order, Buyer: f.Buyer, Shipment: f.Shipment, Ledger: f.Ledger, Case: theIncident(o, l, i, open)}
	snap.Facts.Unknown = slices.Clone(o.unknown)
	for _, t := range threads {
		snap.ChangedAt = later(snap.ChangedAt, t.updated)
	}
	record := incidentRecord{Incident: i, Line: l.id, Order: o.raw(), spoken: hear(&snap, o, threads, papers, i.Since)}
	snap.Raw, _ = json.Marshal(record) // made of JSON
	snap.Fingerprint = i.print(open, digest(l.raw(), o.state, o.text("shipping_tracking"), record.spoken))
	return snap
}

// mostOf is what is left of what was paid; unknown where nobody told what was paid.
func mostOf(paid, rest money.Amount) money.Amount {
	if !paid.Some().Known() {
		return money.Amount{}
	}
	return rest
}

func theIncident(o *order, l *line, i incident, open bool) *dispute.Case {
	rest := money.Amount{Minor: l.goods.rest() + l.shipping.rest(), Currency: o.currency}
	c := &dispute.Case{
		OpenedAt: i.Since.UTC(), Via: "marketplace", Reason: plainReason(l.reason, l.reasonFor), ReasonNote: strings.TrimSpace(l.reason + " " + l.reasonFor),
		Claim:    dispute.Claim{Amount: rest},
		Reported: dispute.Reported{Max: mostOf(l.paid, rest)},
	}
	if open {
		return c // INCIDENT_OPEN says no more than that: the rules know where it stands
	}
	c.Reported.Status, c.Reported.EndedAt = i.End, i.Ended
	if i.End == "" {
		c.Reported.Status, c.Reported.EndedAt = l.state, later(l.updated, i.Since)
	}
	c.Reported.Ended, c.Reported.State = true, "closed"
	if i.End == "REFUNDED" {
		c.Reported.State = "refunded"
	}
	return c
}
