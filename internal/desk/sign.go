package desk

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"parley/internal/fault"
	"parley/internal/money"
	"parley/internal/store"
)

// States of a decision that has no outward act yet. It holds only what was chosen; the acts are laid out when it is released, on the case
// as it is then, and only if what it rests on is still so.
const (
	toSign    = "to_sign"   // above what its author may pay alone
	prepared  = "prepared"  // approved by a person, sent by the safety net or by hand
	declined  = "declined"  // somebody would not sign
	withdrawn = "withdrawn" // taken back by its author, or replaced
	overtaken = "overtaken" // the case changed first
)

// Pending is a decision that waits.
type Pending struct {
	ID       string       `json:"id"`
	CaseID   int64        `json:"case_id"`
	Case     *Row         `json:"case,omitempty"` // only in lists
	State    string       `json:"state"`          // to_sign, prepared
	Choice   Choice       `json:"choice"`
	Cost     money.Amount `json:"cost,omitzero"`
	By       MemberRef    `json:"by"`
	At       time.Time    `json:"at"`
	Reason   string       `json:"reason,omitempty"`   // text key: why it needs a signature
	Outdated bool         `json:"outdated,omitempty"` // the case has changed since: it can only be withdrawn or declined
	MayFree  bool         `json:"may_release"`        // the member who asks may sign or send it
}

// held is what a waiting decision keeps beside the choice.
type held struct {
	Choice
	Cost   money.Amount `json:"cost,omitzero"`
	Reason string       `json:"reason,omitempty"`
}

// Prepare checks a choice as Decide does and keeps it, ready to go. The safety net sends it if nobody answers; Release sends it at once.
// A refusal leaves by the net only in this way: prepared and approved by a person.
func (d *Desk) Prepare(ctx context.Context, who Who, caseID int64, ch Choice) (Decided, error) {
	return d.decided(ctx, who, caseID, func(tx *store.Tx) (Decided, error) {
		return d.decideAs(ctx, tx, who, caseID, ch, prepared)
	})
}

// hold writes a decision that waits, in the place of an earlier one.
func (d *Desk) hold(ctx context.Context, tx *store.Tx, m *matter, who Who, dec store.Decision, h held) (Decided, error) {
	if err := d.replacePending(ctx, tx, m.c.ID, who, dec.At); err != nil {
		return Decided{}, err
	}
	var err error
	if dec.Data, err = json.Marshal(h); err != nil {
		return Decided{}, err
	}
	if err := tx.AddDecision(dec); err != nil {
		return Decided{}, err
	}
	m.c.Card.Pending, m.c.ChangedAt = dec.State, dec.At
	if err := m.keep(tx, dec.At); err != nil {
		return Decided{}, err
	}
	data := map[string]any{"decision": dec.ID, "option": h.Option, "amount": h.Cost, "text": h.Text, "reason": h.Reason}
	ev, err := event(m.c.ID, dec.At, dec.State, who, data)
	if err != nil {
		return Decided{}, err
	}
	if err := tx.AddEvents([]store.Event{ev}); err != nil {
		return Decided{}, err
	}
	if dec.State == toSign {
		if err := d.noticeToSign(ctx, tx, m.c, dec, h, dec.At); err != nil {
			return Decided{}, err
		}
	}
	_, err = d.rejudge(ctx, tx, []int64{m.c.ID}, dec.At, nil) // the safety net may have a new instant
	return Decided{DecisionID: dec.ID, CaseID: m.c.ID, State: dec.State}, err
}

func (d *Desk) replacePending(ctx context.Context, tx *store.Tx, caseID int64, who Who, now time.Time) error {
	waiting, err := tx.WaitingDecisions(ctx, []int64{caseID})
	if err != nil {
		return err
	}
	for _, old := range waiting {
		if err := tx.SetDecisionState(old.ID, withdrawn); err != nil {
			return err
		}
		ev, err := event(caseID, now, withdrawn, who, map[string]any{"decision": old.ID, "option": old.Option})
		if err != nil {
			return err
		}
		if err := tx.AddEvents([]store.Event{ev}); err != nil {
			return err
		}
	}
	return nil
}

// Release signs a decision that waits for a second person, or sends a prepared one now. Its author cannot sign it. If the case is no
// longer what it rests on, it is overtaken and the fault says what changed.
func (d *Desk) Release(ctx context.Context, who Who, decisionID string) (Decided, error) {
	dec, err := d.DB.Decision(ctx, decisionID)
	if err != nil {
		return Decided{}, err
	}
	out, err := d.decided(ctx, who, dec.CaseID, func(tx *store.Tx) (Decided, error) {
		m, err := lockPurchase(ctx, tx, dec.CaseID)
		if err != nil {
			return Decided{}, err
		}
		return d.release(ctx, tx, m, who, decisionID)
	})
	if f := fault.Of(err); f != nil && f.Kind == fault.Conflict && f.Key == "fault.case_changed" {
		if lost := d.overtake(ctx, who, dec); lost != nil {
			return out, lost
		}
	}
	return out, err
}

// release lays out the acts of a waiting decision on the case as it is now.
func (d *Desk) release(ctx context.Context, tx *store.Tx, m *matter, who Who, decisionID string) (Decided, error) {
	dec, h, err := waiting(ctx, tx, decisionID)
	if err != nil {
		return Decided{}, err
	}
	limits, err := limitsIn(ctx, tx)
	if err != nil {
		return Decided{}, err
	}
	if err := maySign(who, dec, h, limits); err != nil {
		return Decided{}, err
	}
	var seen basis
	if err := json.Unmarshal(dec.Basis, &seen); err != nil {
		return Decided{}, err
	}
	h.Basis = seen.pack()
	r := asking(tx)
	p, _, err := d.plan(ctx, r, m, h.Choice)
	if err != nil {
		return Decided{}, err
	}
	if p.Blocked {
		return Decided{}, blockedFault(p)
	}
	now := d.Now()
	effects, err := d.effectsOf(ctx, r, m, dec, p.Steps, now)
	if err != nil {
		return Decided{}, err
	}
	if err := tx.SetDecisionState(dec.ID, "open"); err != nil {
		return Decided{}, err
	}
	dec.State, dec.At = "open", now
	kind := "signed"
	if dec.MemberID == who.MemberID || who.desk {
		kind = "released"
	}
	m.c.Card.Pending = ""
	return d.writeEffects(tx, m, who, dec, effects, p.Choice, kind)
}

// waiting gives a decision that still waits. Conflict if it does not.
func waiting(ctx context.Context, tx *store.Tx, id string) (store.Decision, held, error) {
	dec, err := tx.Decision(ctx, id)
	if err != nil {
		return dec, held{}, err
	}
	if dec.State != toSign && dec.State != prepared {
		return dec, held{}, fault.New(fault.Conflict, "fault.decision_not_waiting", "state", dec.State)
	}
	h, err := heldIn(dec)
	return dec, h, err
}

func heldIn(dec store.Decision) (held, error) {
	var h held
	err := json.Unmarshal(dec.Data, &h)
	return h, err
}

// maySign: a decision that needs a second person is signed by another one whose limits allow it; a prepared one is sent by whoever may
// decide it alone, and by the desk itself, because a person approved it.
func maySign(who Who, dec store.Decision, h held, l Limits) error {
	if who.desk {
		return nil
	}
	if dec.State == prepared {
		if ok, key := l.alone(who.Role, h.Cost); !ok {
			return fault.New(fault.Forbidden, "fault."+key, "amount", h.Cost.String())
		}
		return nil
	}
	if dec.MemberID == who.MemberID {
		return fault.New(fault.Forbidden, "fault.sign_own")
	}
	if !l.mayRelease(who, h.Cost) {
		if own := l.ceilings(who.Role); len(own) > 0 && !reach(own, h.Cost) {
			return fault.New(fault.Forbidden, "fault."+aboveCeiling(own, h.Cost), "amount", h.Cost.String())
		}
		return fault.New(fault.Forbidden, "fault."+aboveSecond(l.Second, h.Cost), "amount", h.Cost.String())
	}
	return nil
}

// Decline refuses to sign a decision, or takes back one's own. A reason is kept.
func (d *Desk) Decline(ctx context.Context, who Who, decisionID, reason string) error {
	if err := who.need(Act); err != nil {
		return err
	}
	if strings.TrimSpace(reason) == "" || len([]rune(reason)) > maxText {
		return fault.Input("reason", reason, "why, in up to 5000 characters")
	}
	dec, err := d.DB.Decision(ctx, decisionID)
	if err != nil {
		return err
	}
	if _, err := d.caseSeen(ctx, who, dec.CaseID); err != nil {
		return err
	}
	end := declined
	if dec.MemberID == who.MemberID {
		end = withdrawn
	}
	return d.endPending(ctx, who, dec.ID, end, map[string]any{"decision": dec.ID, "option": dec.Option, "text": reason})
}

func (d *Desk) overtake(ctx context.Context, who Who, dec store.Decision) error {
	return d.endPending(ctx, who, dec.ID, overtaken, map[string]any{"decision": dec.ID, "option": dec.Option})
}

func (d *Desk) endPending(ctx context.Context, who Who, id, state string, data map[string]any) error {
	return d.DB.Write(ctx, func(tx *store.Tx) error {
		dec, _, err := waiting(ctx, tx, id)
		if err != nil {
			return err
		}
		cases, err := forUpdate(tx, []int64{dec.CaseID})
		if err != nil {
			return err
		}
		if err := tx.SetDecisionState(id, state); err != nil {
			return err
		}
		cases[0].Card.Pending = ""
		if err := tx.PutCases(cases); err != nil {
			return err
		}
		ev, err := event(dec.CaseID, d.Now(), state, who, data)
		if err != nil {
			return err
		}
		return tx.AddEvents([]store.Event{ev})
	})
}

func (d *Desk) pendings(ctx context.Context, who Who, all []store.Decision) ([]Pending, error) {
	if len(all) == 0 {
		return nil, nil
	}
	b, err := d.book(ctx)
	if err != nil {
		return nil, err
	}
	limits, err := limitsIn(ctx, d.DB)
	if err != nil {
		return nil, err
	}
	out := make([]Pending, 0, len(all))
	for _, dec := range all {
		h, err := heldIn(dec)
		if err != nil {
			return nil, err
		}
		out = append(out, Pending{
			ID: dec.ID, CaseID: dec.CaseID, State: dec.State, Choice: h.Choice, Cost: h.Cost, By: MemberRef{dec.MemberID, b.members[dec.MemberID].Name},
			At: dec.At, Reason: h.Reason, MayFree: who.May(Act) && maySign(who, dec, h, limits) == nil,
		})
	}
	return out, nil
}

// pendingOf gives the decision that waits on a case; nil if none does.
func (d *Desk) pendingOf(ctx context.Context, who Who, caseID int64, present basis) (*Pending, error) {
	all, err := d.DB.WaitingDecisions(ctx, []int64{caseID})
	if err != nil || len(all) == 0 {
		return nil, err
	}
	found, err := d.pendings(ctx, who, all)
	if err != nil {
		return nil, err
	}
	found[0].Outdated, err = outdated(all[0], present)
	return &found[0], err
}
