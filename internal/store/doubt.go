package store

import (
	"context"
	"maps"
	"slices"
	"time"
)

// The outward acts a person has to look at; the states are those of package desk. The conditions on states are word for word those of the
// indexes effect_doubt and effect_refused.
const (
	unclear = " FROM effect WHERE state IN ('in_doubt', 'contradicted')"
	refused = " FROM effect WHERE state = 'refused' AND ended_at >= ?"
)

// Doubtful gives the acts whose end is not known, that were contradicted, or that were refused since an instant, latest
// first. stores nil = all.
func (r reader) Doubtful(ctx context.Context, stores []int64, refusedSince time.Time, limit int) ([]Effect, error) {
	text, args := doubtful(stores, refusedSince, limit)
	return all(ctx, r, readEffect, text, args...)
}

func doubtful(stores []int64, refusedSince time.Time, limit int) (string, []any) {
	const latest = " ORDER BY ended_at DESC, id LIMIT ? + 0"
	doubts, args := inStores("SELECT "+effectAll+unclear, stores, nil)
	refusals, more := inStores("SELECT "+effectAll+refused, stores, []any{micros(refusedSince)})
	args = append(append(append(args, limit), more...), limit, limit)
	return "SELECT " + effectAll + " FROM (SELECT * FROM (" + doubts + latest + ") a UNION ALL SELECT * FROM (" + refusals + latest + ") b) e" + latest, args
}

// CountDoubtful counts the acts in doubt or contradicted, at most up to limit.
func (r reader) CountDoubtful(ctx context.Context, stores []int64, limit int) (int64, error) {
	text, args := inStores("SELECT id"+unclear, stores, nil)
	return one(ctx, r, "count", (*record).int, "SELECT count(*) FROM ("+text+" LIMIT ? + 0) x", append(args, limit)...)
}

// inStores narrows a sentence to stores; nil leaves it as it is.
func inStores(text string, stores []int64, args []any) (string, []any) {
	if stores == nil {
		return text, args
	}
	list, values := marks(stores)
	return text + " AND store_id IN (" + list + ")", append(args, values...)
}

// OpenEffects counts the acts of a decision that have not ended.
func (r reader) OpenEffects(ctx context.Context, decisionID string) (int64, error) {
	return one(ctx, r, "count", (*record).int, "SELECT count(*) FROM effect WHERE decision_id = ? AND ended_at = 0", decisionID)
}

// CancelEffects ends the acts of a decision that were not begun.
func (tx *Tx) CancelEffects(decisionID string, at time.Time) error {
	_, err := tx.change("UPDATE effect SET state = 'cancelled', ended_at = ?, due_at = 0 WHERE decision_id = ? AND ended_at = 0 AND state = 'planned'",
		micros(at), decisionID)
	return err
}

// SetCaseEffect writes the state of a case's last outward act onto its card.
func (tx *Tx) SetCaseEffect(caseID int64, state string) error {
	return tx.SetCaseEffects(map[int64]string{caseID: state})
}

// SetCaseEffects is SetCaseEffect for many cases, by their ids. NotFound if one of them does not exist.
func (tx *Tx) SetCaseEffects(states map[int64]string) error {
	ids := slices.Sorted(maps.Keys(states))
	found, err := tx.CasesForUpdate(ids)
	if err != nil {
		return err
	}
	cases := make([]*Case, 0, len(ids))
	for _, id := range ids {
		c, ok := found[id]
		if !ok {
			return missing("case")
		}
		c.Card.Effect = states[id]
		cases = append(cases, &c)
	}
	return tx.PutCases(cases)
}

// FreezeEvidence marks proofs of a case as shown to a platform from an instant on; what is frozen already keeps its instant.
func (tx *Tx) FreezeEvidence(caseID int64, ids []int64, at time.Time) error {
	for _, id := range ids {
		if _, err := tx.change("UPDATE evidence SET frozen_at = ? WHERE id = ? AND case_id = ? AND frozen_at = 0", micros(at), id, caseID); err != nil {
			return err
		}
	}
	return nil
}

// CountBuyer counts a buyer's cases at a store, all and open ones, among the newest ones up to limit.
func (r reader) CountBuyer(ctx context.Context, storeID int64, buyer string, limit int) (cases, open int, err error) {
	if buyer == "" {
		return 0, 0, nil
	}
	const text = "SELECT open FROM case_ WHERE store_id = ? AND buyer_id = ? AND buyer_id <> '' ORDER BY id DESC LIMIT ? + 0"
	flags, err := all(ctx, r, (*record).flag, text, storeID, buyer, limit)
	for _, is := range flags {
		if is {
			open++
		}
	}
	return len(flags), open, err
}

// StoreByExternal gives the store of a connector's shop that is not closed. NotFound if there is none.
func (r reader) StoreByExternal(ctx context.Context, connector, externalID string) (Store, error) {
	return one(ctx, r, "store", readStore, "SELECT "+storeAll+" FROM store WHERE connector = ? AND external_id = ? ORDER BY id LIMIT 1", connector, externalID)
}

// CompanyNamed gives the id of the company of a name; a new one is added.
func (tx *Tx) CompanyNamed(name string) (int64, error) {
	found, err := all(tx.ctx, tx.reader, (*record).int, "SELECT id FROM company WHERE name = ? ORDER BY id LIMIT 1", name)
	if err != nil {
		return 0, err
	}
	if len(found) > 0 {
		return found[0], nil
	}
	c := Company{Name: name}
	err = tx.PutCompany(&c)
	return c.ID, err
}

// Grant gives a member access to one more store.
func (tx *Tx) Grant(memberID, storeID int64) error {
	tx.TouchedNames()
	_, err := put(tx, table{name: "access", columns: []string{"member_id", "store_id"}}, [][]any{{memberID, storeID}}, nothing)
	return err
}
