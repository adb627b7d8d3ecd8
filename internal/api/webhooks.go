package api

import (
	"reflect"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"parley/internal/desk"
)

// EventCall is what a program is called with when something happened to a case.
type EventCall struct {
	Type      string         `json:"type" example:"event.decided" doc:"event. and the kind"`
	Timestamp time.Time      `json:"timestamp" doc:"of the event, UTC"`
	Data      desk.Happening `json:"data"`
}

// addWebhooks describes what the desk itself calls: programs whose channel hears events of cases.
func (a *API) addWebhooks() {
	doc := a.huma.OpenAPI()
	header := func(name, about string) *huma.Param {
		return &huma.Param{Name: name, In: "header", Required: true, Description: about, Schema: &huma.Schema{Type: huma.TypeString}}
	}
	doc.Webhooks = map[string]*huma.PathItem{"event": {Post: &huma.Operation{
		OperationID: "hear-event", Tags: []string{"notices"}, Summary: "Something happened to a case: called by the desk, once or more often under one id, in order within a case",
		Parameters: []*huma.Param{
			header("webhook-id", "names the event on every channel and at every repetition"),
			header("webhook-timestamp", "seconds since 1970 at which it was sent"),
			header("webhook-signature", "of Standard Webhooks, with the channel's secret"),
		},
		RequestBody: &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{
			"application/json": {Schema: doc.Components.Schemas.Schema(reflect.TypeFor[EventCall](), true, "")},
		}},
		Responses: map[string]*huma.Response{"2XX": {Description: "taken"}, "410": {Description: "never again: the channel is switched off"}, "default": {Description: "sent again later, for up to three days"}},
		Security:  []map[string][]string{},
	}}}
}
