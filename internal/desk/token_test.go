package desk_test

import (
	"strings"
	"testing"
	"time"

	"parley/internal/desk"
	"parley/internal/fault"
)

func TestTokensActAsTheirMember(t *testing.T) { onBoth(t, checkTokensActAsTheirMember) }

func checkTokensActAsTheirMember(t *testing.T, s *staff) {
	owner := s.owner()
	agent := s.join(owner, desk.InviteInput{Email: "bo@example.com", Role: "agent", AllStores: true})
	secret, view, err := s.NewToken(s.ctx, agent, " nightly export ")
	s.must(err)
	if !strings.HasPrefix(secret, "pat_") || len(secret) < 40 || view.Name != "nightly export" || view.Member.ID != agent.MemberID {
		t.Errorf("secret of %d characters, %+v", len(secret), view)
	}
	who, err := s.ByToken(s.ctx, secret)
	if s.must(err); who.MemberID != agent.MemberID || who.Role != "agent" {
		t.Errorf("token acts as %+v", who)
	}
	s.must(s.UpdateMember(s.ctx, owner, agent.MemberID, desk.InviteInput{Role: "viewer"}))
	if who, err = s.ByToken(s.ctx, secret); err != nil || who.May(desk.Act) {
		t.Errorf("a changed role does not count at once: %+v, %v", who, err)
	}
}

func TestUnknownTokens(t *testing.T) { onBoth(t, checkUnknownTokens) }

func checkUnknownTokens(t *testing.T, s *staff) {
	link, _, err := s.FirstStart(s.ctx)
	s.must(err)
	for _, secret := range []string{"", "pat_", "pat_" + strings.Repeat("x", 43), link, "pat_" + link, strings.Repeat("pat_", 10000)} {
		_, err := s.ByToken(s.ctx, secret)
		wantFault(t, err, fault.Unauthorised, "fault.token.unknown")
	}
}

func TestTokensAreSeenAndDroppedByTheirOwnerAndByOwners(t *testing.T) {
	onBoth(t, checkTokensAreSeenAndDroppedByTheirOwnerAndByOwners)
}

func checkTokensAreSeenAndDroppedByTheirOwnerAndByOwners(t *testing.T, s *staff) {
	owner := s.owner()
	bo := s.join(owner, desk.InviteInput{Email: "bo@example.com", Role: "lead", AllStores: true})
	cy := s.join(owner, desk.InviteInput{Email: "cy@example.com", Role: "lead", AllStores: true})
	boSecret, boToken, err := s.NewToken(s.ctx, bo, "bo")
	s.must(err)
	_, _, err = s.NewToken(s.ctx, cy, "cy")
	s.must(err)
	count := func(who desk.Who) int {
		tokens, err := s.Tokens(s.ctx, who)
		s.must(err)
		return len(tokens)
	}
	if count(bo) != 1 || count(cy) != 1 || count(owner) != 2 {
		t.Errorf("seen: %d, %d, %d", count(bo), count(cy), count(owner))
	}
	wantFault(t, s.DropToken(s.ctx, cy, boToken.ID), fault.NotFound, "fault.not_found")
	if _, err := s.ByToken(s.ctx, boSecret); err != nil {
		t.Errorf("somebody else's drop worked: %v", err)
	}
	s.must(s.DropToken(s.ctx, owner, boToken.ID))
	_, err = s.ByToken(s.ctx, boSecret)
	wantFault(t, err, fault.Unauthorised, "fault.token.unknown")
}

func TestTokenNamesAndNumber(t *testing.T) { onBoth(t, checkTokenNamesAndNumber) }

func checkTokenNamesAndNumber(t *testing.T, s *staff) {
	who := s.owner()
	for _, name := range []string{"", "   ", strings.Repeat("x", 81), "a\x00b"} {
		if _, _, err := s.NewToken(s.ctx, who, name); fault.Of(err) == nil || fault.Of(err).Field != "name" {
			t.Errorf("%q: %v", name, err)
		}
	}
	for range 50 {
		_, _, err := s.NewToken(s.ctx, who, "again")
		s.must(err)
	}
	_, _, err := s.NewToken(s.ctx, who, "one more")
	wantFault(t, err, fault.Refused, "fault.token.too_many")
	_, _, err = s.NewToken(s.ctx, desk.Who{Role: "owner", AllStores: true}, "nobody's")
	wantFault(t, err, fault.Forbidden, "fault.token.no_member")
	_, _, err = s.NewToken(s.ctx, desk.Who{}, "nobody's")
	wantFault(t, err, fault.Forbidden, "fault.role")
}

func TestLastUseIsWrittenOnceAMinute(t *testing.T) { onBoth(t, checkLastUseIsWrittenOnceAMinute) }

func checkLastUseIsWrittenOnceAMinute(t *testing.T, s *staff) {
	who := s.owner()
	secret, view, err := s.NewToken(s.ctx, who, "x")
	s.must(err)
	if !view.UsedAt.IsZero() {
		t.Errorf("a new token was used at %v", view.UsedAt)
	}
	used := func() time.Time {
		if _, err := s.ByToken(s.ctx, secret); err != nil {
			t.Fatal(err)
		}
		tokens, err := s.Tokens(s.ctx, who)
		s.must(err)
		return tokens[0].UsedAt
	}
	first := used()
	if !first.Equal(s.clock.Now()) {
		t.Errorf("first use at %v", first)
	}
	s.clock.Advance(59 * time.Second)
	if !used().Equal(first) {
		t.Error("written again within a minute")
	}
	s.clock.Advance(time.Second)
	if !used().Equal(s.clock.Now()) {
		t.Error("not written after a minute")
	}
}
