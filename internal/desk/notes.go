package desk

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"parley/internal/fault"
	"parley/internal/store"
)

const (
	maxNote = 10000 // characters
	maxBulk = 500   // cases at once
)

// Note writes a note on one or many cases. Notes are seen in the shop only and never sent.
func (d *Desk) Note(ctx context.Context, who Who, cases []int64, text string) error {
	text = strings.TrimSpace(text)
	if text == "" || len([]rune(text)) > maxNote {
		return fault.Input("text", text, "1 to "+strconv.Itoa(maxNote)+" characters")
	}
	return d.onCases(ctx, who, Act, cases, func(tx *store.Tx, c *store.Case, now time.Time) (*store.Event, error) {
		data, err := json.Marshal(map[string]string{"text": text})
		return &store.Event{CaseID: c.ID, At: now, Kind: "note", Actor: "member", MemberID: who.MemberID, Data: data}, err
	})
}

// Assign gives cases to a member; 0 = to nobody. An agent may take and give back cases, and hand over his own; a lead may move any.
func (d *Desk) Assign(ctx context.Context, who Who, cases []int64, memberID int64) error {
	b, err := d.book(ctx)
	if err != nil {
		return err
	}
	if m, ok := b.members[memberID]; memberID != 0 && (!ok || m.State == "removed") {
		return fault.Input("member", strconv.FormatInt(memberID, 10), "an active member")
	}
	defer wake(d.wakeNotices)
	return d.onCases(ctx, who, Act, cases, func(tx *store.Tx, c *store.Case, now time.Time) (*store.Event, error) {
		if !who.May(Lead) && c.AssigneeID != 0 && c.AssigneeID != who.MemberID {
			return nil, fault.New(fault.Forbidden, "fault.assigned_to_other", "case", strconv.FormatInt(c.ID, 10))
		}
		if c.AssigneeID == memberID {
			return nil, nil
		}
		if m := b.members[memberID]; memberID != 0 && !m.AllStores && !slices.Contains(m.Stores, c.StoreID) {
			return nil, fault.New(fault.Refused, "fault.member_without_store", "case", strconv.FormatInt(c.ID, 10))
		}
		data, err := json.Marshal(map[string]int64{"from": c.AssigneeID, "to": memberID})
		c.AssigneeID = memberID
		if err := d.noticeAssigned(ctx, tx, who, c, now); err != nil {
			return nil, err
		}
		return &store.Event{CaseID: c.ID, At: now, Kind: "assigned", Actor: "member", MemberID: who.MemberID, Data: data}, err
	})
}

// onCases changes many cases in one transaction, all or none, each with its event.
func (d *Desk) onCases(ctx context.Context, who Who, right string, ids []int64, do func(*store.Tx, *store.Case, time.Time) (*store.Event, error)) error {
	if err := who.need(right); err != nil {
		return err
	}
	if len(ids) == 0 || len(ids) > maxBulk {
		return fault.Input("cases", strconv.Itoa(len(ids)), "1 to "+strconv.Itoa(maxBulk)+" cases")
	}
	now := d.Now()
	return d.DB.Write(ctx, func(tx *store.Tx) error {
		cases, err := casesForUpdate(tx, who, ids)
		if err != nil {
			return err
		}
		var events []store.Event
		for _, c := range cases {
			ev, err := do(tx, c, now)
			if err != nil {
				return err
			}
			if ev != nil {
				c.ChangedAt = now
				events = append(events, *ev)
			}
		}
		if err := tx.PutCases(cases); err != nil {
			return err
		}
		return tx.AddEvents(events)
	})
}

// casesForUpdate loads cases for changing; one the member may not see does not exist for him.
func casesForUpdate(tx *store.Tx, who Who, ids []int64) ([]*store.Case, error) {
	cases, err := forUpdate(tx, ids)
	if err != nil {
		return nil, err
	}
	for _, c := range cases {
		if !who.Sees(c.StoreID) {
			return nil, fault.New(fault.NotFound, "fault.case_not_found", "case", strconv.FormatInt(c.ID, 10))
		}
	}
	return cases, nil
}

// forUpdate loads cases for changing, in the order asked for, each once.
func forUpdate(tx *store.Tx, ids []int64) ([]*store.Case, error) {
	found, err := tx.CasesForUpdate(ids)
	if err != nil {
		return nil, err
	}
	out := make([]*store.Case, 0, len(found))
	seen := map[int64]bool{}
	for _, id := range ids {
		c, ok := found[id]
		if !ok {
			return nil, fault.New(fault.NotFound, "fault.case_not_found", "case", strconv.FormatInt(id, 10))
		}
		if !seen[id] {
			seen[id] = true
			out = append(out, &c)
		}
	}
	return out, nil
}
