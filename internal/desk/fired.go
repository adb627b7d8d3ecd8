package desk

import (
	"context"

	"parley/internal/store"
)

// FiredCase is a case whose first reason is a rule.
type FiredCase struct {
	ID    int64  `json:"id"`
	Title string `json:"title"`
	Open  bool   `json:"open"`
}

// Fired tells which cases the rules of a pack lead, by rule. It rests on the newest cases alone; Open and Ended say on how many.
type Fired struct {
	Count map[string]int         `json:"count"`
	Cases map[string][]FiredCase `json:"cases"` // the newest few of each rule
	Open  int                    `json:"open"`
	Ended int                    `json:"ended"`
}

const (
	firedLooks = 500 // newest open cases, and as many ended ones
	firedShows = 5   // of each rule
)

// Fired looks for the pack's rules among the first reasons of the newest 500 open and 500 ended cases the member sees. The reasons stand
// on the cards of the lists, so this reads two pages along an index and no verdict.
func (d *Desk) Fired(ctx context.Context, who Who, pack string) (Fired, error) {
	out := Fired{Count: map[string]int{}, Cases: map[string][]FiredCase{}}
	if err := who.need(Read); err != nil {
		return out, err
	}
	var err error
	if out.Open, err = d.firedIn(ctx, who, pack, true, &out); err != nil {
		return out, err
	}
	out.Ended, err = d.firedIn(ctx, who, pack, false, &out)
	return out, err
}

func (d *Desk) firedIn(ctx context.Context, who Who, pack string, open bool, out *Fired) (int, error) {
	q := store.Query{Open: &open, Sort: "changed", Limit: firedLooks}
	if !who.AllStores {
		q.Stores = append([]int64{}, who.Stores...)
	}
	page, err := d.DB.Cases(ctx, q)
	if err != nil {
		return 0, err
	}
	for _, c := range page.Cases {
		if c.Card.WhyPack != pack {
			continue
		}
		rule := c.Card.Why
		if out.Count[rule]++; len(out.Cases[rule]) < firedShows {
			out.Cases[rule] = append(out.Cases[rule], FiredCase{c.ID, c.Card.Title, c.Open})
		}
	}
	return len(page.Cases), nil
}
