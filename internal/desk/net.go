package desk

import (
	"context"
	"encoding/json"
	"path"
	"slices"
	"strconv"
	"time"

	"parley/internal/connector"
	"parley/internal/dispute"
	"parley/internal/fault"
	"parley/internal/money"
	"parley/internal/policy"
	"parley/internal/store"
)

// NetRule is one thing the safety net of a store may do for cases of a class when an answer is due soon and nobody gave one. The rules of
// a store are tried in their order; what is not open, not within the limits or stopped by a check is passed over.
type NetRule struct {
	Class   string       `json:"class,omitempty" doc:"class or pattern such as logistics.*; empty = every class"`
	Do      string       `json:"do" enum:"accept,counter_amount,extend_protection,send_message,escalate"`
	Margin  int          `json:"margin" doc:"minutes before the deadline"`
	Most    money.Amount `json:"most,omitzero" doc:"not above this sum; without it, up to what is left of the purchase"`
	Percent int          `json:"percent,omitempty" doc:"for counter_amount: part of the claim that is offered"`
	Days    int          `json:"days,omitempty" doc:"for extend_protection"`
}

const (
	netSetting = "net.rules" // among the settings of a store
	netTimer   = "net"       // kind of the timer
	// preparedMargin is when a prepared answer goes out where no rule of the store says otherwise.
	preparedMargin = time.Hour
	minMargin      = 10          // minutes: an act must have time to be sent and read back
	maxMargin      = 7 * 24 * 60 // minutes
	maxNetRules    = 40
)

// NetActs are what the net may do. A refusal is not among them: it leaves only as a prepared answer that a person approved.
var NetActs = []string{"accept", "counter_amount", "extend_protection", "send_message", "escalate"}

func (n NetRule) matches(class string) bool {
	if n.Class == "" {
		return true
	}
	ok, err := path.Match(n.Class, class)
	return err == nil && ok
}

// netOf are the rules of a store's safety net. What cannot be read counts as none: checks on writing keep that from happening.
func netOf(st store.Store) []NetRule {
	var rules []NetRule
	if err := json.Unmarshal([]byte(st.Settings[netSetting]), &rules); err != nil {
		return nil
	}
	return rules
}

// Net gives the rules of a store's safety net.
func (d *Desk) Net(ctx context.Context, who Who, storeID int64) ([]NetRule, error) {
	if err := who.need(Read); err != nil {
		return nil, err
	}
	st, err := d.storeSeen(ctx, who, storeID)
	return netOf(st), err
}

func (d *Desk) storeSeen(ctx context.Context, who Who, storeID int64) (store.Store, error) {
	if !who.Sees(storeID) {
		return store.Store{}, fault.New(fault.NotFound, "fault.store_not_found")
	}
	return d.DB.Store(ctx, storeID)
}

// SetNet replaces the rules of a store's safety net. Open cases get their new instants at once.
func (d *Desk) SetNet(ctx context.Context, who Who, storeID int64, rules []NetRule) error {
	if err := who.need(Lead); err != nil {
		return err
	}
	st, err := d.storeSeen(ctx, who, storeID)
	if err != nil {
		return err
	}
	if err := checkNet(rules, d.abouts[st.Connector]); err != nil {
		return err
	}
	raw, err := json.Marshal(rules)
	if err != nil {
		return err
	}
	now := d.Now()
	err = d.DB.Write(ctx, func(tx *store.Tx) error {
		st, err := tx.Store(ctx, storeID)
		if err != nil {
			return err
		}
		if st.Settings == nil {
			st.Settings = map[string]string{}
		}
		st.Settings[netSetting] = string(raw)
		if err := tx.PutStore(&st); err != nil {
			return err
		}
		return tx.RingAll(storeID, rulesChanged, now)
	})
	wake(d.wakeTimers)
	return err
}

func checkNet(rules []NetRule, about connector.About) error {
	if len(rules) > maxNetRules {
		return fault.Input("rules", strconv.Itoa(len(rules)), "at most "+strconv.Itoa(maxNetRules))
	}
	for i, n := range rules {
		field := "rules[" + strconv.Itoa(i) + "]."
		if err := n.check(field, about); err != nil {
			return err
		}
	}
	return nil
}

func (n NetRule) check(field string, about connector.About) error {
	switch {
	case !slices.Contains(NetActs, n.Do):
		return fault.Input(field+"do", n.Do, "accept, counter_amount, extend_protection, send_message, escalate")
	case n.Do != "escalate" && !slices.Contains(about.Acts, n.Do):
		return fault.Input(field+"do", n.Do, "something that can be done there from here")
	case n.Margin < minMargin || n.Margin > maxMargin:
		return fault.Input(field+"margin", strconv.Itoa(n.Margin), "10 minutes to 7 days")
	case n.Most.Minor < 0:
		return fault.Input(field+"most", n.Most.String(), "0.00 or more")
	case n.Do == "counter_amount" && (n.Percent < 1 || n.Percent > 99):
		return fault.Input(field+"percent", strconv.Itoa(n.Percent), "1 to 99")
	case n.Do == "extend_protection" && (n.Days < 1 || n.Days > maxExtension):
		return fault.Input(field+"days", strconv.Itoa(n.Days), "1 to "+strconv.Itoa(maxExtension))
	}
	if _, err := path.Match(n.Class, ""); err != nil {
		return fault.Input(field+"class", n.Class, "a class or a pattern such as logistics.*")
	}
	return nil
}

// costly is the deadline the net watches: the first that still runs, is ours to keep, and does something by itself when it lapses.
func costly(v *policy.Verdict) *policy.Deadline {
	var first *policy.Deadline
	for i := range v.Deadlines {
		dl := &v.Deadlines[i]
		if dl.Lapsed || dl.Whose != "seller" || dl.Lapse == "" {
			continue
		}
		if first == nil || dl.At.Before(first.At) {
			first = dl
		}
	}
	return first
}

// silence is the deadline that lapses if the shop says nothing; nil where none runs or somebody else is to act.
func silence(v *policy.Verdict) *policy.Deadline {
	if v.Ended || v.Owner != "seller" {
		return nil
	}
	return costly(v)
}

// netMark names a deadline, so that the net acts before it once.
func netMark(dl *policy.Deadline) string {
	return dl.Kind + "@" + strconv.FormatInt(dl.At.Unix(), 10)
}

// netAt is the instant at which the net acts on a case: zero where there is nothing to do, or it has acted before this deadline already.
func netAt(rules []NetRule, pending, done string, v *policy.Verdict) (time.Time, *policy.Deadline) {
	dl := silence(v)
	if dl == nil || done == netMark(dl) {
		return time.Time{}, nil
	}
	for _, n := range rules {
		if n.matches(v.Class) {
			return dl.At.Add(-time.Duration(n.Margin) * time.Minute), dl
		}
	}
	if pending == prepared {
		return dl.At.Add(-preparedMargin), dl
	}
	return time.Time{}, nil
}

// NetPlan is what happens on a case if nobody answers.
type NetPlan struct {
	At       time.Time    `json:"at"`                 // UTC
	Deadline string       `json:"deadline"`           // kind of the deadline it comes before
	Do       string       `json:"do"`                 // option, "prepared", or escalate
	Amount   money.Amount `json:"amount,omitzero"`    // what the buyer would get, as things stand
	Decision string       `json:"decision,omitempty"` // the prepared decision
	Why      string       `json:"why,omitempty"`      // text key of why it can only call a person
}

// netPlan tells what the net would do on a case as it stands.
func (d *Desk) netPlan(ctx context.Context, r planner, m *matter, f *dispute.Facts, v *policy.Verdict, pending *Pending) (*NetPlan, error) {
	waits := ""
	if pending != nil {
		waits = pending.State
	}
	at, dl := netAt(netOf(m.st), waits, m.c.Card.Net, v)
	if dl == nil {
		return nil, nil
	}
	plan := NetPlan{At: at, Deadline: dl.Kind}
	if pending != nil && pending.State == prepared && !pending.Outdated {
		plan.Do, plan.Amount, plan.Decision = prepared, pending.Cost, pending.ID
		return &plan, nil
	}
	plan.Do, plan.Why = "escalate", "net.nothing_fits"
	for _, n := range netOf(m.st) {
		if !n.matches(v.Class) {
			continue
		}
		if n.Do == "escalate" {
			if plan.Why != netNoMoney {
				plan.Why = ""
			}
			break
		}
		ch, err := d.netChoice(n, f, v)
		if err != nil {
			continue
		}
		p, _, err := d.plan(ctx, r, m, ch)
		if err == nil && !p.Blocked && !forPerson(v, ch.Option) && n.affords(p.Cost) {
			plan.Do, plan.Amount, plan.Why = n.Do, p.Cost, ""
			break
		}
		if noMoneyLeft(fault.Of(err)) {
			plan.Why = netNoMoney
		}
	}
	return &plan, nil
}

// netNoMoney is why a rule that pays was passed over on a case whose purchase has not enough left.
const netNoMoney = "net.nothing_left"

// noMoneyLeft tells whether something was refused because not enough is left of the purchase (guardMoney).
func noMoneyLeft(f *fault.Fault) bool {
	return f != nil && (f.Key == "fault.amount_above_refundable" || f.Key == "fault.paid_in_other_currency")
}

// affords tells whether a cost lies within the rule's own limit.
func (n NetRule) affords(cost money.Amount) bool {
	return !n.Most.Known() || cost.Minor <= 0 || (cost.Currency == n.Most.Currency && cost.Minor <= n.Most.Minor)
}

// netChoice makes the choice of a rule for a case. Words come from the reply templates and pass the same checks as a person's; where none
// fits, the rule does not.
func (d *Desk) netChoice(n NetRule, f *dispute.Facts, v *policy.Verdict) (Choice, error) {
	ch := Choice{Option: n.Do, Days: n.Days}
	if n.Do == "counter_amount" {
		ch.Amount = stakeOf(f).Percent(int64(n.Percent))
	}
	if n.Do == "counter_amount" || n.Do == "send_message" {
		if ch.Text = d.suggestedText(f, v); ch.Text == "" {
			return ch, fault.New(fault.Refused, "net.no_words")
		}
	}
	return ch, nil
}
