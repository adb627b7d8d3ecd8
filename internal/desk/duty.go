package desk

import (
	"context"
	"encoding/json"
	"strconv"

	"parley/internal/fault"
	"parley/internal/store"
)

// dutyKey is the setting that holds who is told first of a store's cases.
const dutyKey = "duty"

func dutyLists(ctx context.Context, tx interface {
	Setting(context.Context, string) (string, error)
}) (map[int64][]int64, error) {
	text, err := tx.Setting(ctx, dutyKey)
	lists := map[int64][]int64{}
	if err == nil && text != "" {
		err = json.Unmarshal([]byte(text), &lists)
	}
	return lists, err
}

// Duty gives the members who are told first of a store's cases that nobody has.
func (d *Desk) Duty(ctx context.Context, who Who, storeID int64) ([]int64, error) {
	if err := who.need(Read); err != nil {
		return nil, err
	}
	if !who.Sees(storeID) {
		return nil, fault.New(fault.NotFound, "fault.store_not_found")
	}
	lists, err := dutyLists(ctx, d.DB)
	return lists[storeID], err
}

// SetDuty changes them. For leads.
func (d *Desk) SetDuty(ctx context.Context, who Who, storeID int64, members []int64) error {
	if err := who.need(Lead); err != nil {
		return err
	}
	if !who.Sees(storeID) {
		return fault.New(fault.NotFound, "fault.store_not_found")
	}
	return d.DB.Write(ctx, func(tx *store.Tx) error {
		for _, id := range members {
			if m, err := tx.Member(ctx, id); err != nil || m.State != "active" || !whoOfMember(m).Sees(storeID) {
				return fault.Input("members", strconv.FormatInt(id, 10), "active members with access to the store")
			}
		}
		lists, err := dutyLists(ctx, tx)
		if err != nil {
			return err
		}
		lists[storeID] = members
		text, err := json.Marshal(lists)
		if err != nil {
			return err
		}
		return tx.PutSetting(dutyKey, string(text))
	})
}
