package store

import (
	"cmp"
	"context"
	"slices"
)

const memberAll = "id, version, email, name, role, password, locale, zone, theme, all_stores, state, created_at"

func readMember(r *record) Member {
	return Member{
		ID: r.int(), Version: r.int(), Email: r.text(), Name: r.text(), Role: r.text(), Password: r.text(), Locale: r.text(),
		Zone: r.text(), Theme: r.text(), AllStores: r.flag(), State: r.text(), CreatedAt: r.instant(),
	}
}

// Members gives all members in the order of their ids, removed ones too.
func (r reader) Members(ctx context.Context) ([]Member, error) {
	if k, err := r.kept(ctx); k != nil || err != nil {
		return copies(k.all().members), err
	}
	members, err := all(ctx, r, readMember, "SELECT "+memberAll+" FROM member ORDER BY id")
	if err != nil {
		return nil, err
	}
	type grant struct{ member, store int64 }
	read := func(r *record) grant { return grant{r.int(), r.int()} }
	grants, err := all(ctx, r, read, "SELECT member_id, store_id FROM access ORDER BY member_id, store_id")
	for _, g := range grants {
		i, ok := slices.BinarySearchFunc(members, g.member, func(m Member, id int64) int { return cmp.Compare(m.ID, id) })
		if ok {
			members[i].Stores = append(members[i].Stores, g.store)
		}
	}
	return members, err
}

// Member gives one member. NotFound if there is none.
func (r reader) Member(ctx context.Context, id int64) (Member, error) {
	if k, err := r.kept(ctx); k != nil || err != nil {
		i, ok := slices.BinarySearchFunc(k.all().members, id, func(m Member, id int64) int { return cmp.Compare(m.ID, id) })
		if err != nil || !ok {
			return Member{}, cmp.Or(err, missing("member"))
		}
		return k.members[i].copied(), nil
	}
	return r.member(ctx, "id = ?", id)
}

// MemberByEmail gives the member with this login (lower case) who was not removed. NotFound if there is none.
func (r reader) MemberByEmail(ctx context.Context, email string) (Member, error) {
	return r.member(ctx, "state <> 'removed' AND email = ?", email)
}

func (r reader) member(ctx context.Context, which string, value any) (Member, error) {
	m, err := one(ctx, r, "member", readMember, "SELECT "+memberAll+" FROM member WHERE "+which, value)
	if err != nil {
		return Member{}, err
	}
	m.Stores, err = all(ctx, r, (*record).int, "SELECT store_id FROM access WHERE member_id = ? ORDER BY store_id", m.ID)
	return m, err
}

func (m *Member) columns() []any {
	return []any{
		m.Version, m.Email, m.Name, m.Role, m.Password, m.Locale, m.Zone, m.Theme, flag(m.AllStores), m.State, micros(m.CreatedAt),
	}
}

// PutMember adds a member (ID 0) or changes one, whose Version goes up, together with the stores granted. Conflict if
// the version is another one, or if the login is taken.
func (tx *Tx) PutMember(m *Member) (err error) {
	tx.TouchedNames()
	if m.ID == 0 {
		m.Version = 1
		m.ID, err = tx.number("INSERT INTO member (version, email, name, role, password, locale, zone, theme, all_stores, state, created_at)"+
			" VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id", m.columns()...)
	} else {
		m.Version++
		err = tx.must("member", "UPDATE member SET version = ?, email = ?, name = ?, role = ?, password = ?, locale = ?, zone = ?, theme = ?,"+
			" all_stores = ?, state = ?, created_at = ? WHERE id = ? AND version = ?", append(m.columns(), m.ID, m.Version-1)...)
		if err != nil {
			m.Version--
		}
	}
	if err != nil {
		return err
	}
	return tx.grant(m.ID, m.Stores)
}

func (tx *Tx) grant(memberID int64, stores []int64) error {
	if _, err := tx.change("DELETE FROM access WHERE member_id = ?", memberID); err != nil {
		return err
	}
	var rows [][]any
	for _, id := range slices.Compact(slices.Sorted(slices.Values(stores))) {
		rows = append(rows, []any{memberID, id})
	}
	_, err := put(tx, table{name: "access", columns: []string{"member_id", "store_id"}}, rows, nothing)
	return err
}

// SavedViews gives a member's own lists by name.
func (r reader) SavedViews(ctx context.Context, memberID int64) ([]SavedView, error) {
	read := func(r *record) SavedView {
		return SavedView{ID: r.int(), MemberID: r.int(), Name: r.text(), Query: r.text()}
	}
	return all(ctx, r, read, "SELECT id, member_id, name, query FROM saved_view WHERE member_id = ? ORDER BY name, id", memberID)
}

// PutSavedView keeps a member's list under its name; one of the same name is replaced.
func (tx *Tx) PutSavedView(v *SavedView) (err error) {
	v.ID, err = tx.number("INSERT INTO saved_view (member_id, name, query) VALUES (?, ?, ?)"+
		" ON CONFLICT (member_id, name) DO UPDATE SET query = excluded.query RETURNING id", v.MemberID, v.Name, v.Query)
	return err
}

// DeleteSavedView removes a member's own list. Conflict if the member has none of that id.
func (tx *Tx) DeleteSavedView(memberID, id int64) error {
	return tx.must("saved_view", "DELETE FROM saved_view WHERE member_id = ? AND id = ?", memberID, id)
}
