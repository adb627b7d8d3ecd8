package policy

import (
	"fmt"
	"time"

	"parley/internal/dispute"
)

// Period are counts of parent orders over some days, in the platform's zone.
type Period struct {
	Days, Confirmed, AutoConfirmed, Disputed                             int64
	CancelledByBuyer, SettledOwnReason, Exempt, Arbitrated, SellerLiable int64
}

// Share is a metric as an unreduced fraction and in per cent, rounded half up to two digits. A metric without any
// order under the line has no per cent.
type Share struct {
	Metric  string `json:"metric"`
	Over    int64  `json:"over"`
	Under   int64  `json:"under"`
	Percent string `json:"percent"`
	Rule    string `json:"rule"`
}

// Rates computes the metrics of the packs in force over a period.
func (r *Rules) Rates(p Period) []Share {
	v := r.newView(&dispute.Facts{}, time.Time{}, Action{})
	v.period = p
	var out []Share
	for _, rate := range r.rates {
		over, ok := v.number(rate.over)
		under, ok2 := v.number(rate.under)
		if !ok || !ok2 {
			continue
		}
		s := Share{Metric: rate.Metric.Text, Over: over, Under: under, Rule: rate.ID.Text}
		if under > 0 && over >= 0 {
			h := (over*20000 + under) / (2 * under) // hundredths of a per cent, half up
			s.Percent = fmt.Sprintf("%d.%02d", h/100, h%100)
		}
		out = append(out, s)
	}
	return out
}

// Level gives the colour of the queue for the time that is left; late is the first level.
func (r *Rules) Level(left time.Duration) string {
	for _, l := range r.levels {
		if left <= time.Duration(r.number(l.Hours.Text))*time.Hour {
			return l.Level.Text
		}
	}
	return ""
}
