package desk

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"time"

	"parley/internal/connector"
	"parley/internal/dispute"
)

// TakeIn takes in snapshots for a store as a reading would.
func (d *Desk) TakeIn(ctx context.Context, storeID int64, batch []connector.Snapshot) ([]int64, error) {
	st, err := d.DB.Store(ctx, storeID)
	if err != nil {
		return nil, err
	}
	return d.takeIn(ctx, st, batch)
}

// Beat says that a loop of this node looked for work at an instant.
func (d *Desk) Beat(loop string, at time.Time) { d.pulse.beat(loop, at) }

// Shared tells whether facts that several have in hand are still what their text says, and how many they are.
func Shared() (n int, err error) {
	factsRead.mu.Lock()
	defer factsRead.mu.Unlock()
	for _, all := range []map[string]dispute.Facts{factsRead.young, factsRead.old} {
		for text, f := range all {
			fresh, err := decodeFacts(json.RawMessage(text))
			if err != nil || !reflect.DeepEqual(f, fresh) {
				return n, fmt.Errorf("%v: somebody wrote into %s", err, text)
			}
			n++
		}
	}
	return n, nil
}

// SharedFacts decodes facts that nobody changes.
func SharedFacts(raw json.RawMessage) (dispute.Facts, error) { return sharedFacts(raw) }

// Remembered tells whether facts are still in memory after two looks at their age, the second one so much later, where they were used between
// the two or not.
func Remembered(later time.Duration, used bool) bool {
	var s shared
	raw, now := json.RawMessage(`{}`), time.Date(2026, 5, 4, 9, 0, 0, 0, time.UTC)
	s.age(now)
	s.keep(raw, dispute.Facts{})
	s.age(now.Add(later / 2))
	if used {
		s.find(raw)
	}
	s.age(now.Add(later))
	_, known := s.find(raw)
	return known
}
