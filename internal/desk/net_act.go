package desk

import (
	"context"
	"slices"
	"strings"
	"time"

	"parley/internal/dispute"
	"parley/internal/fault"
	"parley/internal/policy"
	"parley/internal/store"
)

// netPatience is how long the net lets an act that is under way at its time go on before it looks again.
const netPatience = 5 * time.Minute

// netMember stands for the desk itself where a decision names its author.
const netMember = -1

// netDesk is the desk acting by the rules a person gave it.
var netDesk = Who{MemberID: netMember, Role: "owner", AllStores: true, Locale: "en", Zone: "UTC", desk: true}

// runNet lets the safety net act on a case whose instant has come, inside the transaction of the timer. The state is judged anew first:
// an answer given meanwhile, by whomever, ends it. Whatever it does or cannot do is written once for each deadline.
func (d *Desk) runNet(ctx context.Context, tx *store.Tx, caseID int64, now time.Time) error {
	m, err := lockPurchase(ctx, tx, caseID)
	if err != nil {
		return err
	}
	f, v, err := d.judge(m, now)
	if err != nil {
		return err
	}
	at, dl := netAt(netOf(m.st), m.c.Card.Pending, m.c.Card.Net, &v)
	if dl == nil || at.After(now) {
		return nil
	}
	under, err := underWay(ctx, tx, caseID)
	if err != nil {
		return err
	}
	if under { // perhaps an answer, perhaps only a message or a longer protection: the net looks again
		m.c.Card.NetAgain = now.Add(min(netPatience, dl.At.Sub(now)/2)).Unix() + 1
		return m.keep(tx, now)
	}
	m.c.Card.Net = netMark(dl)
	did, why, err := d.netAct(ctx, tx, m, &f, &v)
	if err != nil {
		return err
	}
	if did == "escalate" {
		if err := m.keep(tx, now); err != nil {
			return err
		}
		if err := d.noticeCalled(ctx, tx, m.c, dl, now); err != nil {
			return err
		}
	}
	kind := "net_acted"
	if did == "escalate" {
		kind = "net_escalated"
	}
	ev, err := event(caseID, now, kind, netDesk, map[string]any{"do": did, "kind": dl.Kind, "due_at": dl.At, "reason": strings.Join(why, "; ")})
	if err != nil {
		return err
	}
	return tx.AddEvents([]store.Event{ev})
}

// netDue is when the net looks at a case: at its time, or later where an act was under way then.
func netDue(at time.Time, c *store.Case) time.Time {
	if again := time.Unix(c.Card.NetAgain, 0).UTC(); c.Card.NetAgain > 0 && again.After(at) {
		return again
	}
	return at
}

// netAgain is called when an act ended badly. A person's answer that did not go through leaves the deadline open: the net may act after
// all. Its own act that failed is not repeated: a person is called.
func (t *trial) netAgain(ctx context.Context, tx *store.Tx, now time.Time) error {
	dec, err := tx.Decision(ctx, t.e.DecisionID)
	if err != nil {
		return err
	}
	if dec.MemberID == netMember {
		ev, err := event(t.e.CaseID, now, "net_failed", netDesk, map[string]any{"effect": t.e.ID, "do": t.step.Do})
		if err != nil {
			return err
		}
		return tx.AddEvents([]store.Event{ev})
	}
	_, err = t.d.rejudge(ctx, tx, []int64{t.e.CaseID}, now, func(m *matter) error {
		m.c.Card.Net = ""
		return nil
	})
	return err
}

func underWay(ctx context.Context, r planner, caseID int64) (bool, error) {
	effects, err := r.EffectsOf(ctx, caseID)
	for _, e := range effects {
		if e.EndedAt.IsZero() {
			return true, err
		}
	}
	return false, err
}

// netAct tries the prepared answer, then the rules in their order. It tells what was done, and why what came before was not.
func (d *Desk) netAct(ctx context.Context, tx *store.Tx, m *matter, f *dispute.Facts, v *policy.Verdict) (did string, why []string, err error) {
	if m.c.Card.Pending == prepared {
		done, reason, err := d.netPrepared(ctx, tx, m)
		if done || err != nil {
			return prepared, nil, err
		}
		why = append(why, prepared+": "+reason)
	}
	for _, n := range netOf(m.st) {
		if !n.matches(v.Class) {
			continue
		}
		if n.Do == "escalate" {
			return "escalate", why, nil
		}
		done, reason, err := d.netTry(ctx, tx, m, f, v, n)
		if done || err != nil {
			return n.Do, why, err
		}
		why = append(why, n.Do+": "+reason)
	}
	return "escalate", why, nil
}

func (d *Desk) netPrepared(ctx context.Context, tx *store.Tx, m *matter) (bool, string, error) {
	all, err := tx.WaitingDecisions(ctx, []int64{m.c.ID})
	if err != nil || len(all) == 0 {
		return false, "gone", err
	}
	_, err = d.release(ctx, tx, m, netDesk, all[0].ID)
	return passOver(err)
}

// netTry does what one rule says, if it may.
func (d *Desk) netTry(ctx context.Context, tx *store.Tx, m *matter, f *dispute.Facts, v *policy.Verdict, n NetRule) (bool, string, error) {
	ch, err := d.netChoice(n, f, v)
	if err != nil {
		return passOver(err)
	}
	p, _, err := d.plan(ctx, asking(tx), m, ch)
	switch {
	case err != nil:
		return passOver(err)
	case p.Blocked:
		return false, "fault.reply_blocked", nil
	case forPerson(v, ch.Option):
		return false, "net.person_only", nil
	case !n.affords(p.Cost):
		return false, "net.above_most", nil
	}
	_, err = d.decideOn(ctx, tx, m, netDesk, ch, "open")
	return passOver(err)
}

// forPerson tells whether the rules leave an option to people, such as one that gives an article away and no sum that could be bounded.
func forPerson(v *policy.Verdict, option string) bool {
	return slices.ContainsFunc(v.Options, func(o policy.Option) bool { return o.Code == option && o.Person })
}

// passOver sorts a failure: what the rules, the money or the case forbid is passed over with its reason; anything else is an error. It
// comes from planning, before anything is written.
func passOver(err error) (bool, string, error) {
	f := fault.Of(err)
	switch {
	case err == nil:
		return true, "", nil
	case noMoneyLeft(f):
		return false, netNoMoney, nil
	case f != nil && f.Key != "fault.changed_meanwhile" && (f.Kind == fault.Refused || f.Kind == fault.Invalid || f.Kind == fault.Conflict || f.Kind == fault.Forbidden):
		return false, f.Key, nil
	}
	return false, "", err
}
