package sim

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"parley/internal/dispute"
	"parley/internal/fault"
	"parley/internal/money"
	"parley/internal/store"
)

// audit compares everything at the end, when nothing is under way any more.
func (s *Sim) audit(ctx context.Context) error {
	for _, p := range s.platforms {
		s.report.Acts += p.Done()
	}
	if err := s.auditHeard(ctx); err != nil {
		return err
	}
	for _, m := range s.matters {
		s.look(m)
		if err := s.auditMatter(ctx, m); err != nil {
			return err
		}
	}
	if err := s.auditOpen(ctx); err != nil {
		return err
	}
	s.report.LedgerBalanced = true
	for currency, paid := range s.report.Paid {
		if believed := s.report.Believed[currency]; believed != paid {
			s.report.LedgerBalanced = false
			s.violate("ledger", nil, "the platforms paid %d %s, the desk believes %d", paid, currency, believed)
		}
	}
	return nil
}

// auditOpen: no case is open at the desk without a record that is open at a platform.
func (s *Sim) auditOpen(ctx context.Context) error {
	yes := true
	for q := (store.Query{Open: &yes, Limit: 500}); ; {
		page, err := s.eye.Cases(ctx, q)
		if err != nil {
			return err
		}
		for _, c := range page.Cases {
			records, err := s.eye.SourcesOf(ctx, c.ID)
			if err != nil {
				return err
			}
			if !slices.ContainsFunc(records, func(r store.Source) bool { return r.Open }) {
				s.violate("desk_differs", nil, "case %d (%s) is open, and none of its %d records is", c.ID, c.Matter, len(records))
			}
		}
		if q.After = page.Next; q.After == "" {
			return nil
		}
	}
}

func (s *Sim) auditMatter(ctx context.Context, m *matter) error {
	t := m.there.Truth()
	if len(t.Paid) > 0 {
		s.report.Paid[t.Paid[0].Amount.Currency] += endedWith(t)
	}
	found, err := s.eye.SourcesByExternal(ctx, m.shop.id, m.kind, []string{m.id})
	if err != nil {
		return err
	}
	light, ok := found[m.id]
	if !ok {
		s.violate("desk_differs", m, "the desk does not know %s", m.ref())
		return nil
	}
	c, err := s.eye.Case(ctx, light.CaseID)
	if err != nil {
		return err
	}
	sources, err := s.eye.SourcesOf(ctx, c.ID)
	if err != nil {
		return err
	}
	for _, src := range sources {
		if src.Kind == m.kind && src.ExternalID == m.id {
			if err := s.auditSource(m, t, src); err != nil {
				return err
			}
		}
	}
	events, err := s.eye.Events(ctx, c.ID, 0, 100_000)
	if err != nil {
		return err
	}
	slices.Reverse(events)
	s.auditEvents(m, c, events)
	s.auditCase(m, c, events)
	return s.auditEffects(ctx, m, c.ID, events)
}

// auditSource: the desk's picture is the platform's.
func (s *Sim) auditSource(m *matter, t Truth, src store.Source) error {
	f, err := factsOf(src)
	if err != nil {
		return err
	}
	if f.Case == nil {
		f.Case = &dispute.Case{} // a question or a late order: nobody claims anything
	}
	if src.Open != t.Open || f.Case.Reported.Status != t.Word || f.Case.Claim.Amount != t.Claim {
		s.violate("desk_differs", m, "the desk says open=%v %+v, the platform %+v", src.Open, f.Case, t)
		return nil
	}
	believed := f.Case.Reported.Paid
	switch {
	case f.Case.Reported.Ended && believed.Known():
	case (f.Case.Via == "" || f.Case.Via == "marketplace") && len(f.Ledger) > 0: // what a marketplace lists was paid for this matter
		believed = listed(f.Ledger)
	default:
		return nil
	}
	s.report.Believed[believed.Currency] += believed.Minor
	if paid := endedWith(t); paid != believed.Minor {
		s.violate("ledger", m, "the platform paid %d, the desk believes %d", paid, believed.Minor)
	}
	return nil
}

// listed is the sum of payments in one currency.
func listed(ledger []dispute.Payment) (sum money.Amount) {
	for _, p := range ledger {
		sum.Minor, sum.Currency = sum.Minor+p.Amount.Minor, p.Amount.Currency
	}
	return sum
}

// auditEffects: every act ended, as it ended at the platform, and a person knows of every doubt.
func (s *Sim) auditEffects(ctx context.Context, m *matter, caseID int64, events []store.Event) error {
	effects, err := s.eye.EffectsOf(ctx, caseID)
	if err != nil {
		return err
	}
	decisions, err := s.eye.DecisionsOf(ctx, caseID)
	if err != nil {
		return err
	}
	for _, e := range effects {
		s.report.Effects[e.State]++
		if lost := s.lost(e, events); lost != "" {
			s.report.Lost++
			s.violate("effects_lost", m, "%s is %s: %s", e.ID, e.State, lost)
		}
		if e.State == "refused" && faultOf(e).Kind == fault.Invalid {
			s.violate("offered_wrongly", m, "%s %s cannot be sent: %s", e.ID, e.Payload, e.Fault)
		}
	}
	for _, d := range decisions {
		has := slices.ContainsFunc(effects, func(e store.Effect) bool { return e.DecisionID == d.ID })
		if !has || d.State == "open" {
			s.report.Lost++
			s.violate("effects_lost", m, "decision %s is %s, with effects: %v", d.ID, d.State, has)
		}
	}
	return nil
}

// lost tells what is wrong with the end of an effect; empty where nothing is.
func (s *Sim) lost(e store.Effect, events []store.Event) string {
	carried := len(s.carried[e.ID])
	switch {
	case e.EndedAt.IsZero():
		return "it has not ended"
	case e.State == "confirmed" && carried == 0:
		return "the platform never carried it out"
	case (e.State == "refused" || e.State == "cancelled" || e.State == "planned") && carried > 0:
		return "the platform carried it out"
	case e.State == "cancelled":
		return ""
	}
	told := slices.ContainsFunc(events, func(ev store.Event) bool {
		return strings.HasPrefix(ev.Kind, "effect_") && strings.Contains(string(ev.Data), e.ID)
	})
	if !told {
		return "no event tells of it"
	}
	return ""
}

// told is what an event says, as far as checks read it.
type told struct {
	Before *state          `json:"before"`
	After  *state          `json:"after"`
	Kind   string          `json:"kind"`
	DueAt  time.Time       `json:"due_at"`
	SeenAt time.Time       `json:"seen_at"`
	Effect string          `json:"effect"`
	Reason json.RawMessage `json:"reason"`
}

// state is what events keep of a case.
type state struct {
	State  string          `json:"state"`
	Class  string          `json:"class"`
	Owner  string          `json:"owner"`
	Claim  json.RawMessage `json:"claim"`
	Ask    string          `json:"ask"`
	DueAt  time.Time       `json:"due_at"`
	Status string          `json:"status"`
}

func (a *state) same(b *state) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.State == b.State && a.Class == b.Class && a.Owner == b.Owner && string(a.Claim) == string(b.Claim) && a.Ask == b.Ask &&
		a.DueAt.Equal(b.DueAt) && a.Status == b.Status
}

// auditEvents: what events tell, one after the other, gives the case as it is; nobody is told the same thing twice; no alarm is missing.
func (s *Sim) auditEvents(m *matter, c store.Case, events []store.Event) {
	var now *state
	since := time.Time{}
	heard := map[string]int{}
	for _, e := range events {
		var d told
		if err := json.Unmarshal(e.Data, &d); err != nil {
			s.violate("replay", m, "event %d cannot be read: %v", e.ID, err)
			return
		}
		if d.After != nil {
			if !d.Before.same(now) {
				s.violate("replay", m, "event %d (%s) begins at %+v, but the case was %+v", e.ID, e.Kind, d.Before, now)
			}
			if now != nil && !now.DueAt.Equal(d.After.DueAt) {
				s.alarms(m, now.DueAt, since, e.At, events)
			}
			if now == nil || !now.DueAt.Equal(d.After.DueAt) {
				since = e.At
			}
			now = d.After
		}
		switch {
		case e.Kind == "warning" || e.Kind == "deadline_passed":
			heard[fmt.Sprint(e.Kind, " ", d.Kind, " ", d.DueAt)]++
		case e.Kind == "effect_resolved":
			for _, kind := range []string{"effect_in_doubt", "effect_contradicted", "effect_confirmed", "effect_refused"} {
				delete(heard, kind+" "+d.Effect)
			}
		case strings.HasPrefix(e.Kind, "effect_"):
			heard[e.Kind+" "+d.Effect]++
		}
	}
	if now != nil {
		s.alarms(m, now.DueAt, since, s.now, events)
	}
	s.report.Told += len(heard)
	for what, n := range heard {
		if n > 1 {
			s.tellEvents(m, events)
			s.toldTwice(m, "%s: %d times", what, n)
		}
	}
	if now == nil || now.State != c.State || now.Class != c.Class || now.Owner != c.Owner || !now.DueAt.Equal(c.DueAt) {
		s.violate("replay", m, "events end at %+v, the case is %s %s %s due %s", now, c.State, c.Class, c.Owner, c.DueAt)
	}
}

// tellEvents adds to the trace of a matter what the desk wrote about it.
func (s *Sim) tellEvents(m *matter, events []store.Event) {
	for _, e := range events {
		s.tell(m, "%s %s %s", e.At.Format(time.DateTime), e.Kind, e.Data[:min(len(e.Data), 300)])
	}
}

// alarmSlack is how late an alarm may come, not counting what nobody could do or clocks were off.
const alarmSlack = 15 * time.Minute

// alarms: while a deadline stood, whoever had to act, people were warned of it: by the rules, or by the desk itself where the rules have no
// alarm at that instant.
func (s *Sim) alarms(m *matter, due, from, to time.Time, events []store.Event) {
	if due.IsZero() {
		return
	}
	for hours, names := range map[int][]string{24: {"before_24_hours", "left_24h"}, 6: {"before_6_hours", "left_6h"}} {
		at := due.Add(-time.Duration(hours) * time.Hour)
		slack := alarmSlack + s.skewIn(at)
		late := func(then time.Time) bool { return then.Sub(at)-s.stoodIn(at, then) > slack }
		if !at.After(from) || !late(to) {
			continue
		}
		rung := 0
		for _, e := range events {
			var d told
			if e.Kind == "warning" && json.Unmarshal(e.Data, &d) == nil && d.DueAt.Equal(at) && slices.Contains(names, d.Kind[strings.LastIndexByte(d.Kind, ':')+1:]) && !late(e.At) {
				rung++
			}
		}
		if rung != 1 {
			s.tellEvents(m, events)
			s.violate("alarm_missing", m, "%d alarms %d hours before the deadline %s, due %s, while it stood from %s to %s", rung, hours, due, at, from, to)
		}
	}
}
