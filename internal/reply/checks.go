package reply

import (
	"strconv"
	"time"

	"parley/internal/dispute"
	"parley/internal/policy"
)

// Checks answers with the codes that stop something, for callers that need no more, such as the scenario runner.
type Checks struct{}

// LimitsOf reads the limits of a store from its settings.
func LimitsOf(store dispute.Store) Limits {
	n, err := strconv.Atoi(store.Settings["reply_max_words"])
	if err != nil {
		n = 0
	}
	return Limits{MaxWords: n}
}

// Draft gives the codes that stop a draft.
func (Checks) Draft(f *dispute.Facts, v policy.Verdict, d policy.Draft, now time.Time) []string {
	return Blocked(Check(*f, v, d, now, LimitsOf(f.Store)))
}

// Setting gives the codes that stop a setting.
func (Checks) Setting(_ *dispute.Facts, _ policy.Verdict, s policy.Setting, _ time.Time) []string {
	return Blocked(CheckSetting(s))
}

// Action gives the codes that stop an action.
func (Checks) Action(f *dispute.Facts, v policy.Verdict, a policy.Action, now time.Time) []string {
	return Blocked(CheckAction(*f, v, a, now))
}

// Upload gives the codes that stop an upload.
func (Checks) Upload(f *dispute.Facts, _ policy.Verdict, u policy.Upload, _ time.Time) []string {
	return Blocked(CheckUpload(*f, u))
}
