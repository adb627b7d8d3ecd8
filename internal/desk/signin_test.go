package desk_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"parley/internal/desk"
	"parley/internal/fault"
	"parley/internal/store"
)

func TestSignInIsTheSameForUnknownAccounts(t *testing.T) {
	onBoth(t, checkSignInIsTheSameForUnknownAccounts)
}

func checkSignInIsTheSameForUnknownAccounts(t *testing.T, s *staff) {
	s.owner()
	began := time.Now()
	_, _, wrong := s.SignIn(s.ctx, "ada@example.com", "not the password", "192.0.2.9", "")
	known := time.Since(began)
	began = time.Now()
	_, _, unknown := s.SignIn(s.ctx, "eve@example.com", "not the password", "192.0.2.9", "")
	stranger := time.Since(began)
	wantFault(t, wrong, fault.Unauthorised, "fault.signin.wrong")
	if wrong.Error() != unknown.Error() {
		t.Errorf("%v differs from %v", wrong, unknown)
	}
	if stranger < known/4 {
		t.Errorf("an unknown account is answered in %v, a known one in %v", stranger, known)
	}
}

func TestSignInFoldsTheEmail(t *testing.T) { onBoth(t, checkSignInFoldsTheEmail) }

func checkSignInFoldsTheEmail(t *testing.T, s *staff) {
	s.owner()
	if _, who, err := s.SignIn(s.ctx, "  ADA@Example.COM ", goodPassword, "", "agent"); err != nil || who.Name != "Ada" {
		t.Errorf("%+v, %v", who, err)
	}
}

func TestThrottlePerAccount(t *testing.T) { onBoth(t, checkThrottlePerAccount) }

func checkThrottlePerAccount(t *testing.T, s *staff) {
	s.owner()
	try := func(password string) error {
		_, _, err := s.SignIn(s.ctx, "ada@example.com", password, "192.0.2.1", "")
		return err
	}
	for range 5 {
		wantFault(t, try("wrong"), fault.Unauthorised, "fault.signin.wrong")
	}
	for _, wait := range []time.Duration{1, 2, 4, 8} {
		wait *= time.Second
		err := try(goodPassword)
		wantFault(t, err, fault.Limited, "fault.signin.too_many")
		if f := fault.Of(err); f.After != wait || f.Params["seconds"] != fmt.Sprint(int(wait.Seconds())) {
			t.Fatalf("wait of %v, want %v", f.After, wait)
		}
		s.clock.Advance(wait - time.Millisecond)
		wantFault(t, try(goodPassword), fault.Limited, "fault.signin.too_many")
		s.clock.Advance(time.Millisecond)
		wantFault(t, try("wrong"), fault.Unauthorised, "fault.signin.wrong")
	}
	s.clock.Advance(time.Minute)
	s.must(try(goodPassword))
	for range 5 {
		wantFault(t, try("wrong"), fault.Unauthorised, "fault.signin.wrong") // a good one wiped the slate
	}
}

func TestThrottleOfUnknownAccountsIsTheSame(t *testing.T) {
	onBoth(t, checkThrottleOfUnknownAccountsIsTheSame)
}

func checkThrottleOfUnknownAccountsIsTheSame(t *testing.T, s *staff) {
	var last error
	for range 6 {
		_, _, last = s.SignIn(s.ctx, "nobody@example.com", "wrong", "192.0.2.1", "")
	}
	wantFault(t, last, fault.Limited, "fault.signin.too_many")
}

func TestThrottlePerAddress(t *testing.T) { onBoth(t, checkThrottlePerAddress) }

func checkThrottlePerAddress(t *testing.T, s *staff) {
	s.owner()
	for i := range 20 {
		_, _, err := s.SignIn(s.ctx, fmt.Sprintf("x%d@example.com", i), "wrong", fmt.Sprintf("[2001:db8::%x]:443", i), "")
		wantFault(t, err, fault.Unauthorised, "fault.signin.wrong")
	}
	_, _, err := s.SignIn(s.ctx, "ada@example.com", goodPassword, "2001:db8::ffff", "")
	wantFault(t, err, fault.Limited, "fault.signin.too_many")
	_, _, err = s.SignIn(s.ctx, "ada@example.com", goodPassword, "2001:db8:1::1", "")
	s.must(err)
	s.clock.Advance(24 * time.Hour)
	_, _, err = s.SignIn(s.ctx, "ada@example.com", goodPassword, "2001:db8::ffff", "")
	s.must(err)
}

func TestOwnSuccessDoesNotWipeTheAddress(t *testing.T) {
	onBoth(t, checkOwnSuccessDoesNotWipeTheAddress)
}

func checkOwnSuccessDoesNotWipeTheAddress(t *testing.T, s *staff) {
	s.owner()
	for i := range 19 {
		s.SignIn(s.ctx, fmt.Sprintf("x%d@example.com", i), "wrong", "192.0.2.7", "")
	}
	for range 3 {
		_, _, err := s.SignIn(s.ctx, "ada@example.com", goodPassword, "192.0.2.7", "")
		s.must(err)
	}
	s.SignIn(s.ctx, "y@example.com", "wrong", "192.0.2.7", "")
	_, _, err := s.SignIn(s.ctx, "ada@example.com", goodPassword, "192.0.2.7", "")
	wantFault(t, err, fault.Limited, "fault.signin.too_many")
}

func TestManyTriesAtOnceAreCountedBeforeTheyRun(t *testing.T) {
	onBoth(t, checkManyTriesAtOnceAreCountedBeforeTheyRun)
}

func checkManyTriesAtOnceAreCountedBeforeTheyRun(t *testing.T, s *staff) {
	s.owner()
	var wg sync.WaitGroup
	var mu sync.Mutex
	kinds := map[fault.Kind]int{}
	for range 20 {
		wg.Go(func() {
			_, _, err := s.SignIn(s.ctx, "ada@example.com", "wrong", "192.0.2.1", "")
			mu.Lock()
			defer mu.Unlock()
			kinds[fault.Of(err).Kind]++
		})
	}
	wg.Wait()
	if kinds[fault.Unauthorised] != 5 || kinds[fault.Limited] != 15 {
		t.Errorf("%v", kinds)
	}
}

func TestSessionsEnd(t *testing.T) { onBoth(t, checkSessionsEnd) }

func checkSessionsEnd(t *testing.T, s *staff) {
	s.owner()
	open := func() string {
		secret, _, err := s.SignIn(s.ctx, "ada@example.com", goodPassword, "", strings.Repeat("ü", 300))
		s.must(err)
		return secret
	}
	idle := open()
	s.clock.Advance(14*24*time.Hour - time.Second)
	if _, err := s.BySession(s.ctx, idle); err != nil {
		t.Errorf("a second before 14 idle days: %v", err)
	}
	s.clock.Advance(14 * 24 * time.Hour)
	_, err := s.BySession(s.ctx, idle)
	wantFault(t, err, fault.Unauthorised, "fault.session.ended")

	used := open()
	for range 5 {
		s.clock.Advance(10 * 24 * time.Hour)
		if _, err := s.BySession(s.ctx, used); err != nil {
			t.Fatal(err)
		}
	}
	s.clock.Advance(10*24*time.Hour - time.Second)
	if _, err := s.BySession(s.ctx, used); err != nil {
		t.Errorf("a second before 60 days: %v", err)
	}
	s.clock.Advance(time.Second)
	_, err = s.BySession(s.ctx, used)
	wantFault(t, err, fault.Unauthorised, "fault.session.ended")

	out := open()
	s.must(s.SignOut(s.ctx, out))
	s.must(s.SignOut(s.ctx, out))
	_, err = s.BySession(s.ctx, out)
	wantFault(t, err, fault.Unauthorised, "fault.session.ended")
	_, err = s.BySession(s.ctx, "")
	wantFault(t, err, fault.Unauthorised, "fault.session.ended")
}

func TestSecretsAreNotKept(t *testing.T) { onBoth(t, checkSecretsAreNotKept) }

func checkSecretsAreNotKept(t *testing.T, s *staff) {
	who := s.owner()
	session, _, err := s.SignIn(s.ctx, "ada@example.com", goodPassword, "", "")
	s.must(err)
	token, _, err := s.NewToken(s.ctx, who, "x")
	s.must(err)
	rows, err := s.DB.SessionsOf(s.ctx, who.MemberID)
	s.must(err)
	tokens, err := s.DB.TokensOf(s.ctx, who.MemberID)
	s.must(err)
	m, err := s.DB.Member(s.ctx, who.MemberID)
	s.must(err)
	kept := fmt.Sprintf("%s %+v %+v", m.Password, rows, tokens)
	for _, secret := range []string{session, token, goodPassword} {
		if strings.Contains(kept, secret) {
			t.Errorf("%q is kept in plain text", secret)
		}
	}
	if !strings.HasPrefix(m.Password, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Errorf("password is kept as %s", m.Password)
	}
}

func TestLastSeenIsWrittenOnceAMinute(t *testing.T) { onBoth(t, checkLastSeenIsWrittenOnceAMinute) }

func checkLastSeenIsWrittenOnceAMinute(t *testing.T, s *staff) {
	who := s.owner()
	secret, _, err := s.SignIn(s.ctx, "ada@example.com", goodPassword, "", "")
	s.must(err)
	seen := func() time.Time {
		if _, err := s.BySession(s.ctx, secret); err != nil {
			t.Fatal(err)
		}
		rows, err := s.DB.SessionsOf(s.ctx, who.MemberID)
		s.must(err)
		return rows[0].SeenAt
	}
	first := seen()
	s.clock.Advance(59 * time.Second)
	if !seen().Equal(first) {
		t.Error("written again within a minute")
	}
	s.clock.Advance(time.Second)
	if !seen().Equal(s.clock.Now()) {
		t.Error("not written after a minute")
	}
}

func TestChangePasswordEndsOtherSessions(t *testing.T) {
	onBoth(t, checkChangePasswordEndsOtherSessions)
}

func checkChangePasswordEndsOtherSessions(t *testing.T, s *staff) {
	s.owner()
	open := func() (string, desk.Who) {
		secret, _, err := s.SignIn(s.ctx, "ada@example.com", goodPassword, "", "")
		s.must(err)
		who, err := s.BySession(s.ctx, secret)
		s.must(err)
		return secret, who
	}
	here, who := open()
	there, _ := open()
	err := s.ChangePassword(s.ctx, who, "not the old one", "a new long password")
	wantFault(t, err, fault.Invalid, "fault.password.wrong")
	wantFault(t, s.ChangePassword(s.ctx, who, goodPassword, "short"), fault.Invalid, "fault.password.short")
	s.must(s.ChangePassword(s.ctx, who, goodPassword, "a new long password"))
	if _, err := s.BySession(s.ctx, here); err != nil {
		t.Errorf("the session that changed it ended: %v", err)
	}
	_, err = s.BySession(s.ctx, there)
	wantFault(t, err, fault.Unauthorised, "fault.session.ended")
	_, _, err = s.SignIn(s.ctx, "ada@example.com", goodPassword, "", "")
	wantFault(t, err, fault.Unauthorised, "fault.signin.wrong")
	_, _, err = s.SignIn(s.ctx, "ada@example.com", "a new long password", "", "")
	s.must(err)
}

func TestChangePasswordIsThrottled(t *testing.T) { onBoth(t, checkChangePasswordIsThrottled) }

func checkChangePasswordIsThrottled(t *testing.T, s *staff) {
	who := s.owner()
	for range 5 {
		wantFault(t, s.ChangePassword(s.ctx, who, "wrong", "a new long password"), fault.Invalid, "fault.password.wrong")
	}
	wantFault(t, s.ChangePassword(s.ctx, who, goodPassword, "a new long password"), fault.Limited, "fault.signin.too_many")
}

func TestForgottenPassword(t *testing.T) { onBoth(t, checkForgottenPassword) }

func checkForgottenPassword(t *testing.T, s *staff) {
	owner := s.owner()
	bo := s.join(owner, desk.InviteInput{Email: "bo@example.com", Role: "agent", AllStores: true})
	session, _, err := s.SignIn(s.ctx, "bo@example.com", goodPassword, "", "")
	s.must(err)
	link, err := s.InviteAgain(s.ctx, owner, bo.MemberID)
	s.must(err)
	if !strings.HasPrefix(link, "http://desk.example"+desk.InvitePath+"inv_") {
		t.Errorf("link is %q", link)
	}
	wantFault(t, s.NameInvitation(s.ctx, secretOf(link), "other@example.com"), fault.Forbidden, "fault.invite.named")
	_, who, err := s.AcceptInvite(s.ctx, secretOf(link), "Bo", "entirely new words", "", "")
	s.must(err)
	if who.MemberID != bo.MemberID || who.Email != "bo@example.com" || who.Role != "agent" {
		t.Errorf("came back as %+v", who)
	}
	_, err = s.BySession(s.ctx, session)
	wantFault(t, err, fault.Unauthorised, "fault.session.ended")
}

func TestPreferences(t *testing.T) { onBoth(t, checkPreferences) }

func checkPreferences(t *testing.T, s *staff) {
	who := s.owner()
	s.must(s.SetPreferences(s.ctx, who, desk.Preferences{Name: " 阿达 ", Locale: "zh", Zone: "Asia/Shanghai", Theme: "dark"}))
	if who = s.signIn("ada@example.com"); who.Name != "阿达" || who.Locale != "zh" || who.Zone != "Asia/Shanghai" || who.Theme != "dark" {
		t.Errorf("%+v", who)
	}
	for field, p := range map[string]desk.Preferences{
		"locale": {Name: "A", Locale: "xx"}, "zone": {Name: "A", Zone: "Europe/Nowhere"}, "theme": {Name: "A", Theme: "pink"},
		"name": {Name: strings.Repeat("x", 81)},
	} {
		if f := fault.Of(s.SetPreferences(s.ctx, who, p)); f == nil || f.Field != field {
			t.Errorf("%s: %v", field, f)
		}
	}
	if f := fault.Of(s.SetPreferences(s.ctx, who, desk.Preferences{Name: "A", Zone: "Local"})); f == nil || f.Field != "zone" {
		t.Errorf("the machine's zone is taken: %v", f)
	}
}

func TestAMemberStoppedHalfWayIsNotLetIn(t *testing.T) {
	onBoth(t, checkAMemberStoppedHalfWayIsNotLetIn)
}

func checkAMemberStoppedHalfWayIsNotLetIn(t *testing.T, s *staff) {
	owner := s.owner()
	_, err := s.Invite(s.ctx, owner, desk.InviteInput{Email: "bo@example.com", Role: "agent"})
	s.must(err)
	_, _, err = s.SignIn(s.ctx, "bo@example.com", "", "", "")
	wantFault(t, err, fault.Unauthorised, "fault.signin.wrong")
	m, err := s.DB.MemberByEmail(s.ctx, "bo@example.com")
	s.must(err)
	s.must(s.DB.Write(s.ctx, func(tx *store.Tx) error { // as if written by hand
		m.State = "active"
		return tx.PutMember(&m)
	}))
	_, _, err = s.SignIn(s.ctx, "bo@example.com", "", "", "")
	wantFault(t, err, fault.Unauthorised, "fault.signin.wrong")
}
