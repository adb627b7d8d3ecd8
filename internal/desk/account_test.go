package desk_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"parley/internal/connector/dropship/fake"
	"parley/internal/desk"
	"parley/internal/fault"
)

// closed are two customers' orders whose purchases AliExpress closes after an hour; papers are asked for five minutes later.
func (d *trade) closed() (account, first, second desk.CasePage) {
	d.t.Helper()
	for _, order := range []string{"Z1", "Z2"} {
		d.buy(order, fake.Script{ShipAfter: 5 * 24 * time.Hour, Tracking: "LP" + order})
	}
	d.agent.Close(fake.Closing{At: start.Add(time.Hour), Orders: []string{"Z1", "Z2"}, VerifyAfter: 5 * time.Minute, Papers: "card copy, passport, proof of business", MaxFileKB: 2000, LiftAfter: 17 * time.Hour})
	d.read()
	if n := len(d.openCases(d.store)); n != 0 {
		d.t.Fatalf("%d cases before anything happened", n)
	}
	d.wait(2 * time.Hour)
	return d.caseOf("account/aliexpress"), d.caseOf("Z1"), d.caseOf("Z2")
}

// caseOf is the open case behind an order number.
func (d *trade) caseOf(number string) desk.CasePage {
	d.t.Helper()
	for _, row := range d.openCases(d.store) {
		if row.OrderNo == number {
			return d.page(row.ID)
		}
	}
	d.t.Fatalf("no open case of %s: %+v", number, d.openCases(d.store))
	return desk.CasePage{}
}

func (d *trade) account(p desk.CasePage, class, state, owner string) {
	d.t.Helper()
	if p.Class != class || p.State != state || p.Owner != owner {
		d.t.Errorf("%s in %s, next is %s; want %s, %s, %s", p.Class, p.State, p.Owner, class, state, owner)
	}
}

func (d *trade) advised(p desk.CasePage, advice ...string) {
	d.t.Helper()
	for _, a := range advice {
		if !slices.Contains(p.Verdict.Advice, a) {
			d.t.Errorf("%s is not advised: %v", a, p.Verdict.Advice)
		}
	}
}

// options that are open.
func openOptions(p desk.CasePage) (out []string) {
	for _, o := range p.Verdict.Options {
		if o.Open {
			out = append(out, o.Code)
		}
	}
	return out
}

// AliExpress closes purchases and asks for papers; they are handed in there and put on record here, and the block is lifted.
func TestPurchasesAreClosedAndPapersAskedFor(t *testing.T) {
	trading(t, func(d *trade) {
		p, customer, _ := d.closed()
		d.account(p, "account.fraud_check", "closed_by_platform", "seller")
		d.advised(p, "redact_documents", "compress_images", "use_live_chat")
		if got := openOptions(p); !slices.Contains(got, "submit_documents") || !slices.Contains(got, "appeal") {
			d.t.Errorf("open: %v", got)
		}
		n := p.Facts.Account.Notices
		if len(n) != 2 || n[1].MaxFileKB != 2000 || !slices.Equal(n[1].Documents, []string{"card_copy", "passport_copy", "business_proof"}) {
			d.t.Errorf("%+v", n)
		}
		if p.DueKind != "reply_due" || !p.DueAt.After(d.clock.Now()) {
			d.t.Errorf("the examination has the clock %s %s", p.DueKind, p.DueAt)
		}
		d.account(customer, "account.order_closed", "closed_by_platform", "seller")

		d.at("/account/acts", "sent_documents")
		d.did(p.ID, desk.RecordInput{Did: "sent_documents", Note: "card ending in 6467, passport, proof of business"})
		p = d.page(p.ID)
		d.account(p, "account.fraud_check", "under_review", "platform")
		d.due(p, "account_answer_expected", d.clock.Now().Add(24*time.Hour))
		d.advised(p, "ask_to_lift_block")
		d.at("/account/acts", "chatted_with_platform")
		d.clock.Advance(5 * time.Minute)
		d.did(p.ID, desk.RecordInput{Did: "chatted_with_platform", Via: "live_chat"})
		if slices.Contains(d.page(p.ID).Verdict.Advice, "ask_to_lift_block") {
			d.t.Error("asked in the chat, and still advised")
		}

		d.wait(18 * time.Hour)
		p = d.page(p.ID)
		if p.Open || p.State != "restored" || countActs(p, "lifted_block") != 1 {
			d.t.Errorf("open=%v in %s: %+v", p.Open, p.State, p.Facts.History)
		}
		d.advised(p, "thank_platform")
		if c := d.page(customer.ID); c.Class != "" || c.DueKind != "review" {
			d.t.Errorf("the customer's order goes on: %s, %s at %s", c.Class, c.DueKind, c.DueAt)
		}
		d.wait(5 * 24 * time.Hour)
		if c := d.page(customer.ID); c.Open {
			d.t.Errorf("sent, and still open: %s in %s", c.Class, c.State)
		}
	})
}

// Each customer behind a closed purchase has to hear of it within a day, and decides whether to wait.
func TestCustomersOfClosedPurchases(t *testing.T) {
	trading(t, func(d *trade) {
		_, first, second := d.closed()
		d.due(first, "customer_notice", start.Add(25*time.Hour))
		d.advised(first, "notify_customer", "offer_wait_or_cancel", "use_random_code")
		for _, o := range []string{"notify_customers", "goodwill_refund", "coupon", "gift", "faster_line"} {
			if !slices.Contains(openOptions(first), o) {
				d.t.Errorf("%s is not open: %v", o, openOptions(first))
			}
		}
		if first.Verdict.Counts["dispute_rate"] {
			d.t.Error("it counts against the shop")
		}
		d.did(first.ID, desk.RecordInput{Did: "told_customer", Via: "email"})
		if p := d.page(first.ID); p.DueKind != "review" {
			d.t.Errorf("told, and nobody looks again: %q", p.DueKind)
		}
		d.pass(24 * time.Hour)
		if p := d.page(first.ID); slices.Contains(p.Verdict.Alerts, "notice_overdue") {
			d.t.Error("the customer was told, and it is called overdue")
		}
		if p := d.page(second.ID); !slices.Contains(p.Verdict.Alerts, "notice_overdue") {
			d.t.Errorf("nobody told the customer: %v", p.Verdict.Alerts)
		}
		d.did(first.ID, desk.RecordInput{Did: "chose_refund"})
		d.did(first.ID, desk.RecordInput{Did: "refund", Amount: eur(3890)})
		if p := d.page(first.ID); p.Open || p.State != "refunded" {
			d.t.Errorf("paid back: open=%v %s", p.Open, p.State)
		}
		d.did(second.ID, desk.RecordInput{Did: "lifted_block"}) // the pages of the platform say so before any file does
		if p := d.page(second.ID); p.Class == "account.order_closed" {
			d.t.Errorf("opened again: %s in %s", p.Class, p.State)
		}
	})
}

// What people do with the account explains why it was examined, and is told beside the letter that names the class.
func TestManyCausesOfAClosing(t *testing.T) {
	trading(t, func(d *trade) {
		d.letters(`Cuenta de compra;Fecha del aviso;Aviso de la cuenta;Usuario;País;Ciudad;VPN;País de la tarjeta;Cuántos;Texto del aviso
aliexpress;2026-04-01 10:00;Inicio de sesión;asistente-1;España;Madrid;no;;;
aliexpress;2026-04-02 10:00;Inicio de sesión;asistente-2;Estados Unidos;Dallas;sí;;;
aliexpress;2026-04-03 08:00;Cambio de perfil;;;;;;;nivel
aliexpress;2026-04-03 20:00;Pago con tarjeta;;México;;;España;120;
aliexpress;2026-04-03 20:10;Quejas;;;;;;5;
aliexpress;2026-04-03 20:30;Tarjeta no verificada;;;;;;;La tarjeta no ha pasado la comprobación.
aliexpress;2026-04-04 09:00;Pedidos cerrados;;;;;;120;Sus pedidos se han cerrado.
`)
		p := d.caseOf("account/aliexpress")
		d.account(p, "account.order_closed", "closed_by_platform", "seller")
		for _, f := range []string{"account.access_pattern", "account.profile_change", "account.card_review", "account.complaints_flag"} {
			if !slices.Contains(p.Verdict.Factors, f) {
				d.t.Errorf("%s is no factor: %v", f, p.Verdict.Factors)
			}
		}
		d.advised(p, "stop_vpn", "work_from_one_office", "pay_from_home_country", "fund_card", "keep_justified_complaints", "choose_proven_suppliers")
	})
}

// A second closing, after the first one was settled, is a matter again.
func TestAnAccountIsClosedAgain(t *testing.T) {
	trading(t, func(d *trade) {
		head := "Buying account,Notice date,Account notice\naliexpress,2026-04-01T10:00:00Z,Orders closed\n"
		d.letters(head)
		id := d.caseOf("account/aliexpress").ID
		d.letters(head + "aliexpress,2026-04-02T10:00:00Z,Block lifted\n")
		if p := d.page(id); p.Open {
			d.t.Fatalf("lifted, and open in %s", p.State)
		}
		d.letters(head + "aliexpress,2026-04-02T10:00:00Z,Block lifted\naliexpress,2026-04-03T10:00:00Z,Security verification\n")
		d.account(d.caseOf("account/aliexpress"), "account.fraud_check", "closed_by_platform", "seller")
	})
}

// A letter that nobody understands is not laid aside: its row is refused, with the words that are known.
func TestAnUnknownLetterIsRefused(t *testing.T) {
	trading(t, func(d *trade) {
		r, err := d.ImportSheet(context.Background(), d.owner, d.store, d.file("letters", "Buying account,Notice date,Account notice\naliexpress,2026-04-01T10:00:00Z,Wallet frozen\n"), nil, false)
		d.must(err)
		if r.Failed != 1 || r.Errors[0].Key != "sheet.error.account_event" || r.Errors[0].Value != "Wallet frozen" || r.Errors[0].Allowed == "" {
			d.t.Errorf("%+v", r)
		}
		if err := d.Record(context.Background(), d.owner, 1, desk.RecordInput{Did: "closed_account"}); !fault.Is(err, fault.Invalid) {
			d.t.Errorf("%v", err)
		}
	})
}

// letters reads a list of letters as a person does.
func (d *trade) letters(text string) {
	d.t.Helper()
	r, err := d.ImportSheet(context.Background(), d.owner, d.store, d.file("letters", text), nil, false)
	d.must(err)
	if r.Failed > 0 || r.Mapping.Record != "accounts" {
		d.t.Fatalf("%+v", r)
	}
	d.must(d.Settle(context.Background()))
}
