package api

import (
	"context"
	"net/http"

	"parley/internal/desk"
)

type resolveInput struct {
	ID   string `path:"id" maxLength:"100"`
	Body struct {
		Outcome string `json:"outcome" enum:"happened,did_not_happen,send_again" doc:"what a person found out at the marketplace"`
		Reason  string `json:"reason" minLength:"1" maxLength:"1000"`
	}
}

func (a *API) addEffects() {
	handle(a, operation{method: http.MethodGet, path: "/effects/doubtful", id: "list-doubtful-effects", tag: "effects",
		summary: "Outward acts whose end is not known, that were contradicted, or refused lately"},
		func(ctx context.Context, who desk.Who, _ *nothing) (*body[items[Effect]], error) {
			all, err := a.Desk.Doubtful(ctx, who)
			return list(each(all, effectOf)), err
		})
	handle(a, operation{method: http.MethodPost, path: "/effects/{id}/resolution", id: "resolve-effect", tag: "effects", status: http.StatusNoContent,
		summary: "End a doubt, with a reason"},
		func(ctx context.Context, who desk.Who, in *resolveInput) (*none, error) {
			return nil, a.Desk.ResolveEffect(ctx, who, in.ID, in.Body.Outcome, in.Body.Reason)
		})
}
