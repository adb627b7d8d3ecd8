package desk

import (
	"context"
	"encoding/json"
	"maps"
	"strconv"
	"sync"
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
	session connector.Session
	secret  sealed
	renew   sync.Mutex
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
	if l := d.lines.open[st.ID]; l != nil && l.version == st.Version {
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
	l := &line{version: st.Version, session: session, secret: sec}
	d.lines.open[st.ID] = l
	return l, nil
}

func (d *Desk) openSession(kind string, storeID int64, plain map[string]string, sec sealed) (connector.Session, error) {
	c, ok := d.Connectors[kind]
	if !ok {
		return nil, fault.New(fault.Invalid, "fault.unknown_connector", "connector", kind)
	}
	in := accountOf(storeID, plain, sec)
	w := d.World
	if in.Settings["allow_private"] == "true" {
		if d.Private == nil {
			return nil, fault.Input("settings.allow_private", "true", "false: this installation reaches public addresses only")
		}
		w = *d.Private
	}
	w.Now = d.Now
	return c.Open(in, w)
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
func (d *Desk) ready(ctx context.Context, st store.Store) (connector.Session, error) {
	l, err := d.line(st)
	if err != nil {
		return nil, err
	}
	l.renew.Lock()
	defer l.renew.Unlock()
	t := l.secret.Token
	if t.Refresh == "" || t.ExpiresAt.IsZero() || t.ExpiresAt.Sub(d.Now()) > tokenMargin {
		return l.session, nil
	}
	fresh, err := l.session.Renew(ctx, "")
	if err != nil {
		if t.ExpiresAt.After(d.Now()) {
			return l.session, nil // the old one still serves; the next reading tries again
		}
		return nil, err
	}
	l.secret.Token = fresh
	return l.session, d.keepToken(ctx, st.ID, l)
}

// keepToken writes a renewed token. The settings' version stays: nothing a person edits has changed.
func (d *Desk) keepToken(ctx context.Context, storeID int64, l *line) error {
	blob, err := d.seal(storeID, l.secret)
	if err != nil {
		return err
	}
	return d.DB.Write(ctx, func(tx *store.Tx) error { return tx.SetSecret(storeID, blob) })
}
