package sheet

import (
	"reflect"
	"slices"
	"strings"
	"time"

	"parley/internal/dispute"
	"parley/internal/policy/words"
)

// AccountMatter is the number under which what concerns an account as a whole is kept, in the place of the number of a purchase.
func AccountMatter(platform string) string { return "account/" + platform }

// account reads a row about the account with which the merchant buys. A row that names an order is about the purchase behind that order,
// one without is about the account as a whole. A word for the event that nobody knows is refused, because a letter that is laid aside
// may ask for papers by a day.
func (l *line) account(rec *Record) {
	platform := strings.ToLower(l.id("account.platform"))
	event, known := l.code("account.event")
	if !known {
		l.wrong("account.event", "account_event", strings.Join(Codes("account_events"), ", "))
	}
	at := l.at("account.at")
	rec.Key, rec.At = at.Format(time.RFC3339)+"/"+event+"/"+folded(l.text("account.user")), at
	a := &dispute.Account{Platform: platform}
	switch {
	case event == "lifted_block":
		rec.Facts.History = []dispute.Act{{At: at, Who: "platform", Did: event, Note: l.text("account.text")}}
	case slices.Contains(words.Codes("notices"), event):
		a.Notices = []dispute.Notice{l.notice(rec, event, at)}
	case slices.Contains(words.Codes("document_kinds"), event):
		a.Documents = []dispute.Document{{At: at, Kind: event, VisibleDigits: l.count("account.digits"), CopiesLeft: l.codes("account.copies", "copy_places")}}
		rec.Facts.History = []dispute.Act{{At: at, Who: "staff", Did: "sent_documents"}}
	default:
		l.habit(a, event, at)
	}
	rec.Facts.Account = a
	if rec.Order == "" {
		rec.Order = AccountMatter(platform)
	}
}

func (l *line) notice(rec *Record, code string, at time.Time) dispute.Notice {
	n := dispute.Notice{At: at, Code: code, Text: l.text("account.text"), Documents: l.codes("account.papers", "document_kinds"), MaxFileKB: l.count("account.max_file_kb")}
	if rec.Order != "" {
		n.Orders = []string{rec.Order}
	}
	return n
}

// habit reads how the account is used: what may look like a stranger to the platform.
func (l *line) habit(a *dispute.Account, event string, at time.Time) {
	switch event {
	case "login":
		a.Logins = []dispute.Login{{At: at, User: l.text("account.user"), Country: l.country("account.country"), City: l.text("account.city"), VPN: l.has("account.vpn") && l.yes("account.vpn")}}
	case "profile_change":
		a.ProfileChanges = []dispute.ProfileChange{{At: at, Field: l.text("account.text")}}
	case "card_payment":
		a.Payments = []dispute.AccountPayment{{At: at, Method: "card", CardCountry: l.country("account.card_country"), MadeIn: l.country("account.country"), Orders: l.count("account.count")}}
	case "supplier_complaints":
		a.SupplierComplaints30d = l.count("account.count")
	case "daily_sales":
		a.DailySales = []dispute.DaySales{{At: at, Amount: l.money("account.amount", l.currency("order.currency"))}}
	}
}

// codes reads several codes of a group out of one cell, parted by commas. Words that nobody knows are kept and shown.
func (l *line) codes(field, group string) []string {
	var out []string
	for _, word := range strings.FieldsFunc(l.text(field), func(r rune) bool { return strings.ContainsRune(",;+、，；", r) }) {
		code, known := codeOf(group, word, nil)
		if !known {
			code, known = codeOf("account_events", word, nil)
		}
		if !known {
			l.unknown = append(l.unknown, dispute.Unknown{Field: l.column(field).Header, Value: shortened(strings.TrimSpace(word))})
			continue
		}
		out = append(out, code)
	}
	return out
}

// foldAccount joins what several rows tell of an account. The newest count of complaints is that of the row read last.
func foldAccount(old, fresh *dispute.Account) *dispute.Account {
	if old == nil || fresh == nil {
		if old == nil {
			return fresh
		}
		return old
	}
	a := *old
	over(&a.Platform, fresh.Platform)
	over(&a.SupplierComplaints30d, fresh.SupplierComplaints30d)
	a.Notices, a.Documents = alike(a.Notices, fresh.Notices), alike(a.Documents, fresh.Documents)
	a.DailySales, a.Logins = joined(slices.Clone(a.DailySales), fresh.DailySales), joined(slices.Clone(a.Logins), fresh.Logins)
	a.ProfileChanges, a.Payments = joined(slices.Clone(a.ProfileChanges), fresh.ProfileChanges), joined(slices.Clone(a.Payments), fresh.Payments)
	return &a
}

// alike is joined for what Go does not compare.
func alike[T any](had, more []T) []T {
	had = slices.Clone(had)
	for _, x := range more {
		if !slices.ContainsFunc(had, func(y T) bool { return reflect.DeepEqual(x, y) }) {
			had = append(had, x)
		}
	}
	return had
}
