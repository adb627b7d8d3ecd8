package desk

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"time"

	"parley/internal/connector"
	"parley/internal/dispute"
	"parley/internal/fault"
	"parley/internal/money"
	"parley/internal/policy"
	"parley/internal/reply"
	"parley/internal/store"
)

const eventsShown = 200

// caseSeen gives a case the member may see; one he may not see does not exist for him.
func (d *Desk) caseSeen(ctx context.Context, who Who, id int64) (*store.Case, error) {
	if err := who.need(Read); err != nil {
		return nil, err
	}
	c, err := d.DB.Case(ctx, id)
	if err != nil {
		return nil, err
	}
	if !who.Sees(c.StoreID) {
		return nil, fault.New(fault.NotFound, "fault.case_not_found")
	}
	return &c, nil
}

// Case gives everything about one case and marks the member as looking at it.
func (d *Desk) Case(ctx context.Context, who Who, id int64) (CasePage, error) {
	p, err := d.Peek(ctx, who, id)
	if err == nil {
		p.Viewers = d.Here(who, id)
	}
	return p, err
}

// Consider is Peek with answers begun for the options that need words, for whoever is about to decide.
func (d *Desk) Consider(ctx context.Context, who Who, id int64) (CasePage, error) {
	p, err := d.Peek(ctx, who, id)
	if err != nil {
		return p, err
	}
	for i := range p.Options {
		if o := &p.Options[i]; o.Open && o.Code == "contest_with_evidence" {
			o.SuggestedText = d.suggestedText(&p.Facts, &p.Verdict)
		}
	}
	return p, nil
}

// Peek gives everything about one case without anybody being told.
func (d *Desk) Peek(ctx context.Context, who Who, id int64) (CasePage, error) {
	c, err := d.caseSeen(ctx, who, id)
	if err != nil {
		return CasePage{}, err
	}
	b, err := d.book(ctx)
	if err != nil {
		return CasePage{}, err
	}
	ms, err := gather(ctx, d.DB, []*store.Case{c})
	if err != nil {
		return CasePage{}, err
	}
	return d.page(ctx, who, b, ms[0])
}

func (d *Desk) page(ctx context.Context, who Who, b book, m *matter) (CasePage, error) {
	now := d.Now()
	f, v, err := d.judge(m, now)
	if err != nil {
		return CasePage{}, err
	}
	r := asking(d.DB)
	w, err := d.purse(ctx, r, m, &f)
	if err != nil {
		return CasePage{}, err
	}
	withheld, err := d.withoutMoney(ctx, r, who, m, &f, &v, &w, now)
	if err != nil {
		return CasePage{}, err
	}
	p := CasePage{Row: d.row(b, m.c, now), Company: b.companies[m.c.CompanyID], Facts: f, Verdict: v, Rest: w.rest, Withheld: withheld}
	if m.c.Open {
		p.Clock = v.Next
	}
	p.Basis = basisOf(&f).pack()
	if f.Buyer != nil {
		b := *f.Buyer
		b.Language = reply.Spoken(&f)
		f.Buyer, p.Facts.Buyer, p.Language = &b, &b, b.Language
	}
	if p.Pending, err = d.pendingOf(ctx, who, m.c.ID, basisOf(&f)); err != nil {
		return p, err
	}
	if p.Net, err = d.netPlan(ctx, r, m, &f, &v, p.Pending); err != nil {
		return p, err
	}
	p.Silence = silence(&v)
	p.NetDone = p.Silence != nil && m.c.Card.Net == netMark(p.Silence)
	p.PreparedAt, _ = netAt(netOf(m.st), prepared, m.c.Card.Net, &v)
	if p.Purchase, err = d.beside(ctx, r, who, b, m, now); err != nil {
		return p, err
	}
	p.Options = d.optionViews(m, &f, &v, p)
	if p.Sources, err = d.sourceItems(ctx, m, who, now); err != nil {
		return p, err
	}
	if err := d.fillProof(ctx, r, &p, m, &f, &v); err != nil {
		return p, err
	}
	if err := d.fillTimeline(ctx, r, &p, b, m, &f); err != nil {
		return p, err
	}
	if p.BuyerStats.Cases, p.BuyerStats.Open, err = d.DB.CountBuyer(ctx, m.c.StoreID, m.c.BuyerID, 100); err != nil {
		return p, err
	}
	if o, err := d.DB.OrderOf(ctx, m.c.StoreID, m.c.OrderNo); err == nil {
		p.OrderFetchedAt = o.FetchedAt
	}
	return p, nil
}

// beside gives the other cases of the purchase that the member may see.
func (d *Desk) beside(ctx context.Context, r planner, who Who, b book, m *matter, now time.Time) ([]Row, error) {
	ids, err := casesOfPurchase(ctx, r, m.c)
	if err != nil || len(ids) == 1 {
		return nil, err
	}
	cases, err := r.CasesByID(ctx, ids)
	if err != nil {
		return nil, err
	}
	var out []Row
	for i := range cases {
		if c := &cases[i]; c.ID != m.c.ID && who.Sees(c.StoreID) {
			out = append(out, d.row(b, c, now))
		}
	}
	return out, nil
}

// optionViews adds to the rules' options what the form needs, the recommended one first.
func (d *Desk) optionViews(m *matter, f *dispute.Facts, v *policy.Verdict, p CasePage) []OptionView {
	about := d.abouts[m.c.Connector]
	out := make([]OptionView, 0, len(v.Options))
	for _, o := range v.Options {
		w := OptionView{Option: o, Best: o.Code == v.Recommended && o.Open, Sends: slices.Contains(about.Acts, o.Code)}
		w.carries(about)
		if listed := groundsListed(f, o.Code); len(listed) > 0 {
			w.Reasons, w.NeedsReason = listed, true
		}
		switch o.Code {
		case "counter_amount", "counter_return":
			w.NeedsAmount, w.NeedsText, w.NeedsReturnAddress = true, true, o.Code == "counter_return"
			w.Max = lower(p.Rest, mostOffered(f))
			w.Suggested = lower(suggested(f, o), w.Max)
		case "contest_with_evidence", "contest_goods":
			w.NeedsText, w.NeedsEvidence = true, true
		case "extend_protection":
			w.NeedsDays = true
		case "refund":
			w.NeedsAmount, w.Max, w.Suggested = true, p.Rest, p.Rest
			if w.Cost != nil { // the rules know the order, of which this case may be one line
				cost := lower(*w.Cost, p.Rest)
				w.Cost = &cost
			}
		case "send_message", "add_facts", "appeal", "report_to_platform", "ask_to_cancel", "refuse_cancellation":
			w.NeedsText = true
		case "accept":
			w.NeedsReturnAddress = f.Case != nil && f.Case.Claim.ReturnGoods
		case "refuse_return":
			w.TakesText = true
		}
		out = append(out, w)
	}
	slices.SortStableFunc(out, func(a, b OptionView) int { return optionRank(a) - optionRank(b) })
	return out
}

// groundsListed are the grounds the platform lists for an option of this very case.
func groundsListed(f *dispute.Facts, option string) []string {
	if f.Case == nil {
		return nil
	}
	return f.Case.Reported.Reasons[option]
}

// carries adds to an option what the platform lets go with it.
func (o *OptionView) carries(about connector.About) {
	o.Irrevocable, o.TakesTracking = slices.Contains(about.Irrevocable, o.Code), slices.Contains(about.Parcels, o.Code)
	o.Reasons, o.NeedsReason = about.Reasons[o.Code], needsReason(o.Code) && len(about.Reasons[o.Code]) > 0
	o.Fields = about.Fields[o.Code]
	switch o.Code {
	case "send_message", "counter_amount", "contest_with_evidence", "ask_to_cancel", "appeal":
		o.Recipients = about.Recipients
	case "add_facts", "report_to_platform":
		if len(about.Recipients) > 0 {
			o.Recipients = append([]string{"platform"}, without(about.Recipients, func(to string) bool { return to == "platform" })...)
		}
	}
}

// suggestedText is the first reply template that fits the case, has all its facts on record and passes the checks; empty if there is
// none. It is a draft: a person reads and sends it.
func (d *Desk) suggestedText(f *dispute.Facts, v *policy.Verdict) string {
	if d.Templates == nil || v.Ended || v.Owner != "seller" {
		return ""
	}
	now := d.Now()
	for _, lang := range []string{replyLanguage(f), "en"} {
		for _, name := range reply.Suggest(d.Templates, *v) {
			t := d.Templates.Get(name, lang)
			if t == nil || (t.To != "" && t.To != "buyer") {
				continue
			}
			text, missing, err := reply.Render(d.Templates, name, lang, *f, *v, now)
			if err == nil && len(missing) == 0 && !blocks(reply.Check(*f, *v, draftOf(f, text), now, reply.LimitsOf(f.Store))) {
				return text
			}
		}
	}
	return ""
}

// replyLanguage is the language an answer is written in: that of the channel where it has one, else the buyer's, else English.
func replyLanguage(f *dispute.Facts) string {
	switch {
	case f.Store.Language != "":
		return f.Store.Language
	case f.Buyer != nil && f.Buyer.Language != "":
		return f.Buyer.Language
	}
	return "en"
}

func optionRank(o OptionView) int {
	switch {
	case o.Best:
		return 0
	case o.Open && o.Sends:
		return 1
	case o.Open:
		return 2
	}
	return 3
}

// lower is the lower of two sums; one that is not known, or is in another currency, bounds nothing.
func lower(a, b money.Amount) money.Amount {
	if n, err := a.Cmp(b); !a.Known() || err == nil && n > 0 {
		return b
	}
	return a
}

// suggested is what the amount field starts with: the whole claim for a return, what the rules name otherwise.
func suggested(f *dispute.Facts, o policy.Option) money.Amount {
	if o.Cost != nil {
		return *o.Cost
	}
	return stakeOf(f)
}

// sourceItems are the platform records of a case; what was received, word by word, is for lead and owner.
func (d *Desk) sourceItems(ctx context.Context, m *matter, who Who, now time.Time) ([]SourceItem, error) {
	waiting, err := d.waiting(m, now)
	if err != nil {
		return nil, err
	}
	out := make([]SourceItem, 0, len(m.sources))
	for _, r := range m.sources {
		it := SourceItem{Kind: r.Kind, ExternalID: r.ExternalID, Open: r.Open, SeenAt: r.SeenAt, Problem: r.Problem, Unknown: r.facts.Unknown, ID: r.ID}
		it.Speaks, it.Next = r.Open && r.name() == m.c.Card.Lead, waiting[r.name()]
		if r.facts.Case != nil {
			it.Status = r.facts.Case.Reported.Status
		}
		if who.May(Lead) {
			raw, err := d.DB.SourceRaw(ctx, r.ID)
			if err != nil {
				return nil, err
			}
			it.Raw = raw
		}
		out = append(out, it)
	}
	return out, nil
}

// fillProof lists what is on file and what the class wants.
func (d *Desk) fillProof(ctx context.Context, r planner, p *CasePage, m *matter, f *dispute.Facts, v *policy.Verdict) error {
	on, err := r.EvidenceOf(ctx, m.c.ID)
	if err != nil {
		return err
	}
	ours := map[string]bool{}
	for _, e := range on {
		p.Evidence = append(p.Evidence, evidenceItem(e))
		ours[strconv.FormatInt(e.ID, 10)] = true
	}
	for _, e := range f.Evidence {
		if !ours[e.ID] {
			p.Evidence = append(p.Evidence, platformEvidence(e))
		}
	}
	for _, kind := range v.WantedEvidence {
		it := ProofItem{Kind: kind, There: !slices.Contains(v.MissingEvidence, kind)}
		for _, e := range p.Evidence {
			if e.Kind == kind {
				it.Items = append(it.Items, e)
			}
		}
		p.Proof = append(p.Proof, it)
	}
	return nil
}

func evidenceItem(e store.Evidence) EvidenceItem {
	it := EvidenceItem{ID: e.ID, At: e.At, From: e.From, Kind: e.Kind, Name: e.Name, Type: e.Type, Size: e.Size, Hash: e.Hash,
		Reading: e.Reading, Text: e.Text, Note: e.Note, Frozen: !e.FrozenAt.IsZero()}
	if e.Hash != "" {
		it.URL = "/evidence/" + strconv.FormatInt(e.ID, 10)
	}
	return it
}

// platformEvidence is a proof that came with the platform's record; it has no number of ours and cannot be edited.
func platformEvidence(e dispute.Evidence) EvidenceItem {
	it := EvidenceItem{At: e.At, From: e.From, Kind: e.Kind, Reading: e.Reading, Text: e.Text, Note: e.Note, Frozen: true}
	if e.File != nil {
		it.Name, it.URL, it.Hash = e.File.Name, e.File.URL, e.File.Hash
	}
	return it
}

// fillTimeline joins everything that happened into one line of time, oldest first.
func (d *Desk) fillTimeline(ctx context.Context, r planner, p *CasePage, b book, m *matter, f *dispute.Facts) error {
	events, err := d.DB.Events(ctx, m.c.ID, 0, eventsShown)
	if err != nil {
		return err
	}
	effects, err := r.EffectsOf(ctx, m.c.ID)
	if err != nil {
		return err
	}
	by := map[string]string{}
	for _, e := range events {
		if l, ok := eventLine(e, b); ok {
			p.Timeline = append(p.Timeline, l)
		}
		if e.Kind == "decided" {
			by[eventDecision(e)] = b.members[e.MemberID].Name
		}
	}
	for _, e := range effects {
		it := effectItem(e)
		it.By = by[e.DecisionID]
		p.Effects = append(p.Effects, it)
	}
	p.Timeline = append(p.Timeline, actLines(f)...)
	p.Timeline = append(p.Timeline, messageLines(f)...)
	p.Timeline = append(p.Timeline, proposalLines(f)...)
	slices.SortStableFunc(p.Timeline, func(a, b Line) int { return a.At.Compare(b.At) })
	return nil
}

func eventDecision(e store.Event) string {
	var data struct{ Decision string }
	_ = json.Unmarshal(e.Data, &data) // an event without one has none
	return data.Decision
}

// shownEvents are the events a person sees in the timeline; what the platform did is told by its own acts.
var shownEvents = []string{"note", "assigned", "decided", "effect_confirmed", "effect_contradicted", "effect_refused", "effect_in_doubt",
	"effect_cancelled", "effect_resolved", "effect_restored", "unheard", "deadline_passed", "to_sign", "prepared", "signed", "released",
	"declined", "withdrawn", "overtaken", "net_acted", "net_escalated", "net_failed", "record_unreadable", "evidence_added", "reading_set", "recorded", "imported"}

func eventLine(e store.Event, b book) (Line, bool) {
	if !slices.Contains(shownEvents, e.Kind) {
		return Line{}, false
	}
	var data struct {
		Text, Option, Do, Fault, Reason, Kind, Did, Problem, Stores string
		Amount                                                      money.Amount
		To                                                          int64
		Params                                                      map[string]string
	}
	_ = json.Unmarshal(e.Data, &data) // every event that is shown is written by this package
	l := Line{At: e.At, Kind: "event", Who: e.Actor, Code: e.Kind, Text: data.Text, Amount: data.Amount, Params: map[string]string{}}
	if e.Kind == "note" {
		l.Kind = "note"
	}
	if e.MemberID != 0 {
		l.Who, l.Name, l.Ours = "staff", b.members[e.MemberID].Name, true
	}
	for k, v := range map[string]string{
		"option": data.Option, "do": data.Do, "fault": data.Fault, "reason": data.Reason, "kind": data.Kind, "did": data.Did,
		"problem": data.Problem, "stores": data.Stores,
	} {
		if v != "" {
			l.Params[k] = v
		}
	}
	if e.Kind == "assigned" {
		l.Params["to"] = b.members[data.To].Name
	}
	return l, true
}

func actLines(f *dispute.Facts) []Line {
	out := make([]Line, 0, len(f.History))
	for _, a := range f.History {
		l := Line{At: a.At, Kind: "act", Who: a.Who, Ours: a.Who == "staff" || a.Who == "desk", Code: a.Did, Text: a.Note, Amount: a.Amount, Raw: a.Raw}
		l.Params = map[string]string{}
		if a.Days != 0 {
			l.Params["days"] = strconv.Itoa(a.Days)
		}
		if a.Via != "" {
			l.Params["via"] = a.Via
		}
		if a.Reference != "" && a.Did != "extended_protection" {
			l.Params["reference"] = a.Reference
		}
		out = append(out, l)
	}
	return out
}

func messageLines(f *dispute.Facts) []Line {
	out := make([]Line, 0, len(f.Messages))
	for _, msg := range f.Messages {
		l := Line{At: msg.At, Kind: "message", Who: msg.From, Ours: msg.From == "staff" || msg.From == "desk", Text: msg.Text, Language: msg.Language, Files: msg.Files}
		if msg.From == "buyer" && f.Buyer != nil {
			l.Name = buyerName(f.Buyer)
		}
		out = append(out, l)
	}
	return out
}

func proposalLines(f *dispute.Facts) []Line {
	out := make([]Line, 0, len(f.Proposals))
	for _, p := range f.Proposals {
		out = append(out, Line{At: p.At, Kind: "proposal", Who: p.By, Ours: p.By == "staff", Code: p.Kind, Amount: p.Amount, Raw: p.Status,
			Params: map[string]string{"status": p.Status}})
	}
	return out
}

// Events gives the full history of a case, newest first, before an event number (0 = from the newest).
func (d *Desk) Events(ctx context.Context, who Who, caseID, before int64, limit int) ([]store.Event, error) {
	if _, err := d.caseSeen(ctx, who, caseID); err != nil {
		return nil, err
	}
	if limit < 1 || limit > eventsShown {
		limit = eventsShown
	}
	return d.DB.Events(ctx, caseID, before, limit)
}
