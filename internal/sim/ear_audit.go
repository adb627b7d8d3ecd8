package sim

import (
	"cmp"
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	"parley/internal/notify"
	"parley/internal/store"
)

const (
	// auditEvery is after how many days what was heard is compared with what was written, before the desk forgets it.
	auditEvery = 30
	// ripe is the age at which nothing is on its way to a person any more.
	ripe      = 5 * 24 * time.Hour
	auditPage = 2000
)

// compareHeard compares the notices that were written since the last time with what was heard; at the end all that are left.
func (s *Sim) compareHeard(ctx context.Context, end bool) {
	for s.failed == nil {
		page, err := s.eye.NoticesAfter(ctx, s.compared, auditPage)
		if err != nil {
			s.failed = err
			return
		}
		for i, n := range page {
			if !end && s.now.Sub(n.CreatedAt) < ripe {
				page = page[:i]
				break
			}
		}
		if len(page) == 0 {
			return
		}
		s.compare(page, end)
		s.compared = page[len(page)-1].ID
	}
}

// compare holds a row of notices against the ears. Those of one occasion stand one after the other: the desk's own list of a member first,
// then the member's channels.
func (s *Sim) compare(page []store.Notice, end bool) {
	for _, n := range page {
		s.written[wordOf(n)] = true
		for _, e := range s.ears {
			if e.member == 0 || e.member != n.MemberID {
				continue
			}
			switch {
			case n.ChannelID == e.channel:
				s.compareOne(e, n, end)
			case n.ChannelID == 0 && e.takes(n.Reason) && n.Reason != notify.Broken: // which may not be said on the channel it is about
				s.listed[listing{e.name, occasionOf(n)}] = true
			}
		}
	}
}

// listing is an occasion on the desk's own list of somebody who has a channel for it.
type listing struct {
	ear string
	occasion
}

func (l listing) compare(o listing) int {
	return cmp.Or(cmp.Compare(l.ear, o.ear), cmp.Compare(l.caseID, o.caseID), cmp.Compare(l.about, o.about), cmp.Compare(l.reason, o.reason))
}

// passing are the reasons that may be pointless by the time they can be said.
var passing = []string{notify.Left72h, notify.Left24h, notify.Left6h, notify.Left1h, notify.Warning, notify.Reminder, notify.Evening}

// compareOne: a notice that is due was heard, or its row says why not.
func (s *Sim) compareOne(e *ear, n store.Notice, end bool) {
	what := occasionOf(n)
	delete(s.listed, listing{e.name, what})
	_, heard := e.occasions[what]
	var why string
	switch {
	case heard || n.State == "planned" && end && n.DueAt.After(s.now):
		return // the second waits for the member's hours
	case n.State == "planned" || n.State == "bound":
		why = "is still on its way"
	case n.State == "dropped":
		if slices.Contains(passing, n.Reason) {
			return
		}
		why = "was dropped, and was not pointless"
	case n.State == "sent":
		why = "was never heard"
	case n.State != "unclear" && !e.troubled[n.LetterID]:
		why = "met no trouble and was not heard"
	default:
		return // given up, or its sender died with it: the row says so
	}
	s.untold(s.matterOf(n.CaseID), "%s: %s of %s, due %s, is %s and %s", e.name, n.Reason, n.About, n.DueAt.Format(time.RFC3339), n.State, why)
}

// word is what a notice says of an event: an act that ended badly, a call of the safety net.
type word struct {
	caseID int64
	what   string
}

func wordOf(n store.Notice) word {
	parts := strings.SplitN(n.About, "/", 3)
	if parts[0] == "effect" && len(parts) > 1 {
		return word{n.CaseID, parts[1]}
	}
	return word{n.CaseID, parts[0]}
}

// auditHeard compares the ears with what was written, at the end.
func (s *Sim) auditHeard(ctx context.Context) error {
	s.compareHeard(ctx, true)
	for _, l := range slices.SortedFunc(maps.Keys(s.listed), listing.compare) {
		s.untold(s.matterOf(l.caseID), "%s was to hear %s of %s, and no notice was written for the channel", l.ear, l.reason, l.about)
	}
	return s.failed
}

// auditCase: every event a program wants was heard, and people were told of those that they have to know.
func (s *Sim) auditCase(m *matter, c store.Case, events []store.Event) {
	for _, e := range s.ears {
		if e.member != 0 || !slices.Contains(e.stores, c.StoreID) {
			continue
		}
		for _, ev := range events {
			if slices.Contains(wanted, ev.Kind) && !e.events[ev.ID] {
				s.untold(m, "%s did not hear event %d (%s) of case %d", e.name, ev.ID, ev.Kind, c.ID)
			}
		}
	}
	for _, ev := range events {
		var d told
		if json.Unmarshal(ev.Data, &d) != nil {
			continue // replay says so
		}
		what := ""
		switch ev.Kind {
		case "effect_in_doubt", "effect_contradicted", "effect_refused":
			what = d.Effect
		case "net_escalated":
			what = "net"
		}
		if what != "" && !s.written[word{c.ID, what}] {
			s.untold(m, "nobody was told of event %d (%s)", ev.ID, ev.Kind)
		}
	}
}
