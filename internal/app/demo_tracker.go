package app

import (
	"context"
	"net/http"

	"parley/internal/connector"
	"parley/internal/desk"
	"parley/internal/tracker/seventeentrack/fake"
	"parley/internal/tracker/seventeentrack/fake/demo"
)

// follow adds an account at a simulated service that watches parcels. It tells of parcels of several stores at once, some of which the
// marketplaces themselves tell nothing of. Its news are handed over here: the desk does not listen yet.
func (d *Demo) follow(ctx context.Context, owner desk.Who) error {
	service := fake.New(fake.Options{Now: d.Clock.Now})
	account := demo.Open(service)
	address, err := d.serve(service)
	if err != nil {
		return err
	}
	if err := d.Desk.Settle(ctx); err != nil { // the stores are read, so that there are parcels
		return err
	}
	added, err := d.Desk.AddTracker(ctx, owner, desk.TrackerInput{Company: demo.Company, Kind: "seventeentrack", Settings: map[string]string{
		"api_key": account.Key, "address": address, "allow_private": "true", "calls_per_second": "0",
	}})
	if err == nil {
		err = d.Desk.Settle(ctx) // they are registered
	}
	if err == nil {
		err = demo.Tell(service)
	}
	if err != nil {
		return err
	}
	for _, news := range account.Pending() {
		in := connector.Delivery{Header: http.Header{"Sign": {fake.Sign(account.Key, news)}}, Body: news}
		if err := d.Desk.ReceiveTracking(ctx, added.ID, in); err != nil {
			return err
		}
	}
	return nil
}
