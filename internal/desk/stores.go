package desk

import (
	"context"
	"maps"
	"slices"
	"sort"
	"strings"
	"time"

	"parley/internal/connector"
	"parley/internal/fault"
	"parley/internal/store"
)

// StoreInput is what a person says about a store. Settings hold plain and secret fields together, by the names of connector.Setting;
// an empty secret field of a store that exists means "as before".
type StoreInput struct {
	Company   string            `json:"company" doc:"name of the company account; made if new"`
	Connector string            `json:"connector" example:"aliexpress"`
	Name      string            `json:"name"`
	Zone      string            `json:"zone,omitempty" doc:"IANA zone the desk shows for this store"`
	Currency  string            `json:"currency,omitempty"`
	Country   string            `json:"country,omitempty"`
	Language  string            `json:"language,omitempty"`
	Settings  map[string]string `json:"settings"`
	// Token is an authorisation obtained elsewhere. Code is exchanged for one.
	Token connector.Token `json:"token,omitzero"`
	Code  string          `json:"code,omitempty"`
}

// StoreView is a store as people see it: without secrets.
type StoreView struct {
	ID          int64             `json:"id"`
	Version     int64             `json:"version"`
	Company     string            `json:"company"`
	CompanyID   int64             `json:"company_id"`
	Connector   string            `json:"connector"`
	Mark        string            `json:"mark"`
	Name        string            `json:"name"`
	ExternalID  string            `json:"external_id,omitempty"`
	Zone        string            `json:"zone"`
	Currency    string            `json:"currency,omitempty"`
	Country     string            `json:"country,omitempty"`
	Language    string            `json:"language,omitempty"`
	Settings    map[string]string `json:"settings"`
	Parameters  map[string]int64  `json:"parameters"` // numbers of the packs that the store has tightened
	Secrets     []string          `json:"secrets"`    // names of the secret fields that are filled
	Packs       []string          `json:"packs"`
	State       string            `json:"state"`
	Offline     bool              `json:"offline,omitempty"` // records come from spreadsheets and people
	TokenEndsAt time.Time         `json:"token_ends_at,omitzero"`
	Freshness   Freshness         `json:"freshness"`
}

// Kinds are the platforms a store can be at, in the order of their names.
func (d *Desk) Kinds() []connector.About {
	out := make([]connector.About, 0, len(d.Connectors))
	for _, name := range slices.Sorted(maps.Keys(d.Connectors)) {
		out = append(out, d.Connectors[name].About())
	}
	return out
}

// StoreList gives the stores the member sees, by company and name.
func (d *Desk) StoreList(ctx context.Context, who Who) ([]StoreView, error) {
	if err := who.need(Read); err != nil {
		return nil, err
	}
	b, err := d.book(ctx)
	if err != nil {
		return nil, err
	}
	_, syncs, err := d.look(ctx, nil)
	if err != nil {
		return nil, err
	}
	fresh := d.freshness(who, b, syncs)
	rows, err := d.DB.Stores(ctx)
	if err != nil {
		return nil, err
	}
	var out []StoreView
	for _, st := range rows {
		if who.Sees(st.ID) {
			out = append(out, d.storeView(st, b, fresh))
		}
	}
	sort.SliceStable(out, func(i, j int) bool {
		if out[i].Company != out[j].Company {
			return out[i].Company < out[j].Company
		}
		return out[i].Name < out[j].Name
	})
	return out, nil
}

// StoreOf gives one store.
func (d *Desk) StoreOf(ctx context.Context, who Who, id int64) (StoreView, error) {
	all, err := d.StoreList(ctx, who)
	if err != nil {
		return StoreView{}, err
	}
	for _, s := range all {
		if s.ID == id {
			return s, nil
		}
	}
	return StoreView{}, fault.New(fault.NotFound, "fault.store_not_found")
}

func (d *Desk) storeView(st store.Store, b book, fresh []Freshness) StoreView {
	v := StoreView{
		ID: st.ID, Version: st.Version, Company: b.companies[st.CompanyID], CompanyID: st.CompanyID, Connector: st.Connector, Name: st.Name,
		ExternalID: st.ExternalID, Zone: st.Zone, Currency: st.Currency, Country: st.Country, Language: st.Language,
		Settings: withoutParameters(st.Settings), Parameters: parametersOf(st), Packs: st.Packs, State: st.State, Secrets: []string{},
	}
	if c, ok := d.Connectors[st.Connector]; ok {
		v.Mark, v.Offline = c.About().Mark, c.About().Offline
	}
	for _, f := range fresh {
		if f.Store.ID == st.ID {
			v.Freshness = f
		}
	}
	if sec, err := d.unseal(st); err == nil {
		v.Secrets = slices.Sorted(maps.Keys(sec.Settings))
		v.TokenEndsAt = sec.Token.ExpiresAt
		v.Freshness.TokenEndsAt = sec.Token.ExpiresAt
	}
	return v
}

// TestStore makes one harmless call with the settings as given and says who we would be there. Nothing is kept.
func (d *Desk) TestStore(ctx context.Context, who Who, in StoreInput) (connector.Identity, error) {
	if err := who.need(Lead); err != nil {
		return connector.Identity{}, err
	}
	id, _, err := d.tryStore(ctx, in, sealed{})
	return id, err
}

// tryStore opens a session with the settings, exchanges a code where one is given, and asks who we are.
func (d *Desk) tryStore(ctx context.Context, in StoreInput, old sealed) (connector.Identity, sealed, error) {
	plain, sec, err := d.settings(in, old)
	if err != nil {
		return connector.Identity{}, sec, err
	}
	session, err := d.openSession(in.Connector, 0, plain, sec)
	if err != nil {
		return connector.Identity{}, sec, err
	}
	if in.Code != "" {
		if sec.Token, err = session.Renew(ctx, in.Code); err != nil {
			return connector.Identity{}, sec, err
		}
	}
	id, err := session.Check(ctx)
	return id, sec, err
}

// settings sorts the fields of the form into plain and secret ones and checks each against its description.
func (d *Desk) settings(in StoreInput, old sealed) (map[string]string, sealed, error) {
	c, ok := d.Connectors[in.Connector]
	if !ok {
		return nil, old, fault.Input("connector", in.Connector, strings.Join(slices.Sorted(maps.Keys(d.Connectors)), ", "))
	}
	plain, sec := map[string]string{}, sealed{Settings: map[string]string{}, Token: old.Token}
	if in.Token.Access != "" {
		sec.Token = in.Token
	}
	known := map[string]bool{}
	for _, s := range c.About().Settings {
		known[s.Name] = true
		value := strings.TrimSpace(in.Settings[s.Name])
		if value == "" && s.Secret {
			value = old.Settings[s.Name]
		}
		if value == "" {
			value = s.Default
		}
		if err := s.Check("settings."+s.Name, value); err != nil {
			return nil, sec, err
		}
		if s.Secret {
			sec.Settings[s.Name] = value
		} else if value != "" {
			plain[s.Name] = value
		}
	}
	for name, value := range in.Settings {
		if !known[name] {
			return nil, sec, fault.Input("settings."+name, value, "a setting of "+in.Connector)
		}
	}
	return plain, sec, nil
}

// AddStore checks the settings against the platform and adds the store. The same shop cannot be added twice.
func (d *Desk) AddStore(ctx context.Context, who Who, in StoreInput) (StoreView, error) {
	if err := who.need(Lead); err != nil {
		return StoreView{}, err
	}
	if err := in.check(); err != nil {
		return StoreView{}, err
	}
	id, sec, err := d.tryStore(ctx, in, sealed{})
	if err != nil {
		return StoreView{}, err
	}
	plain, _, err := d.settings(in, sec)
	if err != nil {
		return StoreView{}, err
	}
	market := d.market(in.Connector, plain)
	st := store.Store{
		Connector: in.Connector, Marketplace: market.Code, Name: strings.TrimSpace(in.Name), ExternalID: id.ID, Zone: in.Zone, Currency: orElse(in.Currency, id.Currency),
		Country: orElse(in.Country, id.Country), Language: in.Language, Settings: plain, Packs: market.Packs, State: "active", CreatedAt: d.Now(),
	}
	if st.Zone == "" {
		st.Zone = market.Zone
	}
	if err := d.insertStore(ctx, &st, in.Company, sec, who); err != nil {
		return StoreView{}, err
	}
	wake(d.wakeSync)
	return d.StoreOf(ctx, who, st.ID)
}

// market is the marketplace a store of a connector stands at.
func (d *Desk) market(kind string, settings map[string]string) connector.Market {
	about := d.abouts[kind]
	m := connector.Market{Code: kind, Packs: about.Packs, Zone: about.Zone}
	several, ok := d.Connectors[kind].(connector.Several)
	if !ok {
		return m
	}
	chosen := several.Market(settings)
	m.Code, m.Zone = orElse(chosen.Code, m.Code), orElse(chosen.Zone, m.Zone)
	if len(chosen.Packs) > 0 {
		m.Packs = chosen.Packs
	}
	return m
}

func (in *StoreInput) check() error {
	if n := len([]rune(strings.TrimSpace(in.Name))); n < 1 || n > 80 {
		return fault.Input("name", in.Name, "1 to 80 characters")
	}
	if n := len([]rune(strings.TrimSpace(in.Company))); n < 1 || n > 80 {
		return fault.Input("company", in.Company, "1 to 80 characters")
	}
	if in.Zone != "" {
		if _, err := time.LoadLocation(in.Zone); err != nil || in.Zone == "Local" {
			return fault.Input("zone", in.Zone, "an IANA zone such as Europe/Madrid")
		}
	}
	return nil
}

func (d *Desk) insertStore(ctx context.Context, st *store.Store, company string, sec sealed, who Who) error {
	err := d.DB.Write(ctx, func(tx *store.Tx) error {
		if st.ExternalID != "" {
			if other, err := tx.StoreByExternal(ctx, st.Connector, st.ExternalID); err == nil {
				return fault.New(fault.Conflict, "fault.store_twice", "store", other.Name, "external", st.ExternalID)
			} else if !fault.Is(err, fault.NotFound) {
				return err
			}
		}
		var err error
		if st.CompanyID, err = tx.CompanyNamed(strings.TrimSpace(company)); err != nil {
			return err
		}
		if err := tx.PutStore(st); err != nil {
			return err
		}
		blob, err := d.seal(st.ID, sec)
		if err != nil {
			return err
		}
		if err := tx.SetSecret(st.ID, blob); err != nil {
			return err
		}
		if !who.AllStores {
			if err := tx.Grant(who.MemberID, st.ID); err != nil {
				return err
			}
		}
		return nil
	})
	d.names.forget()
	return err
}

// UpdateStore changes a store's settings after checking them against the platform. version is the one the person saw; 0 = as
// it is now.
func (d *Desk) UpdateStore(ctx context.Context, who Who, id, version int64, in StoreInput) (StoreView, error) {
	if err := who.need(Lead); err != nil {
		return StoreView{}, err
	}
	if !who.Sees(id) {
		return StoreView{}, fault.New(fault.NotFound, "fault.store_not_found")
	}
	st, err := d.DB.Store(ctx, id)
	if err != nil {
		return StoreView{}, err
	}
	in.Connector = st.Connector
	if err := in.check(); err != nil {
		return StoreView{}, err
	}
	old, err := d.unseal(st)
	if err != nil {
		old = sealed{} // a lost key: everything secret has to be given again
	}
	who2, sec, err := d.tryStore(ctx, in, old)
	if err != nil {
		return StoreView{}, err
	}
	if st.ExternalID != "" && who2.ID != "" && who2.ID != st.ExternalID {
		return StoreView{}, fault.New(fault.Conflict, "fault.other_shop", "external", who2.ID, "was", st.ExternalID)
	}
	plain, _, err := d.settings(in, sec)
	if err != nil {
		return StoreView{}, err
	}
	keepParameters(plain, st.Settings)
	if market := d.market(st.Connector, plain); market.Code != st.Marketplace {
		st.Marketplace, st.Packs = market.Code, market.Packs
	}
	st.Version, st.Name, st.Zone, st.Language, st.Settings = orVersion(version, st.Version), strings.TrimSpace(in.Name), orElse(in.Zone, st.Zone), in.Language, plain
	st.Currency, st.Country = orElse(in.Currency, st.Currency), orElse(in.Country, st.Country)
	if st.Secret, err = d.seal(id, sec); err != nil {
		return StoreView{}, err
	}
	err = d.DB.Write(ctx, func(tx *store.Tx) error {
		company, err := tx.CompanyNamed(strings.TrimSpace(in.Company))
		if err != nil {
			return err
		}
		st.CompanyID = company
		if err := tx.PutStore(&st); err != nil {
			return err
		}
		return tx.SyncNow(id, d.Now())
	})
	if err != nil {
		return StoreView{}, err
	}
	d.lines.forget(id)
	d.names.forget()
	wake(d.wakeSync)
	return d.StoreOf(ctx, who, id)
}

// SetStoreState pauses a store, makes it active again, or closes it. A closed store keeps its cases and proofs.
func (d *Desk) SetStoreState(ctx context.Context, who Who, id int64, state string) error {
	if err := who.need(Lead); err != nil {
		return err
	}
	if !who.Sees(id) {
		return fault.New(fault.NotFound, "fault.store_not_found")
	}
	if !slices.Contains([]string{"active", "paused", "closed"}, state) {
		return fault.Input("state", state, "active, paused, closed")
	}
	err := d.DB.Write(ctx, func(tx *store.Tx) error {
		st, err := tx.Store(ctx, id)
		if err != nil {
			return err
		}
		st.State = state
		if err := tx.PutStore(&st); err != nil {
			return err
		}
		return tx.SyncNow(id, d.Now())
	})
	d.names.forget()
	wake(d.wakeSync)
	return err
}

func orElse(a, b string) string {
	if strings.TrimSpace(a) != "" {
		return strings.TrimSpace(a)
	}
	return b
}

func orVersion(seen, now int64) int64 {
	if seen == 0 {
		return now
	}
	return seen
}
