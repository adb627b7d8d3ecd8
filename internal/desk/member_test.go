package desk_test

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"parley/internal/desk"
	"parley/internal/fault"
	"parley/internal/store"
	"parley/internal/store/storetest"
)

const goodPassword = "a fair breeze at four"

// staff is a desk with an empty database and a clock moved by hand.
type staff struct {
	*desk.Desk
	t     *testing.T
	ctx   context.Context
	clock *hand
}

// onBoth plays a test with an empty desk on each engine.
func onBoth(t *testing.T, play func(*testing.T, *staff)) {
	t.Helper()
	for name, address := range map[string]func(testing.TB) string{"sqlite": storetest.SQLite, "postgres": storetest.Postgres} {
		t.Run(name, func(t *testing.T) {
			clock := &hand{now: time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)}
			d := desk.New(desk.Options{
				DB: storetest.Open(t, address(t), clock.Now), Clock: clock, Log: slog.New(slog.DiscardHandler),
				PublicURL: func() string { return "http://desk.example" },
			})
			play(t, &staff{d, t, t.Context(), clock})
		})
	}
}

// owner makes the first owner and signs them in.
func (s *staff) owner() desk.Who {
	s.t.Helper()
	s.must(s.CreateOwner(s.ctx, "ada@example.com", "Ada", goodPassword))
	return s.signIn("ada@example.com")
}

func (s *staff) signIn(email string) desk.Who {
	s.t.Helper()
	_, who, err := s.SignIn(s.ctx, email, goodPassword, "192.0.2.1:4000", "test")
	s.must(err)
	return who
}

// join invites somebody and accepts in their name.
func (s *staff) join(owner desk.Who, in desk.InviteInput) desk.Who {
	s.t.Helper()
	link, err := s.Invite(s.ctx, owner, in)
	s.must(err)
	_, who, err := s.AcceptInvite(s.ctx, secretOf(link), "Guest", goodPassword, "", "")
	s.must(err)
	return who
}

func (s *staff) store(name string) int64 {
	s.t.Helper()
	st := store.Store{Name: name, Connector: "aliexpress", Zone: "Europe/Madrid", Currency: "EUR", State: "active", CreatedAt: s.clock.Now()}
	s.must(s.DB.Write(s.ctx, func(tx *store.Tx) error {
		c := store.Company{Name: name}
		if err := tx.PutCompany(&c); err != nil {
			return err
		}
		st.CompanyID = c.ID
		return tx.PutStore(&st)
	}))
	return st.ID
}

func (s *staff) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

func secretOf(link string) string { return link[strings.LastIndex(link, "/")+1:] }

// wantFault checks kind and text key of a refusal.
func wantFault(t *testing.T, err error, kind fault.Kind, key string) {
	t.Helper()
	if f := fault.Of(err); f == nil || f.Kind != kind || f.Key != key {
		t.Errorf("got %v, want %s %s", err, kind, key)
	}
}

func TestFirstStartLetsTheOwnerInOnce(t *testing.T) { onBoth(t, checkFirstStartLetsTheOwnerInOnce) }

func checkFirstStartLetsTheOwnerInOnce(t *testing.T, s *staff) {
	older, needed, err := s.FirstStart(s.ctx)
	s.must(err)
	secret, again, err := s.FirstStart(s.ctx)
	s.must(err)
	if !needed || !again || older == secret {
		t.Fatalf("needed %v then %v, secrets %q %q", needed, again, older, secret)
	}
	if _, err := s.Invitation(s.ctx, older); !fault.Is(err, fault.NotFound) {
		t.Errorf("the secret printed first still works: %v", err)
	}
	view, err := s.Invitation(s.ctx, secret)
	s.must(err)
	if !view.NeedsEmail || view.Email != "" || view.Role != "owner" {
		t.Errorf("invitation is %+v", view)
	}
	_, _, err = s.AcceptInvite(s.ctx, secret, "Ada", goodPassword, "es", "Europe/Madrid")
	if f := fault.Of(err); f == nil || f.Field != "email" {
		t.Errorf("accepted without an e-mail: %v", err)
	}
	s.must(s.NameInvitation(s.ctx, secret, "typo@example.com"))
	s.must(s.NameInvitation(s.ctx, secret, "Ada@Example.com "))
	session, who, err := s.AcceptInvite(s.ctx, secret, "Ada", goodPassword, "es", "Europe/Madrid")
	s.must(err)
	if !who.May(desk.Own) || !who.AllStores || who.Email != "ada@example.com" || who.Locale != "es" || who.Zone != "Europe/Madrid" {
		t.Errorf("owner is %+v", who)
	}
	if got, err := s.BySession(s.ctx, session); err != nil || got.MemberID != who.MemberID {
		t.Errorf("session gives %+v, %v", got, err)
	}
	_, _, err = s.AcceptInvite(s.ctx, secret, "Ada", goodPassword, "", "")
	wantFault(t, err, fault.NotFound, "fault.invite.gone")
	if _, needed, err := s.FirstStart(s.ctx); err != nil || needed {
		t.Errorf("a second owner's link is offered: %v %v", needed, err)
	}
}

func TestInvitationsRunOut(t *testing.T) { onBoth(t, checkInvitationsRunOut) }

func checkInvitationsRunOut(t *testing.T, s *staff) {
	secret, _, err := s.FirstStart(s.ctx)
	s.must(err)
	s.clock.Advance(24*time.Hour - time.Second)
	if _, err := s.Invitation(s.ctx, secret); err != nil {
		t.Errorf("a second before its end: %v", err)
	}
	s.clock.Advance(time.Second)
	_, err = s.Invitation(s.ctx, secret)
	wantFault(t, err, fault.NotFound, "fault.invite.gone")
	_, _, err = s.AcceptInvite(s.ctx, secret, "A", goodPassword, "", "")
	wantFault(t, err, fault.NotFound, "fault.invite.gone")
}

func TestOneInvitationUsedByManyAtOnceLetsOneIn(t *testing.T) {
	onBoth(t, checkOneInvitationUsedByManyAtOnceLetsOneIn)
}

func checkOneInvitationUsedByManyAtOnceLetsOneIn(t *testing.T, s *staff) {
	secret, _, err := s.FirstStart(s.ctx)
	s.must(err)
	s.must(s.NameInvitation(s.ctx, secret, "ada@example.com"))
	var wg sync.WaitGroup
	var mu sync.Mutex
	in := 0
	for range 4 {
		wg.Go(func() {
			_, _, err := s.AcceptInvite(s.ctx, secret, "X", goodPassword, "", "")
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				in++
			}
		})
	}
	wg.Wait()
	if in != 1 {
		t.Errorf("%d came in", in)
	}
}

func TestCreateOwnerMayBeRepeated(t *testing.T) { onBoth(t, checkCreateOwnerMayBeRepeated) }

func checkCreateOwnerMayBeRepeated(t *testing.T, s *staff) {
	s.owner()
	s.must(s.CreateOwner(s.ctx, "ada@example.com", "Ada", "another password"))
	if _, _, err := s.SignIn(s.ctx, "ada@example.com", "another password", "192.0.2.1", ""); err == nil {
		t.Error("a second start changed the password")
	}
}

func TestAnOwnerByFlagsEndsTheLinkOfTheFirstStart(t *testing.T) {
	onBoth(t, checkAnOwnerByFlagsEndsTheLinkOfTheFirstStart)
}

func checkAnOwnerByFlagsEndsTheLinkOfTheFirstStart(t *testing.T, s *staff) {
	secret, _, err := s.FirstStart(s.ctx)
	s.must(err)
	s.owner()
	_, err = s.Invitation(s.ctx, secret)
	wantFault(t, err, fault.NotFound, "fault.invite.gone")
}

func TestPasswordRules(t *testing.T) { onBoth(t, checkPasswordRules) }

func checkPasswordRules(t *testing.T, s *staff) {
	for _, c := range []struct{ password, key string }{
		{"brief", "fault.password.short"}, {"nine char", "fault.password.short"}, {strings.Repeat("ab c", 60), "fault.password.long"},
		{"ADA@example.com", "fault.password.is_email"}, {"1234567890", "fault.password.common"}, {"Password123", "fault.password.common"},
		{"QWERTYUIOP", "fault.password.common"}, {"aaaaaaaaaaaaaaa", "fault.password.common"}, {"abababababab", "fault.password.common"},
		{"mucho\xff\xfe12345", "fault.password.unreadable"},
	} {
		err := s.CreateOwner(s.ctx, "ada@example.com", "Ada", c.password)
		wantFault(t, err, fault.Invalid, c.key)
		if f := fault.Of(err); f != nil && (f.Value != "" || strings.Contains(err.Error(), c.password)) {
			t.Errorf("the fault repeats the password: %v", err)
		}
	}
	s.must(s.CreateOwner(s.ctx, "ada@example.com", "Ada", "去年今日此门中人面桃花"))
}

func TestInviteChecksItsInput(t *testing.T) { onBoth(t, checkInviteChecksItsInput) }

func checkInviteChecksItsInput(t *testing.T, s *staff) {
	owner, shop := s.owner(), s.store("Norte")
	for _, c := range []struct {
		in    desk.InviteInput
		field string
	}{
		{desk.InviteInput{Email: "no address", Role: "agent"}, "email"}, {desk.InviteInput{Email: "A <a@b.cd>", Role: "agent"}, "email"},
		{desk.InviteInput{Email: "", Role: "agent"}, "email"}, {desk.InviteInput{Email: "a@b.cd", Role: "boss"}, "role"},
		{desk.InviteInput{Email: "a@b.cd", Role: "agent", Name: "x\ny"}, "name"},
	} {
		_, err := s.Invite(s.ctx, owner, c.in)
		if f := fault.Of(err); f == nil || f.Kind != fault.Invalid || f.Field != c.field || f.Allowed == "" {
			t.Errorf("%+v: %v", c.in, err)
		}
	}
	_, err := s.Invite(s.ctx, owner, desk.InviteInput{Email: "b@b.cd", Role: "agent", Stores: []int64{shop + 1}})
	if !fault.Is(err, fault.NotFound) {
		t.Errorf("unknown store: %v", err)
	}
	_, err = s.Invite(s.ctx, owner, desk.InviteInput{Email: "ADA@example.com", Role: "agent"})
	wantFault(t, err, fault.Conflict, "fault.member.exists")
	members, err := s.Members(s.ctx, owner)
	if s.must(err); len(members) != 1 {
		t.Errorf("refused invitations left members: %+v", members)
	}
}

func TestAccessPerStore(t *testing.T) { onBoth(t, checkAccessPerStore) }

func checkAccessPerStore(t *testing.T, s *staff) {
	owner, north, south := s.owner(), s.store("Norte"), s.store("Sur")
	agent := s.join(owner, desk.InviteInput{Email: "bo@example.com", Role: "agent", Stores: []int64{north, north}})
	if !agent.Sees(north) || agent.Sees(south) || !agent.May(desk.Act) || agent.May(desk.Lead) {
		t.Errorf("agent is %+v", agent)
	}
	s.must(s.UpdateMember(s.ctx, owner, agent.MemberID, desk.InviteInput{Role: "viewer", Stores: []int64{south}}))
	agent = s.signIn("bo@example.com")
	if agent.Sees(north) || !agent.Sees(south) || agent.May(desk.Act) {
		t.Errorf("after the change: %+v", agent)
	}
	s.must(s.UpdateMember(s.ctx, owner, agent.MemberID, desk.InviteInput{Role: "owner"}))
	if agent = s.signIn("bo@example.com"); !agent.AllStores || !agent.Sees(north) {
		t.Errorf("an owner sees every store: %+v", agent)
	}
}

func TestOnlyOwnersManageMembers(t *testing.T) { onBoth(t, checkOnlyOwnersManageMembers) }

func checkOnlyOwnersManageMembers(t *testing.T, s *staff) {
	owner := s.owner()
	for _, role := range []string{"viewer", "agent", "lead"} {
		who := s.join(owner, desk.InviteInput{Email: role + "@example.com", Role: role, AllStores: true})
		_, err := s.Invite(s.ctx, who, desk.InviteInput{Email: "x@example.com", Role: "viewer"})
		wantFault(t, err, fault.Forbidden, "fault.role")
		_, err = s.InviteAgain(s.ctx, who, owner.MemberID)
		wantFault(t, err, fault.Forbidden, "fault.role")
		wantFault(t, s.UpdateMember(s.ctx, who, who.MemberID, desk.InviteInput{Role: "owner"}), fault.Forbidden, "fault.role")
		wantFault(t, s.RemoveMember(s.ctx, who, owner.MemberID), fault.Forbidden, "fault.role")
		members, err := s.Members(s.ctx, who)
		s.must(err)
		i := slices.IndexFunc(members, func(m desk.MemberView) bool { return m.ID == owner.MemberID })
		if i < 0 || members[i].Email != "" || members[i].Name != "Ada" {
			t.Errorf("%s sees of the owner: %+v", role, members)
		}
	}
	_, err := s.Members(s.ctx, desk.Who{})
	wantFault(t, err, fault.Forbidden, "fault.role")
}

func TestTheLastOwnerStays(t *testing.T) { onBoth(t, checkTheLastOwnerStays) }

func checkTheLastOwnerStays(t *testing.T, s *staff) {
	owner := s.owner()
	wantFault(t, s.RemoveMember(s.ctx, owner, owner.MemberID), fault.Refused, "fault.member.last_owner")
	demote := desk.InviteInput{Role: "lead", AllStores: true}
	wantFault(t, s.UpdateMember(s.ctx, owner, owner.MemberID, demote), fault.Refused, "fault.member.last_owner")
	_, err := s.Invite(s.ctx, owner, desk.InviteInput{Email: "bo@example.com", Role: "owner"})
	s.must(err)
	wantFault(t, s.RemoveMember(s.ctx, owner, owner.MemberID), fault.Refused, "fault.member.last_owner") // invited is not active
	second := s.join(owner, desk.InviteInput{Email: "cy@example.com", Role: "owner"})
	s.must(s.UpdateMember(s.ctx, owner, owner.MemberID, demote))
	wantFault(t, s.RemoveMember(s.ctx, second, second.MemberID), fault.Refused, "fault.member.last_owner")
}

func TestTwoOwnersCannotRemoveEachOther(t *testing.T) { onBoth(t, checkTwoOwnersCannotRemoveEachOther) }

func checkTwoOwnersCannotRemoveEachOther(t *testing.T, s *staff) {
	a := s.owner()
	b := s.join(a, desk.InviteInput{Email: "bo@example.com", Role: "owner"})
	errs := make([]error, 2)
	var wg sync.WaitGroup
	wg.Go(func() { errs[0] = s.RemoveMember(s.ctx, a, b.MemberID) })
	wg.Go(func() { errs[1] = s.RemoveMember(s.ctx, b, a.MemberID) })
	wg.Wait()
	if (errs[0] == nil) == (errs[1] == nil) {
		t.Errorf("both or none removed: %v, %v", errs[0], errs[1])
	}
}

func TestRemovedMembersLoseEverythingAtOnce(t *testing.T) {
	onBoth(t, checkRemovedMembersLoseEverythingAtOnce)
}

func checkRemovedMembersLoseEverythingAtOnce(t *testing.T, s *staff) {
	owner := s.owner()
	s.join(owner, desk.InviteInput{Email: "bo@example.com", Role: "agent", AllStores: true})
	session, who, err := s.SignIn(s.ctx, "bo@example.com", goodPassword, "192.0.2.1", "")
	s.must(err)
	token, _, err := s.NewToken(s.ctx, who, "script")
	s.must(err)
	link, err := s.InviteAgain(s.ctx, owner, who.MemberID)
	s.must(err)

	s.must(s.RemoveMember(s.ctx, owner, who.MemberID))
	_, err = s.BySession(s.ctx, session)
	wantFault(t, err, fault.Unauthorised, "fault.session.ended")
	_, err = s.ByToken(s.ctx, token)
	wantFault(t, err, fault.Unauthorised, "fault.token.unknown")
	_, err = s.Invitation(s.ctx, secretOf(link))
	wantFault(t, err, fault.NotFound, "fault.invite.gone")
	_, _, err = s.SignIn(s.ctx, "bo@example.com", goodPassword, "192.0.2.1", "")
	wantFault(t, err, fault.Unauthorised, "fault.signin.wrong")
	kept, err := s.DB.Member(s.ctx, who.MemberID)
	if s.must(err); kept.Name != "Guest" {
		t.Errorf("the name is gone from the history: %+v", kept)
	}
	wantFault(t, s.RemoveMember(s.ctx, owner, who.MemberID), fault.NotFound, "fault.not_found")
	s.join(owner, desk.InviteInput{Email: "bo@example.com", Role: "viewer"}) // may come back as somebody new
}

func TestUpdateMember(t *testing.T) { onBoth(t, checkUpdateMember) }

func checkUpdateMember(t *testing.T, s *staff) {
	owner := s.owner()
	who := s.join(owner, desk.InviteInput{Email: "bo@example.com", Role: "agent", AllStores: true})
	s.must(s.UpdateMember(s.ctx, owner, who.MemberID, desk.InviteInput{Role: "lead", Name: "Bo", Email: "BO2@example.com"}))
	if who = s.signIn("bo2@example.com"); who.Name != "Bo" || who.Role != "lead" || who.AllStores {
		t.Errorf("%+v", who)
	}
	wantFault(t, s.UpdateMember(s.ctx, owner, 999, desk.InviteInput{Role: "lead"}), fault.NotFound, "fault.not_found")
	for field, in := range map[string]desk.InviteInput{
		"role": {Role: "king"}, "email": {Role: "lead", Email: "x"}, "name": {Role: "lead", Name: "\t\x00"},
	} {
		if f := fault.Of(s.UpdateMember(s.ctx, owner, who.MemberID, in)); f == nil || f.Field != field {
			t.Errorf("%s: %v", field, f)
		}
	}
	if !fault.Is(s.UpdateMember(s.ctx, owner, who.MemberID, desk.InviteInput{Role: "lead", Email: "ada@example.com"}), fault.Conflict) {
		t.Error("took somebody else's e-mail")
	}
}

func TestOperator(t *testing.T) { onBoth(t, checkOperator) }

func checkOperator(t *testing.T, s *staff) {
	if who, err := s.Operator(s.ctx, ""); err != nil || !who.May(desk.Own) || who.MemberID != 0 {
		t.Errorf("on an empty desk: %+v, %v", who, err)
	}
	owner := s.owner()
	agent := s.join(owner, desk.InviteInput{Email: "bo@example.com", Role: "agent"})
	if who, err := s.Operator(s.ctx, ""); err != nil || who.MemberID != owner.MemberID {
		t.Errorf("without an e-mail: %+v, %v", who, err)
	}
	if who, err := s.Operator(s.ctx, "BO@example.com"); err != nil || who.MemberID != agent.MemberID {
		t.Errorf("by e-mail: %+v, %v", who, err)
	}
	_, err := s.Operator(s.ctx, "nobody@example.com")
	wantFault(t, err, fault.NotFound, "fault.not_found")
}
