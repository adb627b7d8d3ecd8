package desk

import (
	"context"

	"parley/internal/connector"
	"parley/internal/fault"
)

// CheckStore makes one harmless call with the settings a store has and says who we are there.
func (d *Desk) CheckStore(ctx context.Context, who Who, id int64) (connector.Identity, error) {
	if err := who.need(Lead); err != nil {
		return connector.Identity{}, err
	}
	if !who.Sees(id) {
		return connector.Identity{}, fault.New(fault.NotFound, "fault.store_not_found")
	}
	st, err := d.DB.Store(ctx, id)
	if err != nil {
		return connector.Identity{}, err
	}
	session, err := d.ready(ctx, st)
	if err != nil {
		return connector.Identity{}, err
	}
	return session.Check(ctx)
}
