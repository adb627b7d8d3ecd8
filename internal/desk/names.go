package desk

import (
	"context"
	"sync"
	"time"

	"parley/internal/store"
)

// names keeps the few names every list shows: of stores, companies and members. They are read again after a change that was heard of;
// after a while it is asked whether another program changed them unheard.
type names struct {
	mu        sync.RWMutex
	readAt    time.Time
	stale     bool
	mark      string
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
	b, stale := book{n.stores, n.companies, n.members}, n.stale
	n.mu.RUnlock()
	if fresh {
		return b, nil
	}
	return d.readNames(ctx, b, stale)
}

// readNames reads what changed since the book was made.
func (d *Desk) readNames(ctx context.Context, b book, stale bool) (book, error) {
	n := d.names
	n.mu.Lock()
	known := n.mark
	n.stale = false // a change from here on sets it again
	n.mu.Unlock()
	mark, err := d.DB.Mark(ctx)
	if err != nil {
		return b, err
	}
	if stale || mark != known || b.stores == nil {
		if b, err = d.newBook(ctx); err != nil {
			return b, err
		}
	}
	n.mu.Lock()
	n.stores, n.companies, n.members, n.mark, n.readAt = b.stores, b.companies, b.members, mark, d.Now()
	n.mu.Unlock()
	return b, nil
}

// newBook reads companies, stores and members, without what no list shows.
func (d *Desk) newBook(ctx context.Context) (book, error) {
	b := book{stores: map[int64]store.Store{}, companies: map[int64]string{}, members: map[int64]store.Member{}}
	companies, err := d.DB.Companies(ctx)
	if err != nil {
		return b, err
	}
	for _, c := range companies {
		b.companies[c.ID] = c.Name
	}
	stores, err := d.DB.Stores(ctx)
	if err != nil {
		return b, err
	}
	for _, s := range stores {
		s.Secret = nil
		b.stores[s.ID] = s
	}
	members, err := d.DB.Members(ctx)
	for _, m := range members {
		m.Password = ""
		b.members[m.ID] = m
	}
	return b, err
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
