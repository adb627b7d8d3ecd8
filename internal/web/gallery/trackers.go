package gallery

import (
	"context"
	"time"

	"parley/internal/connector"
	"parley/internal/desk"
	"parley/internal/fault"
	"parley/internal/tracker"
)

// TrackerKinds are two services.
func (d *Desk) TrackerKinds() []tracker.About {
	set := []connector.Setting{{Name: "api_key", Secret: true, Required: true}, {Name: "allow_private", Options: []string{"false", "true"}, Default: "false"}}
	return []tracker.About{
		{Kind: "aftership", Name: "AfterShip", Mark: "AS", Settings: set, Pushes: true, Batch: 50, Quiet: 30 * 24 * time.Hour, Resumes: 3},
		{Kind: "seventeentrack", Name: "17TRACK", Mark: "17", Settings: set, Pushes: true, Batch: 40, Quiet: 30 * 24 * time.Hour, Resumes: 1},
	}
}

// TrackerList shows one that works and one whose quota is used up.
func (d *Desk) TrackerList(context.Context, desk.Who) ([]desk.TrackerView, error) {
	return []desk.TrackerView{
		{ID: 1, CompanyID: 1, Company: "Norte SL", Kind: "aftership", Service: "AfterShip", Mark: "AS", Hook: "https://desk.test/hooks/trackers/1", QuotaTotal: -1, QuotaLeft: -1, Watched: 128, LastOKAt: Now},
		{ID: 2, CompanyID: 1, Company: "Norte SL", Kind: "seventeentrack", Service: "17TRACK", Mark: "17", Name: "2026", Hook: "https://desk.test/hooks/trackers/2", QuotaTotal: 200, Watched: 200, Stopped: 3,
			LastOKAt: Now, FailingSince: Now, FaultKey: "fault.tracker.quota", Params: desk.Params{"tracker": "17TRACK"}},
	}, nil
}

// TestTracker works.
func (d *Desk) TestTracker(_ context.Context, _ desk.Who, in desk.TrackerInput) (desk.TrackerTested, error) {
	if in.Settings["api_key"] == "" {
		return desk.TrackerTested{}, fault.Input("settings.api_key", "", "not empty")
	}
	return desk.TrackerTested{Total: 200, Left: 72}, nil
}

// AddTracker takes what TestTracker takes.
func (d *Desk) AddTracker(ctx context.Context, who desk.Who, in desk.TrackerInput) (desk.TrackerView, error) {
	_, err := d.TestTracker(ctx, who, in)
	return desk.TrackerView{ID: 3, Kind: in.Kind}, err
}

// CheckTracker works.
func (d *Desk) CheckTracker(context.Context, desk.Who, int64) (desk.TrackerTested, error) {
	return desk.TrackerTested{Total: 200, Left: 72}, nil
}

// RemoveTracker does nothing.
func (d *Desk) RemoveTracker(context.Context, desk.Who, int64) error { return nil }
