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
