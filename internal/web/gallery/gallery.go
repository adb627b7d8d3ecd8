// Package gallery holds the sample states of the pages: a desk of invented cases that tests look at, photograph and press keys on.
// It stands in for the desk behind the pages and keeps what is done to it in memory. No part of the program uses it.
package gallery

import (
	"bytes"
	"context"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"parley/internal/connector"
	"parley/internal/desk"
	"parley/internal/fault"
	"parley/internal/money"
	"parley/internal/reply"
)

// Now is the instant at which the samples are looked at: a Saturday night in Madrid.
var Now = time.Date(2026, 11, 21, 21, 28, 0, 0, time.UTC)

// Session is the secret that lets the sample member in.
const Session = "gallery"

// Desk is the desk of samples. Broken makes every reading fail as a database that is gone.
type Desk struct {
	mu        sync.Mutex
	market    string
	Member    desk.Who
	Cases     []desk.CasePage
	Stores    []desk.StoreView
	Doubts    []desk.EffectItem
	Saved     []desk.SavedView
	Broken    bool
	PageOf    int // rows on a page of decisions that wait; 0 = all
	Panics    bool
	Added     desk.StoreInput // the last store that was to be added
	Slow      bool            // the list waits until its time is up
	Changed   bool            // the next decision finds the case changed
	Sent      []desk.Choice
	Moves     []Moved
	SeenTo    int64             // up to where the notices were seen
	Looked    []int64           // cases that were opened
	Channel   desk.ChannelInput // the last channel that was typed
	Plan      desk.Plan         // the last plan that was typed
	Installed bool              // the last channel was one of the installation
	Rules     []desk.NetRule
	Bounds    desk.Limits
	Kept      int    // days of retention
	Why       string // the last reason typed: of a decision declined, of an erasure
	people    []desk.MemberView
	sheet     desk.SheetFile // kept between two pages
	watch     []chan desk.Change
}

// New gives the samples of a marketplace as seen by an owner with the language and theme.
func New(name, locale, theme string) *Desk {
	d := &Desk{
		market: name,
		Member: desk.Who{MemberID: 1, Name: "Lucía Moreno", Email: "lucia@example.com", Role: "owner", AllStores: true, Locale: locale, Zone: "Europe/Madrid", Theme: theme},
		Stores: market(name).stores(), people: people(), Saved: []desk.SavedView{{ID: 1, Name: "Luz Hogar", Query: "store=1&view=open"}},
	}
	d.Cases = market(name).cases()
	d.safe()
	d.Doubts = []desk.EffectItem{
		{ID: "e1", CaseID: 2, Do: "counter_amount", State: "in_doubt", Amount: eur(720), Attempts: 1, At: Now.Add(-20 * time.Minute), By: "Jun Wei", FaultKey: "fault.no_trace"},
		{ID: "e2", CaseID: 5, Do: "accept", State: "contradicted", Amount: eur(5210), Attempts: 2, At: Now.Add(-3 * time.Hour), By: "Lucía Moreno", FaultKey: "fault.contradicted"},
	}
	return d
}

func (d *Desk) lock() func() { d.mu.Lock(); return d.mu.Unlock }

func (d *Desk) gone() error {
	if d.Panics {
		panic("a sample failure")
	}
	if d.Broken {
		return fault.New(fault.Unavailable, "fault.store.unavailable")
	}
	return nil
}

func (d *Desk) find(id int64) (*desk.CasePage, error) {
	for i := range d.Cases {
		if d.Cases[i].ID == id {
			return &d.Cases[i], nil
		}
	}
	return nil, fault.New(fault.NotFound, "fault.case_not_found")
}

// Queue filters and orders the samples by what the pages ask for most.
func (d *Desk) Queue(ctx context.Context, who desk.Who, q desk.QueueQuery) (desk.QueuePage, error) {
	if d.Slow {
		<-ctx.Done()
		return desk.QueuePage{}, ctx.Err()
	}
	defer d.lock()()
	if err := d.gone(); err != nil {
		return desk.QueuePage{}, err
	}
	var rows []desk.Row
	for _, c := range d.Cases {
		if wanted(c.Row, who, q) {
			rows = append(rows, c.Row)
		}
	}
	slices.SortStableFunc(rows, func(a, b desk.Row) int { return order(q.Sort, a, b) })
	return desk.QueuePage{Rows: rows[:min(len(rows), max(q.Limit, 1))]}, nil
}

func wanted(r desk.Row, who desk.Who, q desk.QueueQuery) bool {
	switch q.View {
	case "mine":
		return r.Assignee != nil && r.Assignee.ID == who.MemberID
	case "unassigned":
		return r.Assignee == nil && r.Open
	case "":
		if !r.Open {
			return false
		}
	case "all":
	default:
		if r.View != q.View {
			return false
		}
	}
	words := strings.ToLower(r.Title + " " + r.Buyer + " " + r.OrderNo)
	return (len(q.Stores) == 0 || slices.Contains(q.Stores, r.Store.ID)) && (len(q.Asks) == 0 || slices.Contains(q.Asks, r.Ask)) &&
		strings.Contains(words, strings.ToLower(q.Search))
}

func order(by string, a, b desk.Row) int {
	if by == "money" {
		return int(b.StakeRef.Minor - a.StakeRef.Minor)
	}
	switch {
	case a.DueAt.IsZero() != b.DueAt.IsZero():
		if a.DueAt.IsZero() {
			return 1
		}
		return -1
	}
	return a.DueAt.Compare(b.DueAt)
}

// Around counts the samples.
func (d *Desk) Around(context.Context, desk.Who) (desk.Surroundings, error) {
	defer d.lock()()
	if err := d.gone(); err != nil {
		return desk.Surroundings{}, err
	}
	s := desk.Surroundings{Views: map[string]int64{}, Stores: len(d.Stores), InDoubt: int64(len(d.Doubts)), Waiting: 2, Unseen: 3, NextSyncAt: Now.Add(40 * time.Second), Saved: d.Saved}
	var sum int64
	for _, c := range d.Cases {
		s.Views[c.View]++
		if c.Open {
			s.Open++
			sum += c.StakeRef.Minor
		}
		if left := c.DueAt.Sub(Now); !c.DueAt.IsZero() && left < 4*time.Hour {
			s.DueSoon++
		}
	}
	s.AtStake = []money.Amount{{Minor: sum, Currency: "EUR"}}
	for _, st := range d.Stores {
		s.Freshness = append(s.Freshness, st.Freshness)
	}
	return s, nil
}

// Doubtful gives the sample effects.
func (d *Desk) Doubtful(context.Context, desk.Who) ([]desk.EffectItem, error) {
	defer d.lock()()
	return d.Doubts, d.gone()
}

// SaveView keeps a list.
func (d *Desk) SaveView(_ context.Context, _ desk.Who, name, query string) error {
	defer d.lock()()
	d.Saved = append(d.Saved, desk.SavedView{ID: int64(len(d.Saved) + 1), Name: name, Query: query})
	return nil
}

// DropView forgets a list.
func (d *Desk) DropView(_ context.Context, _ desk.Who, id int64) error {
	defer d.lock()()
	d.Saved = slices.DeleteFunc(d.Saved, func(v desk.SavedView) bool { return v.ID == id })
	return nil
}

// Watch gives a channel that Touch writes to.
func (d *Desk) Watch(ctx context.Context, _ desk.Who) <-chan desk.Change {
	defer d.lock()()
	c := make(chan desk.Change, 8)
	d.watch = append(d.watch, c)
	go func() {
		<-ctx.Done()
		defer d.lock()()
		d.watch = slices.DeleteFunc(d.watch, func(o chan desk.Change) bool { return o == c })
	}()
	return c
}

// Touch changes the samples and tells everybody who watches.
func (d *Desk) Touch(change func(cases []desk.CasePage) []desk.CasePage) {
	defer d.lock()()
	d.Cases = change(d.Cases)
	for _, c := range d.watch {
		select {
		case c <- desk.Change{Cases: []int64{1}}:
		default:
		}
	}
}

// Here says that one more person looks.
func (d *Desk) Here(desk.Who, int64) []desk.MemberRef {
	return []desk.MemberRef{{ID: 2, Name: "Jun Wei"}}
}

// Case gives a sample case.
func (d *Desk) Case(ctx context.Context, who desk.Who, id int64) (desk.CasePage, error) {
	c, err := d.Peek(ctx, who, id)
	c.Viewers = d.Here(who, id)
	return c, err
}

// Consider is Peek: the samples have their answers begun.
func (d *Desk) Consider(ctx context.Context, who desk.Who, id int64) (desk.CasePage, error) {
	return d.Peek(ctx, who, id)
}

// Wordings gives two templates for the case, and one that lacks a fact.
func (d *Desk) Wordings(_ context.Context, _ desk.Who, _ int64, _ string) ([]desk.Wording, error) {
	return []desk.Wording{
		{Name: "first_logistics_reply", Language: "es", To: "buyer", Fits: true, Text: "Hola, Ana: su paquete espera en la aduana de Madrid."},
		{Name: "incident_reply", Language: "en", To: "buyer", Fits: true, Text: "Dear Ana, your parcel waits at customs in Madrid.\nWe write again tomorrow."},
		{Name: "warranty_notice", Language: "en", To: "buyer", Missing: []string{"sent_back.day", "sent_back.tracking"}},
		{Name: "our_own_thanks", Language: "en", To: "buyer", Text: "Thank you."},
	}, nil
}

// Peek gives a sample case.
func (d *Desk) Peek(_ context.Context, _ desk.Who, id int64) (desk.CasePage, error) {
	defer d.lock()()
	if err := d.gone(); err != nil {
		return desk.CasePage{}, err
	}
	c, err := d.find(id)
	if err != nil {
		return desk.CasePage{}, err
	}
	return *c, nil
}

type file struct{ *bytes.Reader }

func (file) Close() error { return nil }

// CaseFile gives the same as EvidenceFile.
func (d *Desk) CaseFile(ctx context.Context, who desk.Who, id int64, _ string) (io.ReadSeekCloser, desk.EvidenceItem, error) {
	return d.EvidenceFile(ctx, who, id)
}

// EvidenceFile gives a page of HTML that claims to be one, as a hostile file would.
func (d *Desk) EvidenceFile(context.Context, desk.Who, int64) (io.ReadSeekCloser, desk.EvidenceItem, error) {
	return file{bytes.NewReader([]byte("<script>alert(1)</script>"))}, desk.EvidenceItem{ID: 11, Name: "tracking \"1\".html", Type: "text/html", At: Now}, nil
}

// Preview shows what a choice would send, with a finding for a text that promises.
func (d *Desk) Preview(_ context.Context, _ desk.Who, id int64, ch desk.Choice) (desk.Preview, error) {
	defer d.lock()()
	c, err := d.find(id)
	if err != nil {
		return desk.Preview{}, err
	}
	if d.Changed {
		return desk.Preview{}, changed()
	}
	if ch.Amount.Minor > c.Stake.Minor {
		return desk.Preview{}, fault.New(fault.Refused, "fault.amount_above_refundable", "amount", ch.Amount.String())
	}
	p := desk.Preview{Choice: ch, Basis: "b2", Cost: money.Amount{Minor: ch.Amount.Minor, Currency: c.Stake.Currency}, Final: ch.Option == "accept"}
	p.Steps = []connector.Effect{{ID: "n", Do: ch.Option, Ref: connector.Ref{Kind: "issue", ID: "60124003"}, Amount: ch.Amount, Text: ch.Text, Days: ch.Days,
		To: ch.To, Reason: ch.Reason, Tracking: ch.Tracking, Carrier: ch.Carrier}}
	if len(d.Bounds.Second) > 0 && p.Cost.Minor > d.Bounds.Second[0].Minor {
		p.Sign = "sign.second"
	}
	if at := strings.Index(ch.Text, "promise"); at >= 0 {
		p.Findings = []reply.Finding{{Check: "delivery_promise", Rule: "X4", Start: at, End: at + len("promise"), Blocks: true, Instead: "reply.delivery_promise.instead"}}
		p.Blocked = true
	}
	return p, nil
}

func changed() error {
	return fault.New(fault.Conflict, "fault.case_changed", "changed", "claim, status", "claim.before", "23.90 EUR", "claim.after", "30.00 EUR",
		"status.before", "processing", "status.after", "arbitrating")
}

// Decide keeps the choice; a case that changed refuses once.
func (d *Desk) Decide(_ context.Context, _ desk.Who, id int64, ch desk.Choice) (desk.Decided, error) {
	defer d.lock()()
	if d.Changed {
		d.Changed = false
		return desk.Decided{}, changed()
	}
	d.Sent = append(d.Sent, ch)
	return desk.Decided{DecisionID: "d1", CaseID: id, State: "open"}, nil
}

// Decision gives a decision that was carried out, or one that waits.
func (d *Desk) Decision(_ context.Context, _ desk.Who, id string) (desk.Decided, error) {
	defer d.lock()()
	if state, ok := strings.CutPrefix(id, "dec_"); ok {
		c, err := d.waits(id)
		if err != nil {
			return desk.Decided{DecisionID: id, CaseID: 1, State: "declined"}, nil
		}
		return desk.Decided{DecisionID: id, CaseID: c.ID, State: state}, nil
	}
	return desk.Decided{DecisionID: "d1", CaseID: 1, State: "done", Effects: []desk.EffectItem{
		{ID: "e9", CaseID: 1, Do: "upload_evidence", State: "confirmed", Attempts: 1, At: Now, By: "Lucía Moreno"},
		{ID: "e8", CaseID: 1, Do: "contest_with_evidence", State: "confirmed", Amount: eur(0), Attempts: 1, At: Now, By: "Lucía Moreno"},
	}}, nil
}

// Note adds a line to the cases.
func (d *Desk) Note(_ context.Context, who desk.Who, ids []int64, text string) error {
	defer d.lock()()
	if text == "" {
		return fault.Input("text", text, "1 to 4000 characters")
	}
	for _, id := range ids {
		c, err := d.find(id)
		if err != nil {
			return err
		}
		c.Timeline = append(slices.Clone(c.Timeline), desk.Line{At: Now, Kind: "note", Who: "staff", Name: who.Name, Ours: true, Code: "note", Text: text})
	}
	return nil
}

// Assign sets the assignee.
func (d *Desk) Assign(_ context.Context, _ desk.Who, ids []int64, member int64) error {
	defer d.lock()()
	for _, id := range ids {
		c, err := d.find(id)
		if err != nil {
			return err
		}
		c.Assignee = nil
		for _, m := range d.people {
			if m.ID == member {
				c.Assignee = &desk.MemberRef{ID: m.ID, Name: m.Name}
			}
		}
	}
	return nil
}
