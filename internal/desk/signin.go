package desk

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"strings"
	"time"

	"parley/internal/fault"
	"parley/internal/store"
)

// A session ends when it was not used for sessionIdle, and after sessionLife in any case.
const (
	sessionIdle = 14 * 24 * time.Hour
	sessionLife = 60 * 24 * time.Hour
	// seenEvery is how exactly "last seen" and "last used" are kept: one write a minute at most.
	seenEvery = time.Minute
)

// sessions holds what signing in needs beside the database.
type sessions struct {
	*hasher
}

func newSessions() *sessions { return &sessions{newHasher()} }

// newSecret gives 256 random bits as text behind a prefix that says what it is.
func newSecret(prefix string) string {
	var b [32]byte
	rand.Read(b[:]) // never fails: the program ends if the system has no randomness
	return prefix + base64.RawURLEncoding.EncodeToString(b[:])
}

// secretHash is all that is kept of a secret. No slow hash is needed: 256 random bits cannot be guessed.
func secretHash(secret string) [32]byte { return sha256.Sum256([]byte(secret)) }

// SignIn opens a session for an e-mail and a password. from is the network address of the person, agent the browser's name of
// itself. It fails with fault.Unauthorised, the same whether or not there is such an account, or with fault.Limited when there
// were too many tries.
func (d *Desk) SignIn(ctx context.Context, email, password, from, agent string) (string, Who, error) {
	email = foldEmail(email)
	account, address := accountKey(email), addressKey(from)
	if err := d.countTry(ctx, account, address); err != nil {
		return "", Who{}, err
	}
	m, err := d.memberByLogin(ctx, email)
	if err != nil {
		return "", Who{}, err
	}
	ok, err := d.sessions.matches(ctx, shorten(password, 4*passwordMax), m.Password)
	if err != nil {
		return "", Who{}, err
	}
	if !ok || m.State != "active" {
		return "", Who{}, fault.New(fault.Unauthorised, "fault.signin.wrong")
	}
	var secret string
	err = d.DB.Write(ctx, func(tx *store.Tx) error {
		if err := d.forgiveTry(ctx, tx, account, address); err != nil {
			return err
		}
		secret, err = d.startSession(tx, m.ID, agent)
		return err
	})
	return secret, whoIs(m), err
}

// memberByLogin gives the zero member where there is none.
func (d *Desk) memberByLogin(ctx context.Context, email string) (store.Member, error) {
	m, err := d.DB.MemberByEmail(ctx, email)
	if fault.Is(err, fault.NotFound) {
		return store.Member{}, nil
	}
	return m, err
}

// startSession writes a new session and clears away what has ended.
func (d *Desk) startSession(tx *store.Tx, memberID int64, agent string) (string, error) {
	secret, now := newSecret(""), d.Now()
	if err := tx.DeleteExpired(now.Add(-triesKept)); err != nil {
		return "", err
	}
	return secret, tx.PutSession(store.Session{
		Hash: secretHash(secret), MemberID: memberID, CreatedAt: now, SeenAt: now, ExpiresAt: now.Add(sessionLife),
		Agent: shorten(agent, 200),
	})
}

// SignOut ends a session. A session that has ended already is fine.
func (d *Desk) SignOut(ctx context.Context, secret string) error {
	return d.DB.Write(ctx, func(tx *store.Tx) error { return tx.DeleteSession(secretHash(secret)) })
}

// BySession tells whose session a secret opens, or fails with fault.Unauthorised.
func (d *Desk) BySession(ctx context.Context, secret string) (Who, error) {
	ended := fault.New(fault.Unauthorised, "fault.session.ended")
	if secret == "" {
		return Who{}, ended
	}
	s, err := d.DB.SessionByHash(ctx, secretHash(secret))
	if fault.Is(err, fault.NotFound) {
		return Who{}, ended
	}
	if err != nil {
		return Who{}, err
	}
	now := d.Now()
	if !now.Before(s.ExpiresAt) || !now.Before(s.SeenAt.Add(sessionIdle)) {
		return Who{}, ended
	}
	who, err := d.activeWho(ctx, s.MemberID, ended)
	if err != nil {
		return Who{}, err
	}
	who.session = s.Hash
	if now.Sub(s.SeenAt) >= seenEvery {
		d.noteUse(ctx, func(tx *store.Tx) error { return tx.SeeSession(s.Hash, now) })
	}
	return who, nil
}

// activeWho reads the member afresh, so that a changed role or a removal counts at once.
func (d *Desk) activeWho(ctx context.Context, id int64, otherwise error) (Who, error) {
	m, err := d.DB.Member(ctx, id)
	if fault.Is(err, fault.NotFound) || (err == nil && m.State != "active") {
		return Who{}, otherwise
	}
	return whoIs(m), err
}

// noteUse writes something that may be lost without harm; the question it belongs to is answered all the same.
func (d *Desk) noteUse(ctx context.Context, write func(*store.Tx) error) {
	if err := d.DB.Write(ctx, write); err != nil {
		d.Log.Warn("members: last use not written", "error", err)
	}
}

func whoIs(m store.Member) Who {
	return Who{
		MemberID: m.ID, Name: m.Name, Email: m.Email, Role: m.Role, AllStores: m.AllStores, Stores: m.Stores,
		Locale: m.Locale, Zone: m.Zone, Theme: m.Theme,
	}
}

func foldEmail(email string) string { return strings.ToLower(strings.TrimSpace(email)) }

// shorten cuts a text to at most n bytes at a character's end.
func shorten(text string, n int) string {
	if len(text) <= n {
		return text
	}
	return strings.ToValidUTF8(text[:n], "")
}
