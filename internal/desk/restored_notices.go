package desk

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"time"

	"parley/internal/notify"
	"parley/internal/store"
)

const (
	// restoredLook is how long people have to look at a restored desk before others are told: whether they had looked at the old one is
	// not known.
	restoredLook = 15 * time.Minute
	// restoredShown is how many of the things held back one summary spells out.
	restoredShown = 15
)

// holdBack looks after what people were to be told when a backup was taken. What was due since may have been told by the desk the
// backup came from, so it is not told again one by one: each person gets one summary that spells it out, nearest deadline first, and so does
// each program. What is due only later is told as ever, and lists of the day that were due meanwhile are left out.
func (d *Desk) holdBack(ctx context.Context, taken time.Time) error {
	now := d.Now()
	return d.DB.Write(ctx, func(tx *store.Tx) error {
		held, err := tx.HoldBack(now)
		if err == nil {
			err = tx.PutOffLooks(now, now.Add(restoredLook))
		}
		if err == nil {
			err = skipLists(ctx, tx, now)
		}
		if err != nil {
			return err
		}
		tells, err := summaries(held, taken, now)
		if err != nil {
			return err
		}
		return d.tell(ctx, tx, now, tells)
	})
}

// skipLists sets the next instants of lists that were due meanwhile.
func skipLists(ctx context.Context, tx *store.Tx, now time.Time) error {
	all, err := tx.AllHours(ctx)
	if err != nil {
		return err
	}
	for _, h := range all {
		m, err := tx.Member(ctx, h.MemberID)
		if err != nil {
			return err
		}
		digest, evening := planOf(h.Plan).lists(m.Zone, now)
		if !h.DigestAt.IsZero() && !h.DigestAt.After(now) {
			h.DigestAt = digest
		}
		if !h.EveningAt.IsZero() && !h.EveningAt.After(now) {
			h.EveningAt = evening
		}
		if err := tx.PutHours(h); err != nil {
			return err
		}
	}
	return nil
}

// summaries are the occasions of those from whom something was held back. The same thing on several channels counts once.
func summaries(held []store.Notice, taken, now time.Time) ([]tell, error) {
	of := map[int64]map[string]notify.Item{} // by member, 0 = programs
	for _, n := range held {
		var it notify.Item
		if err := json.Unmarshal(n.Data, &it); err != nil {
			return nil, err
		}
		if of[n.MemberID] == nil {
			of[n.MemberID] = map[string]notify.Item{}
		}
		of[n.MemberID][strconv.FormatInt(n.CaseID, 10)+n.About+n.Reason] = it
	}
	var tells []tell
	for _, member := range slices.Sorted(maps.Keys(of)) {
		t := tell{item: summary(of[member], taken, now), about: "restored/" + strconv.FormatInt(taken.Unix(), 10), only: []int64{member}}
		if member == 0 {
			t.only, t.programs = []int64{}, true
		}
		tells = append(tells, t)
	}
	return tells, nil
}

// summary spells things out. Its deadline is the nearest one still ahead, so that no quiet hours hide it.
func summary(of map[string]notify.Item, taken, now time.Time) notify.Item {
	it := notify.Item{Reason: notify.Restored, Count: len(of), Since: taken}
	for _, about := range slices.Sorted(maps.Keys(of)) {
		it.Items = append(it.Items, of[about])
	}
	notify.SortByDeadline(it.Items)
	for _, sub := range it.Items {
		if sub.DueAt.After(now) {
			it.DueKind, it.DueAt = sub.DueKind, sub.DueAt
			break
		}
	}
	it.Items = it.Items[:min(len(it.Items), restoredShown)]
	return it
}
