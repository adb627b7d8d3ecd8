package store

import (
	"context"
	"encoding/json"
	"time"
)

// Stripped is a case without what it told of people, as package desk makes it. Rows that are not named stay.
type Stripped struct {
	Sources   map[int64]json.RawMessage // facts by source; what was received goes
	Events    map[int64]json.RawMessage // data by event
	Decisions map[string]json.RawMessage
	Effects   map[string]json.RawMessage // payload by effect; what was kept for comparing goes
	Numbers   []string                   // by which the case is still found
}

// Erase writes a case without what it told of people and gives the hashes of its files, which nothing of this case needs any more.
func (tx *Tx) Erase(caseID int64, s Stripped) ([]string, error) {
	tx.Touched(caseID)
	for id, facts := range s.Sources {
		if _, err := tx.change("UPDATE source SET facts = ?, raw = NULL WHERE id = ?", string(facts), id); err != nil {
			return nil, err
		}
	}
	for id, data := range s.Events {
		if _, err := tx.change("UPDATE event SET data = ? WHERE id = ?", string(data), id); err != nil {
			return nil, err
		}
	}
	for id, data := range s.Decisions {
		if _, err := tx.change("UPDATE decision SET data = ? WHERE id = ?", string(data), id); err != nil {
			return nil, err
		}
	}
	for id, payload := range s.Effects {
		if _, err := tx.change("UPDATE effect SET payload = ?, before_ = '' WHERE id = ?", string(payload), id); err != nil {
			return nil, err
		}
		if _, err := tx.change("DELETE FROM receipt WHERE effect_id = ?", id); err != nil {
			return nil, err
		}
	}
	if err := tx.eraseParcel(caseID); err != nil {
		return nil, err
	}
	hashes, err := all(tx.ctx, tx.reader, (*record).text, "SELECT DISTINCT hash FROM evidence WHERE case_id = ? AND hash <> ''", caseID)
	if err != nil {
		return nil, err
	}
	if _, err := tx.change("UPDATE evidence SET hash = '', name = '', text = '', note = '' WHERE case_id = ?", caseID); err != nil {
		return nil, err
	}
	copies, err := tx.eraseFiles(caseID)
	if err != nil {
		return nil, err
	}
	return append(hashes, copies...), tx.Index(caseID, SearchDoc{Numbers: s.Numbers})
}

// EraseOrder strips an order: its facts are replaced and what was received goes.
func (tx *Tx) EraseOrder(id int64, facts json.RawMessage) error {
	_, err := tx.change("UPDATE order_ SET facts = ?, raw = NULL, wanted_at = 0 WHERE id = ?", string(facts), id)
	return err
}

// FileInUse tells whether any case still has a file.
func (r reader) FileInUse(ctx context.Context, hash string) (bool, error) {
	for _, text := range []string{"SELECT 1 FROM evidence WHERE hash = ? LIMIT 1", "SELECT 1 FROM kept_file WHERE hash = ? LIMIT 1"} {
		if found, err := all(ctx, r, (*record).int, text, hash); err != nil || len(found) > 0 {
			return true, err
		}
	}
	return false, nil
}

// EndedAfter gives the cases that ended after a place in the order of ends, up to an instant, the earliest end first.
func (r reader) EndedAfter(ctx context.Context, at time.Time, id int64, until time.Time, limit int) ([]Case, error) {
	const text = "SELECT " + caseList + " FROM case_ c WHERE c.open = 0 AND c.ended_at > 0 AND (c.ended_at, c.id) > (?, ?) AND c.ended_at <= ?" +
		" ORDER BY c.ended_at, c.id LIMIT ? + 0"
	return all(ctx, r, readCase, text, micros(at), id, micros(until), limit)
}

// ForgetGiven forgets the keys of decisions written before an instant.
func (tx *Tx) ForgetGiven(before time.Time) error {
	_, err := tx.change("DELETE FROM given WHERE at < ?", micros(before))
	return err
}

// Given is what is remembered of a decision that came with a key.
type Given struct {
	Key      string // digest of member and key
	At       time.Time
	Decision string
	Asked    string // digest of case and choice
}

// GivenUnder gives the decision made under a key; false if there is none.
func (r reader) GivenUnder(ctx context.Context, key string) (Given, bool, error) {
	read := func(r *record) Given {
		return Given{Key: r.text(), At: r.instant(), Decision: r.text(), Asked: r.text()}
	}
	found, err := all(ctx, r, read, "SELECT key, at, decision_id, asked FROM given WHERE key = ?", key)
	if err != nil || len(found) == 0 {
		return Given{}, false, err
	}
	return found[0], true, nil
}

// AddGiven remembers a key. Conflict if it is taken.
func (tx *Tx) AddGiven(g Given) error {
	return tx.must("key", "INSERT INTO given (key, at, decision_id, asked) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING", g.Key, micros(g.At), g.Decision, g.Asked)
}
