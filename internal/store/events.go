package store

import (
	"context"
)

const eventAll = "id, case_id, at, kind, actor, member_id, data"

func readEvent(r *record) Event {
	return Event{ID: r.int(), CaseID: r.int(), At: r.instant(), Kind: r.text(), Actor: r.text(), MemberID: r.int(), Data: r.json()}
}

// Events gives the history of a case, newest first: at most limit events with an id below before (0 = from the newest).
func (r reader) Events(ctx context.Context, caseID, before int64, limit int) ([]Event, error) {
	if before <= 0 {
		before = never
	}
	const text = "SELECT " + eventAll + " FROM event WHERE case_id = ? AND id < ? ORDER BY id DESC LIMIT ? + 0"
	return all(ctx, r, readEvent, text, caseID, before, limit)
}

// EventsOfKinds gives what of these kinds stands in the history of cases, in no order.
func (r reader) EventsOfKinds(ctx context.Context, caseIDs []int64, kinds ...string) ([]Event, error) {
	those, args := among(r.dialect, kinds)
	return byIDs(ctx, r, readEvent, "SELECT "+eventAll+" FROM event WHERE kind "+those+" AND case_id", "", caseIDs, args...)
}

var eventTable = table{name: "event", columns: []string{"case_id", "at", "kind", "actor", "member_id", "data"}}

// AddEvents adds lines to the history of cases, in this order, with the letters of those that programs want to hear.
func (tx *Tx) AddEvents(events []Event) error {
	if len(events) == 0 {
		return nil
	}
	hearing, err := tx.feeds()
	if err != nil {
		return err
	}
	rows := make([][]any, len(events))
	for i, e := range events {
		rows[i] = []any{e.CaseID, micros(e.At), e.Kind, e.Actor, e.MemberID, string(e.Data)}
		tx.Touched(e.CaseID)
	}
	if len(hearing) == 0 {
		_, err := put(tx, eventTable, rows, nothing)
		return err
	}
	known := eventTable
	known.returns = "id"
	ids, err := put(tx, known, rows, (*record).int)
	if err == nil {
		ids, err = numbered(ids, len(rows))
	}
	if err != nil {
		return err
	}
	return tx.feed(hearing, events, ids)
}

const evidenceAll = "id, case_id, at, from_, kind, hash, name, type, size, reading, text, note, member_id, frozen_at"

func readEvidence(r *record) Evidence {
	return Evidence{
		ID: r.int(), CaseID: r.int(), At: r.instant(), From: r.text(), Kind: r.text(), Hash: r.text(), Name: r.text(), Type: r.text(),
		Size: r.int(), Reading: r.text(), Text: r.text(), Note: r.text(), MemberID: r.int(), FrozenAt: r.instant(),
	}
}

// EvidenceOf gives the evidence of a case, oldest first.
func (r reader) EvidenceOf(ctx context.Context, caseID int64) ([]Evidence, error) {
	return all(ctx, r, readEvidence, "SELECT "+evidenceAll+" FROM evidence WHERE case_id = ? ORDER BY id", caseID)
}

// Evidence gives one piece of evidence. NotFound if there is none.
func (r reader) Evidence(ctx context.Context, id int64) (Evidence, error) {
	return one(ctx, r, "evidence", readEvidence, "SELECT "+evidenceAll+" FROM evidence WHERE id = ?", id)
}

// PutEvidence adds a piece of evidence (ID 0) or changes one. What is frozen cannot be changed: Conflict.
func (tx *Tx) PutEvidence(e *Evidence) error {
	tx.Touched(e.CaseID)
	values := []any{
		e.CaseID, micros(e.At), e.From, e.Kind, e.Hash, e.Name, e.Type, e.Size, e.Reading, e.Text, e.Note, e.MemberID, micros(e.FrozenAt),
	}
	if e.ID != 0 {
		return tx.must("evidence", "UPDATE evidence SET case_id = ?, at = ?, from_ = ?, kind = ?, hash = ?, name = ?, type = ?, size = ?,"+
			" reading = ?, text = ?, note = ?, member_id = ?, frozen_at = ? WHERE id = ? AND frozen_at = 0", append(values, e.ID)...)
	}
	id, err := tx.number("INSERT INTO evidence (case_id, at, from_, kind, hash, name, type, size, reading, text, note, member_id, frozen_at)"+
		" VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id", values...)
	e.ID = id
	return err
}

// number runs a sentence that gives back the number of the row it made.
func (tx *Tx) number(text string, args ...any) (int64, error) {
	return one(tx.ctx, tx.reader, "row", (*record).int, text, args...)
}
