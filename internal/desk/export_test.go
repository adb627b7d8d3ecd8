package desk

import (
	"context"
	"time"

	"parley/internal/connector"
)

// TakeIn takes in snapshots for a store as a reading would.
func (d *Desk) TakeIn(ctx context.Context, storeID int64, batch []connector.Snapshot) ([]int64, error) {
	st, err := d.DB.Store(ctx, storeID)
	if err != nil {
		return nil, err
	}
	return d.takeIn(ctx, st, batch)
}

// Beat says that a loop of this node looked for work at an instant.
func (d *Desk) Beat(loop string, at time.Time) { d.pulse.beat(loop, at) }
