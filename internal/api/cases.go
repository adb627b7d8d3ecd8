package api

import (
	"context"
	"encoding/json"
	"net/http"
	"reflect"
	"strconv"
	"time"

	"parley/internal/desk"
	"parley/internal/fault"
)

func typeOf[T any]() reflect.Type { return reflect.TypeFor[T]() }

// listInput are the parameters of the list of cases. Several values of one parameter are separated by commas.
type listInput struct {
	Order       string    `query:"order" enum:"deadline,money,opened,changed,ended" doc:"default deadline"`
	Group       string    `query:"group" enum:"time,money,connector,store,ask,recommended,assignee,class" doc:"order by this first, then by deadline"`
	View        string    `query:"view" enum:"to_answer,waiting_buyer,returns,before_shipping,platform,watching,mine,unassigned,all,ended" doc:"default: everything open"`
	Store       []int64   `query:"store"`
	Company     []int64   `query:"company"`
	Connector   []string  `query:"connector"`
	Class       []string  `query:"class"`
	Ask         []string  `query:"ask"`
	Recommended []string  `query:"recommended"`
	Assignee    string    `query:"assignee" pattern:"^(me|[0-9]{1,18})$" doc:"member id, 0 = nobody, me"`
	DueBefore   time.Time `query:"due_before"`
	Q           string    `query:"q" maxLength:"200" doc:"search: order number, tracking number, buyer, product, message, note"`
	Limit       int       `query:"limit" minimum:"1" maximum:"200" doc:"default 50"`
	Cursor      string    `query:"cursor" maxLength:"500" doc:"next or prev of a page with the same other parameters"`
}

// CaseList is a page of cases.
type CaseList struct {
	Items  []desk.Row `json:"items" nullable:"false"`
	Next   string     `json:"next,omitempty" doc:"cursor of the following page; absent on the last one"`
	Prev   string     `json:"prev,omitempty" doc:"cursor of the page before"`
	Capped bool       `json:"capped,omitempty" doc:"the search found more than it can order and shows the newest"`
}

func (a *API) addCases() {
	handle(a, operation{method: http.MethodGet, path: "/cases", id: "list-cases", tag: "cases", summary: "Cases in order of urgency"}, a.listCases)
	handle(a, operation{method: http.MethodGet, path: "/cases/{id}", id: "get-case", tag: "cases", summary: "One case with everything known about it"},
		func(ctx context.Context, who desk.Who, in *ByID) (*body[Case], error) {
			page, err := a.Desk.Peek(ctx, who, in.ID)
			return &body[Case]{CaseOf(page)}, err
		})
	handle(a, operation{method: http.MethodGet, path: "/cases/{id}/events", id: "list-events", tag: "cases", summary: "History of a case, newest first"}, a.listEvents)
}

func (a *API) listCases(ctx context.Context, who desk.Who, in *listInput) (*body[CaseList], error) {
	q, err := in.query(who)
	if err != nil {
		return nil, err
	}
	page, err := a.Desk.Queue(ctx, who, q)
	if err != nil {
		return nil, err
	}
	if page.Rows == nil {
		page.Rows = []desk.Row{}
	}
	return &body[CaseList]{CaseList{Items: page.Rows, Next: page.Next, Prev: page.Prev, Capped: page.Capped}}, nil
}

func (in *listInput) query(who desk.Who) (desk.QueueQuery, error) {
	q := desk.QueueQuery{
		View: in.View, Sort: in.Order, Group: in.Group, Stores: in.Store, Companies: in.Company, Connectors: in.Connector, Classes: in.Class,
		Asks: in.Ask, Recommended: in.Recommended, DueBefore: in.DueBefore.UTC(), Search: in.Q, Cursor: in.Cursor, Limit: in.Limit,
	}
	if in.DueBefore.IsZero() {
		q.DueBefore = time.Time{}
	}
	if in.Assignee == "" {
		return q, nil
	}
	id, err := strconv.ParseInt(in.Assignee, 10, 64)
	if in.Assignee == "me" {
		id, err = who.MemberID, nil
	}
	if err != nil {
		return q, fault.Input("assignee", in.Assignee, "0, 1, 2 …, me")
	}
	q.Assignee = &id
	return q, nil
}

// Event is one line of a case's history. Events are never edited.
type Event struct {
	ID       int64           `json:"id"`
	At       time.Time       `json:"at"`
	Kind     string          `json:"kind" example:"decided"`
	Actor    string          `json:"actor" example:"member"`
	MemberID int64           `json:"member_id,omitempty"`
	Data     json.RawMessage `json:"data,omitempty"`
}

type eventsInput struct {
	ByID
	Before int64 `query:"before" minimum:"0" doc:"id of the oldest event had so far"`
	Limit  int   `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

func (a *API) listEvents(ctx context.Context, who desk.Who, in *eventsInput) (*body[items[Event]], error) {
	events, err := a.Desk.Events(ctx, who, in.ID, in.Before, in.Limit)
	var out []Event
	for _, e := range events {
		out = append(out, Event{ID: e.ID, At: e.At, Kind: e.Kind, Actor: e.Actor, MemberID: e.MemberID, Data: e.Data})
	}
	return list(out), err
}
