package desk

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"parley/internal/connector"
	"parley/internal/dispute"
	"parley/internal/fault"
	"parley/internal/money"
	"parley/internal/policy"
	"parley/internal/reply"
	"parley/internal/store"
)

// maxText is the longest text of a decision, in characters; the reply checks have their own, shorter limit in words.
const maxText = 5000

// maxExtension is the longest extension of a protection the desk asks for at once, in days (AE20: 60 is usual, 120 the longest met).
const maxExtension = 120

// Preview shows what a choice would send, without sending or changing anything.
func (d *Desk) Preview(ctx context.Context, who Who, caseID int64, ch Choice) (Preview, error) {
	if err := who.need(Act); err != nil {
		return Preview{}, err
	}
	c, err := d.caseSeen(ctx, who, caseID)
	if err != nil {
		return Preview{}, err
	}
	ms, err := gather(ctx, d.DB, []*store.Case{c})
	if err != nil {
		return Preview{}, err
	}
	p, _, err := d.plan(ctx, asking(d.DB), ms[0], ch)
	if err != nil {
		return p, err
	}
	limits, err := limitsIn(ctx, d.DB)
	if alone, key := limits.alone(who.Role, p.Cost); !alone {
		p.Sign = key
	}
	return p, err
}

// Decide writes a person's decision and its effects in one transaction. The effects are sent afterwards, once each and in order. A sum
// above what the person may pay alone waits for a signature first (Decided.State to_sign).
func (d *Desk) Decide(ctx context.Context, who Who, caseID int64, ch Choice) (Decided, error) {
	return d.decided(ctx, who, caseID, func(tx *store.Tx) (Decided, error) { return d.decide(ctx, tx, who, caseID, ch) })
}

// decided runs a write that may plan outward acts on a case the member may act on.
func (d *Desk) decided(ctx context.Context, who Who, caseID int64, do func(*store.Tx) (Decided, error)) (Decided, error) {
	if err := who.need(Act); err != nil {
		return Decided{}, err
	}
	if _, err := d.caseSeen(ctx, who, caseID); err != nil {
		return Decided{}, err
	}
	var out Decided
	err := d.DB.Write(ctx, func(tx *store.Tx) (err error) {
		out, err = do(tx)
		return err
	})
	if err == nil {
		wake(d.wakeEffects)
	}
	return out, err
}

func (d *Desk) decide(ctx context.Context, tx *store.Tx, who Who, caseID int64, ch Choice) (Decided, error) {
	return d.decideAs(ctx, tx, who, caseID, ch, "open")
}

// decideAs decides with the case and its purchase locked.
func (d *Desk) decideAs(ctx context.Context, tx *store.Tx, who Who, caseID int64, ch Choice, state string) (Decided, error) {
	m, err := lockPurchase(ctx, tx, caseID)
	if err != nil {
		return Decided{}, err
	}
	return d.decideOn(ctx, tx, m, who, ch, state)
}

// decideOn writes a decision on a locked case: open = its acts go out, prepared = it waits.
func (d *Desk) decideOn(ctx context.Context, tx *store.Tx, m *matter, who Who, ch Choice, state string) (Decided, error) {
	r := asking(tx)
	p, f, err := d.plan(ctx, r, m, ch)
	if err != nil {
		return Decided{}, err
	}
	if p.Blocked {
		return Decided{}, blockedFault(p)
	}
	limits, err := limitsIn(ctx, tx)
	if err != nil {
		return Decided{}, err
	}
	reason := ""
	if alone, key := limits.alone(who.Role, p.Cost); !alone && !who.desk {
		state, reason = toSign, key
	}
	now := d.Now()
	dec := store.Decision{ID: d.NewID("dec"), CaseID: m.c.ID, MemberID: who.MemberID, At: now, Option: ch.Option, State: state}
	if dec.Basis, err = json.Marshal(basisOf(&f)); err != nil {
		return Decided{}, err
	}
	if state != "open" {
		return d.hold(ctx, tx, m, who, dec, held{p.Choice, p.Cost, reason})
	}
	if dec.Data, err = json.Marshal(p.Choice); err != nil {
		return Decided{}, err
	}
	if err := d.replacePending(ctx, tx, m.c.ID, who, now); err != nil {
		return Decided{}, err
	}
	m.c.Card.Pending = ""
	effects, err := d.effectsOf(ctx, r, m, dec, p.Steps, now)
	if err != nil {
		return Decided{}, err
	}
	if err := tx.AddDecision(dec); err != nil {
		return Decided{}, err
	}
	return d.writeEffects(tx, m, who, dec, effects, p.Choice, "decided")
}

func blockedFault(p Preview) error {
	return fault.New(fault.Refused, "fault.reply_blocked", "checks", findingCodes(p.Findings), "points", findingPoints(p.Findings))
}

// writeEffects lets the acts of a decision go: from here on they are sent, whatever dies.
func (d *Desk) writeEffects(tx *store.Tx, m *matter, who Who, dec store.Decision, effects []store.Effect, ch Choice, kind string) (Decided, error) {
	for i := range effects {
		if err := tx.AddEffect(&effects[i]); err != nil {
			return Decided{}, err
		}
	}
	if err := tx.FreezeEvidence(m.c.ID, ch.Evidence, dec.At); err != nil {
		return Decided{}, err
	}
	m.c.Card.Effect, m.c.ChangedAt = planned, dec.At
	if m.c.AssigneeID == 0 && !who.desk {
		m.c.AssigneeID = who.MemberID
	}
	if err := m.keep(tx, dec.At); err != nil {
		return Decided{}, err
	}
	ev, err := event(m.c.ID, dec.At, kind, who, map[string]any{"decision": dec.ID, "option": ch.Option, "amount": ch.Amount, "text": ch.Text,
		"days": ch.Days, "evidence": ch.Evidence, "why": m.c.Card.Why})
	if err != nil {
		return Decided{}, err
	}
	return Decided{DecisionID: dec.ID, CaseID: m.c.ID, State: dec.State, Effects: effectItems(effects)}, tx.AddEvents([]store.Event{ev})
}

// plan checks a choice against rules, money and the present state, and lays out its steps.
func (d *Desk) plan(ctx context.Context, r planner, m *matter, ch Choice) (Preview, dispute.Facts, error) {
	now := d.Now()
	f, v, err := d.judge(m, now)
	if err != nil {
		return Preview{}, f, err
	}
	present := basisOf(&f)
	if ch.Basis != "" {
		seen, err := unpackBasis(ch.Basis)
		if err != nil {
			return Preview{}, f, err
		}
		if conflict := seen.changed(present); conflict != nil {
			return Preview{}, f, conflict
		}
	}
	opt, err := openOption(&v, ch.Option)
	if err != nil {
		return Preview{}, f, err
	}
	if err := d.guard(ctx, r, m, &f, &v, &ch); err != nil {
		return Preview{}, f, err
	}
	steps, err := d.steps(ctx, r, m, &f, ch)
	if err != nil {
		return Preview{}, f, err
	}
	findings := d.check(&f, &v, ch, now)
	p := Preview{Choice: ch, Steps: steps, Cost: costOf(&f, ch), Final: opt.Final || d.irrevocable(m, ch.Option), Findings: findings, Blocked: blocks(findings), Basis: present.pack()}
	return p, f, nil
}

func (d *Desk) irrevocable(m *matter, option string) bool {
	return slices.Contains(d.abouts[m.c.Connector].Irrevocable, option)
}

// planner is what planning reads beside the matter itself: the database, or the transaction that decides.
type planner interface {
	reader
	EvidenceOf(ctx context.Context, caseID int64) ([]store.Evidence, error)
	EffectsOf(ctx context.Context, caseID int64) ([]store.Effect, error)
	CasesOfOrder(ctx context.Context, storeID int64, number string) ([]store.Case, error)
	CasesBeside(ctx context.Context, ids []int64) ([]store.Named, error)
	CasesByID(ctx context.Context, ids []int64) ([]store.Case, error)
	FullCasesByID(ctx context.Context, ids []int64) ([]store.Case, error)
}

func openOption(v *policy.Verdict, code string) (policy.Option, error) {
	var open []string
	for _, o := range v.Options {
		if o.Code == code {
			if !o.Open {
				return o, fault.New(fault.Refused, "fault.option_closed", "option", code, "reason", o.Reason)
			}
			return o, nil
		}
		if o.Open {
			open = append(open, o.Code)
		}
	}
	return policy.Option{}, fault.Input("option", code, strings.Join(open, ", "))
}

// guard refuses what must not go out: an amount that is not due, words that are missing, a second act while one is under way.
func (d *Desk) guard(ctx context.Context, r planner, m *matter, f *dispute.Facts, v *policy.Verdict, ch *Choice) error {
	about := d.abouts[m.c.Connector]
	if !slices.Contains(about.Acts, ch.Option) {
		return fault.New(fault.Refused, "fault.not_sendable", "option", ch.Option)
	}
	under, err := r.EffectsOf(ctx, m.c.ID)
	if err != nil {
		return err
	}
	for _, e := range under {
		if e.EndedAt.IsZero() {
			return fault.New(fault.Conflict, "fault.effect_under_way", "effect", e.ID)
		}
	}
	if n := len([]rune(ch.Text)); n > maxText {
		return fault.Input("text", ch.Text, "at most "+strconv.Itoa(maxText)+" characters")
	}
	if err := guardWords(about, ch); err != nil {
		return err
	}
	if listed := groundsListed(f, ch.Option); len(listed) > 0 && !slices.Contains(listed, ch.Reason) {
		return fault.Input("reason_code", ch.Reason, strings.Join(listed, ", "))
	}
	return d.guardOption(ctx, r, m, f, ch)
}

// guardWords refuses codes and recipients that the platform does not know.
func guardWords(about connector.About, ch *Choice) error {
	reasons := about.Reasons[ch.Option]
	if len(reasons) > 0 && (ch.Reason != "" || needsReason(ch.Option)) && !slices.Contains(reasons, ch.Reason) {
		return fault.Input("reason_code", ch.Reason, strings.Join(reasons, ", "))
	}
	for name, value := range ch.Fields {
		if known := about.Fields[ch.Option]; known != nil && !slices.Contains(known, name) {
			return fault.Input("fields."+name, value, strings.Join(known, ", "))
		}
	}
	if known := slices.Concat([]string{"", "buyer"}, about.Recipients); !slices.Contains(known, ch.To) {
		return fault.Input("to", ch.To, strings.Join(slices.Compact(known[1:]), ", "))
	}
	return nil
}

// needsReason names the options whose reason a person chooses: what is wrong with returned goods cannot be assumed.
func needsReason(option string) bool { return option == "contest_goods" }

// guardOption checks what a choice needs by what it does, and fills in what follows from the case.
func (d *Desk) guardOption(ctx context.Context, r planner, m *matter, f *dispute.Facts, ch *Choice) error {
	if d.paysAgreed(m, ch.Option) {
		ch.Amount = agreedOf(f)
		return d.guardMoney(ctx, r, m, f, ch.Amount, d.sameMoney(m, ch.Option, ""))
	}
	switch ch.Option {
	case "accept", "accept_withdrawal":
		if claim := stakeOf(f); claim.Known() {
			ch.Amount = claim
		}
		return d.guardMoney(ctx, r, m, f, ch.Amount, nil)
	case "refund":
		if ch.Amount.Minor <= 0 {
			return fault.Input("amount", ch.Amount.Plain(), "more than 0.00")
		}
		return d.guardMoney(ctx, r, m, f, ch.Amount, nil)
	case "counter_amount", "counter_return":
		if strings.TrimSpace(ch.Text) == "" {
			return fault.Input("text", "", "a text for the buyer")
		}
		if err := guardCounter(f, ch.Amount); err != nil {
			return err
		}
		return d.guardMoney(ctx, r, m, f, ch.Amount, nil)
	case "contest_with_evidence", "contest_goods":
		return guardContest(f, ch)
	case "extend_protection":
		if ch.Days < 1 || ch.Days > maxExtension {
			return fault.Input("days", strconv.Itoa(ch.Days), "1 to "+strconv.Itoa(maxExtension))
		}
	default:
		ch.Amount = money.Amount{} // nothing else moves money
		if needsWords(ch.Option) && strings.TrimSpace(ch.Text) == "" {
			return fault.Input("text", "", "the words to send")
		}
	}
	return nil
}

// needsWords names the options that are nothing without a text.
func needsWords(option string) bool {
	return slices.Contains([]string{"send_message", "add_facts", "appeal", "report_to_platform", "ask_to_cancel", "refuse_cancellation"}, option)
}

// guardContest: a refusal needs a ground in words and a proof on file (X7).
func guardContest(f *dispute.Facts, ch *Choice) error {
	if strings.TrimSpace(ch.Text) == "" {
		return fault.Input("text", "", "the ground of the refusal")
	}
	if len(ch.Evidence) == 0 {
		return fault.Input("evidence", "", "at least one proof on file")
	}
	ch.Amount = money.Amount{Minor: 0, Currency: stakeOf(f).Currency}
	return nil
}

// guardCounter: a counter-offer is more than nothing, in the currency of the claim, and not above what the platform still allows.
func guardCounter(f *dispute.Facts, a money.Amount) error {
	top := mostOffered(f)
	if a.Currency != top.Currency {
		return fault.Input("amount.currency", a.Currency, top.Currency)
	}
	if a.Minor <= 0 || a.Minor > top.Minor {
		return fault.Input("amount", a.Plain(), "more than 0.00 and at most "+top.String())
	}
	return nil
}

// mostOffered is the most that may be offered: what the platform still allows where it tells, else the claim.
func mostOffered(f *dispute.Facts) money.Amount {
	claim := stakeOf(f)
	if limit := maximum(f, claim.Currency); limit.Known() {
		return limit
	}
	return claim
}

// steps are the outward acts of a choice, in order: proofs go up before the refusal that rests on them.
func (d *Desk) steps(ctx context.Context, r planner, m *matter, f *dispute.Facts, ch Choice) ([]connector.Effect, error) {
	lead := m.leading()
	if lead == nil {
		return nil, fault.New(fault.Refused, "fault.not_sendable", "option", ch.Option)
	}
	ref, err := refOfSource(lead.Source)
	if err != nil {
		return nil, err
	}
	if f.Buyer != nil && ref.Buyer == "" {
		ref.Buyer = f.Buyer.ID
	}
	uploads, err := d.uploads(ctx, r, m, ref, ch.Evidence)
	if err != nil {
		return nil, err
	}
	main := connector.Effect{
		Do: ch.Option, Ref: ref, Amount: ch.Amount, Text: ch.Text, Days: ch.Days, Address: ch.Address, ReturnGoods: ch.Option == "counter_return",
		Proposal: openProposal(f, "buyer"), OwnProposal: openProposal(f, "staff"),
		To: ch.To, Reason: ch.Reason, Tracking: ch.Tracking, Carrier: ch.Carrier, Fields: ch.Fields,
	}
	if ch.Option == "accept" && f.Case != nil {
		main.ReturnGoods = f.Case.Claim.ReturnGoods
	}
	if d.abouts[m.c.Connector].FilesWithAct {
		for _, u := range uploads {
			main.Files = append(main.Files, u.File)
		}
		return []connector.Effect{main}, nil
	}
	return append(uploads, main), nil
}

// openProposal is the number of the proposal a side has on the table now. One of ours that was turned down is none: it cannot be changed,
// only a new one can be made.
func openProposal(f *dispute.Facts, by string) string {
	id, at := "", time.Time{}
	for _, p := range f.Proposals {
		when := p.At
		if p.ChangedAt.After(when) {
			when = p.ChangedAt
		}
		if p.By == by && (p.Open || p.Current && by != "staff") && !when.Before(at) {
			id, at = p.ID, when
		}
	}
	return id
}

func (d *Desk) uploads(ctx context.Context, r planner, m *matter, ref connector.Ref, ids []int64) ([]connector.Effect, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	on, err := r.EvidenceOf(ctx, m.c.ID)
	if err != nil {
		return nil, err
	}
	there, err := uploaded(ctx, r, m.c.ID)
	if err != nil {
		return nil, err
	}
	var out []connector.Effect
	for _, id := range ids {
		i := slices.IndexFunc(on, func(e store.Evidence) bool { return e.ID == id })
		if i < 0 {
			return nil, fault.Input("evidence", strconv.FormatInt(id, 10), "a proof of this case")
		}
		if e := on[i]; e.Hash != "" && !there[e.Hash] {
			out = append(out, connector.Effect{Do: "upload_evidence", Ref: ref, File: &connector.Attachment{Name: e.Name, Type: e.Type, Kind: e.Kind, Hash: e.Hash}})
		}
	}
	return out, nil
}

// uploaded are the files, by hash, that the platform has with the case already: a second copy could not be told from the first when it is
// looked for, and would be sent again and again.
func uploaded(ctx context.Context, r planner, caseID int64) (map[string]bool, error) {
	acts, err := r.EffectsOf(ctx, caseID)
	if err != nil {
		return nil, err
	}
	out := map[string]bool{}
	for _, e := range acts {
		if step, err := payload(e); err == nil && e.State == confirmed && step.File != nil {
			out[step.File.Hash] = true
		}
	}
	return out, nil
}

func (d *Desk) effectsOf(ctx context.Context, r planner, m *matter, dec store.Decision, steps []connector.Effect, now time.Time) ([]store.Effect, error) {
	have, err := r.EffectsOf(ctx, m.c.ID)
	if err != nil {
		return nil, err
	}
	seq := 0
	for _, e := range have {
		seq = max(seq, e.Seq)
	}
	out := make([]store.Effect, 0, len(steps))
	for i, step := range steps {
		step.ID = d.NewID("eff")
		raw, err := json.Marshal(step)
		if err != nil {
			return nil, err
		}
		out = append(out, store.Effect{
			ID: step.ID, DecisionID: dec.ID, CaseID: m.c.ID, StoreID: m.c.StoreID, Seq: seq + i + 1, Payload: raw,
			State: "planned", DueAt: now, CreatedAt: now,
		})
	}
	return out, nil
}

// costOf is what the buyer is paid if the choice goes through.
func costOf(f *dispute.Facts, ch Choice) money.Amount {
	if !ch.Amount.Known() || ch.Option == "extend_protection" {
		return money.Amount{Minor: 0, Currency: stakeOf(f).Currency}
	}
	return ch.Amount
}

// check reads the text of a choice against the reply checks.
func (d *Desk) check(f *dispute.Facts, v *policy.Verdict, ch Choice, now time.Time) []reply.Finding {
	if strings.TrimSpace(ch.Text) == "" {
		return nil
	}
	return reply.Check(*f, *v, draftOf(f, ch.Text), now, reply.LimitsOf(f.Store))
}

// draftOf is a decision's text as the checks read it: words beside the platform's own form. What an offer must tell (amount, currency,
// effect) stands in the fields of that form, so the text is free negotiation and not a settlement offer in itself.
func draftOf(f *dispute.Facts, text string) policy.Draft {
	lang := f.Store.Language
	if lang == "" && f.Buyer != nil {
		lang = f.Buyer.Language
	}
	return policy.Draft{To: "buyer", Via: "dispute_form", Step: "negotiation", Language: lang, Text: text}
}

// blocks tells whether a finding stops the text. Where a language cannot be judged the finding says so and stops nothing.
func blocks(findings []reply.Finding) bool {
	for _, f := range findings {
		if f.Blocks {
			return true
		}
	}
	return false
}

func findingCodes(findings []reply.Finding) string {
	var codes []string
	for _, f := range findings {
		if !slices.Contains(codes, f.Check) {
			codes = append(codes, f.Check)
		}
	}
	return strings.Join(codes, ", ")
}

// findingPoints names what is missing or wrong, where a finding has one word for it.
func findingPoints(findings []reply.Finding) string {
	var points []string
	for _, f := range findings {
		if f.Blocks && f.Point != "" && !slices.Contains(points, f.Point) {
			points = append(points, f.Point)
		}
	}
	return strings.Join(points, ", ")
}

// newID is a random identifier of 128 bits with a prefix that tells what it names.
func newID(prefix string) string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails (crypto/rand)
	return prefix + "_" + hex.EncodeToString(b[:])
}
