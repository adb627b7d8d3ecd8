package app

import (
	"bytes"
	"context"

	"parley/internal/connector/dropship/fake"
	"parley/internal/connector/dropship/fake/demo"
	"parley/internal/desk"
)

// trade adds the shop of a dropship merchant: a simulated agent hands out its files, which are read in as a person does, and what the
// merchant did already is put on record.
func (d *Demo) trade(ctx context.Context, owner desk.Who) error {
	agent := fake.New(fake.Options{Now: d.Clock.Now})
	shops, err := demo.Fill(agent, d.Clock.Now())
	if err != nil {
		return err
	}
	for _, shop := range shops {
		store, err := d.Desk.AddStore(ctx, owner, desk.StoreInput{Company: shop.Company, Connector: "dropship", Name: shop.Name, Zone: shop.Zone, Currency: shop.Currency,
			Country: shop.Country, Settings: shop.Settings})
		if err != nil {
			return err
		}
		if err := d.readTrade(ctx, owner, store.ID, agent); err != nil {
			return err
		}
		if err := d.recordTrade(ctx, owner, store.ID, shop.Done); err != nil {
			return err
		}
	}
	return nil
}

// readTrade reads the agent's four files. Those of purchases show the clock of Shanghai.
func (d *Demo) readTrade(ctx context.Context, owner desk.Who, store int64, agent *fake.Platform) error {
	for _, f := range []struct {
		source, zone string
		data         []byte
	}{
		{"DSers orders", "Asia/Shanghai", agent.Orders()}, {"DSers reports", "", agent.Reports()}, {"Tracking", "", agent.Tracking()}, {"Mailbox", "Europe/Madrid", agent.Messages()},
	} {
		file := desk.SheetFile{Name: f.source + ".csv", Content: bytes.NewReader(f.data), Size: int64(len(f.data)), Source: f.source}
		look, _, err := d.Desk.LookAtSheet(ctx, owner, store, file, nil)
		if err != nil {
			return err
		}
		look.Suggested.Zone = f.zone
		if _, err := d.Desk.ImportSheet(ctx, owner, store, file, &look.Suggested, false); err != nil {
			return err
		}
	}
	return nil
}

func (d *Demo) recordTrade(ctx context.Context, owner desk.Who, store int64, done []demo.Done) error {
	page, err := d.Desk.Queue(ctx, owner, desk.QueueQuery{View: "all", Stores: []int64{store}, Limit: 200})
	if err != nil {
		return err
	}
	cases := map[string]int64{}
	for _, row := range page.Rows {
		cases[row.OrderNo] = row.ID
	}
	for _, act := range done {
		if id, ok := cases[act.Order]; ok {
			if err := d.Desk.Record(ctx, owner, id, desk.RecordInput{Did: act.Did, At: act.At}); err != nil {
				return err
			}
		}
	}
	return nil
}
