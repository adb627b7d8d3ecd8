package fake

import (
	"hash/fnv"
	"slices"
	"time"
)

// Issues are all issues of a shop, oldest first.
func (s *Shop) Issues() []*Issue {
	s.platform.mu.Lock()
	defer s.platform.mu.Unlock()
	s.platform.catchUp()
	return slices.Clone(s.issues)
}

// State is the issue's status and detailed state now, such as "processing/wait_for_seller_response".
func (i *Issue) State() string {
	p := i.shop.platform
	p.mu.Lock()
	defer p.mu.Unlock()
	p.catchUp()
	return i.status + "/" + i.detail
}

// Summary counts what is in a platform.
type Summary struct {
	Issues, Open, Ended int
	States              map[string]int // detailed states
	Reasons             map[string]int
	Currencies          map[string]int
	LongestParcel       int // events
	PaidTwice           int // issues with more than one payout: always none
	lapses              []time.Duration
}

// Summary counts issues by their state now.
func (p *Platform) Summary() Summary {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.catchUp()
	count := Summary{States: map[string]int{}, Reasons: map[string]int{}, Currencies: map[string]int{}}
	for _, shop := range p.shops {
		for _, issue := range shop.issues {
			count.add(issue, now)
		}
	}
	return count
}

func (s *Summary) add(issue *Issue, now time.Time) {
	s.Issues++
	s.States[issue.detail]++
	s.Reasons[issue.reason.English]++
	s.Currencies[issue.max().Currency]++
	s.LongestParcel = max(s.LongestParcel, len(issue.Order().scans))
	if len(issue.payouts) > 1 {
		s.PaidTwice++
	}
	if issue.stage == stageEnd {
		s.Ended++
		return
	}
	s.Open++
	if issue.stage == stageSeller {
		s.lapses = append(s.lapses, issue.due.Sub(now))
	}
}

// LapseWithin is how many issues wait for a seller whose time ends within a while.
func (s Summary) LapseWithin(while time.Duration) int {
	count := 0
	for _, left := range s.lapses {
		if left <= while {
			count++
		}
	}
	return count
}

// Digest is one number for the state of all issues: equal platforms have equal digests.
func (p *Platform) Digest() uint64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.catchUp()
	sum := fnv.New64a()
	for _, shop := range p.shops {
		for _, issue := range shop.issues {
			w := &writer{now: now, flat: true}
			issue.write(w)
			sum.Write(w.buf)
		}
	}
	return sum.Sum64()
}
