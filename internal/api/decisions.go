package api

import (
	"context"
	"net/http"
	"slices"
	"time"

	"parley/internal/desk"
	"parley/internal/fault"
)

// maxWait is the longest a decision's answer is held back for its effects.
const maxWait = 60 * time.Second

// Decided is how a decision stands.
type Decided struct {
	DecisionID string   `json:"decision_id"`
	CaseID     int64    `json:"case_id"`
	State      string   `json:"state" enum:"open,done,failed,in_doubt,to_sign,prepared,declined,withdrawn,overtaken" doc:"to_sign waits for another person, prepared for the safety net"`
	Status     string   `json:"status" enum:"planned,sending,sent,confirmed,contradicted,refused,in_doubt,cancelled,waiting" doc:"of the first act that is not confirmed; confirmed when all are; waiting where there is none yet"`
	Effects    []Effect `json:"effects" nullable:"false" doc:"in the order they are sent"`
}

func decidedOf(d desk.Decided) Decided {
	out := Decided{DecisionID: d.DecisionID, CaseID: d.CaseID, State: d.State, Status: "confirmed", Effects: each(d.Effects, effectOf)}
	if len(d.Effects) == 0 {
		out.Status = "waiting"
	}
	for _, e := range d.Effects {
		if e.State != "confirmed" {
			out.Status = e.State
			break
		}
	}
	return out
}

type decideInput struct {
	ByID
	Wait string `query:"wait" example:"10s" doc:"hold the answer until the effects have ended, at most this long, 60s at most; 0s answers at once" default:"3s"`
	Key  string `header:"Idempotency-Key" maxLength:"200" doc:"a repeated request with the same key and body gets the same answer and decides nothing anew"`
	Body desk.Choice
}

type decideOutput struct {
	Status int
	Body   Decided
}

func (a *API) addDecisions() {
	handle(a, operation{method: http.MethodPost, path: "/cases/{id}/decisions", id: "decide", tag: "decisions", status: http.StatusCreated,
		summary: "Decide, and have it sent to the marketplace once: 201 when the effects have ended, 202 while they are under way"}, a.decide)
	handle(a, operation{method: http.MethodPost, path: "/cases/{id}/preview", id: "preview", tag: "decisions",
		summary: "What a decision would send, without sending it"},
		func(ctx context.Context, who desk.Who, in *struct {
			ByID
			Body desk.Choice
		}) (*body[desk.Preview], error) {
			p, err := a.Desk.Preview(ctx, who, in.ID, in.Body)
			return &body[desk.Preview]{p}, err
		})
	handle(a, operation{method: http.MethodGet, path: "/decisions/{id}", id: "get-decision", tag: "decisions", summary: "How a decision stands"},
		func(ctx context.Context, who desk.Who, in *struct {
			ID string `path:"id" maxLength:"100"`
		}) (*body[Decided], error) {
			d, err := a.Desk.Decision(ctx, who, in.ID)
			return &body[Decided]{decidedOf(d)}, err
		})
}

func (a *API) decide(ctx context.Context, who desk.Who, in *decideInput) (*decideOutput, error) {
	wait, err := parseWait(in.Wait)
	if err != nil {
		return nil, err
	}
	watching, stop := context.WithCancel(ctx)
	defer stop()
	var changes <-chan desk.Change
	if wait > 0 {
		changes = a.Desk.Watch(watching, who) // before deciding, so that no change is missed
	}
	d, err := a.Desk.DecideOnce(ctx, who, in.Key, in.ID, in.Body)
	if err == nil && wait > 0 {
		d, err = a.untilEnded(ctx, who, d, wait, changes)
	}
	if err != nil {
		return nil, err
	}
	out := &decideOutput{Status: http.StatusAccepted, Body: decidedOf(d)}
	if !slices.Contains([]string{"open", "to_sign", "prepared"}, d.State) {
		out.Status = http.StatusCreated
	}
	return out, nil
}

// parseWait reads a duration such as 10s.
func parseWait(text string) (time.Duration, error) {
	if text == "" {
		return 0, nil
	}
	wait, err := time.ParseDuration(text)
	if err != nil || wait < 0 || wait > maxWait {
		return 0, fault.Input("wait", text, "0s to 60s")
	}
	return wait, nil
}

// untilEnded reads the decision again whenever its case changes, until it is no longer open or the time is up.
func (a *API) untilEnded(ctx context.Context, who desk.Who, d desk.Decided, wait time.Duration, changes <-chan desk.Change) (desk.Decided, error) {
	up := time.NewTimer(wait)
	defer up.Stop()
	for d.State == "open" {
		select {
		case <-ctx.Done():
			return d, ctx.Err()
		case <-up.C:
			return d, nil
		case c, ok := <-changes:
			if !ok {
				return d, nil
			}
			if len(c.Cases) > 0 && !slices.Contains(c.Cases, d.CaseID) {
				continue
			}
		}
		again, err := a.Desk.Decision(ctx, who, d.DecisionID)
		if err != nil {
			return d, err
		}
		d = again
	}
	return d, nil
}
