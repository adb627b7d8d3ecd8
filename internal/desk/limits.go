package desk

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"parley/internal/fault"
	"parley/internal/money"
	"parley/internal/store"
)

// Limits bound what one person may pay back by one decision. The zero Limits bound nothing.
type Limits struct {
	// Ceilings are the sums up to which a role decides alone, one for each role and currency. A role that has any is held by them in
	// every currency: what cannot be compared needs a signature.
	Ceilings []Ceiling `json:"ceilings"`
	// Second are the sums above which nobody decides alone, one for each currency; any at all makes the other currencies need it too.
	Second []money.Amount `json:"second"`
}

// Ceiling is the most a role pays back alone.
type Ceiling struct {
	Role   string       `json:"role"`
	Amount money.Amount `json:"amount"`
}

const limitsSetting = "limits"

// settings is what reading a setting needs: the database or a transaction.
type settings interface {
	Setting(ctx context.Context, key string) (string, error)
}

func limitsIn(ctx context.Context, r settings) (Limits, error) {
	var l Limits
	raw, err := r.Setting(ctx, limitsSetting)
	if err == nil && raw != "" {
		err = json.Unmarshal([]byte(raw), &l)
	}
	return l, err
}

// Limits gives what one person may pay back.
func (d *Desk) Limits(ctx context.Context, who Who) (Limits, error) {
	if err := who.need(Read); err != nil {
		return Limits{}, err
	}
	return limitsIn(ctx, d.DB)
}

// SetLimits replaces the limits. Decisions that wait for a signature are held to the new ones when they are signed.
func (d *Desk) SetLimits(ctx context.Context, who Who, l Limits) error {
	if err := who.need(Own); err != nil {
		return err
	}
	if err := l.check(); err != nil {
		return err
	}
	raw, err := json.Marshal(l)
	if err != nil {
		return err
	}
	return d.DB.Write(ctx, func(tx *store.Tx) error { return tx.PutSetting(limitsSetting, string(raw)) })
}

func (l Limits) check() error {
	seen := map[string]bool{}
	for i, c := range l.Ceilings {
		field := "ceilings[" + strconv.Itoa(i) + "]"
		switch {
		case !slices.Contains([]string{"agent", "lead", "owner"}, c.Role):
			return fault.Input(field+".role", c.Role, "agent, lead, owner")
		case !c.Amount.Known() || c.Amount.Minor < 0:
			return fault.Input(field+".amount", c.Amount.String(), "an amount of 0.00 or more with its currency")
		case seen[c.Role+c.Amount.Currency]:
			return fault.Input(field, c.Role+" "+c.Amount.Currency, "one ceiling for each role and currency")
		}
		seen[c.Role+c.Amount.Currency] = true
	}
	for i, a := range l.Second {
		field := "second[" + strconv.Itoa(i) + "]"
		switch {
		case !a.Known() || a.Minor < 0:
			return fault.Input(field, a.String(), "an amount of 0.00 or more with its currency")
		case seen[a.Currency]:
			return fault.Input(field, a.Currency, "one sum for each currency")
		}
		seen[a.Currency] = true
	}
	return nil
}

// alone tells whether the role may pay the amount without anybody's signature, and if not, the text key of the reason.
func (l Limits) alone(role string, a money.Amount) (bool, string) {
	switch {
	case a.Minor <= 0:
		return true, ""
	case !l.covers(role, a):
		return false, aboveCeiling(l.ceilings(role), a)
	case len(l.Second) > 0 && !reach(l.Second, a):
		return false, aboveSecond(l.Second, a)
	}
	return true, ""
}

// aboveCeiling and aboveSecond tell that a sum is above a limit, or, where no limit is written in its currency, that it cannot be compared:
// a person who reads of a limit that was passed would look for one that is not there.
func aboveCeiling(sums []money.Amount, a money.Amount) string {
	if in(sums, a.Currency) {
		return "sign.ceiling"
	}
	return "sign.ceiling_currency"
}

func aboveSecond(sums []money.Amount, a money.Amount) string {
	if in(sums, a.Currency) {
		return "sign.second"
	}
	return "sign.second_currency"
}

func in(sums []money.Amount, currency string) bool {
	return slices.ContainsFunc(sums, func(s money.Amount) bool { return s.Currency == currency })
}

func (l Limits) ceilings(role string) []money.Amount {
	var own []money.Amount
	for _, c := range l.Ceilings {
		if c.Role == role {
			own = append(own, c.Amount)
		}
	}
	return own
}

// covers tells whether the amount lies within the role's ceiling.
func (l Limits) covers(role string, a money.Amount) bool {
	own := l.ceilings(role)
	return len(own) == 0 || reach(own, a)
}

// Unnamed are those of some currencies in which every payment needs a signature of somebody, because limits are written in others only.
func (l Limits) Unnamed(currencies []string) []string {
	var out []string
	for _, currency := range currencies {
		missing := len(l.Second) > 0 && !in(l.Second, currency)
		for _, c := range l.Ceilings {
			missing = missing || !in(l.ceilings(c.Role), currency)
		}
		if missing && currency != "" && !slices.Contains(out, currency) {
			out = append(out, currency)
		}
	}
	slices.Sort(out)
	return out
}

// reach tells whether one of the sums, in the currency of the amount, is not below it.
func reach(sums []money.Amount, a money.Amount) bool {
	return slices.ContainsFunc(sums, func(s money.Amount) bool { return s.Currency == a.Currency && a.Minor <= s.Minor })
}

// mayRelease tells whether a member may sign a decision of this cost: its ceiling covers it, and a sum that needs two persons is signed by
// a lead or an owner.
func (l Limits) mayRelease(who Who, a money.Amount) bool {
	if !l.covers(who.Role, a) {
		return false
	}
	return who.May(Lead) || len(l.Second) == 0 || reach(l.Second, a)
}

// ParseSums reads sums such as "50.00 EUR, 60.00 USD".
func ParseSums(field, text string) ([]money.Amount, error) {
	var out []money.Amount
	for _, part := range strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ';' || r == '\n' }) {
		a, err := money.Parse(strings.TrimSpace(part))
		if err != nil {
			return nil, fault.Input(field, part, "an amount such as 50.00 EUR").Because(err)
		}
		out = append(out, a)
	}
	return out, nil
}
