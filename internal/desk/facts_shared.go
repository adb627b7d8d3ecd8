package desk

import (
	"encoding/json"
	"sync"
	"time"

	"parley/internal/dispute"
)

const (
	sharedMost = 4 << 20        // bounds the texts whose facts are remembered, in bytes for each of two generations
	sharedAge  = 24 * time.Hour // after which a generation is the older one, however small: nothing unused stays for more than two
)

// shared remembers what texts of facts decode to: around each change a case is read several times, and nearly always as it was before.
type shared struct {
	mu         sync.Mutex
	young, old map[string]dispute.Facts
	size       int       // of the texts in young
	turned     time.Time // when the generations turned by their age
}

var factsRead shared

// sharedFacts is decodeFacts for those who change nothing in what they get: lists and parts of it belong to others, too.
func sharedFacts(raw json.RawMessage) (dispute.Facts, error) {
	if f, known := factsRead.find(raw); known {
		return f, nil
	}
	f, err := decodeFacts(raw)
	if err == nil {
		factsRead.keep(raw, f)
	}
	return f, err
}

func (s *shared) find(raw json.RawMessage) (dispute.Facts, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if f, ok := s.young[string(raw)]; ok {
		return f, true
	}
	f, ok := s.old[string(raw)]
	if ok {
		s.add(string(raw), f)
	}
	return f, ok
}

func (s *shared) keep(raw json.RawMessage, f dispute.Facts) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.add(string(raw), f)
}

// forget is for what nobody may know any more.
func (s *shared) forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.young, s.old, s.size = nil, nil, 0
}

// age lets go of what nobody used for long: what was erased meanwhile, perhaps by another node, must not stay in memory.
func (s *shared) age(now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if now.Sub(s.turned).Abs() < sharedAge {
		return
	}
	s.young, s.old, s.size, s.turned = map[string]dispute.Facts{}, s.young, 0, now
}

func (s *shared) add(text string, f dispute.Facts) {
	if s.young == nil || s.size+len(text) > sharedMost {
		s.young, s.old, s.size = map[string]dispute.Facts{}, s.young, 0
	}
	s.young[text] = f
	s.size += len(text)
}
