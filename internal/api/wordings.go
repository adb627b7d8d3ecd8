package api

import (
	"context"
	"net/http"

	"parley/internal/desk"
)

type wordingsInput struct {
	ByID
	Option string `path:"option" maxLength:"64"`
}

func (a *API) addWordings() {
	handle(a, operation{method: http.MethodGet, path: "/cases/{id}/options/{option}/wordings", id: "list-wordings", tag: "cases",
		summary: "Reply templates, filled with the facts of a case, that an act may start from"},
		func(ctx context.Context, who desk.Who, in *wordingsInput) (*body[items[desk.Wording]], error) {
			all, err := a.Desk.Wordings(ctx, who, in.ID, in.Option)
			return list(all), err
		})
}
