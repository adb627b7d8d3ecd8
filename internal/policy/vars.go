package policy

import (
	"time"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	"parley/internal/dispute"
	"parley/internal/policy/words"
)

func boolean(b bool) ref.Val  { return types.Bool(b) }
func text(s string) ref.Val   { return types.String(s) }
func integer(n int64) ref.Val { return types.Int(n) }

// knownText is unknown when empty.
func knownText(path, s string) ref.Val {
	if s == "" {
		return missing(path)
	}
	return types.String(s)
}

// declare lists every name a condition may use. Instants are Unix seconds, 0 = did not happen; money is in minor units.
func declare() []variable {
	list := append(plainVars(), partVars()...)
	list = append(list, accountVars()...)
	list = append(list, actVars()...)
	for _, code := range words.Codes("settings") {
		list = append(list,
			variable{"set." + code, cel.BoolType, "whether the setting stands in the store", func(v *view) ref.Val {
				_, ok := v.facts.Store.Settings[code]
				return boolean(ok)
			}},
			variable{"setting." + code, cel.StringType, "value of the setting as text, empty if not set", func(v *view) ref.Val {
				return text(v.facts.Store.Settings[code])
			}})
	}
	for _, code := range words.Codes("asks") {
		list = append(list, variable{"asked." + code, cel.IntType, words.Meaning("asks", code) + "; instant of the last such message", func(v *view) ref.Val {
			return unix(v.talk.asked[code])
		}})
	}
	for _, code := range words.Codes("evidence_kinds") {
		list = append(list, variable{"proof." + code, cel.BoolType, words.Meaning("evidence_kinds", code) + ", on file for this very order", func(v *view) ref.Val {
			return boolean(v.proves(code))
		}})
	}
	for _, code := range words.Codes("steps") {
		list = append(list, variable{"replied." + code, cel.IntType, "instant of the last reply of this kind", func(v *view) ref.Val {
			return unix(v.lastAct(func(a *dispute.Act) bool { return a.Did == "sent_reply" && a.Step == code }))
		}})
	}
	return list
}

func plainVars() []variable {
	return []variable{
		{"now", cel.IntType, "the instant of the question", func(v *view) ref.Val { return unix(v.now) }},
		{"class", cel.StringType, "class found so far", func(v *view) ref.Val { return text(v.class) }},
		{"about", cel.StringType, "branch of the class: logistics, product …", func(v *view) ref.Val { return text(branch(v.class)) }},
		{"state", cel.StringType, "state between buyer and seller", func(v *view) ref.Val { return text(v.state) }},
		{"state.since", cel.IntType, "since when the state at hand lasts", func(v *view) ref.Val { return unix(v.since) }},
		{"clock.opened", cel.IntType, "last opening of the case", func(v *view) ref.Val { return unix(v.opened) }},
		{"supplier.state", cel.StringType, "state of the purchase behind the order", func(v *view) ref.Val { return text(v.supplier.state) }},
		{"settled", cel.BoolType, "the two sides agreed", func(v *view) ref.Val { return boolean(v.matter.settled) }},
		{"ruled", cel.BoolType, "the platform decided", func(v *view) ref.Val { return boolean(v.matter.ruled) }},
		{"store.marketplace", cel.StringType, "where the customer bought", func(v *view) ref.Val { return text(v.facts.Store.Marketplace) }},
		{"store.country", cel.StringType, "seat of the shop", func(v *view) ref.Val { return knownText("store.country", v.facts.Store.Country) }},
		{"store.return_days", cel.IntType, "the shop's own return period in days, 0 = none", func(v *view) ref.Val { return integer(int64(v.facts.Store.Policy.ReturnDays)) }},
		{"store.free_pickup", cel.BoolType, "the shop collects returns free of charge", func(v *view) ref.Val { return boolean(v.facts.Store.Policy.FreePickup) }},
		{"buyer.known", cel.BoolType, "something is known about the buyer", func(v *view) ref.Val { return boolean(v.facts.Buyer != nil) }},
		{"buyer.country", cel.StringType, "country of the buyer", func(v *view) ref.Val { return knownText("buyer.country", v.buyer().Country) }},
		{"buyer.consumer", cel.BoolType, "the buyer is a consumer", func(v *view) ref.Val { return boolean(v.buyer().Kind != "business") }},
		{"buyer.last_word", cel.IntType, "last sign of life of the buyer", func(v *view) ref.Val { return unix(v.talk.buyerLast) }},
		{"buyer.waiting_since", cel.IntType, "since when the buyer waits for our answer, 0 = not", func(v *view) ref.Val { return unix(v.talk.waiting) }},
		{"buyer.media", cel.BoolType, "the buyer gave a photo or video", func(v *view) ref.Val { return boolean(v.media()) }},
		{"seen", cel.StringType, "what a person saw in the buyer's media, the latest decisive reading", func(v *view) ref.Val { return text(v.seen()) }},
		{"staff.last_word", cel.IntType, "last word of the shop to the buyer", func(v *view) ref.Val { return unix(v.talk.staffLast) }},
		{"staff.saw_damage", cel.BoolType, "a person of the shop saw damage on goods that came back", func(v *view) ref.Val { return boolean(v.staffSaw("fault_visible")) }},
		{"record.quiet_since", cel.IntType, "since when nobody of the shop did anything and the state did not change", func(v *view) ref.Val { return unix(v.quietSince()) }},
		{"says", cel.StringType, "what the buyer states: withdraw, cancel, defect, damage, wrong_item, missing_item, other; empty = nothing", func(v *view) ref.Val { return text(v.talk.kind) }},
		{"says.since", cel.IntType, "since when the buyer states it", func(v *view) ref.Val { return unix(v.talk.at) }},
		{"customs.attempts", cel.IntType, "requests to the buyer since the last sign of life", func(v *view) ref.Val { return integer(int64(v.talk.attempts)) }},
		{"customs.attempt_days", cel.IntType, "on so many different days", func(v *view) ref.Val { return integer(int64(v.talk.attemptDay)) }},
		{"evidence.complete", cel.BoolType, "every proof the class needs is on file for this order", func(v *view) ref.Val { return boolean(len(v.missingEvidence()) == 0) }},
		{"weight.short", cel.BoolType, "the carrier's weight is below the weight of the goods", func(v *view) ref.Val { return boolean(v.weightShort()) }},
		{"ledger.full", cel.BoolType, "the ledger holds a full refund", func(v *view) ref.Val { return boolean(v.refundedInFull()) }},
		{"ledger.refunds", cel.IntType, "number of refunds in the ledger", func(v *view) ref.Val { return integer(v.refunds()) }},
		{"action.do", cel.StringType, "what somebody is about to do", func(v *view) ref.Val { return text(v.action.Do) }},
		{"action.via", cel.StringType, "by which means", func(v *view) ref.Val { return text(v.action.Via) }},
		{"action.amount", cel.IntType, "how much", func(v *view) ref.Val { return integer(v.action.Amount.Minor) }},
		{"period.days", cel.IntType, "length of a period", func(v *view) ref.Val { return integer(v.period.Days) }},
		{"period.confirmed", cel.IntType, "parent orders confirmed by the buyer", func(v *view) ref.Val { return integer(v.period.Confirmed) }},
		{"period.auto_confirmed", cel.IntType, "parent orders confirmed by the system", func(v *view) ref.Val { return integer(v.period.AutoConfirmed) }},
		{"period.disputed", cel.IntType, "parent orders with a dispute", func(v *view) ref.Val { return integer(v.period.Disputed) }},
		{"period.cancelled_by_buyer", cel.IntType, "disputes cancelled by the buyer", func(v *view) ref.Val { return integer(v.period.CancelledByBuyer) }},
		{"period.settled_own_reason", cel.IntType, "own-reason disputes settled between the two", func(v *view) ref.Val { return integer(v.period.SettledOwnReason) }},
		{"period.exempt", cel.IntType, "disputes on platform-insured lines", func(v *view) ref.Val { return integer(v.period.Exempt) }},
		{"period.arbitrated", cel.IntType, "disputes the platform decided", func(v *view) ref.Val { return integer(v.period.Arbitrated) }},
		{"period.seller_liable", cel.IntType, "of these against the seller", func(v *view) ref.Val { return integer(v.period.SellerLiable) }},
		{"company.stores", cel.IntType, "stores of the company account, the one to be added included", func(v *view) ref.Val { return integer(v.stores()) }},
	}
}

func (v *view) buyer() *dispute.Buyer {
	if v.facts.Buyer == nil {
		return &dispute.Buyer{}
	}
	return v.facts.Buyer
}

func partVars() []variable {
	c := func(get func(*dispute.Case) ref.Val, none ref.Val) func(*view) ref.Val {
		return func(v *view) ref.Val {
			if v.facts.Case == nil {
				return none
			}
			return get(v.facts.Case)
		}
	}
	o := func(get func(*dispute.Order) ref.Val, none ref.Val) func(*view) ref.Val {
		return func(v *view) ref.Val {
			if v.facts.Order == nil {
				return none
			}
			return get(v.facts.Order)
		}
	}
	s := func(get func(*dispute.Shipment) ref.Val, none ref.Val) func(*view) ref.Val {
		return func(v *view) ref.Val {
			if v.facts.Shipment == nil {
				return none
			}
			return get(v.facts.Shipment)
		}
	}
	no, zero, empty := boolean(false), integer(0), text("")
	return []variable{
		{"case.known", cel.BoolType, "there is a formal case", func(v *view) ref.Val { return boolean(v.facts.Case != nil) }},
		{"case.via", cel.StringType, "route of the case: marketplace, paypal, card", c(func(x *dispute.Case) ref.Val { return text(x.Via) }, empty)},
		{"case.kind", cel.StringType, "what is asked where it is no claim for money: exchange, cancellation; else empty", c(func(x *dispute.Case) ref.Val { return text(x.Kind) }, empty)},
		{"case.network", cel.StringType, "card network", c(func(x *dispute.Case) ref.Val { return text(x.Network) }, empty)},
		{"case.reason", cel.StringType, "raw reason of the platform", c(func(x *dispute.Case) ref.Val { return text(x.Reason) }, empty)},
		{"case.points_to", cel.StringType, "class the raw reason points to, empty if the reason is not known to us", func(v *view) ref.Val { return text(v.talk.pointsTo) }},
		{"case.about", cel.StringType, "branch of that class", func(v *view) ref.Val { return text(branch(v.talk.pointsTo)) }},
		{"case.opened_at", cel.IntType, "first opening", c(func(x *dispute.Case) ref.Val { return unix(x.OpenedAt) }, zero)},
		{"case.due_told", cel.IntType, "due date sent by the platform, 0 = none", c(func(x *dispute.Case) ref.Val { return unix(x.PlatformDueAt) }, zero)},
		{"case.due_for", cel.StringType, "raw kind of the due date sent by the platform", c(func(x *dispute.Case) ref.Val { return text(x.Reported.DueFor) }, empty)},
		{"case.paid_told", cel.BoolType, "the platform says the case is over and what it paid", c(func(x *dispute.Case) ref.Val { return boolean(x.Reported.Ended && x.Reported.Paid.Known()) }, no)},
		{"case.return_goods", cel.BoolType, "the claim is with return of the goods", c(func(x *dispute.Case) ref.Val { return boolean(x.Claim.ReturnGoods) }, no)},
		{"order.known", cel.BoolType, "the order is known", func(v *view) ref.Val { return boolean(v.facts.Order != nil) }},
		{"order.promised_days", cel.IntType, "promised delivery in days from shipping, 0 = not told", o(func(x *dispute.Order) ref.Val { return integer(int64(x.PromisedDays)) }, zero)},
		{"order.placed_at", cel.IntType, "when it was bought", o(func(x *dispute.Order) ref.Val { return unix(x.PlacedAt) }, zero)},
		{"order.ship_by", cel.IntType, "latest instant at which the seller promised to send it, 0 = not told", o(func(x *dispute.Order) ref.Val { return unix(x.ShipBy) }, zero)},
		{"order.protection_told", cel.IntType, "end of protection as the platform shows it, 0 = not told", o(func(x *dispute.Order) ref.Val { return unix(x.ProtectionEndsAt) }, zero)},
		{"order.total", cel.IntType, "goods and shipping", func(v *view) ref.Val { return integer(v.total.Minor) }},
		{"order.high_value", cel.BoolType, "worth a look at customs rules before sending", func(v *view) ref.Val { return boolean(v.highValue()) }},
		{"order.campaign", cel.BoolType, "bought in a campaign with a longer return period", o(func(x *dispute.Order) ref.Val { return boolean(x.Campaign != nil) }, no)},
		{"order.campaign_days", cel.IntType, "days beyond the normal return period", o(func(x *dispute.Order) ref.Val {
			if x.Campaign == nil {
				return zero
			}
			return integer(int64(x.Campaign.ExtraReturnDays))
		}, zero)},
		{"order.campaign_ends", cel.IntType, "explicit end of the campaign's return period", o(func(x *dispute.Order) ref.Val {
			if x.Campaign == nil {
				return zero
			}
			return unix(x.Campaign.EndsAt)
		}, zero)},
		{"order.address_failed", cel.BoolType, "the address failed its check", o(func(x *dispute.Order) ref.Val {
			return boolean(x.AddressCheck != nil && x.AddressCheck.Result == "failed")
		}, no)},
		{"order.address_checked_at", cel.IntType, "when the address was checked", o(func(x *dispute.Order) ref.Val {
			if x.AddressCheck == nil {
				return zero
			}
			return unix(x.AddressCheck.At)
		}, zero)},
		{"order.address_by", cel.StringType, "who entered the address", o(func(x *dispute.Order) ref.Val {
			if x.AddressCheck == nil {
				return empty
			}
			return text(x.AddressCheck.EnteredBy)
		}, empty)},
		{"order.paid_with", cel.StringType, "means of payment", o(func(x *dispute.Order) ref.Val { return text(x.PaidWith) }, empty)},
		{"parcel.known", cel.BoolType, "something is known about the parcel", func(v *view) ref.Val { return boolean(v.facts.Shipment != nil) }},
		{"parcel.shipped_at", cel.IntType, "all goods handed over", s(func(x *dispute.Shipment) ref.Val { return unix(x.ShippedAt) }, zero)},
		{"parcel.registered", cel.BoolType, "tracked to the door", s(func(x *dispute.Shipment) ref.Val {
			if x.Registered == nil {
				return missing("shipment.registered")
			}
			return boolean(*x.Registered)
		}, missing("shipment"))},
		{"parcel.unregistered", cel.BoolType, "known not to be tracked to the door", s(func(x *dispute.Shipment) ref.Val { return boolean(x.Registered != nil && !*x.Registered) }, no)},
		{"parcel.arranged_by", cel.StringType, "who booked the line", s(func(x *dispute.Shipment) ref.Val { return text(x.ArrangedBy) }, empty)},
		{"parcel.service", cel.StringType, "economy, standard, express", s(func(x *dispute.Shipment) ref.Val { return text(x.Service) }, empty)},
		{"parcel.insured", cel.BoolType, "the platform answers for the line", s(func(x *dispute.Shipment) ref.Val { return boolean(x.InsuredByPlatform) }, no)},
		{"parcel.domestic", cel.BoolType, "the leg that matters stays inside one country", s(func(x *dispute.Shipment) ref.Val { return boolean(x.Domestic) }, no)},
		{"parcel.shared", cel.BoolType, "consolidated with other orders", s(func(x *dispute.Shipment) ref.Val { return boolean(len(x.SharesParcelWith) > 0) }, no)},
		{"parcel.stage", cel.StringType, "last status", func(v *view) ref.Val { return text(v.parcel.Stage) }},
		{"parcel.scanned", cel.BoolType, "a carrier has scanned it", func(v *view) ref.Val { return boolean(v.parcel.Scanned) }},
		{"parcel.last_scan_at", cel.IntType, "last real scan", func(v *view) ref.Val { return unix(v.parcel.LastRealAt) }},
		{"parcel.exported", cel.BoolType, "left the country of origin", func(v *view) ref.Val { return boolean(v.parcel.Exported) }},
		{"parcel.arrived", cel.BoolType, "reached the buyer's country", func(v *view) ref.Val { return boolean(v.parcel.Arrived) }},
		{"parcel.arrived_at", cel.IntType, "when", func(v *view) ref.Val { return unix(v.parcel.ArrivedAt) }},
		{"parcel.delivered", cel.BoolType, "handed over", func(v *view) ref.Val { return boolean(v.parcel.Delivered) }},
		{"parcel.delivered_at", cel.IntType, "when it was last handed over, 0 = never", func(v *view) ref.Val { return unix(v.parcel.DeliveredAt) }},
		{"parcel.going_back", cel.BoolType, "on the way back or back", func(v *view) ref.Val { return boolean(v.parcel.GoingBack) }},
		{"parcel.back_why", cel.StringType, "why it comes back: not_exported, papers, refused, unclaimed, address, absent, security, other", func(v *view) ref.Val { return text(v.parcel.BackWhy) }},
		{"parcel.back_since", cel.IntType, "since when it comes back", func(v *view) ref.Val { return unix(v.parcel.BackSince) }},
		{"parcel.lost", cel.BoolType, "loss confirmed by the carrier", func(v *view) ref.Val { return boolean(v.parcel.Lost) }},
		{"parcel.customs_open", cel.BoolType, "held by customs", func(v *view) ref.Val { return boolean(v.parcel.CustomsOpen) }},
		{"parcel.customs_at", cel.IntType, "since when customs hold it", func(v *view) ref.Val { return unix(v.parcel.CustomsAt) }},
		{"parcel.needs_buyer", cel.BoolType, "customs wait for the buyer", func(v *view) ref.Val { return boolean(v.parcel.NeedsBuyer) }},
		{"parcel.at_pickup", cel.BoolType, "waits at a pick-up point", func(v *view) ref.Val { return boolean(v.parcel.AtPickup) }},
		{"parcel.pickup_at", cel.IntType, "since when it waits there", func(v *view) ref.Val { return unix(v.parcel.PickupAt) }},
		{"parcel.bad_address", cel.BoolType, "a scan says that the address is wrong", func(v *view) ref.Val { return boolean(v.parcel.BadAddress) }},
		{"goods.received", cel.BoolType, "the customer has the goods; not known while nothing is known about the parcel", func(v *view) ref.Val {
			if v.facts.Shipment == nil {
				return missing("shipment")
			}
			return boolean(!v.parcel.DeliveredAt.IsZero())
		}},
		{"goods.received_at", cel.IntType, "when; not known without a delivery scan", func(v *view) ref.Val {
			if v.parcel.DeliveredAt.IsZero() {
				return missing("shipment.delivered")
			}
			return unix(v.parcel.DeliveredAt)
		}},
		{"offer.return", cel.BoolType, "the shop's last proposal was a return", func(v *view) ref.Val {
			for i := len(v.facts.History) - 1; i >= 0; i-- {
				if a := &v.facts.History[i]; a.Did == "countered" {
					return boolean(!a.Amount.Known())
				}
			}
			return no
		}},
		{"supplier.known", cel.BoolType, "there is a purchase behind the order", func(v *view) ref.Val { return boolean(v.facts.Supplier != nil) }},
		{"supplier.ship_by", cel.IntType, "the supplier's shipping date, 0 = not told", func(v *view) ref.Val {
			if v.facts.Supplier == nil {
				return zero
			}
			return unix(v.facts.Supplier.ShipBy)
		}},
		{"supplier.unanswered", cel.IntType, "messages to the supplier in a row without an answer", func(v *view) ref.Val { return integer(int64(v.talk.silent)) }},
	}
}

// actVars gives did.ACT, did.ACTOR.ACT, last.ACT, last.ACTOR.ACT and first.ACT for every act of the glossary.
func actVars() []variable {
	var list []variable
	for _, act := range words.Codes("acts") {
		is := func(a *dispute.Act) bool { return a.Did == act }
		list = append(list, actPair(act, words.Meaning("acts", act), is)...)
		list = append(list, variable{"first." + act, cel.IntType, "first instant of it", func(v *view) ref.Val { return unix(v.firstAct(is)) }})
		for _, who := range words.Codes("actors") {
			list = append(list, actPair(who+"."+act, words.Meaning("acts", act)+", by "+who, func(a *dispute.Act) bool { return a.Did == act && a.Who == who })...)
		}
	}
	list = append(list,
		variable{"tested", cel.StringType, "result of the last test", func(v *view) ref.Val {
			for i := len(v.facts.History) - 1; i >= 0; i-- {
				if a := &v.facts.History[i]; a.Did == "tested_goods" {
					return text(a.Result)
				}
			}
			return text("")
		}},
		variable{"last.logistics_reply", cel.IntType, "our last message about the parcel", func(v *view) ref.Val {
			return unix(v.lastAct(func(a *dispute.Act) bool { return a.Did == "sent_reply" && logisticsStep[a.Step] }))
		}})
	return list
}

var logisticsStep = map[string]bool{"first_logistics_reply": true, "second_logistics_reply": true, "logistics_update": true}

func actPair(name, means string, is func(*dispute.Act) bool) []variable {
	return []variable{
		{"did." + name, cel.BoolType, means, func(v *view) ref.Val { return boolean(!v.lastAct(is).IsZero()) }},
		{"last." + name, cel.IntType, means + "; last instant", func(v *view) ref.Val { return unix(v.lastAct(is)) }},
	}
}

func (v *view) lastAct(is func(*dispute.Act) bool) time.Time {
	for i := len(v.facts.History) - 1; i >= 0; i-- {
		if is(&v.facts.History[i]) {
			return v.facts.History[i].At
		}
	}
	return time.Time{}
}

func (v *view) firstAct(is func(*dispute.Act) bool) time.Time {
	for i := range v.facts.History {
		if is(&v.facts.History[i]) {
			return v.facts.History[i].At
		}
	}
	return time.Time{}
}
