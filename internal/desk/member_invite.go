package desk

import (
	"context"
	"errors"
	"strconv"
	"time"

	"parley/internal/fault"
	"parley/internal/store"
)

// InvitePath is where the web answers a one-time link: the desk's address, InvitePath, the secret.
const InvitePath = "/join/"

// firstOwner is the state of the member made by FirstStart until somebody has accepted.
const firstOwner = "first"

// inviteLife is how long a one-time link works.
const inviteLife = 24 * time.Hour

// InviteInput says who is to be let in, and to what.
type InviteInput struct {
	Email     string  `json:"email"`
	Name      string  `json:"name,omitempty"`
	Role      string  `json:"role" enum:"owner,lead,agent,viewer"`
	AllStores bool    `json:"all_stores,omitempty"`
	Stores    []int64 `json:"stores,omitempty"`
}

// FirstStart makes the owner's one-time secret where nobody can sign in yet; needed is false otherwise. Each call replaces the secret
// of the one before, so that only the link printed last works.
func (d *Desk) FirstStart(ctx context.Context) (secret string, needed bool, err error) {
	err = d.DB.Write(ctx, func(tx *store.Tx) error {
		members, err := tx.Members(ctx)
		if err != nil {
			return err
		}
		first := store.Member{Role: "owner", AllStores: true, Locale: "en", Zone: "UTC", State: firstOwner, CreatedAt: d.Now()}
		for _, m := range members {
			if m.State == "active" {
				secret, needed = "", false
				return nil
			}
			if m.State == firstOwner {
				first = m
			}
		}
		if err := tx.PutMember(&first); err != nil {
			return err
		}
		secret, err = d.newInvite(tx, first.ID)
		needed = err == nil
		return err
	})
	return secret, needed, err
}

// CreateOwner makes an owner who can sign in at once, for starts without a person. If the e-mail already has an active owner, nothing
// changes, so that the same flags may be given at every start.
func (d *Desk) CreateOwner(ctx context.Context, email, name, password string) error {
	email, err := checkEmail(email)
	if err != nil {
		return err
	}
	if m, err := d.memberByLogin(ctx, email); err != nil || (m.State == "active" && m.Role == "owner") {
		return err
	}
	if err := checkPassword(password, email); err != nil {
		return err
	}
	if name == "" {
		name = email
	}
	hash, err := d.sessions.hash(ctx, password)
	if err != nil {
		return err
	}
	return d.DB.Write(ctx, func(tx *store.Tx) error {
		if err := dropFirstOwner(ctx, tx); err != nil {
			return err
		}
		return tx.PutMember(&store.Member{
			Email: email, Name: name, Role: "owner", Password: hash, Locale: "en", Zone: "UTC", AllStores: true, State: "active", CreatedAt: d.Now(),
		})
	})
}

// dropFirstOwner ends a link printed at an earlier start, now that the owner comes another way.
func dropFirstOwner(ctx context.Context, tx *store.Tx) error {
	members, err := tx.Members(ctx)
	for i := range members {
		if m := &members[i]; m.State == firstOwner {
			m.State = "removed"
			if err := errors.Join(tx.DeleteTokensOf(m.ID, ""), tx.PutMember(m)); err != nil {
				return err
			}
		}
	}
	return err
}

// Invite lets somebody in by a one-time link, which is given back and shown once.
func (d *Desk) Invite(ctx context.Context, who Who, in InviteInput) (string, error) {
	if err := who.need(Own); err != nil {
		return "", err
	}
	m, err := invitedMember(in)
	if err != nil {
		return "", err
	}
	m.CreatedAt = d.Now()
	var secret string
	err = d.DB.Write(ctx, func(tx *store.Tx) error {
		if _, err := tx.MemberByEmail(ctx, m.Email); err == nil {
			return fault.New(fault.Conflict, "fault.member.exists", "email", m.Email)
		} else if !fault.Is(err, fault.NotFound) {
			return err
		}
		stores, err := d.checkStores(ctx, tx, in.Stores)
		if err != nil {
			return err
		}
		added := m
		grant(&added, in.Role, in.AllStores, stores)
		if err := tx.PutMember(&added); err != nil {
			return err
		}
		secret, err = d.newInvite(tx, added.ID)
		return err
	})
	return d.inviteLink(secret), err
}

func invitedMember(in InviteInput) (store.Member, error) {
	m := store.Member{Locale: "en", Zone: "UTC", State: "invited"}
	var err error
	if m.Email, err = checkEmail(in.Email); err != nil {
		return m, err
	}
	if in.Name == "" {
		in.Name = m.Email
	}
	if m.Name, err = checkName("name", in.Name, memberNameMax); err != nil {
		return m, err
	}
	return m, checkRole(in.Role)
}

// InviteAgain makes a new one-time link for a member and ends the earlier one: for an invitation that ran out, or to let somebody who
// forgot the password set a new one.
func (d *Desk) InviteAgain(ctx context.Context, who Who, id int64) (string, error) {
	if err := who.need(Own); err != nil {
		return "", err
	}
	var secret string
	err := d.changeMember(ctx, id, func(tx *store.Tx, m *store.Member) (err error) {
		secret, err = d.newInvite(tx, m.ID)
		return err
	})
	return d.inviteLink(secret), err
}

func (d *Desk) inviteLink(secret string) string {
	if secret == "" {
		return ""
	}
	base := ""
	if d.PublicURL != nil {
		base = d.PublicURL()
	}
	return base + InvitePath + secret
}

// newInvite replaces whatever one-time secret the member has.
func (d *Desk) newInvite(tx *store.Tx, memberID int64) (string, error) {
	if err := tx.DeleteTokensOf(memberID, "invite"); err != nil {
		return "", err
	}
	secret, now := newSecret("inv_"), d.Now()
	return secret, tx.AddToken(&store.Token{
		Hash: secretHash(secret), MemberID: memberID, Kind: "invite", CreatedAt: now, ExpiresAt: now.Add(inviteLife),
	})
}

// Invitation tells whom a one-time secret lets in. NeedsEmail is the first owner, who chooses the e-mail (NameInvitation) before
// accepting.
func (d *Desk) Invitation(ctx context.Context, secret string) (MemberView, error) {
	t, err := d.DB.TokenByHash(ctx, secretHash(secret))
	if err != nil || !d.alive(t, "invite") {
		return MemberView{}, inviteGone(err)
	}
	m, err := d.DB.Member(ctx, t.MemberID)
	if err != nil || m.State == "removed" {
		return MemberView{}, inviteGone(err)
	}
	return memberView(m), nil
}

// inviteGone is one answer for secrets that never were, were used or ran out.
func inviteGone(err error) error {
	if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	return fault.New(fault.NotFound, "fault.invite.gone", "hours", strconv.Itoa(int(inviteLife.Hours())))
}

// NameInvitation sets the e-mail of the first owner, who was invited by nobody. It may be set again until the invitation is accepted.
func (d *Desk) NameInvitation(ctx context.Context, secret, email string) error {
	view, err := d.Invitation(ctx, secret)
	if err != nil {
		return err
	}
	if !view.NeedsEmail {
		return fault.New(fault.Forbidden, "fault.invite.named")
	}
	if email, err = checkEmail(email); err != nil {
		return err
	}
	return d.changeMember(ctx, view.ID, func(_ *store.Tx, m *store.Member) error {
		m.Email = email
		return nil
	})
}

// AcceptInvite uses a one-time secret: the person gets name and password and is signed in; earlier sessions end. Without a locale it
// is English, without a zone UTC. If anything is wrong with what was filled in, the secret stays good.
func (d *Desk) AcceptInvite(ctx context.Context, secret, name, password, locale, zone string) (string, Who, error) {
	view, err := d.Invitation(ctx, secret)
	if err != nil {
		return "", Who{}, err
	}
	if _, err := checkEmail(view.Email); err != nil {
		return "", Who{}, err
	}
	p, err := checkPreferences(Preferences{Name: name, Locale: locale, Zone: zone})
	if err != nil {
		return "", Who{}, err
	}
	if err := checkPassword(password, view.Email); err != nil {
		return "", Who{}, err
	}
	hash, err := d.sessions.hash(ctx, password)
	if err != nil {
		return "", Who{}, err
	}
	var session string
	var who Who
	err = d.DB.Write(ctx, func(tx *store.Tx) (err error) {
		session, who, err = d.useInvite(ctx, tx, secret, p, hash)
		return err
	})
	d.names.forget()
	return session, who, err
}

// useInvite takes the secret away first, so that of two who use it at once only one comes in.
func (d *Desk) useInvite(ctx context.Context, tx *store.Tx, secret string, p Preferences, hash string) (string, Who, error) {
	t, err := tx.TokenByHash(ctx, secretHash(secret))
	if err != nil || !d.alive(t, "invite") {
		return "", Who{}, inviteGone(err)
	}
	if err := tx.DeleteToken(t.MemberID, t.ID); err != nil {
		return "", Who{}, inviteGone(err)
	}
	m, err := tx.Member(ctx, t.MemberID)
	if err != nil || m.State == "removed" {
		return "", Who{}, inviteGone(err)
	}
	m.Name, m.Locale, m.Zone, m.Password, m.State = p.Name, p.Locale, p.Zone, hash, "active"
	if err := tx.PutMember(&m); err != nil {
		return "", Who{}, err
	}
	if err := tx.DeleteSessionsOf(m.ID, [32]byte{}); err != nil {
		return "", Who{}, err
	}
	session, err := d.startSession(tx, m.ID, "")
	return session, whoIs(m), err
}

// Operator is the member in whose name somebody with access to the data folder works: the one with the e-mail, or without one the
// first active owner. Where nobody has been let in yet it is a nameless owner.
func (d *Desk) Operator(ctx context.Context, email string) (Who, error) {
	members, err := d.DB.Members(ctx)
	if err != nil {
		return Who{}, err
	}
	for _, m := range members {
		if m.State == "active" && (m.Email == foldEmail(email) || (email == "" && m.Role == "owner")) {
			return whoIs(m), nil
		}
	}
	if email != "" {
		return Who{}, fault.New(fault.NotFound, "fault.not_found", "what", "member")
	}
	return Who{Role: "owner", AllStores: true, Locale: "en", Zone: "UTC"}, nil
}
