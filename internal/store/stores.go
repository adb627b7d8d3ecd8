package store

import (
	"cmp"
	"context"
	"slices"
	"time"
)

// Companies gives all companies in the order of their ids.
func (r reader) Companies(ctx context.Context) ([]Company, error) {
	if k, err := r.kept(ctx); k != nil || err != nil {
		return slices.Clone(k.all().companies), err
	}
	read := func(r *record) Company { return Company{ID: r.int(), Name: r.text()} }
	return all(ctx, r, read, "SELECT id, name FROM company ORDER BY id")
}

// PutCompany adds a company (ID 0) or renames one.
func (tx *Tx) PutCompany(c *Company) (err error) {
	tx.TouchedNames()
	if c.ID != 0 {
		return tx.must("company", "UPDATE company SET name = ? WHERE id = ?", c.Name, c.ID)
	}
	c.ID, err = tx.number("INSERT INTO company (name) VALUES (?) RETURNING id", c.Name)
	return err
}

const storeAll = "id, version, company_id, connector, marketplace, name, external_id, zone, currency, country, language, settings, secret, packs, state, created_at"

func readStore(r *record) Store {
	s := Store{
		ID: r.int(), Version: r.int(), CompanyID: r.int(), Connector: r.text(), Marketplace: r.text(), Name: r.text(), ExternalID: r.text(), Zone: r.text(),
		Currency: r.text(), Country: r.text(), Language: r.text(),
	}
	s.Settings = settingsRead.decode(r)
	s.Secret = r.bytes()
	s.Packs = packsRead.decode(r)
	s.State, s.CreatedAt = r.text(), r.instant()
	return s
}

// Stores gives all stores in the order of their ids, closed ones too.
func (r reader) Stores(ctx context.Context) ([]Store, error) {
	if k, err := r.kept(ctx); k != nil || err != nil {
		return copies(k.all().stores), err
	}
	return all(ctx, r, readStore, "SELECT "+storeAll+" FROM store ORDER BY id")
}

// Store gives one store. NotFound if there is none.
func (r reader) Store(ctx context.Context, id int64) (Store, error) {
	if k, err := r.kept(ctx); k != nil || err != nil {
		s, ok := k.all().store(id)
		if err == nil && !ok {
			err = missing("store")
		}
		return s, err
	}
	return one(ctx, r, "store", readStore, "SELECT "+storeAll+" FROM store WHERE id = ?", id)
}

// StoresByID gives stores by id. What does not exist is left out.
func (r reader) StoresByID(ctx context.Context, ids []int64) (map[int64]Store, error) {
	if k, err := r.kept(ctx); k != nil || err != nil {
		out := make(map[int64]Store, len(ids))
		for _, id := range ids {
			if s, ok := k.all().store(id); ok {
				out[id] = s
			}
		}
		return out, err
	}
	found, err := byIDs(ctx, r, readStore, "SELECT "+storeAll+" FROM store WHERE id", "", slices.Compact(slices.Sorted(slices.Values(ids))))
	out := make(map[int64]Store, len(found))
	for _, s := range found {
		out[s.ID] = s
	}
	return out, err
}

func (s *Store) columns() []any {
	return []any{
		s.Version, s.CompanyID, s.Connector, s.Marketplace, s.Name, s.ExternalID, s.Zone, s.Currency, s.Country, s.Language, encode(s.Settings),
		s.Secret, encode(s.Packs), s.State, micros(s.CreatedAt),
	}
}

// PutStore adds a store (ID 0; it gets ID and Version 1, and is to be read at once) or changes one, whose Version goes
// up. Conflict if the version is another one, or if the platform's shop is added already.
func (tx *Tx) PutStore(s *Store) error {
	tx.TouchedNames()
	s.Marketplace = cmp.Or(s.Marketplace, s.Connector)
	if s.ID == 0 {
		return tx.addStore(s)
	}
	tx.TouchedStore(s.ID)
	s.Version++
	values := append(s.columns(), s.ID, s.Version-1)
	err := tx.must("store", "UPDATE store SET version = ?, company_id = ?, connector = ?, marketplace = ?, name = ?, external_id = ?, zone = ?, currency = ?,"+
		" country = ?, language = ?, settings = ?, secret = ?, packs = ?, state = ?, created_at = ? WHERE id = ? AND version = ?", values...)
	if err != nil {
		s.Version--
	}
	return err
}

func (tx *Tx) addStore(s *Store) (err error) {
	s.Version = 1
	s.ID, err = tx.number("INSERT INTO store (version, company_id, connector, marketplace, name, external_id, zone, currency, country, language,"+
		" settings, secret, packs, state, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id", s.columns()...)
	if err != nil {
		return err
	}
	tx.TouchedStore(s.ID)
	at := s.CreatedAt
	if at.IsZero() {
		at = tx.db.now()
	}
	return tx.addSync(s.ID, at)
}

func (tx *Tx) addSync(storeID int64, at time.Time) error {
	_, err := tx.change("INSERT INTO sync ("+syncAll+", lease_until) VALUES (?, ?, 0, 0, 0, '', '', '', '', -1, 0, 0, 0, 0, 0)", storeID, micros(at))
	return err
}

// SetSecret replaces a store's sealed secret, such as a renewed token, without touching its version: no person edits it.
func (tx *Tx) SetSecret(storeID int64, sealed []byte) error {
	tx.TouchedNames()
	return tx.must("store", "UPDATE store SET secret = ? WHERE id = ?", sealed, storeID)
}

// Setting gives a value of the whole installation, empty if it was never set.
func (r reader) Setting(ctx context.Context, key string) (string, error) {
	if k, err := r.kept(ctx); k != nil || err != nil {
		return k.all().settings[key], err
	}
	set, err := r.settings(ctx)
	return set[key], err
}

func (r reader) settings(ctx context.Context) (map[string]string, error) {
	type pair struct{ key, value string }
	pairs, err := all(ctx, r, func(r *record) pair { return pair{r.text(), r.text()} }, "SELECT key, value FROM setting")
	out := make(map[string]string, len(pairs))
	for _, p := range pairs {
		out[p.key] = p.value
	}
	return out, err
}

var settingTable = table{name: "setting", columns: []string{"key", "value"}, key: []string{"key"}}

// AddSetting keeps a value of the whole installation unless there is one, and gives the one that is kept.
func (tx *Tx) AddSetting(key, value string) (string, error) {
	tx.TouchedNames()
	if _, err := tx.change("INSERT INTO setting (key, value) VALUES (?, ?) ON CONFLICT DO NOTHING", key, value); err != nil {
		return "", err
	}
	return tx.Setting(tx.ctx, key)
}

// PutSetting keeps a value of the whole installation.
func (tx *Tx) PutSetting(key, value string) error {
	tx.TouchedNames()
	_, err := put(tx, settingTable, [][]any{{key, value}}, nothing)
	return err
}
