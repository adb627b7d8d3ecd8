package desk

import (
	"sync"
	"time"
)

const (
	// quietAfter is how long a store has to have brought nothing new before it is read less often.
	quietAfter = 2 * time.Hour
	// quietPause is the pause between two readings of a quiet store, where the usual one is shorter. Platforms that push wake it sooner.
	quietPause = 5 * time.Minute
	// quietUntil: a store with a deadline this near is never quiet.
	quietUntil = 24 * time.Hour
)

// pace remembers when a reading of a store last brought something new. It lives in memory: a desk that starts reads every store at the
// usual pace at first.
type pace struct {
	mu   sync.Mutex
	news map[int64]time.Time
}

func newPace() *pace { return &pace{news: map[int64]time.Time{}} }

func (p *pace) heard(storeID int64, at time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.news[storeID] = at
}

// quiet tells whether a store has brought nothing for long. The first question begins the time.
func (p *pace) quiet(storeID int64, now time.Time) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	last, ok := p.news[storeID]
	if !ok {
		p.news[storeID] = now
	}
	return ok && now.Sub(last) >= quietAfter
}
