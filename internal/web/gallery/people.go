package gallery

import (
	"context"
	"io"
	"time"

	"parley/internal/connector"
	"parley/internal/desk"
	"parley/internal/fault"
)

func people() []desk.MemberView {
	return []desk.MemberView{
		{ID: 1, Name: "Lucía Moreno", Email: "lucia@example.com", Role: "owner", AllStores: true, State: "active", Zone: "Europe/Madrid", Locale: "es"},
		{ID: 2, Name: "Jun Wei", Email: "jun@example.com", Role: "agent", Stores: []int64{1}, State: "active", Zone: "Asia/Shanghai", Locale: "zh"},
		{ID: 3, Name: "Óscar", Email: "oscar@example.com", Role: "viewer", AllStores: true, State: "invited"},
	}
}

// Record puts nothing on record.
func (d *Desk) Record(context.Context, desk.Who, int64, desk.RecordInput) error { return nil }

// AddEvidence reads the file to its end.
func (d *Desk) AddEvidence(_ context.Context, _ desk.Who, _ int64, in desk.EvidenceInput) (desk.EvidenceItem, error) {
	if in.Content != nil {
		if _, err := io.Copy(io.Discard, in.Content); err != nil {
			return desk.EvidenceItem{}, err
		}
	}
	return desk.EvidenceItem{Name: in.Name}, nil
}

// SetReading keeps nothing.
func (d *Desk) SetReading(context.Context, desk.Who, int64, string) error { return nil }

// ResolveEffect takes the effect off the list.
func (d *Desk) ResolveEffect(_ context.Context, _ desk.Who, id, _, reason string) error {
	defer d.lock()()
	if reason == "" {
		return fault.Input("reason", "", "why you are sure")
	}
	var left []desk.EffectItem
	for _, e := range d.Doubts {
		if e.ID != id {
			left = append(left, e)
		}
	}
	d.Doubts = left
	return nil
}

// Kinds gives one connector.
func (d *Desk) Kinds() []connector.About {
	return []connector.About{{Kind: d.market, Mark: "AE", Zone: "America/Los_Angeles", Packs: []string{d.market + "@2017"}, Acts: []string{"accept", "counter_amount", "extend_protection"}, Settings: []connector.Setting{
		{Name: "gateway", Options: []string{"iop", "top"}, Default: "iop"}, {Name: "app_key", Required: true}, {Name: "app_secret", Secret: true, Required: true},
		{Name: "address"},
	}}}
}

// StoreList gives the sample stores.
func (d *Desk) StoreList(context.Context, desk.Who) ([]desk.StoreView, error) {
	return d.Stores, d.gone()
}

// StoreOf gives one.
func (d *Desk) StoreOf(_ context.Context, _ desk.Who, id int64) (desk.StoreView, error) {
	for _, s := range d.Stores {
		if s.ID == id {
			return s, nil
		}
	}
	return desk.StoreView{}, fault.New(fault.NotFound, "fault.store_not_found")
}

// AddStore refuses a zone that is none.
func (d *Desk) AddStore(_ context.Context, _ desk.Who, in desk.StoreInput) (desk.StoreView, error) {
	d.Added = in
	if in.Zone == "Mars" {
		return desk.StoreView{}, fault.Input("zone", in.Zone, "an IANA zone such as Europe/Madrid")
	}
	return desk.StoreView{}, nil
}

// UpdateStore changes nothing.
func (d *Desk) UpdateStore(context.Context, desk.Who, int64, int64, desk.StoreInput) (desk.StoreView, error) {
	return desk.StoreView{}, nil
}

// TestStore always works.
func (d *Desk) TestStore(context.Context, desk.Who, desk.StoreInput) (connector.Identity, error) {
	return connector.Identity{ID: "229345", Name: "Luz Hogar"}, nil
}

// SetStoreState changes nothing.
func (d *Desk) SetStoreState(context.Context, desk.Who, int64, string) error { return nil }

// SyncNow asks nothing.
func (d *Desk) SyncNow(context.Context, desk.Who, int64) error { return nil }

// Import takes one case out of any file.
func (d *Desk) Import(_ context.Context, _ desk.Who, _ int64, name string, data []byte) (desk.ImportResult, error) {
	if len(data) == 0 {
		return desk.ImportResult{}, fault.New(fault.Invalid, "fault.file_empty")
	}
	return desk.ImportResult{Cases: []int64{1}, Problems: []string{name + ": 2 of 3 records were read"}}, nil
}

// SignIn takes one password.
func (d *Desk) SignIn(_ context.Context, _, password, _, _ string) (string, desk.Who, error) {
	if password != "correct horse" {
		return "", desk.Who{}, fault.New(fault.Unauthorised, "fault.signin.wrong")
	}
	return Session, d.Member, nil
}

// SignOut forgets nothing.
func (d *Desk) SignOut(context.Context, string) error { return nil }

// BySession knows one session.
func (d *Desk) BySession(_ context.Context, session string) (desk.Who, error) {
	if session != Session {
		return desk.Who{}, fault.New(fault.Unauthorised, "fault.session.ended")
	}
	return d.Member, nil
}

// Invitation knows one secret.
func (d *Desk) Invitation(_ context.Context, secret string) (desk.MemberView, error) {
	if secret != "inv_sample" {
		return desk.MemberView{}, fault.New(fault.NotFound, "fault.invite.gone", "hours", "72")
	}
	return desk.MemberView{ID: 3, Role: "owner", NeedsEmail: true, State: "invited"}, nil
}

// NameInvitation takes any address.
func (d *Desk) NameInvitation(context.Context, string, string) error { return nil }

// AcceptInvite wants a long password.
func (d *Desk) AcceptInvite(_ context.Context, _, _, password, _, _ string) (string, desk.Who, error) {
	if len(password) < 10 {
		return "", desk.Who{}, fault.New(fault.Invalid, "fault.password.short", "min", "10")
	}
	return Session, d.Member, nil
}

// Members gives the sample people.
func (d *Desk) Members(context.Context, desk.Who) ([]desk.MemberView, error) {
	return d.people, d.gone()
}

// Invite gives a link.
func (d *Desk) Invite(context.Context, desk.Who, desk.InviteInput) (string, error) {
	return "http://127.0.0.1/join/inv_sample", nil
}

// InviteAgain gives a link.
func (d *Desk) InviteAgain(context.Context, desk.Who, int64) (string, error) {
	return "http://127.0.0.1/join/inv_sample", nil
}

// UpdateMember refuses a role that is none.
func (d *Desk) UpdateMember(_ context.Context, _ desk.Who, _ int64, in desk.InviteInput) error {
	if in.Role == "king" {
		return fault.Input("role", in.Role, "owner, lead, agent, viewer")
	}
	return nil
}

// RemoveMember removes nobody.
func (d *Desk) RemoveMember(context.Context, desk.Who, int64) error { return nil }

// Tokens gives one.
func (d *Desk) Tokens(context.Context, desk.Who) ([]desk.TokenView, error) {
	return []desk.TokenView{{ID: 1, Name: "warehouse", CreatedAt: Now.Add(-48 * time.Hour)}}, d.gone()
}

// NewToken gives a secret.
func (d *Desk) NewToken(_ context.Context, _ desk.Who, name string) (string, desk.TokenView, error) {
	return "par_sample_secret", desk.TokenView{ID: 2, Name: name}, nil
}

// DropToken drops nothing.
func (d *Desk) DropToken(context.Context, desk.Who, int64) error { return nil }

// SetPreferences refuses a zone that is none.
func (d *Desk) SetPreferences(_ context.Context, _ desk.Who, p desk.Preferences) error {
	if _, err := time.LoadLocation(p.Zone); err != nil {
		return fault.Input("zone", p.Zone, "Europe/Madrid, Asia/Shanghai, UTC, …")
	}
	return nil
}

// ChangePassword wants the old one.
func (d *Desk) ChangePassword(_ context.Context, _ desk.Who, old, _ string) error {
	if old != "correct horse" {
		return fault.New(fault.Invalid, "fault.password.wrong")
	}
	return nil
}
