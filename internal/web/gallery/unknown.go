package gallery

import (
	"context"
	"time"

	"parley/internal/desk"
	"parley/internal/fault"
)

// unknownBody is hostile on purpose.
const unknownBody = `{"type":"moon/phase","data":{"note":"<script>alert(1)</script> ` + "\u202egnp.exe\xff" + `"}}`

// UnknownOf shows an unknown kind, unreadable ones, and forged ones.
func (d *Desk) UnknownOf(context.Context, desk.Who, int64) ([]desk.UnknownTopic, error) {
	defer d.lock()()
	return []desk.UnknownTopic{
		{Topic: "moon/phase", Reason: "topic", Times: 3, FirstAt: Now.Add(-5 * time.Hour), LastAt: Now.Add(-time.Hour), Messages: []desk.UnknownMessage{unknownSample()}},
		{Topic: "disputes/create", Reason: "record", Times: 1, FirstAt: Now.Add(-2 * time.Hour), LastAt: Now.Add(-2 * time.Hour)},
		{Reason: "content", Times: 2, FirstAt: Now.Add(-3 * time.Hour), LastAt: Now.Add(-3 * time.Hour)},
		{Reason: "signature", Times: 41, FirstAt: Now.Add(-30 * time.Hour), LastAt: Now.Add(-time.Minute)},
	}, d.gone()
}

func unknownSample() desk.UnknownMessage {
	return desk.UnknownMessage{
		ID: 1, StoreID: 1, Topic: "moon/phase", Reason: "topic", FaultKey: "fault.tracker.delivery_unreadable", Params: desk.Params{"tracker": "17TRACK"}, Times: 2,
		FirstAt: Now.Add(-5 * time.Hour), LastAt: Now.Add(-time.Hour), Size: int64(len(unknownBody)) + 1,
	}
}

// UnknownOfTracker shows the same.
func (d *Desk) UnknownOfTracker(ctx context.Context, who desk.Who, id int64) ([]desk.UnknownTopic, error) {
	return d.UnknownOf(ctx, who, id)
}

// UnknownMessage shows the one there is.
func (d *Desk) UnknownMessage(_ context.Context, _ desk.Who, id int64) (desk.UnknownMessage, error) {
	if id != 1 {
		return desk.UnknownMessage{}, fault.New(fault.NotFound, "fault.not_found", "what", "message")
	}
	m := unknownSample()
	m.Body = []byte(unknownBody)
	return m, nil
}

// EraseUnknown does nothing.
func (d *Desk) EraseUnknown(context.Context, desk.Who, int64) error { return nil }

// TrackerOf shows the first account.
func (d *Desk) TrackerOf(ctx context.Context, who desk.Who, _ int64) (desk.TrackerView, error) {
	all, err := d.TrackerList(ctx, who)
	return all[0], err
}
