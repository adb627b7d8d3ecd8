package store

import (
	"context"
	"time"
)

func readSession(r *record) Session {
	s := Session{}
	copy(s.Hash[:], r.bytes())
	s.MemberID, s.CreatedAt, s.SeenAt, s.ExpiresAt, s.Agent = r.int(), r.instant(), r.instant(), r.instant(), r.text()
	return s
}

const sessionAll = "hash, member_id, created_at, seen_at, expires_at, agent"

// SessionByHash gives a signed-in browser by the SHA-256 of its cookie, expired or not. NotFound if there is none.
func (r reader) SessionByHash(ctx context.Context, hash [32]byte) (Session, error) {
	return one(ctx, r, "session", readSession, "SELECT "+sessionAll+" FROM session WHERE hash = ?", hash[:])
}

// SessionsOf gives a member's signed-in browsers, the last seen first.
func (r reader) SessionsOf(ctx context.Context, memberID int64) ([]Session, error) {
	return all(ctx, r, readSession, "SELECT "+sessionAll+" FROM session WHERE member_id = ? ORDER BY seen_at DESC", memberID)
}

var sessionTable = table{
	name: "session", columns: []string{"hash", "member_id", "created_at", "seen_at", "expires_at", "agent"}, key: []string{"hash"},
}

// PutSession adds a signed-in browser or notes that it was seen.
func (tx *Tx) PutSession(s Session) error {
	row := []any{s.Hash[:], s.MemberID, micros(s.CreatedAt), micros(s.SeenAt), micros(s.ExpiresAt), s.Agent}
	_, err := put(tx, sessionTable, [][]any{row}, nothing)
	return err
}

// DeleteSession signs a browser out. It is no error if it is signed out already.
func (tx *Tx) DeleteSession(hash [32]byte) error {
	_, err := tx.change("DELETE FROM session WHERE hash = ?", hash[:])
	return err
}

// DeleteSessionsOf signs all browsers of a member out, but for the one given (zero = none is spared).
func (tx *Tx) DeleteSessionsOf(memberID int64, spared [32]byte) error {
	_, err := tx.change("DELETE FROM session WHERE member_id = ? AND hash <> ?", memberID, spared[:])
	return err
}

// DeleteExpired removes sessions and tokens that ended before an instant, and old counts of failed logins.
func (tx *Tx) DeleteExpired(before time.Time) error {
	for _, text := range []string{
		"DELETE FROM session WHERE expires_at < ?",
		"DELETE FROM token WHERE expires_at > 0 AND expires_at < ?",
		"DELETE FROM login_try WHERE since < ?",
	} {
		if _, err := tx.change(text, micros(before)); err != nil {
			return err
		}
	}
	return nil
}

const tokenAll = "id, hash, member_id, kind, name, created_at, used_at, expires_at"

func readToken(r *record) Token {
	t := Token{ID: r.int()}
	copy(t.Hash[:], r.bytes())
	t.MemberID, t.Kind, t.Name, t.CreatedAt, t.UsedAt, t.ExpiresAt = r.int(), r.text(), r.text(), r.instant(), r.instant(), r.instant()
	return t
}

// TokenByHash gives a token by the SHA-256 of its secret, expired or not. NotFound if there is none.
func (r reader) TokenByHash(ctx context.Context, hash [32]byte) (Token, error) {
	return one(ctx, r, "token", readToken, "SELECT "+tokenAll+" FROM token WHERE hash = ?", hash[:])
}

// TokensOf gives a member's tokens, oldest first.
func (r reader) TokensOf(ctx context.Context, memberID int64) ([]Token, error) {
	return all(ctx, r, readToken, "SELECT "+tokenAll+" FROM token WHERE member_id = ? ORDER BY id", memberID)
}

// AddToken keeps a new token and fills in its ID.
func (tx *Tx) AddToken(t *Token) (err error) {
	t.ID, err = tx.number("INSERT INTO token (hash, member_id, kind, name, created_at, used_at, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING id",
		t.Hash[:], t.MemberID, t.Kind, t.Name, micros(t.CreatedAt), micros(t.UsedAt), micros(t.ExpiresAt))
	return err
}

// UseToken notes when a token was last used.
func (tx *Tx) UseToken(id int64, at time.Time) error {
	_, err := tx.change("UPDATE token SET used_at = ? WHERE id = ? AND used_at < ?", micros(at), id, micros(at))
	return err
}

// DeleteToken ends a member's token. Conflict if the member has none of that id: an invitation is used once.
func (tx *Tx) DeleteToken(memberID, id int64) error {
	return tx.must("token", "DELETE FROM token WHERE member_id = ? AND id = ?", memberID, id)
}

// LoginTries gives how often a login failed for a key (an address, a login) and since when; zero if not at all.
func (r reader) LoginTries(ctx context.Context, key string) (tries int64, since time.Time, err error) {
	type row struct {
		tries int64
		since time.Time
	}
	read := func(r *record) row { return row{r.int(), r.instant()} }
	found, err := all(ctx, r, read, "SELECT tries, since FROM login_try WHERE key = ?", key)
	if err != nil || len(found) == 0 {
		return 0, time.Time{}, err
	}
	return found[0].tries, found[0].since, nil
}

// AddLoginTry counts a failed login for a key and gives the count. A count that began longer than window ago starts anew.
func (tx *Tx) AddLoginTry(key string, now time.Time, window time.Duration) (int64, error) {
	return tx.number("INSERT INTO login_try (key, tries, since) VALUES (?, 1, ?) ON CONFLICT (key) DO UPDATE SET"+
		" tries = CASE WHEN login_try.since < ? THEN 1 ELSE login_try.tries + 1 END,"+
		" since = CASE WHEN login_try.since < ? THEN excluded.since ELSE login_try.since END RETURNING tries",
		key, micros(now), micros(now.Add(-window)), micros(now.Add(-window)))
}

// ClearLoginTries forgets the failed logins of a key.
func (tx *Tx) ClearLoginTries(key string) error {
	_, err := tx.change("DELETE FROM login_try WHERE key = ?", key)
	return err
}
