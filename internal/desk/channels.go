package desk

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"parley/internal/fault"
	"parley/internal/notify"
	"parley/internal/store"
)

// ChannelView is a member's channel as its page shows it.
type ChannelView struct {
	ID           int64     `json:"id"`
	Version      int64     `json:"version"`
	Kind         string    `json:"kind"`
	Name         string    `json:"name,omitempty"`
	Shown        string    `json:"shown" doc:"the address, without secrets"`
	Reasons      []string  `json:"reasons,omitempty" doc:"what is told here; none = everything"`
	Events       []string  `json:"events,omitempty" doc:"kinds of events of cases that a program hears; * = all, none = no events"`
	Stores       []int64   `json:"stores,omitempty" doc:"of which stores a program is told; none = all"`
	Paused       bool      `json:"paused,omitempty"`
	FailingSince time.Time `json:"failing_since,omitzero"`
	LastOKAt     time.Time `json:"last_ok_at,omitzero"`
	FaultKey     string    `json:"fault,omitempty"`
	Params       Params    `json:"params,omitempty"`
	// Secret is one the desk made; it is given this once.
	Secret string `json:"secret,omitempty"`
}

// Params are parameters of a text.
type Params = map[string]string

// ChannelInput adds or changes a channel. Secrets that are left empty when it is changed stay as they were.
type ChannelInput struct {
	Kind     string            `json:"kind"`
	Name     string            `json:"name,omitempty" maxLength:"80"`
	Settings map[string]string `json:"settings" doc:"by the names of the kind's settings"`
	Reasons  []string          `json:"reasons,omitempty" doc:"none = everything"`
	Events   []string          `json:"events,omitempty" doc:"for a webhook of the installation: kinds of events of cases that are delivered as they happen; * = all, none = no events. With events, no reasons = no notices"`
	Stores   []int64           `json:"stores,omitempty" doc:"for a webhook of the installation: of which stores it is told; none = all"`
	Paused   bool              `json:"paused,omitempty"`
	Version  int64             `json:"version,omitempty" doc:"of the channel that is changed"`
}

const (
	channelsMost = 20 // of one member
	channelName  = 80
)

// Ways are the kinds of channels there are, by name.
func (d *Desk) Ways() []notify.About {
	out := make([]notify.About, 0, len(d.Channels))
	for _, c := range d.Channels {
		out = append(out, c.About())
	}
	slices.SortFunc(out, func(a, b notify.About) int { return strings.Compare(a.Kind, b.Kind) })
	return out
}

// ChannelList gives the member's own channels; installation = those of programs that listen to the whole desk, for owners.
func (d *Desk) ChannelList(ctx context.Context, who Who, installation bool) ([]ChannelView, error) {
	owner, err := who.channelsOf(installation)
	if err != nil {
		return nil, err
	}
	rows, err := d.DB.ChannelsOf(ctx, owner)
	out := make([]ChannelView, 0, len(rows))
	for _, c := range rows {
		out = append(out, channelView(c))
	}
	return out, err
}

// channelsOf is whose channels the member is asking for.
func (w Who) channelsOf(installation bool) (int64, error) {
	if installation {
		return 0, w.need(Own)
	}
	if w.MemberID == 0 {
		return 0, fault.New(fault.Forbidden, "fault.notify.no_member")
	}
	return w.MemberID, w.need(Read)
}

func channelView(c store.Channel) ChannelView {
	v := ChannelView{
		ID: c.ID, Version: c.Version, Kind: c.Kind, Name: c.Name, Shown: c.Shown, Reasons: c.Reasons, Events: c.Events, Stores: c.Stores, Paused: c.State == "paused",
		FailingSince: c.FailingSince, LastOKAt: c.LastOKAt,
	}
	var f struct {
		Key    string `json:"key"`
		Params Params `json:"params"`
	}
	if len(c.Fault) > 0 && json.Unmarshal(c.Fault, &f) == nil {
		v.FaultKey, v.Params = f.Key, f.Params
	}
	return v
}

// AddChannel adds a way to reach the member, or (installation) a program that listens to the whole desk.
func (d *Desk) AddChannel(ctx context.Context, who Who, installation bool, in ChannelInput) (ChannelView, error) {
	owner, err := who.channelsOf(installation)
	if err != nil {
		return ChannelView{}, err
	}
	c := store.Channel{MemberID: owner, Kind: in.Kind, State: "active", CreatedAt: d.Now()}
	target, made, err := d.fill(&c, in, notify.Target{})
	if err == nil {
		err = d.setFeed(ctx, &c, in)
	}
	if err != nil {
		return ChannelView{}, err
	}
	err = d.DB.Write(ctx, func(tx *store.Tx) error {
		had, err := tx.ChannelsOf(ctx, owner)
		if err != nil {
			return err
		}
		if len(had) >= channelsMost {
			return fault.New(fault.Refused, "fault.notify.too_many", "max", strconv.Itoa(channelsMost))
		}
		row := c // the write may run again
		return d.putChannel(tx, &row, target, &c)
	})
	v := channelView(c)
	v.Secret = made
	return v, err
}

// putChannel writes the row, then seals the target to its id.
func (d *Desk) putChannel(tx *store.Tx, row *store.Channel, target notify.Target, out *store.Channel) error {
	if row.ID == 0 {
		if err := tx.PutChannel(row); err != nil {
			return err
		}
	}
	sealed, err := d.sealTarget(target, channelSeal(row.ID))
	if err != nil {
		return err
	}
	row.Sealed = sealed
	if err := tx.PutChannel(row); err != nil {
		return err
	}
	*out = *row
	return nil
}

func channelSeal(id int64) string { return "channel:" + strconv.FormatInt(id, 10) }

func (d *Desk) sealTarget(v any, under string) ([]byte, error) {
	plain, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	return d.Vault.Seal(plain, under)
}

// fill checks what was typed and lays it over what was there. made is a secret the desk made.
func (d *Desk) fill(c *store.Channel, in ChannelInput, before notify.Target) (target notify.Target, made string, err error) {
	way := d.Channels[c.Kind]
	if way == nil {
		return nil, "", fault.Input("kind", c.Kind, strings.Join(d.kinds(), ", "))
	}
	if err := checkReasons(in.Reasons); err != nil {
		return nil, "", err
	}
	if c.Name = strings.TrimSpace(in.Name); c.Name != "" {
		if c.Name, err = checkName("name", in.Name, channelName); err != nil {
			return nil, "", err
		}
	}
	c.Reasons, c.State = in.Reasons, "active"
	if in.Paused {
		c.State = "paused"
	}
	if target, made, err = lay(way.About().Settings, in.Settings, before); err != nil {
		return nil, "", err
	}
	c.Shown, err = way.Check(target)
	return target, made, asSetting(err)
}

// asSetting names the field of a channel's own complaint as the form does.
func asSetting(err error) error {
	if f := fault.Of(err); f != nil && f.Field != "" {
		f.Field = "settings." + f.Field
	}
	return err
}

func (d *Desk) kinds() []string {
	var out []string
	for _, w := range d.Ways() {
		out = append(out, w.Kind)
	}
	return out
}

func checkReasons(reasons []string) error {
	for _, r := range reasons {
		if !slices.Contains(notify.Reasons(), r) {
			return fault.Input("reasons", r, strings.Join(notify.Reasons(), ", "))
		}
	}
	return nil
}

// settingMost is the longest value of a setting, in bytes.
const settingMost = 4000

// lay takes what was typed for the settings of a kind. A secret left empty stays as it was; one that is made is made.
func lay(settings []notify.Setting, typed map[string]string, before notify.Target) (target notify.Target, made string, err error) {
	target = notify.Target{}
	for _, s := range settings {
		value := strings.TrimSpace(typed[s.Name])
		if value == "" && (s.Secret || s.Made) {
			value = before[s.Name]
		}
		if value == "" && s.Made {
			made = "whsec_" + base64.StdEncoding.EncodeToString(randomBytes(32))
			value = made
		}
		if value == "" && !s.Optional || len(value) > settingMost {
			return nil, "", fault.Input("settings."+s.Name, "", "1 to "+strconv.Itoa(settingMost)+" characters")
		}
		target[s.Name] = value
	}
	for name := range typed {
		if !slices.ContainsFunc(settings, func(s notify.Setting) bool { return s.Name == name }) {
			return nil, "", fault.Input("settings."+name, "", "a setting of this kind")
		}
	}
	return target, made, nil
}

func randomBytes(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails (crypto/rand)
	return b
}

// UpdateChannel changes a channel of the member, or of the installation for owners.
func (d *Desk) UpdateChannel(ctx context.Context, who Who, id int64, in ChannelInput) (ChannelView, error) {
	c, err := d.ownChannel(ctx, who, id)
	if err != nil {
		return ChannelView{}, err
	}
	before, err := d.open(c)
	if err != nil {
		return ChannelView{}, err
	}
	for name, value := range before { // what was not typed again stays
		if _, typed := in.Settings[name]; !typed {
			if in.Settings == nil {
				in.Settings = map[string]string{}
			}
			in.Settings[name] = value
		}
	}
	if in.Version != 0 {
		c.Version = in.Version
	}
	target, _, err := d.fill(&c, in, before)
	if err == nil {
		err = d.setFeed(ctx, &c, in)
	}
	if err != nil {
		return ChannelView{}, err
	}
	err = d.DB.Write(ctx, func(tx *store.Tx) error { row := c; return d.putChannel(tx, &row, target, &c) })
	return channelView(c), err
}

// ownChannel gives a channel the member may change; another's does not exist for them.
func (d *Desk) ownChannel(ctx context.Context, who Who, id int64) (store.Channel, error) {
	if err := who.need(Read); err != nil {
		return store.Channel{}, err
	}
	c, err := d.DB.Channel(ctx, id)
	if err == nil && c.MemberID != who.MemberID && (c.MemberID != 0 || !who.May(Own)) || err == nil && c.MemberID == 0 && !who.May(Own) {
		err = fault.New(fault.NotFound, "fault.not_found", "what", "channel")
	}
	return c, err
}

// DropChannel removes a channel; what waits to go out there does not go.
func (d *Desk) DropChannel(ctx context.Context, who Who, id int64) error {
	if _, err := d.ownChannel(ctx, who, id); err != nil {
		return err
	}
	return d.DB.Write(ctx, func(tx *store.Tx) error { return tx.DeleteChannel(id, d.Now()) })
}

// TestChannel sends a message at once and tells how that went.
func (d *Desk) TestChannel(ctx context.Context, who Who, id int64) error {
	c, err := d.ownChannel(ctx, who, id)
	if err != nil {
		return err
	}
	way := d.Channels[c.Kind]
	if way == nil {
		return fault.New(fault.NotFound, "fault.notify.several_kinds")
	}
	target, err := d.targetOf(ctx, c)
	if err != nil {
		return err
	}
	now := d.Now()
	reader := notify.Reader{Reader: d.words().In(who.Locale), Zone: zoneOf(who.Zone), Now: now}
	m := notify.Compose("msg_"+rand.Text(), reader, d.base(), []notify.Item{{Reason: notify.Test, Title: nameOf(c)}})
	limited, cancel := context.WithTimeout(ctx, letterWait)
	defer cancel()
	err = way.Send(limited, target, m)
	return d.tested(ctx, c, err, now)
}

func (d *Desk) tested(ctx context.Context, c store.Channel, cause error, now time.Time) error {
	err := d.DB.Write(ctx, func(tx *store.Tx) error {
		if cause != nil {
			return tx.ChannelFailed(c.ID, now, faultJSON(cause))
		}
		return tx.ChannelWorked(c.ID, now)
	})
	if cause != nil {
		return ofOther(cause)
	}
	return err
}

// ofOther is what went wrong at the other side as whoever asked for the test is told: the other side refusing our signature must not look
// like the desk refusing the member.
func ofOther(cause error) error {
	f := fault.Of(cause)
	if f == nil {
		return fault.New(fault.Unknown, "fault.notify.perhaps").Because(cause)
	}
	if f.Kind == fault.Unauthorised || f.Kind == fault.Forbidden {
		told := *f
		told.Kind = fault.Refused
		return &told
	}
	return cause
}
