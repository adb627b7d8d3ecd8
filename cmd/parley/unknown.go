package main

import (
	"time"

	"parley/internal/app"
	"parley/internal/desk"
)

type storeUnknown struct {
	ID      int64 `arg:"" help:"${help_store_id}"`
	Message int64 `placeholder:"N" help:"${help_unknown_message}"`
}

// Run lists what the platform of a store sent that the desk can make nothing of, or prints one message as it came.
func (v *storeUnknown) Run(t *terminal) error {
	return t.desk(false, func(a *app.App, who desk.Who) error {
		if v.Message != 0 {
			return t.unknownMessage(a, who, v.Message)
		}
		all, err := a.Desk.UnknownOf(t.ctx, who, v.ID)
		if err != nil {
			return err
		}
		return t.unknown(all, a.Desk.Now())
	})
}

type trackerUnknown struct {
	ID      int64 `arg:"" help:"${help_tracker_id}"`
	Message int64 `placeholder:"N" help:"${help_unknown_message}"`
}

// Run does the same for an account at a service that watches parcels.
func (v *trackerUnknown) Run(t *terminal) error {
	return t.desk(false, func(a *app.App, who desk.Who) error {
		if v.Message != 0 {
			return t.unknownMessage(a, who, v.Message)
		}
		all, err := a.Desk.UnknownOfTracker(t.ctx, who, v.ID)
		if err != nil {
			return err
		}
		return t.unknown(all, a.Desk.Now())
	})
}

func (t *terminal) unknown(all []desk.UnknownTopic, now time.Time) error {
	if t.JSON {
		return t.data(map[string]any{"items": all})
	}
	rows := [][]string{t.head("topic", "why", "times", "last", "messages")}
	for _, topic := range all {
		ids := []string{}
		for _, m := range topic.Messages {
			ids = append(ids, number(m.ID))
		}
		rows = append(rows, []string{
			shown(topic.Topic, 60), t.words.T("unknown.reason." + topic.Reason), number(topic.Times), t.words.T("time.ago", "span", t.words.Span(now.Sub(topic.LastAt))), joined(ids),
		})
	}
	return t.table(rows)
}

// unknownMessage prints one message with what could steer a terminal taken out; the whole of it stands in the JSON.
func (t *terminal) unknownMessage(a *app.App, who desk.Who, id int64) error {
	m, err := a.Desk.UnknownMessage(t.ctx, who, id)
	if err != nil {
		return err
	}
	if t.JSON {
		return t.data(m)
	}
	_, err = t.out.Write([]byte(plain(string(m.Body)) + "\n"))
	return err
}
