package desk

import (
	"context"
	"sync"
	"time"

	"parley/internal/store"
)

// names keeps the few names every list shows: of stores, companies and members. They are read again after a change here, and after a
// while in any case, as another node may have changed them.
type names struct {
	mu        sync.RWMutex
	readAt    time.Time
	stale     bool
	stores    map[int64]store.Store
	companies map[int64]string
	members   map[int64]store.Member
}

const namesAge = 30 * time.Second

func newNames() *names { return &names{stale: true} }

func (n *names) forget() {
	n.mu.Lock()
	n.stale = true
	n.mu.Unlock()
}

// book is a consistent copy of the names.
type book struct {
	stores    map[int64]store.Store
	companies map[int64]string
	members   map[int64]store.Member
}

func (d *Desk) book(ctx context.Context) (book, error) {
	n := d.names
	n.mu.RLock()
	fresh := !n.stale && d.Now().Sub(n.readAt) < namesAge
	b := book{n.stores, n.companies, n.members}
	n.mu.RUnlock()
	if fresh {
		return b, nil
	}
	return d.readNames(ctx)
}

func (d *Desk) readNames(ctx context.Context) (book, error) {
	d.names.mu.Lock()
	d.names.stale = false // a change from here on sets it again
	d.names.mu.Unlock()
	b := book{map[int64]store.Store{}, map[int64]string{}, map[int64]store.Member{}}
	stores, err := d.DB.Stores(ctx)
	if err != nil {
		return b, err
	}
	for _, s := range stores {
		s.Secret = nil
		b.stores[s.ID] = s
	}
	companies, err := d.DB.Companies(ctx)
	if err != nil {
		return b, err
	}
	for _, c := range companies {
		b.companies[c.ID] = c.Name
	}
	members, err := d.DB.Members(ctx)
	if err != nil {
		return b, err
	}
	for _, m := range members {
		m.Password = ""
		b.members[m.ID] = m
	}
	n := d.names
	n.mu.Lock()
	n.stores, n.companies, n.members, n.readAt = b.stores, b.companies, b.members, d.Now()
	n.mu.Unlock()
	return b, nil
}

func (d *Desk) storeRef(b book, id int64) StoreRef {
	s := b.stores[id]
	return StoreRef{ID: id, Name: s.Name, Connector: s.Connector, Zone: s.Zone, Mark: d.abouts[s.Connector].Mark}
}

func (b book) member(id int64) *MemberRef {
	if id == 0 {
		return nil
	}
	return &MemberRef{id, b.members[id].Name}
}
