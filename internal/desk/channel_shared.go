package desk

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"strings"

	"parley/internal/fault"
	"parley/internal/notify"
	"parley/internal/store"
)

// open gives what was filled in for a channel.
func (d *Desk) open(c store.Channel) (notify.Target, error) {
	var t notify.Target
	plain, err := d.Vault.Open(c.Sealed, channelSeal(c.ID))
	if err == nil {
		err = json.Unmarshal(plain, &t)
	}
	if err != nil {
		return nil, fault.New(fault.Invalid, "fault.notify.unreadable").Because(err)
	}
	return t, nil
}

// targetOf is a channel's own settings with those of its kind.
func (d *Desk) targetOf(ctx context.Context, c store.Channel) (notify.Target, error) {
	t, err := d.open(c)
	if err != nil {
		return nil, err
	}
	shared, err := d.shared(ctx, c.Kind)
	for name, value := range shared {
		t[name] = value
	}
	return t, err
}

// sharedKey is the setting that holds what is shared by the channels of a kind, sealed.
func sharedKey(kind string) string { return "notify." + kind }

func (d *Desk) shared(ctx context.Context, kind string) (notify.Target, error) {
	text, err := d.DB.Setting(ctx, sharedKey(kind))
	if err != nil || text == "" {
		return notify.Target{}, err
	}
	sealed, err := base64.StdEncoding.DecodeString(text)
	var plain []byte
	if err == nil {
		plain, err = d.Vault.Open(sealed, sharedKey(kind))
	}
	var t notify.Target
	if err == nil {
		err = json.Unmarshal(plain, &t)
	}
	if err != nil {
		return nil, fault.New(fault.Invalid, "fault.notify.unreadable").Because(err)
	}
	return t, nil
}

// Shared tells which kinds have their shared settings, with what may be shown of them. For owners.
func (d *Desk) Shared(ctx context.Context, who Who, kind string) (map[string]string, error) {
	if err := who.need(Own); err != nil {
		return nil, err
	}
	way := d.Channels[kind]
	if way == nil {
		return nil, fault.Input("kind", kind, strings.Join(d.kinds(), ", "))
	}
	t, err := d.shared(ctx, kind)
	out := map[string]string{}
	for _, s := range way.About().Shared {
		if t[s.Name] != "" && !s.Secret {
			out[s.Name] = t[s.Name]
		} else if t[s.Name] != "" {
			out[s.Name] = hidden
		}
	}
	return out, err
}

// hidden stands for a secret that is set.
const hidden = "•••"

// SetShared writes what all channels of a kind share, such as the mail server. For owners.
func (d *Desk) SetShared(ctx context.Context, who Who, kind string, typed map[string]string) error {
	if err := who.need(Own); err != nil {
		return err
	}
	way := d.Channels[kind]
	if way == nil {
		return fault.Input("kind", kind, strings.Join(d.kinds(), ", "))
	}
	before, err := d.shared(ctx, kind)
	if err != nil {
		before = notify.Target{} // unreadable: set up anew
	}
	t, _, err := lay(way.About().Shared, typed, before)
	if err != nil {
		return err
	}
	if err := asSetting(way.CheckShared(t)); err != nil {
		return err
	}
	if err := d.putShared(ctx, kind, t); err != nil || kind != "mail" {
		return err
	}
	return d.mailToAll(ctx)
}

func (d *Desk) putShared(ctx context.Context, kind string, t notify.Target) error {
	sealed, err := d.sealTarget(t, sharedKey(kind))
	if err != nil {
		return err
	}
	return d.DB.Write(ctx, func(tx *store.Tx) error {
		return tx.PutSetting(sharedKey(kind), base64.StdEncoding.EncodeToString(sealed))
	})
}

// PushKey gives the public key by which push services of browsers know this desk, and makes the keys when they are asked for first.
// Empty where browsers cannot be rung.
func (d *Desk) PushKey(ctx context.Context, who Who) (string, error) {
	if err := who.need(Read); err != nil {
		return "", err
	}
	maker, ok := d.Channels["push"].(notify.Keyed)
	if !ok {
		return "", nil
	}
	t, err := d.shared(ctx, "push")
	if err != nil || t["public"] != "" {
		return t["public"], err
	}
	if t, err = maker.Keys(); err != nil {
		return "", err
	}
	sealed, err := d.sealTarget(t, sharedKey("push"))
	if err != nil {
		return "", err
	}
	err = d.DB.Write(ctx, func(tx *store.Tx) error {
		if had, err := tx.Setting(ctx, sharedKey("push")); err != nil || had != "" {
			return err // another page was a moment earlier
		}
		return tx.PutSetting(sharedKey("push"), base64.StdEncoding.EncodeToString(sealed))
	})
	if err != nil {
		return "", err
	}
	t, err = d.shared(ctx, "push")
	return t["public"], err
}
