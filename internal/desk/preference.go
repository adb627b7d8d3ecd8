package desk

import (
	"context"
	"slices"
	"strings"
	"time"

	"parley/internal/fault"
	"parley/internal/store"
)

// Preferences are what a member chooses for themselves.
type Preferences struct {
	Name   string `json:"name"`
	Locale string `json:"locale" enum:"en,es,zh"`
	Zone   string `json:"zone" doc:"IANA name, such as Europe/Madrid"`
	Theme  string `json:"theme,omitempty" enum:"light,dark," doc:"empty = as the system has it"`
}

// SetPreferences changes the member's own name, language, zone and colours.
func (d *Desk) SetPreferences(ctx context.Context, who Who, p Preferences) error {
	if err := who.need(Read); err != nil {
		return err
	}
	p, err := checkPreferences(p)
	if err != nil {
		return err
	}
	return d.changeMember(ctx, who.MemberID, func(tx *store.Tx, m *store.Member) error {
		moved := m.Zone != p.Zone
		m.Name, m.Locale, m.Zone, m.Theme = p.Name, p.Locale, p.Zone, p.Theme
		if !moved {
			return nil
		}
		return d.moveLists(ctx, tx, *m)
	})
}

// moveLists sets when the lists of a member who lives in another zone now come next.
func (d *Desk) moveLists(ctx context.Context, tx *store.Tx, m store.Member) error {
	h, had, err := tx.HoursOf(ctx, m.ID)
	if err != nil || !had {
		return err
	}
	h.DigestAt, h.EveningAt = planOf(h.Plan).lists(m.Zone, d.Now())
	return tx.SetLists(h)
}

func checkPreferences(p Preferences) (Preferences, error) {
	var err error
	if p.Name, err = checkName("name", p.Name, memberNameMax); err != nil {
		return p, err
	}
	if p.Locale, err = checkLocale(p.Locale); err != nil {
		return p, err
	}
	if p.Zone, err = checkZone(p.Zone); err != nil {
		return p, err
	}
	if !slices.Contains([]string{"", "light", "dark"}, p.Theme) {
		return p, fault.Input("theme", p.Theme, "light, dark, ")
	}
	return p, nil
}

// checkLocale takes the desk's own languages; empty means English.
func checkLocale(locale string) (string, error) {
	if locale == "" {
		return "en", nil
	}
	if !slices.Contains([]string{"en", "es", "zh"}, locale) {
		return "", fault.Input("locale", locale, "en, es, zh")
	}
	return locale, nil
}

// checkZone takes an IANA name; empty means UTC. "Local" would mean the machine's zone and is refused.
func checkZone(zone string) (string, error) {
	if zone == "" {
		return "UTC", nil
	}
	if _, err := time.LoadLocation(zone); err != nil || strings.EqualFold(zone, "local") {
		return "", fault.Input("zone", zone, "Europe/Madrid, Asia/Shanghai, UTC, …")
	}
	return zone, nil
}

// ChangePassword sets a new password and ends all other sessions of the member. The old password is asked for again, and wrong ones
// are throttled as at signing in.
func (d *Desk) ChangePassword(ctx context.Context, who Who, old, new string) error {
	if err := who.need(Read); err != nil {
		return err
	}
	if err := checkPassword(new, who.Email); err != nil {
		return err
	}
	m, err := d.DB.Member(ctx, who.MemberID)
	if err != nil {
		return err
	}
	if err := d.countTry(ctx, accountKey(m.Email)); err != nil {
		return err
	}
	ok, err := d.sessions.matches(ctx, shorten(old, 4*passwordMax), m.Password)
	if err != nil {
		return err
	}
	if !ok {
		f := fault.New(fault.Invalid, "fault.password.wrong")
		f.Field = "old_password"
		return f
	}
	return d.setPassword(ctx, who, new)
}

func (d *Desk) setPassword(ctx context.Context, who Who, password string) error {
	hash, err := d.sessions.hash(ctx, password)
	if err != nil {
		return err
	}
	return d.changeMember(ctx, who.MemberID, func(tx *store.Tx, m *store.Member) error {
		m.Password = hash
		if err := d.forgiveTry(ctx, tx, accountKey(m.Email)); err != nil {
			return err
		}
		return tx.DeleteSessionsOf(m.ID, who.session)
	})
}
