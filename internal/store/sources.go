package store

import (
	"cmp"
	"context"
	"slices"
)

const (
	sourceLight = "id, store_id, case_id, kind, external_id, fingerprint, open"
	sourceAll   = sourceLight + ", changed_at, seen_at, problem, ref, facts"
)

func readLightSource(r *record) Source {
	return Source{
		ID: r.int(), StoreID: r.int(), CaseID: r.int(), Kind: r.text(), ExternalID: r.text(), Fingerprint: r.text(), Open: r.flag(),
	}
}

func readSource(r *record) Source {
	s := readLightSource(r)
	s.ChangedAt, s.SeenAt, s.Problem = r.instant(), r.instant(), r.text()
	s.Ref, s.Facts = r.json(), r.json()
	return s
}

// SourcesByExternal gives the sources of a store with these platform ids, by id, with identity, case, fingerprint and
// openness only. What is not known is left out.
func (r reader) SourcesByExternal(ctx context.Context, storeID int64, kind string, ids []string) (map[string]Source, error) {
	head := "SELECT " + sourceLight + " FROM source WHERE store_id = ? AND kind = ? AND external_id"
	found, err := byIDs(ctx, r, readLightSource, head, "", ids, storeID, kind)
	return byAsked(ids, found, func(s Source) string { return s.ExternalID }), err
}

// Fingerprints gives the fingerprints of a store's sources by platform id. What is not known is left out.
func (r reader) Fingerprints(ctx context.Context, storeID int64, kind string, ids []string) (map[string]string, error) {
	type mark struct{ id, fingerprint string }
	read := func(r *record) mark { return mark{r.text(), r.text()} }
	head := "SELECT external_id, fingerprint FROM source WHERE store_id = ? AND kind = ? AND external_id"
	found, err := byIDs(ctx, r, read, head, "", ids, storeID, kind)
	marks := make(map[string]string, len(found))
	for id, m := range byAsked(ids, found, func(m mark) string { return m.id }) {
		marks[id] = m.fingerprint
	}
	return marks, err
}

// OpenSources gives the sources of a store that are open here, with identity, case, fingerprint and Ref.
func (r reader) OpenSources(ctx context.Context, storeID int64) ([]Source, error) {
	read := func(r *record) Source {
		s := readLightSource(r)
		s.Ref = r.json()
		return s
	}
	return all(ctx, r, read, "SELECT "+sourceLight+", ref FROM source WHERE open = 1 AND store_id = ? ORDER BY id", storeID)
}

// SourcesOf gives the sources of a case, oldest first, without Raw (see SourceRaw).
func (r reader) SourcesOf(ctx context.Context, caseID int64) ([]Source, error) {
	return all(ctx, r, readSource, "SELECT "+sourceAll+" FROM source WHERE case_id = ? ORDER BY id", caseID)
}

// NamesOf gives the sources of a case as SourcesByExternal does, oldest first.
func (r reader) NamesOf(ctx context.Context, caseID int64) ([]Source, error) {
	return all(ctx, r, readLightSource, "SELECT "+sourceLight+" FROM source WHERE case_id = ? ORDER BY id", caseID)
}

// SourcesOfCases gives the sources of several cases by case, oldest first, without Raw.
func (r reader) SourcesOfCases(ctx context.Context, caseIDs []int64) (map[int64][]Source, error) {
	found, err := byIDs(ctx, r, readSource, "SELECT "+sourceAll+" FROM source WHERE case_id", "", caseIDs)
	slices.SortFunc(found, func(a, b Source) int { return cmp.Compare(a.ID, b.ID) })
	sources := map[int64][]Source{}
	for _, s := range found {
		sources[s.CaseID] = append(sources[s.CaseID], s)
	}
	return sources, err
}

// SourceRaw gives a source's record as received. NotFound if there is no such source.
func (r reader) SourceRaw(ctx context.Context, id int64) ([]byte, error) {
	packed, err := one(ctx, r, "source", (*record).bytes, "SELECT raw FROM source WHERE id = ?", id)
	if err != nil {
		return nil, err
	}
	return unpack(packed)
}

var sourceTable = table{
	name: "source",
	columns: []string{
		"store_id", "case_id", "kind", "external_id", "fingerprint", "open", "changed_at", "seen_at", "problem", "ref", "facts", "raw",
	},
	key:     []string{"store_id", "kind", "external_id"},
	keep:    map[string]string{"raw": "coalesce(excluded.raw, source.raw)"},
	returns: "id, store_id, kind, external_id",
}

type sourceKey struct {
	storeID int64
	kind    string
	id      string
}

// PutSources writes sources, each known by its store, kind and platform id (no two of the same in one call), and fills
// in their ids. Raw nil keeps what was received before.
func (tx *Tx) PutSources(sources []Source) error {
	rows := make([][]any, len(sources))
	for i, s := range sources {
		raw, err := pack(s.Raw)
		if err != nil {
			return err
		}
		rows[i] = []any{
			s.StoreID, s.CaseID, s.Kind, s.ExternalID, s.Fingerprint, flag(s.Open), micros(s.ChangedAt), micros(s.SeenAt), s.Problem,
			string(s.Ref), string(s.Facts), raw,
		}
		tx.Touched(s.CaseID)
	}
	ids := make(map[sourceKey]int64, len(sources))
	_, err := put(tx, sourceTable, rows, func(r *record) struct{} {
		id := r.int()
		ids[sourceKey{r.int(), r.text(), r.text()}] = id
		return struct{}{}
	})
	for i := range sources {
		s := &sources[i]
		s.ID = ids[sourceKey{s.StoreID, tidy(s.Kind), tidy(s.ExternalID)}]
	}
	return err
}

// SeenSources notes that sources were listed again, unchanged.
func (tx *Tx) SeenSources(ids []int64, at int64) error {
	for _, part := range chunks(ids, 512) {
		those, args := among(tx.dialect, part)
		if _, err := tx.change("UPDATE source SET seen_at = ? WHERE id "+those, append([]any{at}, args...)...); err != nil {
			return err
		}
	}
	return nil
}
