package desk

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"parley/internal/calendar"
	"parley/internal/fault"
	"parley/internal/notify"
	"parley/internal/store"
)

// Plan is when a member works, wants quiet, and gets the lists of the day. Times are HH:MM on the clock of the member's zone.
type Plan struct {
	Days       []string `json:"days" doc:"working days; none = every day" enum:"mon,tue,wed,thu,fri,sat,sun"`
	From       string   `json:"from" doc:"HH:MM; the same as until = the whole day"`
	Until      string   `json:"until"`
	QuietFrom  string   `json:"quiet_from" doc:"HH:MM; the same as quiet_until = never"`
	QuietUntil string   `json:"quiet_until"`
	Digest     string   `json:"digest" doc:"HH:MM of the list of the morning; empty = none"`
	Evening    string   `json:"evening" doc:"HH:MM at which deadlines are told that end before work begins again; empty = never"`
}

// defaultPlan is what holds for members who chose nothing.
func defaultPlan() Plan {
	return Plan{From: "00:00", Until: "00:00", QuietFrom: "22:00", QuietUntil: "07:00", Digest: "08:30", Evening: "19:00"}
}

func planOf(raw json.RawMessage) Plan {
	p := defaultPlan()
	if len(raw) > 0 && json.Unmarshal(raw, &p) != nil {
		return defaultPlan()
	}
	return p
}

var weekdays = []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}

// check refuses what is no time and no day, and puts the days in their order.
func (p Plan) check() (Plan, error) {
	for _, f := range []struct{ field, value string }{{"from", p.From}, {"until", p.Until}, {"quiet_from", p.QuietFrom}, {"quiet_until", p.QuietUntil}} {
		if _, ok := minuteOf(f.value); !ok {
			return p, fault.Input(f.field, f.value, "00:00 … 23:59")
		}
	}
	for _, f := range []struct{ field, value string }{{"digest", p.Digest}, {"evening", p.Evening}} {
		if _, ok := minuteOf(f.value); !ok && f.value != "" {
			return p, fault.Input(f.field, f.value, "00:00 … 23:59")
		}
	}
	for _, d := range p.Days {
		if !slices.Contains(weekdays, d) {
			return p, fault.Input("days", d, "mon, tue, wed, thu, fri, sat, sun")
		}
	}
	slices.SortFunc(p.Days, func(a, b string) int { return (slices.Index(weekdays, a)+6)%7 - (slices.Index(weekdays, b)+6)%7 })
	p.Days = slices.Compact(p.Days)
	return p, nil
}

// minuteOf reads HH:MM as minutes from midnight.
func minuteOf(text string) (int, bool) {
	t, err := time.Parse("15:04", text)
	return t.Hour()*60 + t.Minute(), err == nil && len(text) == 5
}

// hours are the plan in a zone.
func (p Plan) hours(zone string) notify.Hours {
	h := notify.Hours{Zone: zoneOf(zone)}
	for _, d := range p.Days {
		if i := slices.Index(weekdays, d); i >= 0 {
			h.Days = append(h.Days, time.Weekday(i))
		}
	}
	h.From, _ = minuteOf(p.From) // checked when it was written
	h.Until, _ = minuteOf(p.Until)
	h.QuietFrom, _ = minuteOf(p.QuietFrom)
	h.QuietUntil, _ = minuteOf(p.QuietUntil)
	return h
}

func zoneOf(name string) *time.Location {
	zone, ok := calendar.Zone(name)
	if !ok {
		return time.UTC
	}
	return zone
}

// lists are the next instants of the two lists of the day after one.
func (p Plan) lists(zone string, after time.Time) (digest, evening time.Time) {
	h := p.hours(zone)
	if minute, ok := minuteOf(p.Digest); ok {
		digest = h.Daily(after, minute)
	}
	if minute, ok := minuteOf(p.Evening); ok {
		evening = h.Daily(after, minute)
	}
	return digest, evening
}

// NoticePlan gives the member's plan.
func (d *Desk) NoticePlan(ctx context.Context, who Who) (Plan, error) {
	if _, err := who.channelsOf(false); err != nil {
		return Plan{}, err
	}
	h, _, err := d.DB.HoursOf(ctx, who.MemberID)
	return planOf(h.Plan), err
}

// SetNoticePlan changes it.
func (d *Desk) SetNoticePlan(ctx context.Context, who Who, p Plan) error {
	if _, err := who.channelsOf(false); err != nil {
		return err
	}
	p, err := p.check()
	if err != nil {
		return err
	}
	h := store.Hours{MemberID: who.MemberID}
	if h.Plan, err = json.Marshal(p); err != nil {
		return err
	}
	err = d.DB.Write(ctx, func(tx *store.Tx) error {
		m, err := tx.Member(ctx, who.MemberID)
		if err != nil {
			return err
		}
		h.DigestAt, h.EveningAt = p.lists(m.Zone, d.Now())
		return tx.PutHours(h)
	})
	wake(d.wakeWatch)
	return err
}
