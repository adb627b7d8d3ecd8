package fake

import "time"

// limit is a fixed window of calls; going over it locks the caller out for a while.
type limit struct {
	method string // "" counts every method
	calls  int
	per    time.Duration
	ban    time.Duration

	began       time.Time
	used        int
	bannedUntil time.Time
}

// Limit allows an application so many calls of a method ("" for all methods together) in each period. Who asks more is
// locked out for ban; zero bans until the period ends.
func (p *Platform) Limit(key, method string, calls int, per, ban time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if app := p.apps[key]; app != nil {
		app.limits = append(app.limits, &limit{method: method, calls: calls, per: per, ban: ban})
	}
}

func (p *Platform) checkLimits(c *call) *refusal {
	if c.fault.is(LimitBurst) {
		return limited(c.fault.wait(), false)
	}
	for _, limit := range c.app.limits {
		if limit.method != "" && limit.method != c.method {
			continue
		}
		if wait := limit.take(c.now); wait > 0 {
			return limited(wait, limit.method == "")
		}
	}
	return nil
}

// take counts a call and gives how long the caller is locked out.
func (l *limit) take(now time.Time) time.Duration {
	if now.Before(l.bannedUntil) {
		return l.bannedUntil.Sub(now)
	}
	if now.Sub(l.began) >= l.per {
		l.began, l.used = now, 0
	}
	l.used++
	if l.used <= l.calls {
		return 0
	}
	l.bannedUntil = l.began.Add(l.per)
	if l.ban > 0 {
		l.bannedUntil = now.Add(l.ban)
	}
	return l.bannedUntil.Sub(now)
}
