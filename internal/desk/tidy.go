package desk

import (
	"context"
	"encoding/json"
	"strconv"
	"time"

	"parley/internal/fault"
	"parley/internal/store"
)

const (
	retentionSetting = "retention_days"
	tidiedSetting    = "tidied"
	tidyEvery        = 24 * time.Hour
	tidyAtOnce       = 200 // cases erased by one round
	keepGiven        = 30 * 24 * time.Hour
	minRetention     = 30 // days: chargebacks and appeals come back within weeks
)

// Retention is for how many days after its end a case keeps what it tells of people; 0 = for ever.
func (d *Desk) Retention(ctx context.Context, who Who) (int, error) {
	if err := who.need(Read); err != nil {
		return 0, err
	}
	return retentionIn(ctx, d.DB)
}

func retentionIn(ctx context.Context, r settings) (int, error) {
	raw, err := r.Setting(ctx, retentionSetting)
	if err != nil || raw == "" {
		return 0, err
	}
	return strconv.Atoi(raw)
}

// SetRetention sets for how many days an ended case keeps what it tells of people.
func (d *Desk) SetRetention(ctx context.Context, who Who, days int) error {
	if err := who.need(Own); err != nil {
		return err
	}
	if days != 0 && (days < minRetention || days > 3650) {
		return fault.Input("days", strconv.Itoa(days), "0 (for ever), or 30 to 3650")
	}
	return d.DB.Write(ctx, func(tx *store.Tx) error { return tx.PutSetting(retentionSetting, strconv.Itoa(days)) })
}

// tidied is how far the desk has tidied up.
type tidied struct {
	At    time.Time `json:"at"`    // of the last whole round
	Ended time.Time `json:"ended"` // end of the last case that was erased
	Case  int64     `json:"case"`  // its id
}

// runTidy forgets what has served its time, once a day.
func (d *Desk) runTidy(ctx context.Context) {
	for ctx.Err() == nil {
		for p, n := range d.wrong.rest() {
			d.countWrong(ctx, p, n)
		}
		more, err := d.tidy(ctx)
		if err != nil {
			d.failed(ctx, "tidying up", err)
		}
		if !more || err != nil {
			d.Clock.Wait(ctx, d.Now().Add(time.Hour), nil)
		}
	}
}

// tidy does a bounded part of what is due and tells whether there is more. Several nodes may do it at once: everything in it can be
// repeated.
func (d *Desk) tidy(ctx context.Context) (more bool, err error) {
	now := d.Now()
	factsRead.age(now)
	var done tidied
	raw, err := d.DB.Setting(ctx, tidiedSetting)
	if err != nil {
		return false, err
	}
	if raw != "" {
		if err := json.Unmarshal([]byte(raw), &done); err != nil {
			return false, err
		}
	}
	if now.Sub(done.At) < tidyEvery {
		return false, nil
	}
	if more, err = d.eraseOld(ctx, &done, now); err != nil {
		return false, err
	}
	if !more {
		done.At = now
	}
	return more, d.DB.Write(ctx, func(tx *store.Tx) error {
		if err := tx.ForgetPushes(now.Add(-keepPushes)); err != nil {
			return err
		}
		if err := tx.ForgetTrackerPushes(now.Add(-keepPushes)); err != nil {
			return err
		}
		if err := tx.ForgetUnknown(now.Add(-keepPushes)); err != nil {
			return err
		}
		if err := tx.ForgetGiven(now.Add(-keepGiven)); err != nil {
			return err
		}
		text, err := json.Marshal(done)
		if err != nil {
			return err
		}
		return tx.PutSetting(tidiedSetting, string(text))
	})
}

// eraseOld erases the cases whose time is over, in the order of their ends.
func (d *Desk) eraseOld(ctx context.Context, done *tidied, now time.Time) (more bool, err error) {
	days, err := retentionIn(ctx, d.DB)
	if err != nil || days == 0 {
		return false, err
	}
	cases, err := d.DB.EndedAfter(ctx, done.Ended, done.Case, now.AddDate(0, 0, -days), tidyAtOnce)
	if err != nil {
		return false, err
	}
	for i := range cases {
		if err := d.erase(ctx, netDesk, cases[i].ID, "retention"); err != nil && !fault.Is(err, fault.Refused) {
			return false, err // open again since: it will end later
		}
		done.Ended, done.Case = cases[i].EndedAt, cases[i].ID
	}
	return len(cases) == tidyAtOnce, nil
}
