package policy

import (
	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types/ref"

	"parley/internal/dispute"
	"parley/internal/policy/words"
)

// accountVars are the facts about the merchant as a customer of a platform.
func accountVars() []variable {
	n := func(get func(*dispute.Account) int64) func(*view) ref.Val {
		return func(v *view) ref.Val {
			if v.facts.Account == nil {
				return integer(0)
			}
			return integer(get(v.facts.Account))
		}
	}
	b := func(get func(*dispute.Account) bool) func(*view) ref.Val {
		return func(v *view) ref.Val { return boolean(v.facts.Account != nil && get(v.facts.Account)) }
	}
	list := []variable{
		{"account.known", cel.BoolType, "something is known about the account", b(func(*dispute.Account) bool { return true })},
		{"account.notice", cel.StringType, "code of the latest notice", func(v *view) ref.Val { return text(v.lastNotice()) }},
		{"account.noticed_at", cel.IntType, "instant of the latest notice", func(v *view) ref.Val { return unix(v.lastNoticed()) }},
		{"account.documents_sent", cel.IntType, "papers sent to the platform", n(func(a *dispute.Account) int64 { return int64(len(a.Documents)) })},
		{"account.copies_left", cel.BoolType, "copies of papers remain in mail or phone", b(copiesLeft)},
		{"account.vpn", cel.BoolType, "somebody logged in through a VPN", b(func(a *dispute.Account) bool { return anyLogin(a, func(l dispute.Login) bool { return l.VPN }) })},
		{"account.countries", cel.IntType, "countries of the logins", n(func(a *dispute.Account) int64 { return different(a, func(l dispute.Login) string { return l.Country }) })},
		{"account.cities", cel.IntType, "cities of the logins", n(func(a *dispute.Account) int64 { return different(a, func(l dispute.Login) string { return l.City }) })},
		{"account.profile_changed", cel.BoolType, "the profile was changed", b(func(a *dispute.Account) bool { return len(a.ProfileChanges) > 0 })},
		{"account.complaints", cel.IntType, "complaints against suppliers in 30 days", n(func(a *dispute.Account) int64 { return int64(a.SupplierComplaints30d) })},
		{"account.paid_abroad", cel.BoolType, "a card was used outside its country", b(func(a *dispute.Account) bool {
			return anyPayment(a, func(p dispute.AccountPayment) bool {
				return p.CardCountry != "" && p.MadeIn != "" && p.CardCountry != p.MadeIn
			})
		})},
		{"account.funds_low", cel.BoolType, "a payment with too little money behind it", b(func(a *dispute.Account) bool {
			return anyPayment(a, func(p dispute.AccountPayment) bool { return p.Funds == "low" })
		})},
		{"account.burst", cel.IntType, "most orders paid by card within an hour", n(burst)},
		{"account.sales", cel.IntType, "highest turnover of a day so far", n(topSales)},
		{"account.expected_sales", cel.IntType, "expected turnover of a day", n(func(a *dispute.Account) int64 {
			if a.ExpectedDailySales == nil {
				return 0
			}
			return a.ExpectedDailySales.Amount.Minor
		})},
		{"account.daily_spend", cel.IntType, "average spending of a day", n(func(a *dispute.Account) int64 { return a.AverageDailySpend.Minor })},
		{"account.bank_limit", cel.IntType, "payments the bank allows on a day, 0 = not told", n(func(a *dispute.Account) int64 { return int64(a.BankPaymentsPerDay) })},
		{"account.waiting", cel.IntType, "orders that wait for a payment check", n(func(a *dispute.Account) int64 { return int64(a.OrdersWaitingForCheck) })},
	}
	for _, code := range words.Codes("notices") {
		list = append(list, variable{"noticed." + code, cel.IntType, words.Meaning("notices", code), func(v *view) ref.Val { return unix(v.noticedAt(code)) }})
	}
	return list
}
