package web

import (
	"net"
	"net/http"

	"parley/internal/desk"
	"parley/internal/fault"
	"parley/internal/web/page"
)

func (c *call) members() error { return c.membersWith(page.Members{}, http.StatusOK) }

func (c *call) membersWith(m page.Members, code int) error {
	var err error
	if m.List, err = c.Desk.Members(c.r.Context(), c.who); err != nil {
		return err
	}
	if m.Stores, err = c.Desk.StoreList(c.r.Context(), c.who); err != nil {
		return err
	}
	m.Frame = c.frame(c.text.T("member.title"))
	return c.show(code, page.MembersPage(m))
}

func (c *call) memberTyped() (desk.InviteInput, error) {
	if err := c.r.ParseForm(); err != nil {
		return desk.InviteInput{}, fault.New(fault.Invalid, "fault.form").Because(err)
	}
	stores, err := numbers(c.r.PostForm, "store")
	return desk.InviteInput{
		Email: c.r.PostFormValue("email"), Name: c.r.PostFormValue("name"), Role: c.r.PostFormValue("role"),
		AllStores: c.r.PostFormValue("all") != "", Stores: stores,
	}, err
}

// wrongMember shows the page again with what is wrong and what was typed.
func (c *call) wrongMember(in desk.InviteInput, err error) error {
	f := fault.Of(err)
	if f == nil || status(err) >= 500 || f.Kind == fault.NotFound {
		return err
	}
	return c.membersWith(page.Members{Typed: in, Error: c.detail(err), Field: f.Field}, status(err))
}

func (c *call) invite() error {
	in, err := c.memberTyped()
	if err != nil {
		return c.wrongMember(in, err)
	}
	link, err := c.Desk.Invite(c.r.Context(), c.who, in)
	if err != nil {
		return c.wrongMember(in, err)
	}
	return c.membersWith(page.Members{Link: link}, http.StatusOK)
}

func (c *call) updateMember() error {
	id, err := c.number("id")
	if err != nil {
		return err
	}
	in, err := c.memberTyped()
	if err == nil {
		err = c.Desk.UpdateMember(c.r.Context(), c.who, id, in)
	}
	if err != nil {
		return c.wrongMember(desk.InviteInput{}, err)
	}
	return c.back("/members", "member_kept")
}

func (c *call) removeMember() error {
	id, err := c.number("id")
	if err != nil {
		return err
	}
	if err := c.Desk.RemoveMember(c.r.Context(), c.who, id); err != nil {
		return c.wrongMember(desk.InviteInput{}, err)
	}
	return c.back("/members", "member_removed")
}

func (c *call) me() error { return c.meWith(page.Me{}, http.StatusOK) }

func (c *call) meWith(m page.Me, code int) error {
	var err error
	if m.Tokens, err = c.Desk.Tokens(c.r.Context(), c.who); err != nil {
		return err
	}
	m.Frame = c.frame(c.text.T("me.title"))
	return c.show(code, page.MePage(m))
}

func (c *call) wrongMe(err error) error {
	f := fault.Of(err)
	if f == nil || status(err) >= 500 || f.Kind == fault.NotFound {
		return err
	}
	return c.meWith(page.Me{Error: c.detail(err), Field: f.Field}, status(err))
}

func (c *call) setPreferences() error {
	p := desk.Preferences{
		Name: c.r.PostFormValue("name"), Locale: c.r.PostFormValue("locale"), Zone: c.r.PostFormValue("zone"), Theme: c.r.PostFormValue("theme"),
	}
	if err := c.Desk.SetPreferences(c.r.Context(), c.who, p); err != nil {
		return c.wrongMe(err)
	}
	return c.back("/me", "preferences_kept")
}

func (c *call) changePassword() error {
	if err := c.Desk.ChangePassword(c.r.Context(), c.who, c.r.PostFormValue("old"), c.r.PostFormValue("new")); err != nil {
		return c.wrongMe(err)
	}
	return c.back("/me", "password_changed")
}

func (c *call) newToken() error {
	secret, _, err := c.Desk.NewToken(c.r.Context(), c.who, c.r.PostFormValue("name"))
	if err != nil {
		return c.wrongMe(err)
	}
	return c.meWith(page.Me{Secret: secret}, http.StatusOK)
}

func (c *call) dropToken() error {
	id, err := c.number("id")
	if err != nil {
		return err
	}
	if err := c.Desk.DropToken(c.r.Context(), c.who, id); err != nil {
		return err
	}
	return c.back("/me", "token_dropped")
}

func (c *call) signInForm() error {
	if c.who.MemberID != 0 {
		return c.back("/queue", "")
	}
	return c.show(http.StatusOK, page.DoorPage(page.Door{Frame: c.bare(c.text.T("door.title")), To: c.r.URL.Query().Get("to")}))
}

func (c *call) signIn() error {
	email, to := c.r.PostFormValue("email"), c.r.PostFormValue("to")
	from, _, err := net.SplitHostPort(c.r.RemoteAddr)
	if err != nil {
		from = c.r.RemoteAddr
	}
	secret, _, err := c.Desk.SignIn(c.r.Context(), email, c.r.PostFormValue("password"), from, c.r.UserAgent())
	if err != nil {
		code := status(err)
		if code >= 500 {
			return err
		}
		return c.show(code, page.DoorPage(page.Door{Frame: c.bare(c.text.T("door.title")), Email: email, To: to, Error: c.detail(err)}))
	}
	c.keepSession(secret)
	if to == "" {
		to = "/queue"
	}
	return c.back(to, "")
}

func (c *call) signOut() error {
	if cookie, err := c.r.Cookie(c.cookieName()); err == nil {
		if err := c.Desk.SignOut(c.r.Context(), cookie.Value); err != nil {
			return err
		}
	}
	c.keepSession("")
	return c.back("/sign-in", "signed_out")
}

func (c *call) joinForm() error {
	m, err := c.Desk.Invitation(c.r.Context(), c.r.PathValue("secret"))
	if err != nil {
		return c.joinGone(err)
	}
	return c.show(http.StatusOK, page.JoinPage(page.Join{
		Frame: c.bare(c.text.T("join.title")), Secret: c.r.PathValue("secret"), Member: m, Email: m.Email, Name: m.Name, Chosen: c.zoneOf(m),
	}))
}

func (c *call) zoneOf(m desk.MemberView) string {
	if m.Zone != "" {
		return m.Zone
	}
	return "Europe/Madrid"
}

// joinGone says that an invitation is used up or never was; a stranger must not be sent to the door for that.
func (c *call) joinGone(err error) error {
	if fault.Is(err, fault.Unauthorised) {
		return fault.New(fault.NotFound, "fault.invitation_gone")
	}
	return err
}

func (c *call) join() error {
	secret := c.r.PathValue("secret")
	form := page.Join{
		Frame: c.bare(c.text.T("join.title")), Secret: secret, Email: c.r.PostFormValue("email"), Name: c.r.PostFormValue("name"),
		Chosen: c.r.PostFormValue("zone"),
	}
	session, err := c.accepted(form)
	if err == nil {
		c.keepSession(session)
		return c.back("/queue", "welcome")
	}
	f := fault.Of(err)
	if f == nil || f.Kind != fault.Invalid && f.Kind != fault.Conflict {
		return c.joinGone(err)
	}
	m, gone := c.Desk.Invitation(c.r.Context(), secret)
	if gone != nil {
		return c.joinGone(gone)
	}
	form.Member, form.Error, form.Field = m, c.detail(err), f.Field
	return c.show(status(err), page.JoinPage(form))
}

// accepted uses the invitation. The first owner, whom nobody invited, says the e-mail first.
func (c *call) accepted(form page.Join) (session string, err error) {
	m, err := c.Desk.Invitation(c.r.Context(), form.Secret)
	if err != nil {
		return "", err
	}
	if m.NeedsEmail {
		if err := c.Desk.NameInvitation(c.r.Context(), form.Secret, form.Email); err != nil {
			return "", err
		}
	}
	session, _, err = c.Desk.AcceptInvite(c.r.Context(), form.Secret, form.Name, c.r.PostFormValue("password"), c.r.PostFormValue("locale"), form.Chosen)
	return session, err
}

func (c *call) inviteAgain() error {
	id, err := c.number("id")
	if err != nil {
		return err
	}
	link, err := c.Desk.InviteAgain(c.r.Context(), c.who, id)
	if err != nil {
		return c.wrongMember(desk.InviteInput{}, err)
	}
	return c.membersWith(page.Members{Link: link}, http.StatusOK)
}
