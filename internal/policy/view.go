package policy

import (
	"time"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	"parley/internal/dispute"
	"parley/internal/money"
	"parley/internal/shipment"
)

// view is what conditions can see of one case at one instant. It answers CEL's questions for a name straight from the
// facts; what costs something to find out is found out once, when first asked for. A view serves one evaluation.
type view struct {
	rules  *Rules
	facts  *dispute.Facts
	now    time.Time
	action Action
	period Period
	shut   map[string]Closed // options that something outside the rules closes

	parcel shipment.Parcel
	talk   talk
	claim  money.Amount
	total  money.Amount

	class, state string

	matter, supplier fold
	since            time.Time // entry into the state at hand
	opened           time.Time // last opening of the matter

	due                   []dueSlot // by index of deadline kind
	named                 []int8    // by index of named condition: 0 not asked, 1 false, 2 true, 3 unknown
	signals               []int8
	factsBad              map[string]bool // facts that were asked for and are not known
	undecided             bool
	heard                 bool // the state is the platform\'s word: since when it lasts is not known
	tracer                *tracer
	reasons, laterReasons []Why
	applies               []int8 // by index of pack
}

// variable is a name that conditions may use.
type variable struct {
	name  string
	typ   *cel.Type
	means string
	get   func(*view) ref.Val
}

// ResolveName gives the value of a declared name.
func (v *view) ResolveName(name string) (any, bool) {
	if x, ok := v.rules.lib.vars[name]; ok {
		return x.get(v), true
	}
	return nil, false
}

// Parent is nil: a view has no other names than the declared ones.
func (v *view) Parent() cel.Activation { return nil }

// unknownFact is the error of a condition over a fact that is not known.
type unknownFact struct{ path string }

func (u unknownFact) Error() string { return "not known: " + u.path }

func missing(path string) ref.Val { return types.WrapErr(unknownFact{path}) }

func unix(t time.Time) ref.Val {
	if t.IsZero() {
		return types.IntZero
	}
	return types.Int(t.Unix())
}

// newView folds the parcel and reads the talk; everything else waits until it is asked for.
func (r *Rules) newView(f *dispute.Facts, now time.Time, action Action) *view {
	v := &view{rules: r, facts: f, now: now, action: action}
	country := ""
	if f.Buyer != nil {
		country = f.Buyer.Country
	}
	v.parcel = shipment.Fold(f.Shipment, country)
	v.talk = readTalk(f, r)
	v.claim = currentClaim(f)
	v.total = orderTotal(f)
	if f.Case != nil {
		v.opened = f.Case.OpenedAt
	}
	v.due = make([]dueSlot, len(r.lib.kinds))
	flags := make([]int8, len(r.lib.factNames)+len(r.lib.signalNames)+len(r.packs))
	v.named, flags = flags[:len(r.lib.factNames)], flags[len(r.lib.factNames):]
	v.signals, v.applies = flags[:len(r.lib.signalNames)], flags[len(r.lib.signalNames):]
	return v
}

// currentClaim is what the other side asks for now: the latest change of the claim, else the claim of the case.
func currentClaim(f *dispute.Facts) money.Amount {
	if f.Case == nil {
		return money.Amount{}
	}
	for i := len(f.History) - 1; i >= 0; i-- {
		if a := f.History[i]; (a.Did == "changed_claim" || a.Did == "reopened_case") && a.Amount.Known() {
			return a.Amount
		}
	}
	return f.Case.Claim.Amount
}

// orderTotal is what the buyer paid, unknown if goods and shipping do not add up.
func orderTotal(f *dispute.Facts) money.Amount {
	if f.Order == nil || !f.Order.Goods.Known() {
		return money.Amount{}
	}
	if !f.Order.Shipping.Known() {
		return f.Order.Goods
	}
	sum, err := f.Order.Goods.Add(f.Order.Shipping)
	if err != nil {
		return money.Amount{}
	}
	return sum
}
