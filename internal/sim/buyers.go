package sim

import (
	"fmt"
	"time"
)

// matter is one case on both sides.
type matter struct {
	number int
	shop   *shop
	there  Matter
	kind   string
	id     string
	opened time.Time

	bought  *bought // nil: nobody else knows the purchase
	lapsed  bool
	over    bool
	answers int // of people of the shop
}

// ref names the matter among those of all shops.
func (m *matter) ref() string { return refOf(m.shop.id, m.kind, m.id) }

func refOf(storeID int64, kind, id string) string { return fmt.Sprint(storeID, "/", kind, "/", id) }

// plan writes the agenda: matters, incidents that last, the checks of each day.
func (s *Sim) plan() {
	for number := range s.o.Cases {
		if s.o.Script != nil && !s.o.Script.has(number) {
			continue
		}
		d := NewDraw(s.o.Seed, "matter", number)
		length := time.Duration(s.o.Length) * 24 * time.Hour
		when := s.o.Start.Add(time.Hour + time.Duration(float64(length-time.Hour)*d.Float()))
		s.at(when.Truncate(time.Second), func() { s.open(number, d) })
	}
	if s.o.Script != nil {
		s.incidents = s.o.Script.Incidents
	}
	for i := range s.incidents {
		if in := s.incidents[i]; s.lasts(in.What) {
			s.at(in.At, func() { s.begin(in) })
		}
	}
	for day := 1; day <= s.o.Days; day++ {
		s.at(s.o.Start.AddDate(0, 0, day), func() { s.daily(day) })
	}
}

// alsoElsewhere is how many of a hundred buyers begin a second matter about the same money at the other platform that knows the purchase.
const alsoElsewhere = 35

// open lets a buyer begin a matter; some begin a second one where they paid, or where they bought.
func (s *Sim) open(number int, d *Draw) {
	sh := s.shops[d.IntN(len(s.shops))]
	b := s.buy(number, sh, d)
	s.openAt(number, sh, b, d)
	if b != nil && d.Chance(alsoElsewhere) {
		again := NewDraw(s.o.Seed, "matter", number, "elsewhere")
		s.at(s.now.Add(d.About(5*24*time.Hour)), func() { s.openAt(s.o.Cases+number, b.other(sh), b, again) })
	}
}

// openAt lets a buyer begin a matter at a shop, and plans what else he will do.
func (s *Sim) openAt(number int, sh *shop, b *bought, d *Draw) {
	there, err := sh.begin(b, d)
	if err != nil {
		s.failed = fmt.Errorf("sim: matter %d at %s: %w", number, sh.host, err)
		return
	}
	m := &matter{number: number, shop: sh, there: there, bought: b, opened: s.now}
	m.kind, m.id = there.Ref()
	if b != nil {
		if b.matters = append(b.matters, m); len(b.matters) > 1 {
			s.report.Shared += 2
		}
	}
	s.matters = append(s.matters, m)
	s.byRef[m.ref()] = m
	s.report.Cases++
	s.tell(m, "opened at shop %d as %s", sh.number, m.ref())
	for range d.IntN(3) {
		s.at(s.now.Add(d.About(4*24*time.Hour)), func() { s.whim(m, d) })
	}
}

func (sh *shop) begin(b *bought, d *Draw) (Matter, error) {
	if b == nil {
		return sh.there.Open(d)
	}
	return sh.there.(Part).OpenFor(d, b.Purchase)
}

func (s *Sim) whim(m *matter, d *Draw) {
	before := m.there.Truth()
	m.there.Whim(d)
	if after := m.there.Truth(); after.Word != before.Word || after.Claim != before.Claim {
		s.tell(m, "the buyer: %s %s → %s %s", before.Word, before.Claim, after.Word, after.Claim)
	}
	m.over = false
}

// begin starts an incident that lasts.
func (s *Sim) begin(in Incident) {
	s.report.Faults[in.What]++
	s.fired = append(s.fired, in)
	s.note("%s for %s", in.What, in.For)
	switch in.What {
	case "db_down":
		s.cutDatabase(in.For)
	case "disk_full":
		s.setFull(true)
		s.stands(in.For)
		s.at(s.now.Add(in.For), func() { s.setFull(false) })
	case "outage":
		host := s.shops[in.Node%len(s.shops)].host
		s.outage[host]++
		s.at(s.now.Add(in.For), func() { s.outage[host]-- })
		s.blocked(in.For)
	case "skew", "jump":
		number := in.Node % len(s.nodes)
		s.skews[number] = in.For
		s.at(s.now.Add(max(in.For, -in.For)*4), func() { s.skews[number] = 0 })
		s.wakeWork()
	case "token_ends":
		s.shops[in.Node%len(s.shops)].there.Expire()
	}
}

// cutDatabase restarts the database server; a SQLite file has none, there the process is begun anew.
func (s *Sim) cutDatabase(d time.Duration) {
	if !s.postgres() {
		for _, n := range s.alive() {
			if n.inside == 0 {
				n.die()
				_ = n.db.Close() // everything on it fails already
			}
		}
		return
	}
	s.dbDown = true
	for _, n := range s.alive() {
		n.gate.Cut()
	}
	s.at(s.now.Add(d), func() { s.dbDown = false; s.wakeWork() })
	s.stands(d)
}
