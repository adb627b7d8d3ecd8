package main

import (
	"parley/internal/app"
	"parley/internal/desk"
)

type syncVerb struct {
	Store string `arg:"" optional:"" help:"${help_sync_store}"`
}

// Run reads one store, or all that are active, and prints how they stand. A store that fails does not stop the others.
func (v *syncVerb) Run(t *terminal) error {
	return t.desk(false, func(a *app.App, who desk.Who) error {
		all, err := a.Desk.StoreList(t.ctx, who)
		if err != nil {
			return err
		}
		if v.Store != "" {
			one, err := storeNamed(all, v.Store)
			if err != nil {
				return err
			}
			all = []desk.StoreView{one}
		}
		for _, s := range all {
			if s.State != "active" && v.Store == "" {
				continue
			}
			if err := a.Desk.SyncNow(t.ctx, who, s.ID); err != nil {
				return err
			}
		}
		if err := a.Desk.Settle(t.ctx); err != nil {
			return err
		}
		return t.allStores(a, who)
	})
}
