package main

import (
	"strings"

	"parley/internal/api"
	"parley/internal/app"
	"parley/internal/desk"
	"parley/internal/fault"
)

type storeVerbs struct {
	Add  storeAdd  `cmd:"" help:"${help_store_add}"`
	List storeList `cmd:"" help:"${help_store_list}"`
	Test storeTest `cmd:"" help:"${help_store_test}"`

	Unknown storeUnknown `cmd:"" help:"${help_store_unknown}"`
}

type storeAdd struct {
	Connector string            `arg:"" help:"${help_store_connector}"`
	Name      string            `required:"" placeholder:"NAME" help:"${help_store_name}"`
	Company   string            `required:"" placeholder:"NAME" help:"${help_store_company}"`
	Zone      string            `placeholder:"ZONE" help:"${help_store_zone}"`
	Set       map[string]string `placeholder:"NAME=VALUE" mapsep:"none" help:"${help_store_set}"`
	SetFile   map[string]string `placeholder:"NAME=FILE" mapsep:"none" help:"${help_store_set_file}"`
	Code      string            `placeholder:"CODE" help:"${help_store_code}"`
}

// Run adds a store after a harmless call with its settings.
func (v *storeAdd) Run(t *terminal) error {
	in := desk.StoreInput{Connector: v.Connector, Name: v.Name, Company: v.Company, Zone: v.Zone, Settings: map[string]string{}, Code: v.Code}
	for name, value := range v.Set {
		in.Settings[name] = value
	}
	for name, path := range v.SetFile {
		value, err := readFile(path, 64<<10)
		if err != nil {
			return err
		}
		in.Settings[name] = strings.TrimSpace(string(value))
	}
	in.Token.Access, in.Token.Refresh = in.Settings["access_token"], in.Settings["refresh_token"]
	delete(in.Settings, "access_token")
	delete(in.Settings, "refresh_token")
	return t.desk(true, func(a *app.App, who desk.Who) error {
		s, err := a.Desk.AddStore(t.ctx, who, in)
		if err != nil {
			return err
		}
		return t.stores([]desk.StoreView{s}, a)
	})
}

type storeList struct{}

// Run prints the stores and how fresh their picture is.
func (storeList) Run(t *terminal) error {
	return t.desk(false, func(a *app.App, who desk.Who) error { return t.allStores(a, who) })
}

func (t *terminal) allStores(a *app.App, who desk.Who) error {
	all, err := a.Desk.StoreList(t.ctx, who)
	if err != nil {
		return err
	}
	return t.stores(all, a)
}

type storeTest struct {
	ID int64 `arg:"" help:"${help_store_id}"`
}

// Run makes a harmless call with the settings a store has.
func (v *storeTest) Run(t *terminal) error {
	return t.desk(false, func(a *app.App, who desk.Who) error {
		id, err := a.Desk.CheckStore(t.ctx, who, v.ID)
		if err != nil {
			return err
		}
		if t.JSON {
			return t.data(api.Identity(id))
		}
		t.say("store.tested", "name", plain(id.Name), "id", id.ID)
		return nil
	})
}

// storeNamed finds a store by its number or name among those the member sees.
func storeNamed(all []desk.StoreView, name string) (desk.StoreView, error) {
	for _, s := range all {
		if number(s.ID) == name || strings.EqualFold(s.Name, name) {
			return s, nil
		}
	}
	return desk.StoreView{}, fault.New(fault.NotFound, "fault.store_not_found")
}
