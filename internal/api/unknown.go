package api

import (
	"context"
	"net/http"

	"parley/internal/desk"
)

// addUnknown: what platforms and services sent that the desk can make nothing of.
func (a *API) addUnknown() {
	handle(a, operation{method: http.MethodGet, path: "/stores/{id}/unknown", id: "list-unknown", tag: "stores", summary: "What a store's platform sent that the desk can make nothing of"},
		func(ctx context.Context, who desk.Who, in *ByID) (*body[items[desk.UnknownTopic]], error) {
			all, err := a.Desk.UnknownOf(ctx, who, in.ID)
			return list(all), err
		})
	handle(a, operation{method: http.MethodGet, path: "/trackers/{id}/unknown", id: "list-tracker-unknown", tag: "trackers", summary: "What a service sent that the desk can make nothing of"},
		func(ctx context.Context, who desk.Who, in *ByID) (*body[items[desk.UnknownTopic]], error) {
			all, err := a.Desk.UnknownOfTracker(ctx, who, in.ID)
			return list(all), err
		})
	handle(a, operation{method: http.MethodGet, path: "/unknown/{id}", id: "get-unknown", tag: "stores", summary: "One such message as it came"},
		func(ctx context.Context, who desk.Who, in *ByID) (*body[desk.UnknownMessage], error) {
			m, err := a.Desk.UnknownMessage(ctx, who, in.ID)
			return &body[desk.UnknownMessage]{m}, err
		})
	handle(a, operation{method: http.MethodDelete, path: "/unknown/{id}", id: "erase-unknown", tag: "stores", status: http.StatusNoContent, summary: "Erase such a message; that it came stays counted"},
		func(ctx context.Context, who desk.Who, in *ByID) (*none, error) {
			return nil, a.Desk.EraseUnknown(ctx, who, in.ID)
		})
}
