package desk

import (
	"context"
	"slices"
	"time"

	"parley/internal/notify"
	"parley/internal/policy"
	"parley/internal/store"
)

// noticeCalled calls a person because the safety net can do nothing before a deadline.
func (d *Desk) noticeCalled(ctx context.Context, tx *store.Tx, c *store.Case, dl *policy.Deadline, now time.Time) error {
	t := tell{c: c, item: itemOf(c, notify.Called), about: "net/" + netMark(dl), watch: true}
	t.item.DueKind, t.item.DueAt = dl.Kind, dl.At
	return d.tell(ctx, tx, now, []tell{t})
}

// noticeToSign tells those who may sign a decision that it waits for them. Where nobody may, the owners are told.
func (d *Desk) noticeToSign(ctx context.Context, tx *store.Tx, c *store.Case, dec store.Decision, h held, now time.Time) error {
	b, err := d.book(ctx)
	if err != nil {
		return err
	}
	limits, err := limitsIn(ctx, tx)
	if err != nil {
		return err
	}
	var may, owners []int64
	for id, m := range b.members {
		who := whoOfMember(m)
		if m.State != "active" || !who.May(Act) || !who.Sees(c.StoreID) {
			continue
		}
		if maySign(who, dec, h, limits) == nil {
			may = append(may, id)
		}
		if who.May(Own) {
			owners = append(owners, id)
		}
	}
	if len(may) == 0 {
		may = owners
	}
	slices.Sort(may)
	t := tell{c: c, item: itemOf(c, notify.Sign), about: "sign/" + dec.ID, only: may}
	t.item.By, t.item.Do, t.item.DueKind, t.item.DueAt = b.members[dec.MemberID].Name, h.Option, c.DueKind, c.DueAt
	return d.tell(ctx, tx, now, []tell{t})
}
