package desk

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"parley/internal/connector"
	"parley/internal/fault"
	"parley/internal/store"
	"parley/internal/tracker"
)

// TrackerInput is what a person says about an account at a service that watches parcels.
type TrackerInput struct {
	Company  string            `json:"company" doc:"name of a company account that has stores"`
	Kind     string            `json:"kind" example:"seventeentrack"`
	Name     string            `json:"name,omitempty" maxLength:"80"`
	Settings map[string]string `json:"settings" doc:"by the names of the kind's settings, secret ones too"`
}

// TrackerView is such an account as people see it: without secrets.
type TrackerView struct {
	ID           int64             `json:"id"`
	CompanyID    int64             `json:"company_id"`
	Company      string            `json:"company"`
	Kind         string            `json:"kind"`
	Service      string            `json:"service" doc:"as the service calls itself"`
	Mark         string            `json:"mark"`
	Name         string            `json:"name"`
	Settings     map[string]string `json:"settings,omitempty"`
	Hook         string            `json:"hook,omitempty" doc:"address the service calls when there is news"`
	QuotaTotal   int               `json:"quota_total" doc:"-1 = the service does not say"`
	QuotaLeft    int               `json:"quota_left" doc:"-1 = the service does not say"`
	Watched      int64             `json:"watched" doc:"parcels the service watches now"`
	Stopped      int64             `json:"stopped" doc:"parcels of open cases that it gave up"`
	LastOKAt     time.Time         `json:"last_ok_at,omitzero"`
	FailingSince time.Time         `json:"failing_since,omitzero"`
	FaultKey     string            `json:"fault,omitempty"`
	Params       Params            `json:"params,omitempty"`
}

// TrackerKinds are the services there are, in the order of their names.
func (d *Desk) TrackerKinds() []tracker.About {
	out := make([]tracker.About, 0, len(d.Trackers))
	for _, kind := range slices.Sorted(maps.Keys(d.Trackers)) {
		out = append(out, d.Trackers[kind].About())
	}
	return out
}

// TrackerList gives the accounts of the companies whose stores the member sees.
func (d *Desk) TrackerList(ctx context.Context, who Who) ([]TrackerView, error) {
	if err := who.need(Read); err != nil {
		return nil, err
	}
	b, err := d.book(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := d.DB.Trackers(ctx)
	if err != nil {
		return nil, err
	}
	tallies, err := d.DB.TrackerTallies(ctx)
	if err != nil {
		return nil, err
	}
	out := []TrackerView{}
	for _, t := range rows {
		if b.sees(who, t.CompanyID) {
			out = append(out, d.trackerView(t, b, tallies))
		}
	}
	return out, nil
}

// sees tells whether a member has a store of a company.
func (b *book) sees(who Who, companyID int64) bool {
	for _, st := range b.stores {
		if st.CompanyID == companyID && who.Sees(st.ID) {
			return true
		}
	}
	return who.AllStores && who.May(Read)
}

func (d *Desk) trackerView(t store.Tracker, b book, tallies []store.TrackerTally) TrackerView {
	v := TrackerView{
		ID: t.ID, CompanyID: t.CompanyID, Company: b.companies[t.CompanyID], Kind: t.Kind, Name: t.Name, Settings: t.Settings, QuotaTotal: t.QuotaTotal, QuotaLeft: t.QuotaLeft,
		LastOKAt: t.LastOKAt, FailingSince: t.FailingSince,
	}
	if k, ok := d.Trackers[t.Kind]; ok {
		about := k.About()
		if v.Mark, v.Service = about.Mark, about.Name; about.Pushes && d.PublicURL != nil {
			v.Hook = strings.TrimSuffix(d.PublicURL(), "/") + "/hooks/trackers/" + strconv.FormatInt(t.ID, 10)
		}
	}
	v.FaultKey, v.Params = faultOf(t.Fault)
	for _, y := range tallies {
		switch {
		case y.TrackerID != t.ID:
		case y.State == tracked:
			v.Watched = y.Parcels
		case y.State == stopped:
			v.Stopped = y.Parcels
		}
	}
	return v
}

// faultOf reads what faultJSON wrote.
func faultOf(raw json.RawMessage) (string, Params) {
	var f struct {
		Key    string `json:"key"`
		Params Params `json:"params"`
	}
	if len(raw) == 0 || json.Unmarshal(raw, &f) != nil {
		return "", nil
	}
	return f.Key, f.Params
}

// TrackerTested is what a harmless call gave.
type TrackerTested struct {
	Name  string `json:"name,omitempty"`
	Total int    `json:"quota_total" doc:"-1 = the service does not say"`
	Left  int    `json:"quota_left" doc:"-1 = the service does not say"`
}

// TestTracker makes one harmless call with settings as given. Nothing is kept.
func (d *Desk) TestTracker(ctx context.Context, who Who, in TrackerInput) (TrackerTested, error) {
	if err := who.need(Lead); err != nil {
		return TrackerTested{}, err
	}
	return d.tryTracker(ctx, in)
}

func (d *Desk) tryTracker(ctx context.Context, in TrackerInput) (TrackerTested, error) {
	session, err := d.openTracker(in.Kind, 0, in.Settings)
	if err != nil {
		return TrackerTested{}, err
	}
	q, err := session.Check(ctx)
	return TrackerTested{q.Name, q.Total, q.Left}, err
}

// AddTracker checks an account by a harmless call and adds it. The parcels of the company's open cases are registered there from then on.
func (d *Desk) AddTracker(ctx context.Context, who Who, in TrackerInput) (TrackerView, error) {
	if err := who.need(Lead); err != nil {
		return TrackerView{}, err
	}
	company, err := d.companyOf(ctx, who, in.Company)
	if err != nil {
		return TrackerView{}, err
	}
	if len([]rune(in.Name)) > channelName {
		return TrackerView{}, fault.Input("name", in.Name, "at most 80 characters")
	}
	tested, err := d.tryTracker(ctx, in)
	if err != nil {
		return TrackerView{}, err
	}
	plain, secret := split(d.Trackers[in.Kind].About(), in.Settings)
	t := store.Tracker{
		CompanyID: company, Kind: in.Kind, Name: strings.TrimSpace(in.Name), Settings: plain, State: "active", CreatedAt: d.Now(), QuotaTotal: tested.Total, QuotaLeft: tested.Left,
	}
	err = d.DB.Write(ctx, func(tx *store.Tx) error {
		if err := tx.AddTracker(&t); err != nil {
			return err
		}
		blob, err := d.sealTracker(t.ID, secret)
		if err != nil {
			return err
		}
		return tx.SetTrackerSecret(t.ID, blob)
	})
	if err != nil {
		return TrackerView{}, err
	}
	if err := d.linkCompany(ctx, company); err != nil {
		return TrackerView{}, err
	}
	wake(d.wakeTrackings)
	return d.TrackerOf(ctx, who, t.ID)
}

// TrackerOf gives one account.
func (d *Desk) TrackerOf(ctx context.Context, who Who, id int64) (TrackerView, error) {
	all, err := d.TrackerList(ctx, who)
	if err != nil {
		return TrackerView{}, err
	}
	for _, t := range all {
		if t.ID == id {
			return t, nil
		}
	}
	return TrackerView{}, fault.New(fault.NotFound, "fault.tracker_not_found")
}

// companyOf finds a company by its name among those whose stores the member sees.
func (d *Desk) companyOf(ctx context.Context, who Who, name string) (int64, error) {
	b, err := d.book(ctx)
	if err != nil {
		return 0, err
	}
	var names []string
	for id, n := range b.companies {
		if !b.sees(who, id) {
			continue
		}
		if strings.EqualFold(strings.TrimSpace(name), n) {
			return id, nil
		}
		names = append(names, n)
	}
	slices.Sort(names)
	return 0, fault.Input("company", name, strings.Join(names, ", "))
}

// split parts settings into those that may be shown and those that may not.
func split(about tracker.About, all map[string]string) (plain, secret map[string]string) {
	plain, secret = map[string]string{}, map[string]string{}
	for _, s := range about.Settings {
		value := strings.TrimSpace(all[s.Name])
		switch {
		case value == "":
		case s.Secret:
			secret[s.Name] = value
		default:
			plain[s.Name] = value
		}
	}
	return plain, secret
}

func trackerSeal(id int64) string { return "tracker:" + strconv.FormatInt(id, 10) }

func (d *Desk) sealTracker(id int64, secret map[string]string) ([]byte, error) {
	plain, err := json.Marshal(secret)
	if err != nil {
		return nil, err
	}
	return d.Vault.Seal(plain, trackerSeal(id))
}

// trackerSettings are the plain and the secret settings of an account together.
func (d *Desk) trackerSettings(t store.Tracker) (map[string]string, error) {
	set := map[string]string{}
	if len(t.Secret) > 0 {
		plain, err := d.Vault.Open(t.Secret, trackerSeal(t.ID))
		if err != nil {
			return nil, err
		}
		if err := json.Unmarshal(plain, &set); err != nil {
			return nil, fault.New(fault.Garbled, "fault.vault.content").Because(err)
		}
	}
	maps.Copy(set, t.Settings)
	return set, nil
}

func (d *Desk) openTracker(kind string, id int64, settings map[string]string) (tracker.Session, error) {
	k, ok := d.Trackers[kind]
	if !ok {
		return nil, fault.Input("kind", kind, strings.Join(slices.Sorted(maps.Keys(d.Trackers)), ", "))
	}
	w := d.World
	if settings["allow_private"] == "true" {
		if d.Private == nil {
			return nil, fault.Input("settings.allow_private", "true", "false: this installation reaches public addresses only")
		}
		w = *d.Private
	}
	w.Now = d.Now
	return k.Open(tracker.Account{ID: id, Settings: settings}, w)
}

// trackerSession is an open way to an account.
func (d *Desk) trackerSession(t store.Tracker) (tracker.Session, error) {
	settings, err := d.trackerSettings(t)
	if err != nil {
		return nil, err
	}
	return d.openTracker(t.Kind, t.ID, settings)
}

// CheckTracker makes one harmless call with the settings an account has and notes what is left of its quota.
func (d *Desk) CheckTracker(ctx context.Context, who Who, id int64) (TrackerTested, error) {
	t, err := d.ownTracker(ctx, who, id)
	if err != nil {
		return TrackerTested{}, err
	}
	session, err := d.trackerSession(t)
	if err != nil {
		return TrackerTested{}, err
	}
	q, err := session.Check(ctx)
	if err != nil {
		return TrackerTested{}, err
	}
	err = d.DB.Write(ctx, func(tx *store.Tx) error { return tx.TrackerWorked(id, d.Now(), q.Total, q.Left) })
	wake(d.wakeTrackings)
	return TrackerTested{q.Name, q.Total, q.Left}, err
}

// ownTracker is an account the member may change.
func (d *Desk) ownTracker(ctx context.Context, who Who, id int64) (store.Tracker, error) {
	if err := who.need(Lead); err != nil {
		return store.Tracker{}, err
	}
	b, err := d.book(ctx)
	if err != nil {
		return store.Tracker{}, err
	}
	t, err := d.DB.Tracker(ctx, id)
	if fault.Is(err, fault.NotFound) || err == nil && !b.sees(who, t.CompanyID) {
		return store.Tracker{}, fault.New(fault.NotFound, "fault.tracker_not_found")
	}
	return t, err
}

// RemoveTracker ends the use of an account and forgets its key. What it told of parcels stays; the service itself stops watching them when it
// hears nothing new.
func (d *Desk) RemoveTracker(ctx context.Context, who Who, id int64) error {
	if _, err := d.ownTracker(ctx, who, id); err != nil {
		return err
	}
	err := d.DB.Write(ctx, func(tx *store.Tx) error { return tx.CloseTracker(id, d.Now()) })
	wake(d.wakeTrackings)
	return err
}

// ReceiveTracking takes a delivery of a service. It only makes the desk read the parcels it names at once; the same delivery twice counts
// once. Faults: NotFound where there is no such account, Unauthorised where the signature is wrong, Garbled where the body cannot be read.
func (d *Desk) ReceiveTracking(ctx context.Context, id int64, in connector.Delivery) error {
	t, err := d.DB.Tracker(ctx, id)
	if err != nil {
		return err
	}
	k, ok := d.Trackers[t.Kind]
	if !ok || !k.About().Pushes {
		return fault.New(fault.NotFound, "fault.tracker_not_found")
	}
	settings, err := d.trackerSettings(t)
	if err != nil {
		return err
	}
	push, err := k.Receive(tracker.Account{ID: t.ID, Settings: settings}, in)
	if err != nil {
		return d.refusedDelivery(ctx, store.Place{TrackerID: id}, push.Topic, in.Body, err)
	}
	now := d.Now()
	err = d.DB.Write(ctx, func(tx *store.Tx) error {
		if push.ID != "" {
			if fresh, err := tx.AddTrackerPush(id, push.ID, now); err != nil || !fresh {
				return err
			}
		}
		if push.Unknown != "" {
			if err := keepUnknown(tx, store.Place{TrackerID: id}, push.Topic, push.Unknown, in.Body, now); err != nil {
				return err
			}
		}
		return tx.TrackNow(id, push.Numbers, now)
	})
	wake(d.wakeTrackings)
	return err
}

// TrackerHealth is how an account at a service is doing.
type TrackerHealth struct {
	ID        int64
	Kind      string
	Failing   bool
	Watched   int64
	Stopped   int64
	QuotaLeft int // -1 = the service does not say
}

func (d *Desk) trackersHealth(ctx context.Context) ([]TrackerHealth, error) {
	rows, err := d.DB.Trackers(ctx)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	tallies, err := d.DB.TrackerTallies(ctx)
	if err != nil {
		return nil, err
	}
	out := make([]TrackerHealth, 0, len(rows))
	for _, t := range rows {
		v := d.trackerView(t, book{}, tallies)
		out = append(out, TrackerHealth{t.ID, t.Kind, !t.FailingSince.IsZero(), v.Watched, v.Stopped, t.QuotaLeft})
	}
	return out, nil
}
