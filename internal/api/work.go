package api

import (
	"context"
	"io"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"parley/internal/desk"
	"parley/internal/money"
)

type noteInput struct {
	ByID
	Body struct {
		Text string `json:"text" minLength:"1" maxLength:"5000" doc:"seen in the shop only, never sent"`
	}
}

type assignInput struct {
	ByID
	Body struct {
		MemberID int64 `json:"member_id" minimum:"0" doc:"0 = nobody"`
	}
}

type recordInput struct {
	ByID
	Body struct {
		Did       string       `json:"did" doc:"an act of the glossary, such as asked_carrier, or refund, goodwill, payout with an amount" example:"asked_carrier"`
		At        time.Time    `json:"at,omitzero" doc:"when; absent = now"`
		Via       string       `json:"via,omitempty"`
		Reference string       `json:"reference,omitempty"`
		Step      string       `json:"step,omitempty"`
		Note      string       `json:"note,omitempty"`
		Amount    money.Amount `json:"amount,omitzero"`
	}
}

type evidenceForm struct {
	File    huma.FormFile `form:"file" required:"false"`
	Kind    string        `form:"kind" required:"true" doc:"kind of evidence, such as courier_photo"`
	Text    string        `form:"text" required:"false"`
	Note    string        `form:"note" required:"false"`
	Reading string        `form:"reading" required:"false" doc:"what a person saw in it"`
}

type evidenceInput struct {
	ByID
	RawBody huma.MultipartFormFiles[evidenceForm]
}

// addWork adds what people do beside deciding.
func (a *API) addWork() {
	handle(a, operation{method: http.MethodPost, path: "/cases/{id}/notes", id: "add-note", tag: "cases", status: http.StatusNoContent, summary: "Write a note"},
		func(ctx context.Context, who desk.Who, in *noteInput) (*none, error) {
			return nil, a.Desk.Note(ctx, who, []int64{in.ID}, in.Body.Text)
		})
	handle(a, operation{method: http.MethodPost, path: "/cases/{id}/assignee", id: "assign", tag: "cases", status: http.StatusNoContent, summary: "Give a case to a member, or to nobody"},
		func(ctx context.Context, who desk.Who, in *assignInput) (*none, error) {
			return nil, a.Desk.Assign(ctx, who, []int64{in.ID}, in.Body.MemberID)
		})
	handle(a, operation{method: http.MethodPost, path: "/cases/{id}/acts", id: "record-act", tag: "cases", status: http.StatusNoContent, summary: "Put on record what was done outside the desk"},
		func(ctx context.Context, who desk.Who, in *recordInput) (*none, error) {
			return nil, a.Desk.Record(ctx, who, in.ID, desk.RecordInput(in.Body))
		})
	handle(a, operation{method: http.MethodPost, path: "/cases/{id}/evidence", id: "add-evidence", tag: "cases", status: http.StatusCreated, summary: "Put a proof on file: a file, a text, or both"}, a.addEvidence)
}

func (a *API) addEvidence(ctx context.Context, who desk.Who, in *evidenceInput) (*body[Evidence], error) {
	form := in.RawBody.Data()
	var content io.Reader
	if form.File.IsSet {
		defer form.File.Close()
		content = form.File
	}
	e, err := a.Desk.AddEvidence(ctx, who, in.ID, desk.EvidenceInput{
		Kind: form.Kind, Name: form.File.Filename, Text: form.Text, Note: form.Note, Reading: form.Reading, Content: content,
	})
	return &body[Evidence]{evidenceOf(e)}, err
}
