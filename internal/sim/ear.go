package sim

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"parley/internal/desk"
	"parley/internal/fault"
	"parley/internal/notify"
	"parley/internal/store"
)

// ear is where people and programs really hear: what reaches it is noted as it arrives, whatever the desk believes.
type ear struct {
	name    string
	kind    string // of its channel
	repeats bool   // a letter may arrive again where its sender could not know that it had
	member  int64  // 0 = a program that hears events
	channel int64
	reasons []string // none = all
	stores  []int64

	letters   map[string]int      // how often each arrived
	troubled  map[string]bool     // letters that met an incident on their way
	occasions map[occasion]string // with the letter under which each was heard
	events    map[int64]bool
	last      map[int64]int64 // the event heard last, by case
}

// occasion is what nobody is told twice of on one channel.
type occasion struct {
	caseID        int64
	about, reason string
}

// occasionOf is what a notice tells of. Where it is a deadline that is as the reader sees it, whatever name the desk gives the occasion.
func occasionOf(n store.Notice) occasion {
	o := occasion{n.CaseID, n.About, n.Reason}
	var it notify.Item
	if slices.Contains(ofDeadlines, n.Reason) && json.Unmarshal(n.Data, &it) == nil {
		o.about = strings.Join([]string{it.DueKind, it.DueAt.Format(time.RFC3339), it.Alarm}, " ")
	}
	return o
}

// ofDeadlines are the reasons that a deadline gives.
var ofDeadlines = []string{notify.Left72h, notify.Left24h, notify.Left6h, notify.Left1h, notify.Warning, notify.Reminder, notify.Lapsed}

// Kinds of channels in a simulation. A program knows a letter by its id and takes one thing at a time; a person's box takes several as one
// and cannot tell a repetition.
const (
	hookKind = "webhook"
	boxKind  = "mail"
)

func about(kind string) notify.About {
	program := kind == hookKind
	return notify.About{Kind: kind, Repeats: program, Single: program, Events: program, Settings: []notify.Setting{{Name: "ear"}}}
}

// pressing are the reasons the first listeners take; the last one takes everything, lists of the day too.
var pressing = []string{
	notify.Left72h, notify.Left24h, notify.Left6h, notify.Left1h, notify.Warning, notify.Reminder, notify.Lapsed, notify.Doubt, notify.Refused,
	notify.Changed, notify.Called, notify.Store, notify.Broken,
}

// Of the stores, listeners see one in so many, and a program hears the events of one in so many: a letter costs as much as a call.
const (
	seenShare = 12
	toldShare = 20
)

// wanted are the kinds of events the program hears: what begins, what is done and how it ends.
var wanted = []string{
	"case_opened", "decided", "effect_confirmed", "effect_refused", "effect_contradicted", "effect_in_doubt", "effect_resolved", "net_acted",
	"net_escalated", "deadline_passed", "case_ended",
}

// giveEars adds three people who only listen, with a channel each, and a program. It says when what they heard is compared with what the
// desk wrote.
func (s *Sim) giveEars(ctx context.Context) error {
	for day := auditEvery; day <= s.o.Days; day += auditEvery {
		s.at(s.o.Start.AddDate(0, 0, day), func() { s.compareHeard(ctx, false) })
	}
	for i, kind := range []string{hookKind, boxKind, boxKind} {
		e := &ear{kind: kind, stores: s.everySo(seenShare), reasons: pressing}
		if i == 2 {
			e.reasons = nil
		}
		m := store.Member{
			Email: fmt.Sprintf("ear%d@desk.example", i), Name: fmt.Sprintf("Ear %d", i), Role: "lead", Locale: "en", Zone: zones[i], Stores: e.stores,
			State: "active", CreatedAt: s.now,
		}
		if err := s.nodes[0].db.Write(ctx, func(tx *store.Tx) error { return tx.PutMember(&m) }); err != nil {
			return err
		}
		e.member = m.ID
		who := desk.Who{MemberID: m.ID, Name: m.Name, Email: m.Email, Role: m.Role, Stores: m.Stores, Locale: "en", Zone: m.Zone}
		if err := s.giveEar(ctx, e, who, desk.ChannelInput{Reasons: e.reasons}); err != nil {
			return err
		}
	}
	program := &ear{kind: hookKind, stores: s.everySo(toldShare)}
	return s.giveEar(ctx, program, desk.Root(), desk.ChannelInput{Events: wanted, Stores: program.stores})
}

// everySo gives one store in so many, the first one always. Of few stores it gives more, so that there is something to hear.
func (s *Sim) everySo(share int) []int64 {
	var ids []int64
	for i := 0; i < len(s.shops); i += min(share, max(1, len(s.shops)/4)) {
		ids = append(ids, s.shops[i].id)
	}
	return ids
}

// takes tells whether the person's channel takes a reason.
func (e *ear) takes(reason string) bool {
	return len(e.reasons) == 0 || slices.Contains(e.reasons, reason)
}

func (s *Sim) giveEar(ctx context.Context, e *ear, who desk.Who, in desk.ChannelInput) error {
	e.name, e.repeats = fmt.Sprintf("ear%d", len(s.ears)), about(e.kind).Repeats
	e.letters, e.troubled, e.occasions, e.events, e.last = map[string]int{}, map[string]bool{}, map[occasion]string{}, map[int64]bool{}, map[int64]int64{}
	s.ears = append(s.ears, e)
	in.Kind, in.Settings = e.kind, map[string]string{"ear": e.name}
	view, err := s.nodes[0].desk.AddChannel(ctx, who, e.member == 0, in)
	e.channel = view.ID
	return err
}

// ear finds one by its name; nil if there is none.
func (s *Sim) ear(name string) *ear {
	for _, e := range s.ears {
		if e.name == name {
			return e
		}
	}
	return nil
}

// way is a kind of channel as one node has it.
type way struct {
	n    *node
	kind string
}

func (n *node) ways() map[string]notify.Channel {
	return map[string]notify.Channel{hookKind: way{n, hookKind}, boxKind: way{n, boxKind}}
}

// About is as the channels outside have it.
func (w way) About() notify.About { return about(w.kind) }

// Check takes the names of ears.
func (w way) Check(t notify.Target) (string, error) {
	if w.n.s.ear(t["ear"]) == nil {
		return "", fault.Input("ear", t["ear"], "ear0, …")
	}
	return t["ear"], nil
}

// CheckShared has nothing to check.
func (w way) CheckShared(notify.Target) error { return nil }

// Send carries a letter to its ear, as far as incidents let it.
func (w way) Send(_ context.Context, t notify.Target, m notify.Message) error {
	n, s := w.n, w.n.s
	if n.dead {
		return errDied
	}
	e := s.ear(t["ear"])
	s.pass(s.postman.Between(20*time.Millisecond, 250*time.Millisecond))
	var in *Incident
	if s.quiet == 0 {
		in = s.hit(operation{node: n, letter: m.ID})
	}
	if in != nil {
		e.troubled[m.ID] = true
		return w.accident(e, m, in)
	}
	s.arrives(e, m)
	return nil
}

// accident has a letter meet an incident.
func (w way) accident(e *ear, m notify.Message, in *Incident) error {
	n, s := w.n, w.n.s
	if in.What == "letter_unclear" || in.What == "crash" && in.Late {
		s.arrives(e, m)
	}
	switch {
	case in.What == "crash":
		n.die()
		return errDied
	case in.What == "letter_lost" && !in.Late:
		return fault.New(fault.Unavailable, "fault.notify.unreachable", "host", e.name)
	}
	s.elsewhere(n, in.For) // the answer does not come
	if n.dead {
		return errDied
	}
	return fault.New(fault.Unknown, "fault.notify.perhaps").Because(timedOut{})
}

// arrives hands a letter over; a test may cheat.
func (s *Sim) arrives(e *ear, m notify.Message) {
	letters := []notify.Message{m}
	if s.o.cheat != nil {
		letters = s.o.cheat(e.kind, m)
	}
	for _, l := range letters {
		s.hears(e, l)
	}
}

// hears notes what arrives.
func (s *Sim) hears(e *ear, m notify.Message) {
	s.report.Heard++
	e.letters[m.ID]++
	again := e.letters[m.ID] > 1
	if again {
		s.report.HeardAgain++
		s.hearsAgain(e, m.ID)
	}
	if strings.HasPrefix(m.Event.Type, "event.") {
		s.hearsEvent(e, m)
		return
	}
	if !again {
		s.hearsNotices(e, m)
	}
}

func (s *Sim) toldTwice(m *matter, format string, args ...any) {
	s.report.ToldTwice++
	s.violate("told_twice", m, format, args...)
}

func (s *Sim) untold(m *matter, format string, args ...any) {
	s.report.Untold++
	s.violate("untold", m, format, args...)
}

// hearsAgain: a letter arrives again only where the other side knows it by its id, and while the desk has not written how it ended.
func (s *Sim) hearsAgain(e *ear, id string) {
	if !e.repeats {
		s.toldTwice(nil, "%s cannot tell repetitions and got %s %d times", e.name, id, e.letters[id])
		return
	}
	sent, err := s.eye.LettersOf(context.Background(), e.channel, recentLetters)
	if err != nil {
		s.failed = err
	}
	for _, l := range sent {
		if l.ID == id && !l.EndedAt.IsZero() {
			s.toldTwice(nil, "%s got %s again after it had ended as %s", e.name, id, l.State)
		}
	}
}

// recentLetters are enough to hold one that arrives again.
const recentLetters = 200

// hearsNotices: each thing a letter tells of is new to its reader, and was written down before.
func (s *Sim) hearsNotices(e *ear, m notify.Message) {
	notices, err := s.eye.NoticesIn(context.Background(), m.ID)
	if err != nil {
		s.failed = err
	}
	if len(notices) == 0 {
		s.toldTwice(nil, "%s got %s (%s), which no notice stands for", e.name, m.ID, m.Subject)
	}
	for _, n := range notices {
		what := occasionOf(n)
		if before, ok := e.occasions[what]; ok || n.ChannelID != e.channel {
			s.toldTwice(s.matterOf(n.CaseID), "%s was told of %+v in %s, and before in %q", e.name, what, m.ID, before)
		}
		e.occasions[what] = m.ID
	}
}

// hearsEvent: those of a case come one after the other.
func (s *Sim) hearsEvent(e *ear, m notify.Message) {
	raw, err := json.Marshal(m.Event.Data)
	var h desk.Happening
	if err == nil {
		err = json.Unmarshal(raw, &h)
	}
	switch {
	case err != nil:
		s.untold(nil, "%s cannot read %s: %v", e.name, m.ID, err)
	case e.last[h.CaseID] > h.ID:
		s.violate("out_of_order", s.matterOf(h.CaseID), "%s hears event %d of case %d after %d", e.name, h.ID, h.CaseID, e.last[h.CaseID])
	}
	e.events[h.ID], e.last[h.CaseID] = true, max(h.ID, e.last[h.CaseID])
}
