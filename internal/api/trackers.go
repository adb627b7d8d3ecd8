package api

import (
	"context"
	"io"
	"net/http"
	"strconv"
	"time"

	"parley/internal/connector"
	"parley/internal/desk"
	"parley/internal/tracker"
)

// TrackerKind is a service that watches parcels.
type TrackerKind struct {
	Kind     string    `json:"kind"`
	Name     string    `json:"name"`
	Mark     string    `json:"mark"`
	Days     int       `json:"quiet_days" doc:"it stops watching after so many days without news"`
	Settings []Setting `json:"settings" nullable:"false"`
}

func trackerKindOf(t tracker.About) TrackerKind {
	setting := func(s connector.Setting) Setting { return Setting(s) }
	return TrackerKind{Kind: t.Kind, Name: t.Name, Mark: t.Mark, Days: int(t.Quiet / (24 * time.Hour)), Settings: each(t.Settings, setting)}
}

type trackerInput struct{ Body desk.TrackerInput }

func (a *API) addTrackers() {
	handle(a, operation{method: http.MethodGet, path: "/trackers", id: "list-trackers", tag: "trackers", summary: "Accounts at services that watch parcels"},
		func(ctx context.Context, who desk.Who, _ *nothing) (*body[items[desk.TrackerView]], error) {
			all, err := a.Desk.TrackerList(ctx, who)
			return list(all), err
		})
	handle(a, operation{method: http.MethodPost, path: "/trackers", id: "add-tracker", tag: "trackers", status: http.StatusCreated, summary: "Add such an account, after a harmless call with its settings"},
		func(ctx context.Context, who desk.Who, in *trackerInput) (*body[desk.TrackerView], error) {
			t, err := a.Desk.AddTracker(ctx, who, in.Body)
			return &body[desk.TrackerView]{t}, err
		})
	handle(a, operation{method: http.MethodPost, path: "/trackers/{id}/test", id: "test-tracker", tag: "trackers", summary: "Make a harmless call with the settings as they are"},
		func(ctx context.Context, who desk.Who, in *ByID) (*body[desk.TrackerTested], error) {
			t, err := a.Desk.CheckTracker(ctx, who, in.ID)
			return &body[desk.TrackerTested]{t}, err
		})
	handle(a, operation{method: http.MethodDelete, path: "/trackers/{id}", id: "remove-tracker", tag: "trackers", status: http.StatusNoContent, summary: "Remove an account; what it told stays"},
		func(ctx context.Context, who desk.Who, in *ByID) (*none, error) {
			return nil, a.Desk.RemoveTracker(ctx, who, in.ID)
		})
	handle(a, operation{method: http.MethodGet, path: "/tracker-kinds", id: "list-tracker-kinds", tag: "trackers", summary: "Services that can watch parcels, and their settings"},
		func(context.Context, desk.Who, *nothing) (*body[items[TrackerKind]], error) {
			return list(each(a.Desk.TrackerKinds(), trackerKindOf)), nil
		})
}

// trackerHook takes deliveries of services at /hooks/trackers/ID. The signature in the delivery says who calls; there is no token.
func (a *API) trackerHook(w http.ResponseWriter, r *http.Request) {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		http.NotFound(w, r)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxDelivery))
	if err != nil {
		http.Error(w, "the delivery could not be read", http.StatusBadRequest)
		return
	}
	if err := a.Desk.ReceiveTracking(r.Context(), id, connector.Delivery{Header: r.Header, Query: r.URL.Query(), Body: body}); err != nil {
		a.hookFailed(w, id, err)
	}
}
