package sim

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"parley/internal/desk"
	"parley/internal/dispute"
	"parley/internal/fault"
	"parley/internal/store"
)

// acted books that a platform carried out an act. Each effect is carried out once, and only after the desk wrote that it is about to.
func (s *Sim) acted(c *Call) {
	if c.effect == "" {
		s.violate("act_without_effect", nil, "%s", c.Name)
		return
	}
	sends := s.carried[c.effect]
	if sends == nil {
		sends = map[int]bool{}
		s.carried[c.effect] = sends
	}
	sends[c.send] = true
	db, done := s.sight()
	e, err := db.Effect(context.Background(), c.effect)
	done()
	if err != nil {
		s.violate("sent_unwritten", nil, "%s was carried out for %s: %v", c.Name, c.effect, err)
		return
	}
	m := s.matterOf(e.CaseID)
	if m != nil {
		s.tell(m, "the platform carried out %s for %s", c.Name, c.effect)
	}
	if len(sends) > 1 {
		s.violate("acted_twice", m, "%s for %s was sent and carried out %d times", c.Name, c.effect, len(sends))
	}
	if e.State == "planned" {
		s.violate("sent_unwritten", m, "%s was carried out while the desk says it was not sent", c.effect)
	}
}

// sight is what checks look through while others work, until they are done: with SQLite the connection of a node, which knows the pages of
// the file, and on which nothing happens meanwhile.
func (s *Sim) sight() (*store.DB, func()) {
	if alive := s.alive(); !s.postgres() && len(alive) > 0 {
		s.quiet++
		return alive[0].db, func() { s.quiet-- }
	}
	return s.eye, func() {}
}

// matterOf finds the matter behind a case of the desk.
func (s *Sim) matterOf(caseID int64) *matter {
	db, done := s.sight()
	sources, err := db.NamesOf(context.Background(), caseID)
	done()
	if err != nil {
		return nil
	}
	for _, src := range slices.Backward(sources) { // some records come by themselves, such as talks about an order
		if m := s.byRef[refOf(src.StoreID, src.Kind, src.ExternalID)]; m != nil {
			return m
		}
	}
	return nil
}

// blocked notes that nothing could go out for a while, which excuses as much lateness.
func (s *Sim) blocked(d time.Duration) { s.blocks = append(s.blocks, block{s.now, s.now.Add(d)}) }

// stands notes that nobody can do or write anything from now on: no node is up, the database is down, the disk is full.
func (s *Sim) stands(d time.Duration) {
	s.standstills = append(s.standstills, block{s.now, s.now.Add(d)})
	s.blocked(d)
}

// stoodIn is how long nobody could do anything in a span.
func (s *Sim) stoodIn(from, to time.Time) time.Duration {
	var sum time.Duration
	for _, b := range s.standstills { // in the order of their beginnings
		if start, end := later(b.from, from), earlier(b.to, to); end.After(start) {
			sum += end.Sub(start)
			from = end
		}
	}
	return sum
}

type block struct{ from, to time.Time }

// blockedIn is how long everything was blocked in a span.
func (s *Sim) blockedIn(from, to time.Time) time.Duration {
	var sum time.Duration
	for _, b := range s.blocks {
		if start, end := later(b.from, from), earlier(b.to, to); end.After(start) {
			sum += end.Sub(start)
		}
	}
	return sum
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// daily checks what is cheap to check.
func (s *Sim) daily(day int) {
	for _, m := range s.matters {
		if m.over {
			continue
		}
		s.look(m)
	}
	if s.o.Progress != nil {
		s.o.Progress(day, &s.report)
	}
}

// look checks a matter against its platform.
func (s *Sim) look(m *matter) {
	t := m.there.Truth()
	if paid := paidSum(t); paid > t.Most.Minor {
		s.report.PaidTwice++
		s.violate("paid_twice", m, "%d were paid back of %d", paid, t.Most.Minor)
	}
	if m.bought != nil {
		s.paidBack(m.bought)
	}
	if !t.Lapsed.IsZero() && !m.lapsed {
		m.lapsed = true
		s.lapse(m, t)
	}
	m.over = !t.Open
}

// lapse finds out why the seller's time ran out.
func (s *Sim) lapse(m *matter, t Truth) {
	cause := s.causeOf(m, t)
	s.report.Lapses[cause]++
	s.tellNet(m)
	s.tell(m, "lapsed at %s: %s", t.Lapsed.Format(time.DateTime), cause)
	ours := slices.Contains([]string{"unseen", "unsent", "gave_up", "uncertain"}, cause)
	if ours || m.shop.covered() && cause != "too_short" && cause != "called" {
		s.report.Lapsed++
		s.violate("lapsed", m, "the seller's time ran out at %s: %s", t.Lapsed.Format(time.RFC3339), cause)
	}
}

// graceAnswer is how long before the end an answer has to be given to count as given in time, were everything well.
const graceAnswer = 2 * time.Hour

func (s *Sim) causeOf(m *matter, t Truth) string {
	ctx := context.Background()
	found, err := s.eye.SourcesByExternal(ctx, m.shop.id, m.kind, []string{m.id})
	if err != nil {
		return "unknown"
	}
	src, known := found[m.id]
	if !known {
		if t.Lapsed.Sub(m.opened) < 24*time.Hour+s.blockedIn(m.opened, t.Lapsed) {
			return "too_short"
		}
		return "unseen"
	}
	effects, err := s.eye.EffectsOf(ctx, src.CaseID)
	if err != nil {
		return "unknown"
	}
	last := store.Effect{}
	for _, e := range effects {
		var act struct{ Do string }
		if e.State == "cancelled" {
			continue // it was never tried: what matters is the step before it, which failed
		}
		if json.Unmarshal(e.Payload, &act) == nil && act.Do != "extend_protection" && e.CreatedAt.Before(t.Lapsed) && e.CreatedAt.After(t.Lapsed.AddDate(0, 0, -5)) {
			last = e
		}
	}
	latest := t.Lapsed.Add(-graceAnswer - s.blockedIn(t.Lapsed.Add(-24*time.Hour), t.Lapsed))
	switch {
	case last.ID == "" && s.called(src.CaseID, t.Lapsed):
		return "called"
	case last.ID == "":
		return "unanswered"
	case last.CreatedAt.After(latest) && s.called(src.CaseID, t.Lapsed):
		return "called" // and who was called came too late
	case last.CreatedAt.After(latest):
		return "late_answer"
	case last.EndedAt.IsZero() || last.EndedAt.After(t.Lapsed):
		return "unsent"
	case last.State == "refused" && faultOf(last).Key == "fault.case_changed":
		return "unanswered_after_change"
	case last.State == "refused" && faultOf(last).Key == "fault.amount_above_refundable" && s.called(src.CaseID, t.Lapsed):
		return "called" // the money went elsewhere meanwhile: what is left to say is for a person
	case last.State == "refused":
		s.tell(m, "effect %s was refused: %s", last.ID, last.Fault)
		return "gave_up"
	case last.State == "confirmed":
		return "unanswered_again"
	}
	return "uncertain"
}

// faultOf is what an act failed of; nothing where it did not.
func faultOf(e store.Effect) (f struct {
	Kind fault.Kind
	Key  string
}) {
	_ = json.Unmarshal(e.Fault, &f) // an act that did not fail has none
	return f
}

// seen checks what a person sees on a page that is up to date.
func (s *Sim) seen(m *matter, page *desk.CasePage) {
	t := m.there.Truth()
	if !t.Waits || t.Due.IsZero() || page.Facts.Case == nil || page.Facts.Case.Reported.Status != t.Word || page.Facts.Case.Claim.Amount != t.Claim {
		return
	}
	sources, err := s.eye.SourcesOf(context.Background(), page.ID)
	if err != nil || len(sources) == 0 || sources[len(sources)-1].ChangedAt.Before(t.Changed.Truncate(time.Second)) {
		return
	}
	s.report.Deadlines++
	if off := page.DueAt.Sub(t.Due).Abs(); off > time.Second {
		s.violate("deadline_differs", m, "the desk says %s, the platform %s", page.DueAt.Format(time.RFC3339), t.Due.UTC().Format(time.RFC3339))
	}
}

func factsOf(src store.Source) (dispute.Facts, error) {
	var f dispute.Facts
	err := json.Unmarshal(src.Facts, &f)
	return f, err
}

// skewIn is how much clocks were off around an instant.
func (s *Sim) skewIn(at time.Time) time.Duration {
	var most time.Duration
	for _, in := range s.fired {
		if d := max(in.For, -in.For); (in.What == "skew" || in.What == "jump") && !in.At.After(at.Add(12*time.Hour)) && in.At.Add(4*d).After(at.Add(-time.Hour)) {
			most = max(most, d)
		}
	}
	return most
}

// tellNet adds to the trace what the desk sent and what the safety net did, and why not more.
func (s *Sim) tellNet(m *matter) {
	found, err := s.eye.SourcesByExternal(context.Background(), m.shop.id, m.kind, []string{m.id})
	if err != nil || len(found) == 0 {
		return
	}
	caseID := found[m.id].CaseID
	events, err := s.eye.Events(context.Background(), caseID, 0, 500)
	if err != nil {
		return
	}
	for _, e := range slices.Backward(events) {
		if strings.HasPrefix(e.Kind, "net_") {
			s.tell(m, "%s %s %s", e.At.Format(time.DateTime), e.Kind, e.Data)
		}
	}
	effects, err := s.eye.EffectsOf(context.Background(), caseID)
	if err != nil {
		return
	}
	for _, e := range effects {
		s.tell(m, "%s %s of %s is %s since %s, %d tries: %s %s", e.CreatedAt.Format(time.DateTime), e.ID, e.DecisionID, e.State,
			e.EndedAt.Format(time.DateTime), e.Attempts, e.Fault, e.Payload)
		if e.State != "confirmed" {
			s.tellAround(m, e.CreatedAt, e.EndedAt)
		}
	}
}

// tellAround adds to the trace of a matter what went wrong anywhere between two instants.
func (s *Sim) tellAround(m *matter, from, to time.Time) {
	for _, l := range slices.Clone(s.lines) {
		if l.matter < 0 && !l.at.Before(from.Add(-time.Minute)) && !l.at.After(to) {
			s.tell(m, "%s %s", l.at.Format(time.DateTime), l.text)
		}
	}
}

// called tells whether the safety net could not answer and called a person before an instant.
func (s *Sim) called(caseID int64, before time.Time) bool {
	events, err := s.eye.Events(context.Background(), caseID, 0, 500)
	return err == nil && slices.ContainsFunc(events, func(e store.Event) bool {
		return (e.Kind == "net_escalated" || e.Kind == "net_failed") && e.At.Before(before)
	})
}
