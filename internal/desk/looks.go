package desk

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"parley/internal/fault"
	"parley/internal/notify"
	"parley/internal/store"
)

// NoticeView is one line of the member's own list.
type NoticeView struct {
	ID     int64       `json:"id"`
	At     time.Time   `json:"at"`
	RingAt time.Time   `json:"ring_at" doc:"when it may ring: At, or the member's next hours"`
	SeenAt time.Time   `json:"seen_at,omitzero"`
	Item   notify.Item `json:"notice"`
}

const noticesShown = 50

// Notices gives the member's own list, newest first, from before an id on (0 = the newest).
func (d *Desk) Notices(ctx context.Context, who Who, before int64) ([]NoticeView, error) {
	if _, err := who.channelsOf(false); err != nil {
		return nil, err
	}
	rows, err := d.DB.NoticesOf(ctx, who.MemberID, before, noticesShown)
	out := make([]NoticeView, 0, len(rows))
	for _, n := range rows {
		if n.StoreID != 0 && !who.Sees(n.StoreID) {
			continue
		}
		v := NoticeView{ID: n.ID, At: n.CreatedAt, RingAt: n.DueAt, SeenAt: n.SeenAt}
		if err := json.Unmarshal(n.Data, &v.Item); err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, err
}

// unseenCap bounds what counting unseen notices may cost.
const unseenCap = 100

// Unseen counts what the member has not looked at, up to 100.
func (d *Desk) Unseen(ctx context.Context, who Who) (int, error) {
	if who.MemberID == 0 {
		return 0, nil
	}
	return d.DB.CountUnseen(ctx, who.MemberID, unseenCap)
}

// SeeNotices marks the member's list as seen up to an id.
func (d *Desk) SeeNotices(ctx context.Context, who Who, upTo int64) error {
	if _, err := who.channelsOf(false); err != nil {
		return err
	}
	return d.DB.Write(ctx, func(tx *store.Tx) error { return tx.SeeNotices(who.MemberID, upTo, d.Now()) })
}

// SeeCase notes that the member has looked at a case: whatever they were told of it is seen. It writes only where there is something
// to note, so that looking stays reading.
func (d *Desk) SeeCase(ctx context.Context, who Who, caseID int64) error {
	if who.MemberID == 0 {
		return nil
	}
	n, err := d.DB.CountUnseenOn(ctx, who.MemberID, caseID)
	if err != nil || n == 0 {
		return err
	}
	return d.DB.Write(ctx, func(tx *store.Tx) error { return tx.SeeCase(who.MemberID, caseID, d.Now()) })
}

const looksAtOnce = 200

// lookAfter sees whether somebody looked, where that is due, and otherwise tells the next people.
func (d *Desk) lookAfter(ctx context.Context) (int, error) {
	now, n := d.Now(), 0
	err := d.DB.Write(ctx, func(tx *store.Tx) error {
		due, err := tx.TakeLooks(now, looksAtOnce)
		n = len(due)
		for i := range due {
			if err == nil {
				err = d.lookAt(ctx, tx, due[i], now)
			}
		}
		return err
	})
	return n, err
}

func (d *Desk) lookAt(ctx context.Context, tx *store.Tx, n store.Notice, now time.Time) error {
	told, err := tx.NoticesAbout(ctx, n.CaseID, n.About, n.Reason)
	if err != nil {
		return err
	}
	seen := slices.ContainsFunc(told, func(o store.Notice) bool { return !o.SeenAt.IsZero() })
	t, open, err := d.unsettled(ctx, tx, n)
	if err != nil {
		return err
	}
	if err := tx.EndLooks(n.CaseID, n.About, n.Reason); err != nil || seen || !open {
		return err
	}
	b, err := d.book(ctx)
	if err != nil {
		return err
	}
	for _, o := range told {
		t.level = max(t.level, o.Level+1)
		t.seen = append(t.seen, o.MemberID)
		t.names = append(t.names, b.members[o.MemberID].Name)
	}
	return d.tell(ctx, tx, now, []tell{t})
}

// unsettled makes the occasion of a notice anew, and tells whether it still matters.
func (d *Desk) unsettled(ctx context.Context, tx *store.Tx, n store.Notice) (t tell, open bool, err error) {
	t = tell{about: n.About, st: n.StoreID, watch: true}
	if err := json.Unmarshal(n.Data, &t.item); err != nil {
		return t, false, err
	}
	if n.Reason == notify.Store {
		y, err := tx.SyncOf(ctx, n.StoreID)
		return t, err == nil && !y.LastOKAt.After(t.item.Since), ignoreMissing(err)
	}
	if n.CaseID == 0 {
		return t, true, nil
	}
	c, err := tx.Case(ctx, n.CaseID)
	if err != nil {
		return t, false, ignoreMissing(err)
	}
	t.c = &c
	switch n.Reason {
	case notify.Left72h, notify.Left24h, notify.Left6h, notify.Left1h:
		return t, c.Open && c.DueKind == t.item.DueKind && c.DueAt.Equal(t.item.DueAt), nil
	case notify.Doubt:
		return t, c.Card.Effect == inDoubt || c.Card.Effect == contradicted, nil
	}
	return t, c.Open, nil
}

// ignoreMissing: what was removed meanwhile matters to nobody.
func ignoreMissing(err error) error {
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	return err
}
