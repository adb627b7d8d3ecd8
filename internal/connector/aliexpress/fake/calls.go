package fake

import "time"

// Call is one call that changes something, as it arrived.
type Call struct {
	At      time.Time
	Method  string
	Shop    string            // seller login; empty when the token was not good
	Params  map[string]string // all of them
	Files   []string          // names of file parts
	Refused string            // code or sub code of the answer; empty = carried out
}

// Calls are the recorded calls of a method that writes ("" for all of them), in order. Reading calls are only counted.
func (p *Platform) Calls(method string) []Call {
	p.mu.Lock()
	defer p.mu.Unlock()
	var all []Call
	for _, call := range p.calls {
		if method == "" || call.Method == method {
			all = append(all, call)
		}
	}
	return all
}

// Count is how many calls of a method came in, whatever the answer.
func (p *Platform) Count(method string) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.counts[method]
}

func (p *Platform) record(c *call, no *refusal) {
	p.counts[c.method]++
	if !methods[c.method].writes {
		return
	}
	call := Call{At: c.now, Method: c.method, Params: clone(c.form.params)}
	if c.shop != nil {
		call.Shop = c.shop.Login
	}
	for _, file := range c.form.files {
		call.Files = append(call.Files, file.name)
	}
	if no != nil {
		call.Refused = or(no.sub, no.iop)
	} else if methods[c.method].session {
		p.acted++
	}
	p.calls = append(p.calls, call)
}
