package fake

import (
	"net/http"
	"time"
)

// FaultKind is a way in which the platform or the network misbehaves.
type FaultKind string

// The faults.
const (
	DropBefore    FaultKind = "drop_before"    // the connection ends, nothing was done
	DropAfter     FaultKind = "drop_after"     // the connection ends, the call was carried out
	ServerError   FaultKind = "server_error"   // Status, nothing was done
	ErrorAfter    FaultKind = "error_after"    // Status, the call was carried out
	Delay         FaultKind = "delay"          // waits For, then answers
	Truncate      FaultKind = "truncate"       // carried out, half of the answer comes
	Hostile       FaultKind = "hostile"        // carried out, Body comes instead of the answer
	DuplicateRows FaultKind = "duplicate_rows" // the last row of a page comes again on the next
	LimitBurst    FaultKind = "limit_burst"    // locked out for For
	ExpiredToken  FaultKind = "expired_token"
	ClockSkew     FaultKind = "clock_skew"    // the platform's clock is a day ahead
	UnknownWords  FaultKind = "unknown_words" // words and fields nobody has documented
)

// Fault is one rule. It matches calls of Method (every call when empty), the Nth of them (from 1, counted since the rule
// was added; 0 = each one) and at most Times of them (0 = without end).
type Fault struct {
	Method string
	Nth    int
	Times  int
	Kind   FaultKind
	Status int           // of ServerError and ErrorAfter; 0 = 503
	For    time.Duration // of Delay and LimitBurst
	Body   string        // of Hostile; empty = a deep, broken document

	seen, hit int
}

// AddFault adds a rule; the first rule that matches a call counts.
func (p *Platform) AddFault(fault Fault) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.faults = append(p.faults, &fault)
}

// ClearFaults removes all rules.
func (p *Platform) ClearFaults() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.faults = nil
}

func (p *Platform) takeFault(c *call) *Fault {
	p.mu.Lock()
	defer p.mu.Unlock()
	var taken *Fault
	for _, fault := range p.faults {
		if fault.Method != "" && fault.Method != c.method {
			continue
		}
		fault.seen++
		if taken != nil || (fault.Nth > 0 && fault.seen != fault.Nth) || (fault.Times > 0 && fault.hit >= fault.Times) {
			continue
		}
		fault.hit++
		taken = fault
	}
	return taken
}

func (f *Fault) is(kind FaultKind) bool { return f != nil && f.Kind == kind }

func (f *Fault) wait() time.Duration {
	if f.For == 0 {
		return time.Second
	}
	return f.For
}

func (f *Fault) status() int {
	if f.Status == 0 {
		return http.StatusServiceUnavailable
	}
	return f.Status
}

// before acts in front of the call and tells whether that was all.
func (f *Fault) before(w http.ResponseWriter, r *http.Request) bool {
	switch f.Kind {
	case DropBefore:
		panic(http.ErrAbortHandler)
	case ServerError:
		http.Error(w, "<html>upstream error</html>", f.status())
		return true
	case Delay:
		timer := time.NewTimer(f.wait())
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-r.Context().Done():
			return true
		}
	}
	return false
}

// after acts on the way back and tells whether the answer is dealt with.
func (f *Fault) after(w http.ResponseWriter, out []byte) bool {
	switch f.Kind {
	case DropAfter:
		panic(http.ErrAbortHandler)
	case ErrorAfter:
		http.Error(w, "<html>upstream error</html>", f.status())
	case Truncate:
		writeAll(w, out[:len(out)/2])
	case Hostile:
		writeAll(w, f.hostile())
	default:
		return false
	}
	return true
}

func (f *Fault) hostile() []byte {
	if f.Body != "" {
		return []byte(f.Body)
	}
	deep := make([]byte, 200_000)
	for i := range deep {
		deep[i] = '['
	}
	return deep
}

func writeAll(w http.ResponseWriter, out []byte) {
	w.Header().Set("Content-Type", "application/json;charset=utf-8")
	if _, err := w.Write(out); err != nil {
		panic(http.ErrAbortHandler)
	}
}
