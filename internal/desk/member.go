package desk

import (
	"context"
	"net/mail"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"parley/internal/fault"
	"parley/internal/store"
)

const memberNameMax = 80

// MemberView is a member as the members page shows them.
type MemberView struct {
	ID        int64     `json:"id"`
	Version   int64     `json:"version"`
	Email     string    `json:"email"`
	Name      string    `json:"name"`
	Role      string    `json:"role" enum:"owner,lead,agent,viewer"`
	AllStores bool      `json:"all_stores"`
	Stores    []int64   `json:"stores,omitempty"` // granted, where not all
	State     string    `json:"state" enum:"invited,active,removed"`
	Locale    string    `json:"locale"`
	Zone      string    `json:"zone"`
	CreatedAt time.Time `json:"created_at"`
	// NeedsEmail: the first owner has not accepted yet and chooses the e-mail.
	NeedsEmail bool `json:"-"`
}

func memberView(m store.Member) MemberView {
	return MemberView{
		ID: m.ID, Version: m.Version, Email: m.Email, Name: m.Name, Role: m.Role, AllStores: m.AllStores, Stores: m.Stores,
		State: m.State, Locale: m.Locale, Zone: m.Zone, CreatedAt: m.CreatedAt, NeedsEmail: m.State == firstOwner,
	}
}

// Members lists everybody who may sign in or is invited, by name. Those who do not manage members see only names and roles.
func (d *Desk) Members(ctx context.Context, who Who) ([]MemberView, error) {
	if err := who.need(Read); err != nil {
		return nil, err
	}
	members, err := d.DB.Members(ctx)
	views := []MemberView{}
	for _, m := range members {
		if m.State == "removed" || m.State == firstOwner {
			continue
		}
		v := memberView(m)
		if !who.May(Own) && m.ID != who.MemberID {
			v = MemberView{ID: m.ID, Name: m.Name, Role: m.Role, State: m.State}
		}
		views = append(views, v)
	}
	slices.SortStableFunc(views, func(a, b MemberView) int { return strings.Compare(a.Name, b.Name) })
	return views, err
}

// UpdateMember changes a member's role and stores, and name and e-mail where they are given. The last owner stays an owner.
func (d *Desk) UpdateMember(ctx context.Context, who Who, id int64, in InviteInput) error {
	if err := who.need(Own); err != nil {
		return err
	}
	if err := checkRole(in.Role); err != nil {
		return err
	}
	return d.changeMember(ctx, id, func(tx *store.Tx, m *store.Member) error {
		if err := rename(m, in); err != nil {
			return err
		}
		stores, err := d.checkStores(ctx, tx, in.Stores)
		if err != nil {
			return err
		}
		if in.Role != "owner" {
			if err := keepOwner(ctx, tx, m); err != nil {
				return err
			}
		}
		grant(m, in.Role, in.AllStores, stores)
		return nil
	})
}

func rename(m *store.Member, in InviteInput) (err error) {
	if in.Name != "" {
		if m.Name, err = checkName("name", in.Name, memberNameMax); err != nil {
			return err
		}
	}
	if in.Email != "" {
		m.Email, err = checkEmail(in.Email)
	}
	return err
}

// grant sets role and access. An owner always sees every store.
func grant(m *store.Member, role string, all bool, stores []int64) {
	m.Role, m.AllStores, m.Stores = role, all || role == "owner", stores
	if m.AllStores {
		m.Stores = nil
	}
}

// RemoveMember takes away a member's access at once: sessions, access tokens and open invitations end. The name stays in the history.
// The last owner cannot be removed.
func (d *Desk) RemoveMember(ctx context.Context, who Who, id int64) error {
	if err := who.need(Own); err != nil {
		return err
	}
	return d.changeMember(ctx, id, func(tx *store.Tx, m *store.Member) error {
		if err := keepOwner(ctx, tx, m); err != nil {
			return err
		}
		m.State, m.Password = "removed", ""
		if err := tx.DeleteSessionsOf(m.ID, [32]byte{}); err != nil {
			return err
		}
		return tx.DeleteTokensOf(m.ID, "")
	})
}

// keepOwner fails if the member is the only active owner. All members are locked while this is looked at, so that two owners cannot
// take the role from each other at the same moment.
func keepOwner(ctx context.Context, tx *store.Tx, m *store.Member) error {
	if m.Role != "owner" || m.State != "active" {
		return nil
	}
	if err := tx.LockMembers(); err != nil {
		return err
	}
	members, err := tx.Members(ctx)
	if err != nil {
		return err
	}
	for _, other := range members {
		if other.ID != m.ID && other.Role == "owner" && other.State == "active" {
			return nil
		}
	}
	return fault.New(fault.Refused, "fault.member.last_owner")
}

// changeMember reads a member who was not removed, lets do change the row, and writes it.
func (d *Desk) changeMember(ctx context.Context, id int64, do func(*store.Tx, *store.Member) error) error {
	defer d.names.forget()
	return d.DB.Write(ctx, func(tx *store.Tx) error {
		m, err := tx.Member(ctx, id)
		if err == nil && m.State == "removed" {
			err = fault.New(fault.NotFound, "fault.not_found", "what", "member")
		}
		if err != nil {
			return err
		}
		if err := do(tx, &m); err != nil {
			return err
		}
		return tx.PutMember(&m)
	})
}

func checkRole(role string) error {
	if rank[role] == nobody {
		return fault.Input("role", role, "owner, lead, agent, viewer")
	}
	return nil
}

// checkStores refuses stores that are not there and gives the list without repetitions.
func (d *Desk) checkStores(ctx context.Context, tx *store.Tx, ids []int64) ([]int64, error) {
	ids = slices.Compact(slices.Sorted(slices.Values(ids)))
	for _, id := range ids {
		if _, err := tx.Store(ctx, id); err != nil {
			return nil, err
		}
	}
	return ids, nil
}

// checkEmail takes a bare address and gives it in lower case, as it is compared.
func checkEmail(email string) (string, error) {
	folded := foldEmail(email)
	addr, err := mail.ParseAddress(folded)
	if err != nil || addr.Address != folded || len(folded) > 254 || strings.ContainsFunc(folded, unicode.IsControl) {
		return "", fault.Input("email", email, "name@example.com")
	}
	return folded, nil
}

// checkName takes one line of text that shows something.
func checkName(field, name string, most int) (string, error) {
	name = strings.TrimSpace(name)
	n := utf8.RuneCountInString(name)
	if n == 0 || n > most || !utf8.ValidString(name) || strings.ContainsFunc(name, unicode.IsControl) {
		return "", fault.Input(field, name, "1.."+strconv.Itoa(most))
	}
	return name, nil
}
