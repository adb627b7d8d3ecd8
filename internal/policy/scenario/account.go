package scenario

import (
	"time"

	"parley/internal/dispute"
)

type givenAccount struct {
	Platform string `json:"platform"`
	Notices  []struct {
		At        time.Time `json:"at"`
		Code      string    `json:"code"`
		Text      string    `json:"text"`
		Orders    int       `json:"orders"`
		Documents []string  `json:"documents"`
		MaxFileKB int       `json:"max_file_kb"`
	} `json:"notices"`
	Documents []struct {
		At            time.Time `json:"at"`
		Kind          string    `json:"kind"`
		VisibleDigits int       `json:"visible_digits"`
		SizeKB        int       `json:"size_kb"`
		CopiesLeft    []string  `json:"copies_left"`
	} `json:"documents"`
	DailySales []struct {
		At     time.Time `json:"at"`
		Amount amount    `json:"amount"`
	} `json:"daily_sales"`
	Logins []struct {
		At      time.Time `json:"at"`
		User    string    `json:"user"`
		Country string    `json:"country"`
		City    string    `json:"city"`
		VPN     bool      `json:"vpn"`
	} `json:"logins"`
	ProfileChanges []struct {
		At    time.Time `json:"at"`
		Field string    `json:"field"`
		From  string    `json:"from"`
		To    string    `json:"to"`
	} `json:"profile_changes"`
	Payments []struct {
		At          time.Time `json:"at"`
		Method      string    `json:"method"`
		CardCountry string    `json:"card_country"`
		MadeIn      string    `json:"made_in"`
		Orders      int       `json:"orders"`
		Minutes     int       `json:"minutes"`
		Funds       string    `json:"funds"`
	} `json:"payments"`
	SupplierComplaints30d int    `json:"supplier_complaints_30d"`
	AverageDailySpend     amount `json:"average_daily_spend"`
	ExpectedDailySales    *struct {
		Amount amount `json:"amount"`
		From   string `json:"from"`
	} `json:"expected_daily_sales"`
	BankPaymentsPerDay int `json:"bank_payments_per_day"`
	OrdersWaiting      int `json:"orders_waiting_for_payment_check"`
}

func (a *givenAccount) fact() *dispute.Account {
	out := &dispute.Account{Platform: a.Platform, SupplierComplaints30d: a.SupplierComplaints30d, AverageDailySpend: a.AverageDailySpend.Amount,
		BankPaymentsPerDay: a.BankPaymentsPerDay, OrdersWaitingForCheck: a.OrdersWaiting}
	for _, n := range a.Notices {
		out.Notices = append(out.Notices, dispute.Notice{At: utc(n.At), Code: n.Code, Text: n.Text, Orders: numbered(n.Orders), Documents: n.Documents, MaxFileKB: n.MaxFileKB})
	}
	for _, d := range a.Documents {
		out.Documents = append(out.Documents, dispute.Document{At: utc(d.At), Kind: d.Kind, VisibleDigits: d.VisibleDigits, SizeKB: d.SizeKB, CopiesLeft: d.CopiesLeft})
	}
	for _, d := range a.DailySales {
		out.DailySales = append(out.DailySales, dispute.DaySales{At: utc(d.At), Amount: d.Amount.Amount})
	}
	for _, l := range a.Logins {
		out.Logins = append(out.Logins, dispute.Login{At: utc(l.At), User: l.User, Country: l.Country, City: l.City, VPN: l.VPN})
	}
	for _, p := range a.ProfileChanges {
		out.ProfileChanges = append(out.ProfileChanges, dispute.ProfileChange{At: utc(p.At), Field: p.Field, From: p.From, To: p.To})
	}
	for _, p := range a.Payments {
		out.Payments = append(out.Payments, dispute.AccountPayment{At: utc(p.At), Method: p.Method, CardCountry: p.CardCountry, MadeIn: p.MadeIn, Orders: p.Orders, Minutes: p.Minutes, Funds: p.Funds})
	}
	if e := a.ExpectedDailySales; e != nil {
		from, _ := time.Parse(time.DateOnly, e.From)
		out.ExpectedDailySales = &dispute.ExpectedSales{Amount: e.Amount.Amount, From: from}
	}
	return out
}

// numbered makes as many unnamed orders as the notice counts: the format counts them, the facts list them.
func numbered(n int) []string {
	if n <= 0 || n > 100000 {
		return nil
	}
	return make([]string, n)
}
