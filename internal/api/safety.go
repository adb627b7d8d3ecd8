package api

import (
	"context"
	"net/http"

	"parley/internal/desk"
)

// Net is the safety net of a store.
type Net struct {
	Rules []desk.NetRule `json:"rules" nullable:"false" doc:"tried in this order"`
}

type netInput struct {
	ByID
	Body Net
}

type replayNetInput struct {
	ByID
	Body struct {
		Rules []desk.NetRule `json:"rules" nullable:"false"`
		Days  int            `json:"days,omitempty" minimum:"1" maximum:"365" default:"90"`
	}
}

// ByDecision names a decision in an address.
type ByDecision struct {
	ID string `path:"id" maxLength:"100"`
}

type declineInput struct {
	ByDecision
	Body struct {
		Reason string `json:"reason" minLength:"1" maxLength:"1000"`
	}
}

type prepareInput struct {
	ByID
	Body desk.Choice
}

// addSafety adds what keeps money and deadlines safe: the nets of stores, the limits of people, decisions that wait.
func (a *API) addSafety() {
	a.addNets()
	a.addLimits()
	a.addWaiting()
	a.addWordings()
	a.addErasing()
}

// Retention is how long ended cases keep what they tell of people.
type Retention struct {
	Days int `json:"days" minimum:"0" maximum:"3650" doc:"0 = for ever, else 30 or more"`
}

type eraseInput struct {
	ByID
	Body struct {
		Reason string `json:"reason" minLength:"1" maxLength:"1000" doc:"without naming the person"`
	}
}

func (a *API) addErasing() {
	handle(a, operation{method: http.MethodPost, path: "/cases/{id}/erasure", id: "erase-case", tag: "cases", status: http.StatusNoContent,
		summary: "Take out of an ended case what it tells of people; it cannot be taken back"},
		func(ctx context.Context, who desk.Who, in *eraseInput) (*none, error) {
			return nil, a.Desk.Erase(ctx, who, in.ID, in.Body.Reason)
		})
	handle(a, operation{method: http.MethodGet, path: "/retention", id: "get-retention", tag: "members", summary: "For how many days ended cases keep what they tell of people"},
		func(ctx context.Context, who desk.Who, _ *nothing) (*body[Retention], error) {
			days, err := a.Desk.Retention(ctx, who)
			return &body[Retention]{Retention{days}}, err
		})
	handle(a, operation{method: http.MethodPut, path: "/retention", id: "set-retention", tag: "members", status: http.StatusNoContent, summary: "Set for how many days ended cases keep what they tell of people"},
		func(ctx context.Context, who desk.Who, in *struct{ Body Retention }) (*none, error) {
			return nil, a.Desk.SetRetention(ctx, who, in.Body.Days)
		})
}

func (a *API) addNets() {
	handle(a, operation{method: http.MethodGet, path: "/stores/{id}/net", id: "get-net", tag: "stores", summary: "What is done for a store's cases before a deadline if nobody answered"},
		func(ctx context.Context, who desk.Who, in *ByID) (*body[Net], error) {
			rules, err := a.Desk.Net(ctx, who, in.ID)
			return &body[Net]{Net{append([]desk.NetRule{}, rules...)}}, err
		})
	handle(a, operation{method: http.MethodPut, path: "/stores/{id}/net", id: "set-net", tag: "stores", status: http.StatusNoContent, summary: "Replace a store's safety net"},
		func(ctx context.Context, who desk.Who, in *netInput) (*none, error) {
			return nil, a.Desk.SetNet(ctx, who, in.ID, in.Body.Rules)
		})
	handle(a, operation{method: http.MethodPost, path: "/stores/{id}/net/replay", id: "replay-net", tag: "stores", summary: "What a safety net would have done over the last days, and its cost; nothing is kept"},
		func(ctx context.Context, who desk.Who, in *replayNetInput) (*body[desk.NetReplay], error) {
			out, err := a.Desk.ReplayNet(ctx, who, in.ID, in.Body.Rules, in.Body.Days)
			return &body[desk.NetReplay]{out}, err
		})
}

func (a *API) addLimits() {
	handle(a, operation{method: http.MethodGet, path: "/limits", id: "get-limits", tag: "members", summary: "What one person may pay back alone"},
		func(ctx context.Context, who desk.Who, _ *nothing) (*body[desk.Limits], error) {
			l, err := a.Desk.Limits(ctx, who)
			return &body[desk.Limits]{l}, err
		})
	handle(a, operation{method: http.MethodPut, path: "/limits", id: "set-limits", tag: "members", status: http.StatusNoContent, summary: "Replace the limits"},
		func(ctx context.Context, who desk.Who, in *struct{ Body desk.Limits }) (*none, error) {
			return nil, a.Desk.SetLimits(ctx, who, in.Body)
		})
}

type waitingInput struct {
	Outdated bool   `query:"outdated" doc:"only those whose case has changed since"`
	Limit    int    `query:"limit" minimum:"1" maximum:"200" default:"50"`
	Cursor   string `query:"cursor" maxLength:"1000" doc:"next of a page with the same other parameters"`
}

// WaitingList is a page of the decisions that wait: those for a signature first, then prepared ones, each oldest first.
type WaitingList struct {
	Items []desk.Pending `json:"items" nullable:"false"`
	Next  string         `json:"next,omitempty" doc:"cursor of the following page; absent on the last one. A page of outdated ones may be short and still have a next"`
}

// WaitingListOf writes a page as the interface does.
func WaitingListOf(p desk.WaitingPage) WaitingList {
	return WaitingList{Items: append([]desk.Pending{}, p.Rows...), Next: p.Next}
}

func (a *API) addWaiting() {
	handle(a, operation{method: http.MethodPost, path: "/cases/{id}/prepared", id: "prepare", tag: "decisions", status: http.StatusCreated,
		summary: "Keep a checked decision ready: the safety net sends it if nobody answers"},
		func(ctx context.Context, who desk.Who, in *prepareInput) (*body[Decided], error) {
			d, err := a.Desk.Prepare(ctx, who, in.ID, in.Body)
			return &body[Decided]{decidedOf(d)}, err
		})
	handle(a, operation{method: http.MethodGet, path: "/decisions", id: "list-waiting-decisions", tag: "decisions", summary: "Decisions that wait for a signature or for the safety net"},
		func(ctx context.Context, who desk.Who, in *waitingInput) (*body[WaitingList], error) {
			p, err := a.Desk.Waiting(ctx, who, desk.WaitingQuery{Outdated: in.Outdated, Cursor: in.Cursor, Limit: in.Limit})
			return &body[WaitingList]{WaitingListOf(p)}, err
		})
	handle(a, operation{method: http.MethodPost, path: "/decisions/{id}/release", id: "release-decision", tag: "decisions", summary: "Sign a waiting decision, or send a prepared one now"},
		func(ctx context.Context, who desk.Who, in *ByDecision) (*body[Decided], error) {
			d, err := a.Desk.Release(ctx, who, in.ID)
			return &body[Decided]{decidedOf(d)}, err
		})
	handle(a, operation{method: http.MethodPost, path: "/decisions/{id}/decline", id: "decline-decision", tag: "decisions", status: http.StatusNoContent, summary: "Refuse to sign, or take back one's own, with a reason"},
		func(ctx context.Context, who desk.Who, in *declineInput) (*none, error) {
			return nil, a.Desk.Decline(ctx, who, in.ID, in.Body.Reason)
		})
}
