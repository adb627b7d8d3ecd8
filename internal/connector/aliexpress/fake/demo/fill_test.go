package demo

import (
	"testing"
	"time"

	"parley/internal/connector/aliexpress/fake"
)

func filled(t *testing.T, now time.Time) (*fake.Platform, World) {
	t.Helper()
	platform := fake.New(fake.Options{Now: func() time.Time { return now }})
	world, err := Fill(platform, now)
	if err != nil {
		t.Fatal(err)
	}
	return platform, world
}

// Nights of both clock changes and an ordinary day.
var moments = []time.Time{
	time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC),
	time.Date(2026, 3, 10, 9, 30, 0, 0, time.UTC),
	time.Date(2026, 11, 3, 8, 30, 0, 0, time.UTC),
}

func TestFill(t *testing.T) {
	for _, now := range moments {
		platform, world := filled(t, now)
		if len(world.Companies) != 2 || len(world.Companies[0].Shops) != 6 || len(world.Companies[1].Shops) != 2 {
			t.Fatalf("companies: %+v", world.Companies)
		}
		count := platform.Summary()
		if count.Open < 48 || count.Ended < 140 || count.Open+count.Ended != count.Issues {
			t.Errorf("%v: %d issues, %d open, %d ended", now, count.Issues, count.Open, count.Ended)
		}
		for _, state := range []string{"wait_for_seller_response", "wait_for_buyer_response", "wait_for_AE_feedback", "wait_for_final_solution",
			"wait_for_buyer_return", "wait_for_seller_confirmation", "refund_success", "refund_reject", "return_success"} {
			if count.States[state] == 0 {
				t.Errorf("%v: no issue is in state %s: %v", now, state, count.States)
			}
		}
		if len(count.Reasons) < len(fake.Reasons) {
			t.Errorf("%v: only %d reasons: %v", now, len(count.Reasons), count.Reasons)
		}
		for _, currency := range []string{"BRL", "EUR", "USD", "KRW", "JPY", "PLN"} {
			if count.Currencies[currency] == 0 {
				t.Errorf("nobody pays in %s", currency)
			}
		}
		if count.LapseWithin(4*time.Hour) < 3 {
			t.Errorf("%v: only %d lapse within four hours", now, count.LapseWithin(4*time.Hour))
		}
		if count.LongestParcel < 40 {
			t.Errorf("the longest parcel has %d events", count.LongestParcel)
		}
		if count.PaidTwice != 0 {
			t.Errorf("%d issues were paid twice", count.PaidTwice)
		}
	}
}

func TestFillIsAlwaysTheSame(t *testing.T) {
	first, _ := filled(t, moments[0])
	second, _ := filled(t, moments[0])
	if first.Digest() != second.Digest() {
		t.Error("two fillings differ")
	}
}

// Without anybody's help every open story comes to an end: nothing hangs.
func TestEveryStoryEnds(t *testing.T) {
	platform, _ := filled(t, moments[0])
	platform.Advance(60 * 24 * time.Hour)
	if count := platform.Summary(); count.Open != 0 || count.PaidTwice != 0 {
		t.Errorf("%d are open after two months, %d paid twice: %v", count.Open, count.PaidTwice, count.States)
	}
}

func TestEveryLanguageHasEveryWord(t *testing.T) {
	s, err := read()
	if err != nil {
		t.Fatal(err)
	}
	for language, words := range s.words {
		for subject := range s.words["en"] {
			if words[subject] == "" {
				t.Errorf("%s has no words for %s", language, subject)
			}
		}
	}
	if len(s.words) != 12 {
		t.Errorf("%d languages", len(s.words))
	}
}

// openBy gives the open issue of a buyer of people.yaml in a shop.
func openBy(t *testing.T, shop *fake.Shop, login string) *fake.Issue {
	t.Helper()
	for _, issue := range shop.Issues() {
		if issue.Buyer() == login && issue.State() == "processing/wait_for_seller_response" {
			return issue
		}
	}
	t.Fatalf("%s has no open issue in %s", login, shop.Name)
	return nil
}

func TestVisitorWinsLosesAndGetsAnAnswer(t *testing.T) {
	platform, world := filled(t, moments[0])
	spain, china := world.Companies[0].Shops, world.Companies[1].Shops
	bluff, soft, tough := openBy(t, china[1], "it7734550001"), openBy(t, spain[1], "es4401227702"), openBy(t, china[0], "br3480112201")
	nothing := fake.Money{Minor: 0, Currency: "EUR"}
	for _, err := range []error{
		platform.SellerOffers(bluff, nothing, false, "The carrier shows delivery.", "delivery-proof"),
		platform.SellerOffers(soft, fake.Money{Minor: 3200, Currency: "EUR"}, false, "Half."),
		platform.SellerOffers(tough, fake.Money{Minor: 10000, Currency: "BRL"}, false, "A little."),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	platform.Advance(13 * time.Hour)
	for issue, want := range map[*fake.Issue]string{
		bluff: "canceled_issue/refund_reject", soft: "finish/refund_success", tough: "processing/wait_for_seller_response",
	} {
		if got := issue.State(); got != want {
			t.Errorf("%s is in %s, not %s", issue.Buyer(), got, want)
		}
	}
	if err := platform.SellerAgrees(tough); err != nil || len(platform.Payouts(tough.ID())) != 1 {
		t.Errorf("giving in did not pay once: %v", err)
	}
}
