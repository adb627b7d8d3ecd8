package desk

import (
	"context"
	"encoding/json"
	"maps"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"parley/internal/connector"
	"parley/internal/fault"
	"parley/internal/store"
)

// lines are the open ways to the platforms, one per store and version of its settings.
type lines struct {
	mu   sync.Mutex
	open map[int64]*line
}

type line struct {
	version int64
	kept    string // the secret as it stood in the database, sealed: another node may have renewed the token
	session connector.Session
	secret  sealed
	renew   sync.Mutex
	refused atomic.Bool // the platform does not take the token, whatever its end should be
	renewed time.Time   // when it was last tried, guarded by renew
}

// sealed is what a store's secret field holds once opened.
type sealed struct {
	Settings map[string]string `json:"settings"`
	Token    connector.Token   `json:"token,omitzero"`
}

func newLines() *lines { return &lines{open: map[int64]*line{}} }

// forget drops the way to a store; the next use opens it anew.
func (l *lines) forget(storeID int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.open, storeID)
}

func sealName(storeID int64) string { return "store:" + strconv.FormatInt(storeID, 10) }

// line gives the open way to a store.
func (d *Desk) line(st store.Store) (*line, error) {
	d.lines.mu.Lock()
	defer d.lines.mu.Unlock()
	if l := d.lines.open[st.ID]; l != nil && l.version == st.Version && l.kept == string(st.Secret) {
		return l, nil
	}
	sec, err := d.unseal(st)
	if err != nil {
		return nil, err
	}
	session, err := d.openSession(st.Connector, st.ID, st.Settings, sec)
	if err != nil {
		return nil, err
	}
	l := &line{version: st.Version, kept: string(st.Secret), session: session, secret: sec}
	d.lines.open[st.ID] = l
	return l, nil
}

func (d *Desk) openSession(kind string, storeID int64, plain map[string]string, sec sealed) (connector.Session, error) {
	c, ok := d.Connectors[kind]
	if !ok {
		return nil, fault.New(fault.Invalid, "fault.unknown_connector", "connector", kind)
	}
	in := accountOf(storeID, plain, sec)
	w, err := d.world(in.Settings)
	if err != nil {
		return nil, err
	}
	return c.Open(in, w)
}

// world is the outside as a store of these settings may use it.
func (d *Desk) world(settings map[string]string) (connector.World, error) {
	w := d.World
	if settings["allow_private"] == "true" {
		if d.Private == nil {
			return w, fault.Input("settings.allow_private", "true", "false: this installation reaches public addresses only")
		}
		w = *d.Private
	}
	w.Now = d.Now
	return w, nil
}

// accountOf puts the plain and the secret settings of a store together.
func accountOf(storeID int64, plain map[string]string, sec sealed) connector.Account {
	all := maps.Clone(plain)
	if all == nil {
		all = map[string]string{}
	}
	maps.Copy(all, sec.Settings)
	return connector.Account{StoreID: storeID, Settings: all, Token: sec.Token}
}

func (d *Desk) unseal(st store.Store) (sealed, error) {
	var sec sealed
	if len(st.Secret) == 0 {
		return sec, nil
	}
	plain, err := d.Vault.Open(st.Secret, sealName(st.ID))
	if err != nil {
		return sec, err
	}
	if err := json.Unmarshal(plain, &sec); err != nil {
		return sec, fault.New(fault.Garbled, "fault.vault.content").Because(err)
	}
	return sec, nil
}

func (d *Desk) seal(storeID int64, sec sealed) ([]byte, error) {
	plain, err := json.Marshal(sec)
	if err != nil {
		return nil, err
	}
	return d.Vault.Seal(plain, sealName(storeID))
}

// tokenMargin is how long before its end a token is renewed.
const tokenMargin = 30 * time.Minute

// ready renews the token of a store where it ends soon, stores the new one before anything else is done with it, and gives the session.
// One node renews at a time: many platforms take a refresh token only once.
func (d *Desk) ready(ctx context.Context, st store.Store) (connector.Session, error) {
	l, err := d.line(st)
	if err != nil {
		return nil, err
	}
	l.renew.Lock()
	defer l.renew.Unlock()
	if !d.endsSoon(l.secret.Token) && !d.endedEarly(l) {
		return l.session, nil
	}
	l.renewed = d.Now()
	name := "token:" + strconv.FormatInt(st.ID, 10)
	mine, err := d.lease(ctx, name)
	if err != nil {
		return nil, err
	}
	if !mine {
		return l.still(d.Now(), fault.New(fault.Unavailable, "fault.token_renewing"))
	}
	defer d.giveBack(name, func(tx *store.Tx) error { return tx.EndLease(name, d.holder) })
	return d.renewed(ctx, st, l)
}

func (d *Desk) endsSoon(t connector.Token) bool {
	return t.Refresh != "" && !t.ExpiresAt.IsZero() && t.ExpiresAt.Sub(d.Now()) <= tokenMargin
}

// tokenPause is the least time between two renewals of a token that the platform ended before its time: where renewing does not help,
// asking again and again would not either.
const tokenPause = 5 * time.Minute

func (d *Desk) endedEarly(l *line) bool {
	return l.refused.Load() && l.secret.Token.Refresh != "" && d.Now().Sub(l.renewed).Abs() >= tokenPause
}

// doubtToken hears of every failed use of a store. A token that is not taken is renewed at the next use, even if it should still be good:
// platforms end tokens early, and an answer with a new token may have been lost.
func (d *Desk) doubtToken(storeID int64, cause error) {
	if !fault.Is(cause, fault.Unauthorised) {
		return
	}
	d.lines.mu.Lock()
	defer d.lines.mu.Unlock()
	if l := d.lines.open[storeID]; l != nil {
		l.refused.Store(true)
	}
}

// still gives the session while its old token serves; the next use tries again.
func (l *line) still(now time.Time, err error) (connector.Session, error) {
	if l.secret.Token.ExpiresAt.After(now) {
		return l.session, nil
	}
	return nil, err
}

// renewed exchanges the token, unless another node has done so since the store was read.
func (d *Desk) renewed(ctx context.Context, st store.Store, l *line) (connector.Session, error) {
	now, err := d.DB.Store(ctx, st.ID)
	if err != nil {
		return nil, err
	}
	if string(now.Secret) != l.kept {
		fresh, err := d.line(now)
		if err != nil {
			return nil, err
		}
		return fresh.session, nil
	}
	token, err := l.session.Renew(ctx, "")
	if err != nil {
		return l.still(d.Now(), err)
	}
	l.secret.Token = token
	l.refused.Store(false)
	return l.session, d.keepToken(ctx, st.ID, l)
}

// tokenLease is longer than a renewal may take.
const tokenLease = 2 * time.Minute

func (d *Desk) lease(ctx context.Context, name string) (mine bool, err error) {
	err = d.DB.Write(ctx, func(tx *store.Tx) error {
		now := d.Now()
		mine, err = tx.Lease(name, d.holder, now, now.Add(tokenLease))
		return err
	})
	return mine, err
}

// keepToken writes a renewed token. The settings' version stays: nothing a person edits has changed.
func (d *Desk) keepToken(ctx context.Context, storeID int64, l *line) error {
	blob, err := d.seal(storeID, l.secret)
	if err != nil {
		return err
	}
	if err := d.DB.Write(ctx, func(tx *store.Tx) error { return tx.SetSecret(storeID, blob) }); err != nil {
		return err
	}
	d.lines.mu.Lock()
	l.kept = string(blob)
	d.lines.mu.Unlock()
	return nil
}
