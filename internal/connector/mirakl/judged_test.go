package mirakl_test

import (
	"encoding/json"
	"slices"
	"testing"
	"time"

	"parley/internal/desk"
	"parley/internal/money"
)

// A person decides after the time for a solution ran out, before the desk has looked at its clock: the history tells first that
// the case stands otherwise now.
func TestWhatTimeChangedIsToldBeforeTheDecision(t *testing.T) {
	o := newOffice(t)
	order := o.buy()
	o.clock.advance(60 * 24 * time.Hour)
	order.OpenIncident(0, "2") // a defect, long after the delivery: a case of the guarantee, which has its own time
	o.pass(2 * time.Minute)
	row := o.queue()[0]
	o.clock.advance(60 * 24 * time.Hour)
	_, err := o.Decide(t.Context(), o.owner, row.ID, desk.Choice{Option: "refund", Amount: money.Amount{Minor: 1000, Currency: "EUR"}})
	o.must(err)
	events, err := o.DB.Events(t.Context(), row.ID, 0, 100)
	o.must(err)
	c, err := o.DB.Case(t.Context(), row.ID)
	o.must(err)
	var last struct{ State string }
	slices.Reverse(events)
	for _, e := range events {
		var told struct {
			Before, After *struct{ State string }
		}
		o.must(json.Unmarshal(e.Data, &told))
		if told.After == nil {
			continue
		}
		if told.Before != nil && told.Before.State != last.State {
			t.Errorf("%s begins at %q after %q", e.Kind, told.Before.State, last.State)
		}
		last = *told.After
	}
	if c.State == row.State || last.State != c.State || events[len(events)-1].Kind != "decided" {
		t.Errorf("the case went from %q to %q, its history ends at %q with %s", row.State, c.State, last.State, events[len(events)-1].Kind)
	}
}
