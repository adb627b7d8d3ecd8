package api

import (
	"context"
	"net/http"

	"parley/internal/desk"
)

// Invitation is the one-time link for somebody invited. It is shown this once.
type Invitation struct {
	Link string `json:"link"`
}

// NewToken is a new access token with its secret, which is shown this once.
type NewToken struct {
	desk.TokenView
	Secret string `json:"secret" example:"pat_…"`
}

// Me is the member the access token acts for.
type Me struct {
	ID        int64   `json:"id"`
	Name      string  `json:"name"`
	Email     string  `json:"email"`
	Role      string  `json:"role"`
	AllStores bool    `json:"all_stores"`
	Stores    []int64 `json:"stores,omitempty"`
	Locale    string  `json:"locale"`
	Zone      string  `json:"zone"`
	Theme     string  `json:"theme,omitempty"`
}

type inviteInput struct{ Body desk.InviteInput }

type memberInput struct {
	ByID
	Body desk.InviteInput
}

func (a *API) addMembers() {
	handle(a, operation{method: http.MethodGet, path: "/members", id: "list-members", tag: "members", summary: "Who works at this desk"},
		func(ctx context.Context, who desk.Who, _ *nothing) (*body[items[desk.MemberView]], error) {
			all, err := a.Desk.Members(ctx, who)
			return list(all), err
		})
	handle(a, operation{method: http.MethodPost, path: "/members", id: "invite-member", tag: "members", status: http.StatusCreated, summary: "Invite somebody by a one-time link"},
		func(ctx context.Context, who desk.Who, in *inviteInput) (*body[Invitation], error) {
			link, err := a.Desk.Invite(ctx, who, in.Body)
			return &body[Invitation]{Invitation{link}}, err
		})
	handle(a, operation{method: http.MethodPut, path: "/members/{id}", id: "update-member", tag: "members", status: http.StatusNoContent, summary: "Change role and stores of a member"},
		func(ctx context.Context, who desk.Who, in *memberInput) (*none, error) {
			return nil, a.Desk.UpdateMember(ctx, who, in.ID, in.Body)
		})
	handle(a, operation{method: http.MethodDelete, path: "/members/{id}", id: "remove-member", tag: "members", status: http.StatusNoContent, summary: "End a member's access at once"},
		func(ctx context.Context, who desk.Who, in *ByID) (*none, error) {
			return nil, a.Desk.RemoveMember(ctx, who, in.ID)
		})
	handle(a, operation{method: http.MethodPost, path: "/members/{id}/invitation", id: "invite-again", tag: "members", status: http.StatusCreated, summary: "A new one-time link, for a lost one or a forgotten password"},
		func(ctx context.Context, who desk.Who, in *ByID) (*body[Invitation], error) {
			link, err := a.Desk.InviteAgain(ctx, who, in.ID)
			return &body[Invitation]{Invitation{link}}, err
		})
}

type tokenInput struct {
	Body struct {
		Name string `json:"name" minLength:"1" maxLength:"80" doc:"what it is for"`
	}
}

// addMe adds what concerns whoever asks.
func (a *API) addMe() {
	handle(a, operation{method: http.MethodGet, path: "/me", id: "get-me", tag: "members", summary: "The member this token acts for"},
		func(_ context.Context, w desk.Who, _ *nothing) (*body[Me], error) {
			return &body[Me]{Me{w.MemberID, w.Name, w.Email, w.Role, w.AllStores, w.Stores, w.Locale, w.Zone, w.Theme}}, nil
		})
	handle(a, operation{method: http.MethodGet, path: "/tokens", id: "list-tokens", tag: "members", summary: "Access tokens: one's own, for an owner everybody's"},
		func(ctx context.Context, who desk.Who, _ *nothing) (*body[items[desk.TokenView]], error) {
			all, err := a.Desk.Tokens(ctx, who)
			return list(all), err
		})
	handle(a, operation{method: http.MethodPost, path: "/tokens", id: "new-token", tag: "members", status: http.StatusCreated, summary: "A new access token; its secret is shown this once"},
		func(ctx context.Context, who desk.Who, in *tokenInput) (*body[NewToken], error) {
			secret, view, err := a.Desk.NewToken(ctx, who, in.Body.Name)
			return &body[NewToken]{NewToken{view, secret}}, err
		})
	handle(a, operation{method: http.MethodDelete, path: "/tokens/{id}", id: "drop-token", tag: "members", status: http.StatusNoContent, summary: "Make an access token useless"},
		func(ctx context.Context, who desk.Who, in *ByID) (*none, error) {
			return nil, a.Desk.DropToken(ctx, who, in.ID)
		})
}
