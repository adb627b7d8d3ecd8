package sim

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"parley/internal/desk"
	"parley/internal/fault"
	"parley/internal/money"
	"parley/internal/store"
)

// person is a member of staff: works in hours of a zone, sleeps, has holidays, and is not always careful.
type person struct {
	number int
	who    desk.Who
	zone   *time.Location
	away   []time.Time // first days of two weeks off
	draw   *Draw
	keys   int
}

var zones = []string{"Europe/Madrid", "Asia/Shanghai", "America/New_York", "America/Sao_Paulo"}

// hire adds the people to the desk: one for about six stores, and each store is seen by two.
func (s *Sim) hire(ctx context.Context) error {
	for number := range max(2, (s.o.Stores+5)/6) {
		zone, err := time.LoadLocation(zones[number%len(zones)])
		if err != nil {
			return err
		}
		d := NewDraw(s.o.Seed, "person", number)
		m := store.Member{
			Email: fmt.Sprintf("person%d@desk.example", number), Name: fmt.Sprintf("Person %d", number), Role: "lead", Locale: "en",
			Zone: zone.String(), AllStores: true, State: "active", CreatedAt: s.now,
		}
		if err := s.nodes[0].db.Write(ctx, func(tx *store.Tx) error { return tx.PutMember(&m) }); err != nil {
			return err
		}
		p := &person{number: number, zone: zone, draw: d, who: desk.Who{
			MemberID: m.ID, Name: m.Name, Email: m.Email, Role: m.Role, AllStores: true, Locale: "en", Zone: m.Zone,
		}}
		for range 1 + s.o.Days/200 {
			p.away = append(p.away, s.o.Start.AddDate(0, 0, 10+d.IntN(max(1, s.o.Days))))
		}
		s.people = append(s.people, p)
		s.nextShift(p)
	}
	return nil
}

// nextShift plans when a person looks at the queue next: about three times on a working day.
func (s *Sim) nextShift(p *person) {
	local := s.now.In(p.zone)
	for day := range 30 {
		date := local.AddDate(0, 0, day)
		if wd := date.Weekday(); wd == time.Sunday || (wd == time.Saturday && p.number%3 != 0) {
			continue
		}
		for _, hour := range []int{9, 12, 16} {
			when := time.Date(date.Year(), date.Month(), date.Day(), hour, 30, 0, 0, p.zone)
			if !when.After(s.now) || p.off(when) {
				continue
			}
			s.at(when.Add(p.draw.Between(0, 50*time.Minute)), func() { s.shift(p); s.nextShift(p) })
			return
		}
	}
	s.at(s.now.AddDate(0, 0, 7), func() { s.nextShift(p) })
}

func (p *person) off(when time.Time) bool {
	for _, first := range p.away {
		if when.After(first) && when.Before(first.AddDate(0, 0, 14)) {
			return true
		}
	}
	return false
}

// mine tells whether a store is the person's own work today; each has two people.
func (p *person) mine(s *Sim, storeID int64) bool {
	n := int(storeID) % len(s.people)
	return n == p.number || (n+1)%len(s.people) == p.number
}

// stores are those that are the person's own work.
func (p *person) stores(s *Sim) (ids []int64) {
	for _, shop := range s.shops {
		if p.mine(s, shop.id) {
			ids = append(ids, shop.id)
		}
	}
	return ids
}

// shift is one look at the queue: the person answers what waits longest, clears doubts, and does at the platforms what only people can.
func (s *Sim) shift(p *person) {
	n := s.anyNode()
	if n == nil {
		return // the desk is down; there is a next time
	}
	_ = n.use(func(ctx context.Context) error { return s.clearDoubts(ctx, n, p) })
	if n.dead {
		return
	}
	for _, view := range []string{"to_answer", "returns"} {
		s.leaf(n, p, view)
	}
	s.click(p)
}

// leaf goes through a tab of the queue, and answers what waits for the shop.
func (s *Sim) leaf(n *node, p *person, view string) {
	var page desk.QueuePage
	err := n.use(func(ctx context.Context) (err error) {
		page, err = n.desk.Queue(ctx, p.who, desk.QueueQuery{View: view, Stores: p.stores(s), Limit: 200})
		return err
	})
	if err != nil {
		return
	}
	for _, row := range page.Rows {
		if row.Owner != "buyer" && row.Effect != "planned" && row.Effect != "sending" && row.Effect != "sent" {
			s.consider(p, row)
		}
	}
}

// click does in the platforms' own pages what waits there.
func (s *Sim) click(p *person) {
	for _, m := range s.matters {
		if !m.over && p.mine(s, m.shop.id) && p.draw.Chance(30) && m.there.Click(p.draw) {
			s.tell(m, "clicked at the platform")
		}
	}
}

// attitude is from when on the people of the shop deal with a matter at one stage: at once, only near the end, or too late.
func (s *Sim) attitude(m *matter, due time.Time) time.Time {
	d := NewDraw(s.o.Seed, "attitude", m.number, m.answers)
	switch share := d.Float() * 100; {
	case share < 82:
		return time.Time{}
	case share < 94:
		return due.Add(-d.Between(6*time.Hour, 40*time.Hour))
	}
	return due.Add(d.Between(time.Hour, 5*24*time.Hour))
}

// consider answers a case of the queue, or leaves it.
func (s *Sim) consider(p *person, row desk.Row) {
	m := s.matterOf(row.ID)
	if m == nil {
		s.reply(p, row)
		return
	}
	if s.now.Before(s.attitude(m, row.DueAt)) {
		return
	}
	n := s.anyNode()
	if n == nil {
		return
	}
	var page desk.CasePage
	err := n.use(func(ctx context.Context) (err error) {
		page, err = n.desk.Consider(ctx, p.who, row.ID)
		return err
	})
	if err != nil {
		return
	}
	s.seen(m, &page)
	if p.draw.Chance(8) { // reads now, decides later, on what the page said then
		key := p.key()
		s.at(s.now.Add(p.draw.Between(10*time.Minute, 6*time.Hour)), func() { s.decide(p, m, &page, key, 0) })
		return
	}
	s.decide(p, m, &page, p.key(), 0)
	if p.draw.Chance(3) { // somebody else had the same page open
		other := s.people[(p.number+1)%len(s.people)]
		s.decide(other, m, &page, other.key(), 0)
	}
}

// reply answers what a buyer said beside a matter, such as in the talk about an order whose incident is over. A case that was read and has
// not changed since is left alone, and so is one in which the shop had the last word.
func (s *Sim) reply(p *person, row desk.Row) {
	n := s.anyNode()
	if n == nil || s.read[row.ID] == row.Version || p.draw.Chance(50) {
		return
	}
	n.deciding = true
	_ = n.use(func(ctx context.Context) error { // whatever fails is tried in the next shift
		page, err := n.desk.Consider(ctx, p.who, row.ID)
		if err != nil {
			return err
		}
		said := page.Facts.Messages
		if len(said) == 0 || said[len(said)-1].From == "staff" || !slices.ContainsFunc(page.Options, func(o desk.OptionView) bool { return o.Open && o.Sends && o.Code == "send_message" }) {
			s.read[row.ID] = row.Version
			return nil
		}
		_, err = n.desk.DecideOnce(ctx, p.who, p.key(), row.ID, desk.Choice{Option: "send_message", Basis: page.Basis, Text: fmt.Sprintf("Thank you for your message about order %s. We have noted it.", row.OrderNo)})
		return err
	})
	n.deciding = false
	s.wakeWork()
}

func (p *person) key() string { p.keys++; return fmt.Sprintf("%d-%d", p.number, p.keys) }

// decide writes a decision, and tries again with the same key where nobody knows whether it was written.
func (s *Sim) decide(p *person, m *matter, page *desk.CasePage, key string, tries int) {
	n := s.anyNode()
	if n == nil {
		s.again(p, m, page, key, tries)
		return
	}
	ch, ok := s.choose(n, p, m, page, key)
	if !ok {
		return
	}
	var out desk.Decided
	n.deciding = true
	err := n.use(func(ctx context.Context) (err error) {
		out, err = n.desk.DecideOnce(ctx, p.who, key, page.ID, ch)
		return err
	})
	n.deciding = false
	s.wakeWork()
	switch f := fault.Of(err); {
	case err == nil:
		m.answers++
		s.report.Decisions++
		s.tell(m, "person %d decided %s %s (%s)", p.number, ch.Option, ch.Amount, out.DecisionID)
	case n.dead || f == nil || f.Kind == fault.Unavailable || f.Kind == fault.Unknown:
		s.tell(m, "person %d does not know whether %s was written: %v", p.number, ch.Option, err)
		s.again(p, m, page, key, tries)
	case f.Kind == fault.Conflict:
		s.report.Conflicts++
		s.tell(m, "person %d: %s", p.number, f.Key)
	default:
		s.report.Refusals[f.Key]++
		s.tell(m, "person %d: %s %v", p.number, f.Key, f.Params)
	}
}

func (s *Sim) again(p *person, m *matter, page *desk.CasePage, key string, tries int) {
	if tries < 5 {
		s.at(s.now.Add(3*time.Minute), func() { s.decide(p, m, page, key, tries+1) })
	}
}

// choose fills in a choice: mostly what the rules recommend. The same key gives the same choice.
func (s *Sim) choose(n *node, p *person, m *matter, page *desk.CasePage, key string) (desk.Choice, bool) {
	d := NewDraw(s.o.Seed, "choice", m.number, key)
	var open []desk.OptionView
	for _, o := range page.Options {
		if o.Open && o.Sends {
			open = append(open, o)
		}
	}
	if len(open) == 0 {
		return desk.Choice{}, false
	}
	o := open[0]
	if d.Chance(45) {
		o = Pick(d, open)
	}
	ch := desk.Choice{Option: o.Code, Basis: page.Basis}
	if o.NeedsAmount {
		most := o.Max
		if o.Suggested.Known() && d.Chance(50) {
			most = o.Suggested
		}
		if most.Known() && most.Minor <= 0 && !d.Chance(10) {
			return ch, false // few try to pay when the page says that nothing is left
		}
		ch.Amount = money.Amount{Minor: max(1, most.Minor*int64(20+d.IntN(80))/100), Currency: most.Currency}
	}
	if o.NeedsDays {
		ch.Days = 5 + d.IntN(20)
	}
	if o.NeedsReason {
		ch.Reason, _, _ = strings.Cut(Pick(d, o.Reasons), " ")
	}
	if o.TakesTracking {
		ch.Carrier, ch.Tracking = "UPS", fmt.Sprint("1Z", 100_000+d.IntN(900_000))
	}
	if o.NeedsText {
		ch.Text = o.SuggestedText
		if ch.Text == "" {
			ch.Text = "We are sorry about this and propose what you see in the form above."
		}
	}
	if o.NeedsEvidence {
		id, ok := s.proof(n, p, page, d)
		if !ok {
			return ch, false
		}
		ch.Evidence = []int64{id}
	}
	return ch, true
}

// proof gives a proof on file, and puts one there where none is.
func (s *Sim) proof(n *node, p *person, page *desk.CasePage, d *Draw) (int64, bool) {
	for _, e := range page.Evidence {
		if e.Hash != "" {
			return e.ID, true
		}
	}
	var item desk.EvidenceItem
	n.deciding = true
	err := n.use(func(ctx context.Context) (err error) {
		item, err = n.desk.AddEvidence(ctx, p.who, page.ID, desk.EvidenceInput{
			Kind: "photo", Name: "proof.png", Content: bytes.NewReader(picture(d.IntN(8))),
		})
		return err
	})
	n.deciding = false
	if err != nil {
		s.report.Refusals["evidence: "+short(err)]++
		return 0, false
	}
	page.Evidence = append(page.Evidence, item)
	return item.ID, true
}

func short(err error) string {
	if f := fault.Of(err); f != nil {
		return f.Key
	}
	return strings.SplitN(err.Error(), ":", 2)[0]
}

// picture is a small PNG, one of several.
func picture(n int) []byte {
	head := []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89")
	return append(head, []byte(fmt.Sprintf("picture %d", n))...)
}

// clearDoubts lets a person look at the platform and tell the desk what happened.
func (s *Sim) clearDoubts(ctx context.Context, n *node, p *person) error {
	items, err := n.desk.Doubtful(ctx, p.who)
	if err != nil {
		return err
	}
	for _, it := range items {
		if it.State != "in_doubt" && it.State != "contradicted" {
			continue
		}
		m := s.matterOf(it.CaseID)
		if m == nil || !p.mine(s, m.shop.id) {
			continue
		}
		outcome := "did_not_happen"
		if len(s.carried[it.ID]) > 0 {
			outcome = "happened"
		} else if p.draw.Chance(40) && m.there.Truth().Waits {
			outcome = "send_again"
		}
		n.deciding = true
		err := n.desk.ResolveEffect(ctx, p.who, it.ID, outcome, "looked at the platform")
		n.deciding = false
		s.tell(m, "person %d: effect %s %s %v", p.number, it.ID, outcome, err)
		if err == nil {
			s.report.Resolved++
		}
		if n.dead {
			return err
		}
	}
	s.wakeWork()
	return nil
}
