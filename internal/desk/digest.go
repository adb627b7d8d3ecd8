package desk

import (
	"cmp"
	"context"
	"slices"
	"time"

	"parley/internal/notify"
	"parley/internal/store"
)

const (
	listsAtOnce = 50
	digestLooks = 10_000 // cases counted for a list of the morning
	digestShown = 15     // of them spelled out
	eveningMost = 100
)

// makeLists writes the lists of the day that are due, and when the next ones are.
func (d *Desk) makeLists(ctx context.Context) (int, error) {
	now, n := d.Now(), 0
	err := d.DB.Write(ctx, func(tx *store.Tx) error {
		n = 0
		digests, err := tx.TakeDigests(now, listsAtOnce)
		if err != nil {
			return err
		}
		for _, h := range digests {
			if err := d.makeList(ctx, tx, h, h.DigestAt, now, d.digestOf, func(h *store.Hours, digest, _ time.Time) { h.DigestAt = digest }); err != nil {
				return err
			}
		}
		evenings, err := tx.TakeEvenings(now, listsAtOnce)
		if err != nil {
			return err
		}
		for _, h := range evenings {
			if err := d.makeList(ctx, tx, h, h.EveningAt, now, d.eveningOf, func(h *store.Hours, _, evening time.Time) { h.EveningAt = evening }); err != nil {
				return err
			}
		}
		n = len(digests) + len(evenings)
		return nil
	})
	return n, err
}

type listOf func(ctx context.Context, tx *store.Tx, m store.Member, p Plan, now time.Time) ([]tell, error)

// makeList tells one member one list and sets its next instant. A list that is hours late, because nothing ran, is left out.
func (d *Desk) makeList(ctx context.Context, tx *store.Tx, h store.Hours, due, now time.Time, list listOf, next func(*store.Hours, time.Time, time.Time)) error {
	m, err := tx.Member(ctx, h.MemberID)
	if err != nil {
		return err
	}
	p := planOf(h.Plan)
	digest, evening := p.lists(m.Zone, now)
	if fresh, ok, err := tx.HoursOf(ctx, h.MemberID); err == nil && ok {
		h = fresh // the other list may have been moved in this transaction
	}
	next(&h, digest, evening)
	if err := tx.SetLists(h); err != nil || m.State != "active" || now.Sub(due) > lateList {
		return err
	}
	tells, err := list(ctx, tx, m, p, now)
	if err != nil {
		return err
	}
	return d.tell(ctx, tx, now, tells)
}

// lateList is how late a list of the day may be and still be of use.
const lateList = 6 * time.Hour

// digestOf counts the member's open cases and spells out the most urgent ones among those they have and those nobody has.
func (d *Desk) digestOf(ctx context.Context, tx *store.Tx, m store.Member, _ Plan, now time.Time) ([]tell, error) {
	count, err := tx.CountOpen(ctx, storesOf(m), []int64{m.ID, 0}, digestLooks)
	if err != nil || count == 0 {
		return nil, err
	}
	cases, err := casesOf(ctx, tx, m, time.Time{}, digestShown)
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(cases, func(a, b store.Case) int { return soonerFirst(a.DueAt, b.DueAt) })
	t := tell{item: notify.Item{Reason: notify.Digest, Count: count}, about: "digest/" + dayOf(m, now), only: []int64{m.ID}}
	for i := range cases[:min(len(cases), digestShown)] {
		t.item.Items = append(t.item.Items, lineOf(&cases[i]))
	}
	return []tell{t}, nil
}

// soonerFirst orders deadlines; none comes last.
func soonerFirst(a, b time.Time) int {
	switch {
	case a.IsZero() || b.IsZero():
		return -cmp.Compare(a.Unix(), b.Unix())
	default:
		return a.Compare(b)
	}
}

func lineOf(c *store.Case) notify.Item {
	it := itemOf(c, notify.Line)
	it.DueKind, it.DueAt = c.DueKind, c.DueAt
	return it
}

// eveningOf are the deadlines that end before the member works again, said while there is time.
func (d *Desk) eveningOf(ctx context.Context, tx *store.Tx, m store.Member, p Plan, now time.Time) ([]tell, error) {
	back := backAt(p.hours(m.Zone), now)
	cases, err := casesOf(ctx, tx, m, back.Add(notify.Margin), eveningMost)
	var tells []tell
	for i := range cases {
		c := &cases[i]
		if c.DueAt.IsZero() || !c.DueAt.After(now) {
			continue
		}
		t := onDeadline(c, notify.Evening, c.DueKind, c.DueAt, "")
		t.only, t.watch = []int64{m.ID}, false
		t.about += "/evening"
		tells = append(tells, t)
	}
	return tells, err
}

// backAt is when hours begin again after those of an instant end; the instant itself where they never end.
func backAt(h notify.Hours, now time.Time) time.Time {
	for at := now; at.Before(now.Add(14 * 24 * time.Hour)); at = at.Add(15 * time.Minute) {
		if !h.Open(at) {
			return h.Next(at)
		}
	}
	return now
}

func dayOf(m store.Member, now time.Time) string { return now.In(zoneOf(m.Zone)).Format(time.DateOnly) }

// casesOf are the open cases a member has to care for: their own, and in their stores those that nobody has. due zero = whenever.
func casesOf(ctx context.Context, tx *store.Tx, m store.Member, due time.Time, limit int) ([]store.Case, error) {
	yes, nobodys := true, int64(0)
	var out []store.Case
	for _, assignee := range []*int64{&m.ID, &nobodys} {
		q := store.Query{Open: &yes, Stores: storesOf(m), Assignee: assignee, DueBefore: due, Limit: limit}
		page, err := tx.Cases(ctx, q)
		if err != nil {
			return nil, err
		}
		out = append(out, page.Cases...)
	}
	return out, nil
}

// storesOf are the stores a member sees; nil = all.
func storesOf(m store.Member) []int64 {
	if m.AllStores {
		return nil
	}
	return append([]int64{}, m.Stores...)
}
