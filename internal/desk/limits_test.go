package desk_test

import (
	"slices"
	"testing"

	"parley/internal/desk"
	"parley/internal/fault"
	"parley/internal/money"
)

// TestASumInACurrencyWithoutALimitSaysWhyItWaits: it cannot be compared, so it waits; but nobody is told of a limit that was passed.
func TestASumInACurrencyWithoutALimitSaysWhyItWaits(t *testing.T) {
	onEach(t, func(s *scene) {
		s.dispute(nil) // in dollars
		page := s.onlyCase()
		agent := desk.Who{MemberID: addMember(s.t, s.Desk, "Eva", "agent", nil), Name: "Eva", Role: "agent", AllStores: true}
		for reason, l := range map[string]desk.Limits{
			"sign.ceiling_currency": {Ceilings: []desk.Ceiling{{Role: "agent", Amount: eur(900_00)}}},
			"sign.second_currency":  {Second: []money.Amount{eur(900_00)}},
		} {
			s.must(s.SetLimits(bg, s.owner, l))
			got, err := s.Decide(bg, agent, page.ID, desk.Choice{Option: "accept"})
			s.must(err)
			list, err := s.Waiting(bg, s.owner, desk.WaitingQuery{})
			s.must(err)
			waiting := list.Rows
			if got.State != "to_sign" || len(waiting) != 1 || waiting[0].Reason != reason {
				s.t.Errorf("the decision is %+v and waits: %+v", got, waiting)
			}
			other := desk.Who{MemberID: addMember(s.t, s.Desk, "Ada"+reason, "agent", nil), Name: "Ada", Role: "agent", AllStores: true}
			if _, err := s.Release(bg, other, got.DecisionID); fault.Of(err) == nil || fault.Of(err).Key != "fault."+reason {
				s.t.Errorf("another agent: %v", err)
			}
		}
		s.must(s.SetLimits(bg, s.owner, desk.Limits{Ceilings: []desk.Ceiling{{Role: "agent", Amount: eur(900_00)}, {Role: "agent", Amount: usd(900_00)}}}))
		if got, err := s.Decide(bg, agent, page.ID, desk.Choice{Option: "accept"}); err != nil || got.State != "open" {
			s.t.Errorf("with a limit in its currency the decision is %+v, %v", got, err)
		}
	})
}

func TestCurrenciesWithoutALimitAreNamed(t *testing.T) {
	stores := []string{"CNY", "EUR", "USD", "CNY", ""}
	for i, c := range []struct {
		limits desk.Limits
		want   []string
	}{
		{desk.Limits{}, nil},
		{desk.Limits{Second: []money.Amount{eur(1)}}, []string{"CNY", "USD"}},
		{desk.Limits{Ceilings: []desk.Ceiling{{Role: "agent", Amount: eur(1)}, {Role: "agent", Amount: usd(1)}, {Role: "lead", Amount: eur(1)}}}, []string{"CNY", "USD"}},
	} {
		if got := c.limits.Unnamed(stores); !slices.Equal(got, c.want) {
			t.Errorf("%d: %v, want %v", i, got, c.want)
		}
	}
}
