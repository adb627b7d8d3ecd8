package store

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"maps"
	"slices"
)

// kept is what hardly ever changes and is needed with nearly everything: companies, stores, members and their rights, plans, channels,
// which companies have trackers, and settings. A mark in the database becomes another one with each change of these, whichever program
// makes it: whoever finds there the mark he knows need not read them again.
type kept struct {
	mark      string
	companies []Company
	stores    []Store
	storeAt   map[int64]int // places in stores
	members   []Member
	plans     map[int64]json.RawMessage
	channels  []Channel // active ones
	feeds     []feed
	tracked   map[int64]bool // companies that ever had a tracker; true where one is active
	settings  map[string]string
}

// keeper gives what is kept, read through r; nil where the database has to be asked.
type keeper interface {
	kept(ctx context.Context, r reader) (*kept, error)
}

// kept gives what hardly ever changes as it stands now, nil where each has to be asked for itself: nothing was ever changed, or this very
// transaction has changed something.
func (r reader) kept(ctx context.Context) (*kept, error) {
	if r.keeper == nil {
		return nil, nil
	}
	return r.keeper.kept(ctx, r)
}

func (db *DB) kept(ctx context.Context, r reader) (*kept, error) {
	mark, err := r.Mark(ctx)
	if err != nil || mark == "" {
		return nil, err
	}
	if known := db.keeping.Load(); known != nil && known.mark == mark {
		return known, nil
	}
	read, err := readKept(ctx, r, mark)
	if err == nil {
		db.keeping.Store(read)
	}
	return read, err
}

// kept reads the mark once: a transaction sees one state of these things, until it changes them itself.
func (tx *Tx) kept(ctx context.Context, r reader) (*kept, error) {
	if tx.changed.names {
		return nil, nil
	}
	if tx.seen == nil {
		var err error
		if tx.seen, err = tx.db.kept(ctx, r); err != nil {
			return nil, err
		}
	}
	return tx.seen, nil
}

// Mark is what changes whenever a name, a right, a plan, a channel or a setting was changed, by whichever program; empty where none ever was.
func (r reader) Mark(ctx context.Context) (string, error) {
	found, err := all(ctx, r, (*record).text, "SELECT value FROM mark WHERE id = 1")
	if err != nil || len(found) == 0 {
		return "", err
	}
	return found[0], nil
}

var markTable = table{name: "mark", columns: []string{"id", "value"}, key: []string{"id"}}

// putMark writes another mark. It is the last a transaction does, so that nobody who changes such things waits long for another.
func (tx *Tx) putMark() error {
	_, err := put(tx, markTable, [][]any{{1, rand.Text()}}, nothing)
	return err
}

// readKept reads the parts. What changes meanwhile changes the mark, too, so that nobody takes the parts for longer than this once.
func readKept(ctx context.Context, r reader, mark string) (k *kept, err error) {
	r.keeper = nil
	k = &kept{mark: mark, storeAt: map[int64]int{}}
	if k.companies, err = r.Companies(ctx); err != nil {
		return nil, err
	}
	if k.stores, err = r.Stores(ctx); err != nil {
		return nil, err
	}
	for i, s := range k.stores {
		k.storeAt[s.ID] = i
	}
	if k.members, err = r.Members(ctx); err != nil {
		return nil, err
	}
	if k.plans, err = r.Plans(ctx); err != nil {
		return nil, err
	}
	if k.channels, err = r.ActiveChannels(ctx); err != nil {
		return nil, err
	}
	k.feeds = feedsOf(k.channels)
	if k.tracked, err = r.tracked(ctx); err != nil {
		return nil, err
	}
	k.settings, err = r.settings(ctx)
	return k, err
}

// all gives nothing for nil, which stands beside an error.
func (k *kept) all() *kept {
	if k == nil {
		return &kept{}
	}
	return k
}

// store gives one store, and its own copy of what others could write into.
func (k *kept) store(id int64) (Store, bool) {
	i, ok := k.storeAt[id]
	if !ok {
		return Store{}, false
	}
	return k.stores[i].copied(), true
}

func (s Store) copied() Store {
	s.Settings, s.Packs = maps.Clone(s.Settings), slices.Clone(s.Packs)
	return s
}

func (m Member) copied() Member {
	m.Stores = slices.Clone(m.Stores)
	return m
}

func copies[T interface{ copied() T }](list []T) []T {
	out := make([]T, len(list))
	for i, v := range list {
		out[i] = v.copied()
	}
	return out
}
