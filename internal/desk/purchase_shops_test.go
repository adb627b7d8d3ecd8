package desk_test

import (
	"slices"
	"strconv"
	"testing"

	"parley/internal/connector"
	"parley/internal/desk"
	"parley/internal/fault"
)

// Every shop counts its orders from the same number on: the same number at two shops of a company is no shared purchase, the same payment is.
func TestTheSameNumberAtTwoShopsIsTwoPurchases(t *testing.T) {
	onEach(t, func(s *scene) {
		numbered := func(payment string) func(*connector.Snapshot) {
			return func(r *connector.Snapshot) { r.Facts.Order.Handles = []string{"aliexpress:order/1001", payment} }
		}
		here := s.take(s.offline("Norte SL", "one shop"), record("1", "marketplace", numbered("stripe:payment_intent/pi_1")))
		s.take(s.offline("Norte SL", "another shop"), record("2", "card", numbered("stripe:payment_intent/pi_2")))
		if page := s.page(here); len(page.Purchase) != 0 || page.Rest != usd(3000) {
			s.t.Errorf("beside an order of the same number: rest %v, purchase %+v", page.Rest, page.Purchase)
		}
		s.take(s.offline("Norte SL", "a third shop"), record("3", "card", numbered("stripe:payment_intent/pi_1")))
		if page := s.page(here); len(page.Purchase) != 1 || page.Rest != usd(0) {
			s.t.Errorf("beside the same payment: rest %v, purchase %+v", page.Rest, page.Purchase)
		}
	})
}

// other adds a store of another system, such as a provider of payments.
func (s *scene) other(name string) int64 {
	s.t.Helper()
	id, err := s.AddOfflineStore(s.t.Context(), s.owner, "Norte SL", "sheet", name)
	s.must(err)
	return id
}

// named gives the record these handles alone.
func named(handles ...string) func(*connector.Snapshot) {
	return func(r *connector.Snapshot) { r.Facts.Order.Handles = handles }
}

// beside complains where a case shows other cases of its purchase than these.
func (s *scene) beside(what string, id int64, want ...int64) {
	s.t.Helper()
	var got []int64
	for _, r := range s.page(id).Purchase {
		got = append(got, r.ID)
	}
	if slices.Sort(got); !slices.Equal(got, want) {
		s.t.Errorf("%s shows %v beside it, want %v", what, got, want)
	}
}

// A case elsewhere that names a number which two shops have belongs to the one whose payment it names, and ties the two to nothing.
func TestANumberOfTwoShopsIsNoBridgeBetweenThem(t *testing.T) {
	onEach(t, func(s *scene) {
		one := s.take(s.offline("Norte SL", "one shop"), record("1", "marketplace", named("aliexpress:order/1001", "stripe:payment_intent/pi_1")))
		bank := s.take(s.other("provider"), record("3", "card", named("aliexpress:order/1001", "stripe:payment_intent/pi_1")))
		letter := s.take(s.other("mailbox"), record("4", "", named("aliexpress:order/1001")))
		s.beside("the shop, while it alone has the number,", one, bank, letter)
		s.beside("the letter", letter, one, bank)
		two := s.take(s.offline("Norte SL", "another shop"), record("2", "marketplace", named("aliexpress:order/1001", "stripe:payment_intent/pi_2")))
		s.beside("one shop", one, bank)
		s.beside("the other shop", two)
		s.beside("the provider", bank, one)
		s.beside("the letter that names no payment", letter)
		if rest := s.page(two).Rest; rest != usd(3000) {
			s.t.Errorf("rest %v at the shop whose payment nobody disputes", rest)
		}
		s.refuses(one, "fault.amount_above_refundable")
	})
}

// A number that only one shop of the company has says nothing against a payment: another one is that of an order nobody has told us of.
func TestANumberBesideAnotherPaymentIsAnotherPurchase(t *testing.T) {
	onEach(t, func(s *scene) {
		one := s.take(s.offline("Norte SL", "one shop"), record("1", "marketplace", named("aliexpress:order/1001", "stripe:payment_intent/pi_1")))
		bank := s.take(s.other("provider"), record("3", "card", named("aliexpress:order/1001", "stripe:payment_intent/pi_2")))
		s.beside("the shop", one)
		s.beside("the provider", bank)
	})
}

// A letter that names an order of each of two shops leads from neither to the other.
func TestTwoNumbersInOneLetterAreNoBridge(t *testing.T) {
	onEach(t, func(s *scene) {
		one := s.take(s.offline("Norte SL", "one shop"), record("1", "marketplace", named("aliexpress:order/1001")))
		two := s.take(s.offline("Norte SL", "another shop"), record("2", "card", named("aliexpress:order/1002")))
		letter := s.take(s.other("mailbox"), record("4", "", named("aliexpress:order/1001", "aliexpress:order/1002")))
		s.beside("one shop", one, letter)
		s.beside("the other shop", two, letter)
	})
}

// A handle that many cases share, such as one that stands for no payment at all, makes a purchase of no more than fifty, itself among them.
func TestAHandleOfManyCasesIsBounded(t *testing.T) {
	onEach(t, func(s *scene) {
		shop, last := s.other("provider"), int64(0)
		for i := range 60 {
			last = s.take(shop, record(strconv.Itoa(i), "marketplace", named("stripe:payment_intent/none")))
		}
		if n := len(s.page(last).Purchase); n != 49 {
			s.t.Errorf("%d cases beside the last of sixty", n)
		}
		if _, err := s.Decide(s.t.Context(), s.owner, last, desk.Choice{Option: "accept"}); fault.Is(err, fault.NotFound) {
			s.t.Errorf("the case is not in its own purchase: %v", err)
		}
	})
}
