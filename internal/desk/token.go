package desk

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"parley/internal/fault"
	"parley/internal/store"
)

// tokenPrefix lets people and secret scanners see what a leaked string is.
const tokenPrefix = "pat_"

const (
	tokensMost   = 50
	tokenNameMax = 80
)

// TokenView is an access token as its owner sees it: never the secret.
type TokenView struct {
	ID        int64     `json:"id"`
	Member    MemberRef `json:"member"`
	Name      string    `json:"name"`
	CreatedAt time.Time `json:"created_at"`
	UsedAt    time.Time `json:"used_at,omitzero"` // zero = never; exact to a minute
}

// ByToken tells in whose name an access token acts, or fails with fault.Unauthorised. It costs index look-ups only.
func (d *Desk) ByToken(ctx context.Context, secret string) (Who, error) {
	unknown := fault.New(fault.Unauthorised, "fault.token.unknown")
	if !strings.HasPrefix(secret, tokenPrefix) {
		return Who{}, unknown
	}
	t, err := d.DB.TokenByHash(ctx, secretHash(secret))
	if fault.Is(err, fault.NotFound) || (err == nil && !d.alive(t, "api")) {
		return Who{}, unknown
	}
	if err != nil {
		return Who{}, err
	}
	who, err := d.activeWho(ctx, t.MemberID, unknown)
	if now := d.Now(); err == nil && now.Sub(t.UsedAt) >= seenEvery {
		d.noteUse(ctx, func(tx *store.Tx) error { return tx.UseToken(t.ID, now) })
	}
	return who, err
}

// alive tells whether a token is of the kind and has not run out.
func (d *Desk) alive(t store.Token, kind string) bool {
	return t.Kind == kind && (t.ExpiresAt.IsZero() || d.Now().Before(t.ExpiresAt))
}

// Tokens lists the member's own access tokens, for an owner those of everybody.
func (d *Desk) Tokens(ctx context.Context, who Who) ([]TokenView, error) {
	if err := who.need(Read); err != nil {
		return nil, err
	}
	members, err := d.DB.Members(ctx)
	if err != nil {
		return nil, err
	}
	views := []TokenView{}
	for _, m := range members {
		if m.ID != who.MemberID && !who.May(Own) {
			continue
		}
		tokens, err := accessTokens(ctx, d.DB, m.ID)
		if err != nil {
			return nil, err
		}
		for _, t := range tokens {
			views = append(views, TokenView{t.ID, MemberRef{m.ID, m.Name}, t.Name, t.CreatedAt, t.UsedAt})
		}
	}
	return views, nil
}

// accessTokens gives a member's tokens without the one-time links, read from the database or inside a transaction.
func accessTokens(ctx context.Context, from interface {
	TokensOf(context.Context, int64) ([]store.Token, error)
}, memberID int64) ([]store.Token, error) {
	tokens, err := from.TokensOf(ctx, memberID)
	return slices.DeleteFunc(tokens, func(t store.Token) bool { return t.Kind != "api" }), err
}

// NewToken makes an access token that acts in the member's name. The secret is given this once and never again.
func (d *Desk) NewToken(ctx context.Context, who Who, name string) (string, TokenView, error) {
	if err := who.need(Read); err != nil {
		return "", TokenView{}, err
	}
	name, err := checkName("name", name, tokenNameMax)
	if err != nil {
		return "", TokenView{}, err
	}
	if who.MemberID == nobody {
		return "", TokenView{}, fault.New(fault.Forbidden, "fault.token.no_member")
	}
	secret := newSecret(tokenPrefix)
	t := store.Token{Hash: secretHash(secret), MemberID: who.MemberID, Kind: "api", Name: name, CreatedAt: d.Now()}
	err = d.DB.Write(ctx, func(tx *store.Tx) error {
		tokens, err := accessTokens(ctx, tx, who.MemberID)
		if err != nil {
			return err
		}
		if len(tokens) >= tokensMost {
			return fault.New(fault.Refused, "fault.token.too_many", "max", strconv.Itoa(tokensMost))
		}
		return tx.AddToken(&t)
	})
	return secret, TokenView{ID: t.ID, Member: MemberRef{ID: who.MemberID, Name: who.Name}, Name: name, CreatedAt: t.CreatedAt}, err
}

// DropToken makes an access token useless at once: one's own, or for an owner anybody's.
func (d *Desk) DropToken(ctx context.Context, who Who, id int64) error {
	tokens, err := d.Tokens(ctx, who)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(tokens, func(t TokenView) bool { return t.ID == id })
	if i < 0 {
		return fault.New(fault.NotFound, "fault.not_found", "what", "token")
	}
	return d.DB.Write(ctx, func(tx *store.Tx) error { return tx.DeleteToken(tokens[i].Member.ID, id) })
}
