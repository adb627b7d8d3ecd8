package policy

import (
	"time"

	"parley/internal/dispute"
)

// latestNotice is the latest notice; of two at one instant the later in the list.
func (v *view) latestNotice() dispute.Notice {
	var latest dispute.Notice
	if v.facts.Account == nil {
		return latest
	}
	for _, n := range v.facts.Account.Notices {
		if !n.At.Before(latest.At) {
			latest = n
		}
	}
	return latest
}

func (v *view) lastNotice() string { return v.latestNotice().Code }

func (v *view) lastNoticed() time.Time { return v.latestNotice().At }

// noticedAt is the first notice of a kind.
func (v *view) noticedAt(code string) time.Time {
	if v.facts.Account == nil {
		return time.Time{}
	}
	for _, n := range v.facts.Account.Notices {
		if n.Code == code {
			return n.At
		}
	}
	return time.Time{}
}

func copiesLeft(a *dispute.Account) bool {
	for _, d := range a.Documents {
		if len(d.CopiesLeft) > 0 {
			return true
		}
	}
	return false
}

func anyLogin(a *dispute.Account, is func(dispute.Login) bool) bool {
	for _, l := range a.Logins {
		if is(l) {
			return true
		}
	}
	return false
}

func anyPayment(a *dispute.Account, is func(dispute.AccountPayment) bool) bool {
	for _, p := range a.Payments {
		if is(p) {
			return true
		}
	}
	return false
}

// different counts the different values a login field took.
func different(a *dispute.Account, of func(dispute.Login) string) int64 {
	seen := map[string]bool{}
	for _, l := range a.Logins {
		if x := of(l); x != "" {
			seen[x] = true
		}
	}
	return int64(len(seen))
}

// burst is the largest number of orders paid by card within an hour.
func burst(a *dispute.Account) int64 {
	most := 0
	for _, p := range a.Payments {
		if p.Method == "card" && p.Minutes <= 60 {
			most = max(most, p.Orders)
		}
	}
	return int64(most)
}

func topSales(a *dispute.Account) int64 {
	most := int64(0)
	for _, d := range a.DailySales {
		most = max(most, d.Amount.Minor)
	}
	return most
}
