package policy

import (
	"time"

	"parley/internal/dispute"
)

// talk is what messages and acts add up to: who spoke last, what the buyer states, who waits for whom.
type talk struct {
	kind       string    // latest statement of the buyer: withdraw, cancel, defect, damage, wrong_item, missing_item, other; empty = none
	at         time.Time // since when the buyer states it
	pointsTo   string    // class to which the raw reason points
	buyerLast  time.Time // last sign of life of the buyer
	staffLast  time.Time // last word of the shop to the buyer
	waiting    time.Time // since when the buyer waits for an answer
	silent     int       // messages to the supplier in a row without an answer
	attempts   int       // requests to the buyer since the last sign of life
	attemptDay int       // on so many different days
	asked      map[string]time.Time
}

// statements are the asks by which a buyer states what the matter is.
var statements = map[string]string{
	"withdraw": "withdraw", "cancel": "cancel", "report_defect": "defect", "report_damage": "damage",
	"report_wrong_item": "wrong_item", "report_missing_item": "missing_item",
}

// spoken are the acts by which the shop speaks to the buyer.
var spoken = map[string]bool{"sent_reply": true, "told_customer": true, "sent_warranty_notice": true}

func readTalk(f *dispute.Facts, r *Rules) talk {
	t := talk{}
	t.pointsTo = r.pointsTo(f)
	t.readStatements(f)
	t.readWords(f)
	t.readSupplier(f)
	t.readAttempts(f, r.zoneOf("store", f))
	return t
}

// pointsTo is the class of the raw reason: by the packs in force, then by the words of the route or marketplace.
func (r *Rules) pointsTo(f *dispute.Facts) string {
	if f.Case == nil {
		return ""
	}
	if c, ok := r.reasons[f.Case.Reason]; ok {
		return c
	}
	return ""
}

// stated is the kind of statement that a case's reason makes.
func stated(class string) string {
	switch branch(class) {
	case "pre_shipment":
		if class == "pre_shipment.buyer_cancel" {
			return "cancel"
		}
	case "withdrawal":
		return "withdraw"
	case "warranty":
		return "defect"
	}
	return "other"
}

func branch(class string) string {
	for i := range len(class) {
		if class[i] == '.' {
			return class[:i]
		}
	}
	return class
}

// readStatements keeps the latest statement and the instant since which the same is stated without a break.
func (t *talk) readStatements(f *dispute.Facts) {
	opened := f.Case == nil
	state := func(kind string, at time.Time) {
		if kind != t.kind {
			t.kind, t.at = kind, at
		}
	}
	open := func() { opened = true; state(stated(t.pointsTo), f.Case.OpenedAt) }
	for i := range f.Messages {
		m := &f.Messages[i]
		if !opened && f.Case.OpenedAt.Before(m.At) {
			open()
		}
		if m.From != "buyer" || m.Asks == "" {
			continue
		}
		if t.asked == nil {
			t.asked = map[string]time.Time{}
		}
		t.asked[m.Asks] = m.At
		if kind, ok := statements[m.Asks]; ok {
			state(kind, m.At)
		}
	}
	if !opened {
		open()
	}
}

// readWords finds who spoke last and since when the buyer waits.
func (t *talk) readWords(f *dispute.Facts) {
	for i := range f.Messages {
		switch m := &f.Messages[i]; m.From {
		case "buyer":
			t.buyerLast = later(t.buyerLast, m.At)
		case "staff", "desk":
			t.staffLast = later(t.staffLast, m.At)
		}
	}
	for i := range f.History {
		switch a := &f.History[i]; {
		case a.Who == "buyer":
			t.buyerLast = later(t.buyerLast, a.At)
		case spoken[a.Did] && (a.Who == "staff" || a.Who == "desk"):
			t.staffLast = later(t.staffLast, a.At)
		}
	}
	answered := t.staffLast
	if f.Case != nil {
		answered = later(answered, f.Case.EarlierEndedAt) // what was asked in a case before this one ended with it
		t.buyerLast = later(t.buyerLast, f.Case.OpenedAt)
		if t.staffLast.Before(f.Case.OpenedAt) {
			t.waiting = f.Case.OpenedAt
		}
	}
	for i := range f.Messages {
		if m := &f.Messages[i]; m.From == "buyer" && m.At.After(answered) && (t.waiting.IsZero() || m.At.Before(t.waiting)) {
			t.waiting = m.At
		}
	}
}

// readSupplier counts the messages that wait for an answer.
func (t *talk) readSupplier(f *dispute.Facts) {
	for i := range f.History {
		switch a := &f.History[i]; {
		case a.Did == "messaged_supplier":
			t.silent++
		case a.Who == "supplier":
			t.silent = 0
		}
	}
	for i := range f.Messages {
		if f.Messages[i].From == "supplier" && t.silent > 0 {
			t.silent = t.silentSince(f, f.Messages[i].At)
		}
	}
}

func (t *talk) silentSince(f *dispute.Facts, answer time.Time) int {
	n := 0
	for i := range f.History {
		a := &f.History[i]
		if a.Did == "messaged_supplier" && a.At.After(answer) {
			n++
		}
		if a.Who == "supplier" && a.At.After(answer) {
			n = 0
		}
	}
	return n
}

// readAttempts counts the requests for customs data since the buyer last gave a sign of life.
func (t *talk) readAttempts(f *dispute.Facts, zone *time.Location) {
	day := ""
	for i := range f.History {
		a := &f.History[i]
		if a.Did != "asked_customs_data" || !a.At.After(t.buyerLast) {
			continue
		}
		t.attempts++
		if d := a.At.In(zone).Format(time.DateOnly); d != day {
			t.attemptDay, day = t.attemptDay+1, d
		}
	}
}

// quietSince is since when nobody of the shop did anything about the matter and its state did not change. Where nothing of the kind is
// known, it is the first thing on record. What others say or do does not count: a matter must not stay unseen because there is talk in it.
func (v *view) quietSince() time.Time {
	at := later(v.since, v.opened)
	for i := range v.facts.History {
		if a := &v.facts.History[i]; a.Who == "staff" || a.Who == "desk" {
			at = later(at, a.At)
		}
	}
	at = later(at, v.talk.staffLast)
	if at.Unix() > 1 { // house.no_case begins at the first second there is
		return at
	}
	return v.firstRecord()
}

// firstRecord is the first instant that anything about the matter bears. Where nothing bears any it is the instant of the question: the
// matter comes up again and again, and does not stay unseen.
func (v *view) firstRecord() time.Time {
	var first time.Time
	take := func(at time.Time) {
		if !at.IsZero() && (first.IsZero() || at.Before(first)) {
			first = at
		}
	}
	for i := range v.facts.Messages {
		take(v.facts.Messages[i].At)
	}
	for _, e := range events(v.facts) {
		take(e.at)
	}
	if first.IsZero() && v.facts.Order != nil {
		take(v.facts.Order.PlacedAt)
		take(v.facts.Order.ShipBy)
	}
	if first.IsZero() {
		return v.now
	}
	return first
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
