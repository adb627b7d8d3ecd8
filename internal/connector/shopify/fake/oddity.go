package fake

// The troubles that only the answer itself can have, beside those of the gate before it.
const (
	Throttled   = "throttled"    // the bucket of points is empty
	OddWords    = "odd_words"    // a status stands there that no version of the API knew so far
	TwiceListed = "twice_listed" // a list names each record twice, as pages do that shift while they are read
)

// Spoil lets the next document meet a trouble; an empty word ends what still waits.
func (p *Platform) Spoil(trouble string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.trouble = trouble
}

// worded is a status as the answer says it.
func (s *Shop) worded(status string) string {
	if s.p.trouble == OddWords {
		return status + "_NOW"
	}
	return status
}

// listed is a list as the answer gives it.
func (s *Shop) listed(list []any) []any {
	if s.p.trouble != TwiceListed {
		return list
	}
	out := make([]any, 0, 2*len(list))
	for _, one := range list {
		out = append(out, one, one)
	}
	return out
}
