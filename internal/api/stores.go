package api

import (
	"context"
	"net/http"
	"time"

	"parley/internal/connector"
	"parley/internal/desk"
)

// Store is an account at a marketplace, without its secrets.
type Store struct {
	ID          int64             `json:"id"`
	Version     int64             `json:"version"`
	Company     string            `json:"company"`
	CompanyID   int64             `json:"company_id"`
	Connector   string            `json:"connector"`
	Name        string            `json:"name"`
	ExternalID  string            `json:"external_id,omitempty" doc:"the platform's number of the shop"`
	Zone        string            `json:"zone"`
	Currency    string            `json:"currency,omitempty"`
	Country     string            `json:"country,omitempty"`
	Language    string            `json:"language,omitempty"`
	Settings    map[string]string `json:"settings,omitempty"`
	Secrets     []string          `json:"secrets,omitempty" doc:"names of the secret settings that are filled in"`
	Packs       []string          `json:"packs,omitempty"`
	State       string            `json:"state" enum:"active,paused,closed"`
	TokenEndsAt time.Time         `json:"token_ends_at,omitzero"`
	Sync        Sync              `json:"sync"`
}

// Sync is how far the picture of a store can be trusted.
type Sync struct {
	LastOKAt     time.Time `json:"last_ok_at,omitzero" doc:"absent = never"`
	NextAt       time.Time `json:"next_at,omitzero"`
	FailingSince time.Time `json:"failing_since,omitzero"`
	FaultKind    string    `json:"fault_kind,omitempty"`
	FaultKey     string    `json:"fault_key,omitempty"`
	SourceCount  int       `json:"source_count" doc:"open at the platform as it says; -1 = it does not say"`
	DeskCount    int       `json:"desk_count" doc:"open here at the same moment"`
	Missing      int       `json:"missing" doc:"the difference, where both are known: an alarm"`
	Backfilled   bool      `json:"backfilled" doc:"everything open was read at least once"`
	HeardSince   time.Time `json:"heard_since,omitzero" doc:"since when the platform's messages come over an open connection; absent = none"`
	UnheardSince time.Time `json:"unheard_since,omitzero" doc:"since when that connection fails; the store is read at its rhythm"`
	UnheardKey   string    `json:"unheard_key,omitempty"`
}

// StoreOf is a store of the desk as the API writes it.
func StoreOf(s desk.StoreView) Store {
	f := s.Freshness
	return Store{
		ID: s.ID, Version: s.Version, Company: s.Company, CompanyID: s.CompanyID, Connector: s.Connector, Name: s.Name, ExternalID: s.ExternalID,
		Zone: s.Zone, Currency: s.Currency, Country: s.Country, Language: s.Language, Settings: s.Settings, Secrets: s.Secrets, Packs: s.Packs,
		State: s.State, TokenEndsAt: s.TokenEndsAt,
		Sync: Sync{
			LastOKAt: f.LastOKAt, NextAt: f.NextAt, FailingSince: f.FailingSince, FaultKind: f.FaultKind, FaultKey: f.FaultKey,
			SourceCount: f.SourceCount, DeskCount: f.DeskCount, Missing: f.Missing, Backfilled: f.Backfilled,
			HeardSince: f.HeardSince, UnheardSince: f.UnheardSince, UnheardKey: f.UnheardKey,
		},
	}
}

// Identity is who a store is at the platform.
type Identity struct {
	ID       string `json:"id" doc:"the platform's number of the shop"`
	Name     string `json:"name"`
	Country  string `json:"country,omitempty"`
	Currency string `json:"currency,omitempty"`
}

// Connector is a kind of platform a store can be at.
type Connector struct {
	Kind  string   `json:"kind"`
	Mark  string   `json:"mark"`
	Zone  string   `json:"zone" doc:"zone of the platform's clock"`
	Packs []string `json:"packs" nullable:"false"`
	Acts  []string `json:"acts" nullable:"false" doc:"options the desk can carry out there"`
	// Fields are the named texts a decision may carry, by option.
	Fields   map[string][]string `json:"fields,omitempty" doc:"named texts of the platform's own that a decision may carry, by option"`
	Settings []Setting           `json:"settings" nullable:"false"`
}

// Setting is one field of a store's settings.
type Setting struct {
	Name     string   `json:"name"`
	Secret   bool     `json:"secret"`
	Required bool     `json:"required"`
	Options  []string `json:"options,omitempty"`
	Default  string   `json:"default,omitempty"`
	Pattern  string   `json:"pattern,omitempty"`
}

func connectorOf(c connector.About) Connector {
	setting := func(s connector.Setting) Setting { return Setting(s) }
	same := func(s string) string { return s }
	return Connector{
		Kind: c.Kind, Mark: c.Mark, Zone: c.Zone, Packs: each(c.Packs, same), Acts: each(c.Acts, same), Fields: c.Fields, Settings: each(c.Settings, setting),
	}
}

type storeInput struct{ Body desk.StoreInput }

type stateInput struct {
	ByID
	Body struct {
		State string `json:"state" enum:"active,paused,closed"`
	}
}

func (a *API) addStores() {
	handle(a, operation{method: http.MethodGet, path: "/stores", id: "list-stores", tag: "stores", summary: "Stores and how fresh their picture is"},
		func(ctx context.Context, who desk.Who, _ *nothing) (*body[items[Store]], error) {
			all, err := a.Desk.StoreList(ctx, who)
			return list(each(all, StoreOf)), err
		})
	handle(a, operation{method: http.MethodPost, path: "/stores", id: "add-store", tag: "stores", status: http.StatusCreated, summary: "Add a store, after a harmless call with its settings"},
		func(ctx context.Context, who desk.Who, in *storeInput) (*body[Store], error) {
			s, err := a.Desk.AddStore(ctx, who, in.Body)
			return &body[Store]{StoreOf(s)}, err
		})
	handle(a, operation{method: http.MethodGet, path: "/stores/{id}", id: "get-store", tag: "stores", summary: "One store"},
		func(ctx context.Context, who desk.Who, in *ByID) (*body[Store], error) {
			s, err := a.Desk.StoreOf(ctx, who, in.ID)
			return &body[Store]{StoreOf(s)}, err
		})
	handle(a, operation{method: http.MethodPost, path: "/stores/{id}/test", id: "test-store", tag: "stores", summary: "Make a harmless call with the settings as they are"},
		func(ctx context.Context, who desk.Who, in *ByID) (*body[Identity], error) {
			id, err := a.Desk.CheckStore(ctx, who, in.ID)
			return &body[Identity]{Identity(id)}, err
		})
	handle(a, operation{method: http.MethodPost, path: "/stores/{id}/sync", id: "sync-store", tag: "stores", status: http.StatusAccepted, summary: "Read the store now"},
		func(ctx context.Context, who desk.Who, in *ByID) (*none, error) {
			return nil, a.Desk.SyncNow(ctx, who, in.ID)
		})
	handle(a, operation{method: http.MethodPost, path: "/stores/{id}/state", id: "set-store-state", tag: "stores", status: http.StatusNoContent, summary: "Pause, close or take up a store"},
		func(ctx context.Context, who desk.Who, in *stateInput) (*none, error) {
			return nil, a.Desk.SetStoreState(ctx, who, in.ID, in.Body.State)
		})
	handle(a, operation{method: http.MethodGet, path: "/connectors", id: "list-connectors", tag: "stores", summary: "Platforms a store can be at, and their settings"},
		func(context.Context, desk.Who, *nothing) (*body[items[Connector]], error) {
			return list(each(a.Desk.Kinds(), connectorOf)), nil
		})
}
