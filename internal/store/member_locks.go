package store

import (
	"context"
	"time"
)

// LockMembers keeps other transactions from changing any member until this one ends; what is read afterwards stays true.
func (tx *Tx) LockMembers() error {
	_, err := all(tx.ctx, tx.reader, (*record).int, "SELECT id FROM member ORDER BY id"+tx.dialect.forUpdate())
	return err
}

// LoginTriesForUpdate gives how often a login was tried for a key and when last (zero if never), and keeps others from
// counting the same key until this transaction ends.
func (tx *Tx) LoginTriesForUpdate(ctx context.Context, key string) (tries int64, last time.Time, err error) {
	const text = "INSERT INTO login_try (key, tries, since) VALUES (?, 0, 0) ON CONFLICT (key) DO UPDATE SET tries = login_try.tries"
	if _, err := tx.change(text, key); err != nil {
		return 0, time.Time{}, err
	}
	return tx.LoginTries(ctx, key)
}

// SetLoginTries writes the count of a key and the instant of the last try; none left forgets the key.
func (tx *Tx) SetLoginTries(key string, tries int64, last time.Time) error {
	if tries <= 0 {
		return tx.ClearLoginTries(key)
	}
	_, err := tx.change("UPDATE login_try SET tries = ?, since = ? WHERE key = ?", tries, micros(last), key)
	return err
}

// DeleteTokensOf ends all tokens of a member, or those of one kind.
func (tx *Tx) DeleteTokensOf(memberID int64, kind string) error {
	_, err := tx.change("DELETE FROM token WHERE member_id = ? AND (? = '' OR kind = ?)", memberID, kind, kind)
	return err
}

// SeeSession notes when a session was last used; one that has ended meanwhile stays ended.
func (tx *Tx) SeeSession(hash [32]byte, at time.Time) error {
	_, err := tx.change("UPDATE session SET seen_at = ? WHERE hash = ? AND seen_at < ?", micros(at), hash[:], micros(at))
	return err
}
