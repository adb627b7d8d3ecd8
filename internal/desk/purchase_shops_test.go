package desk_test

import (
	"testing"

	"parley/internal/connector"
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
