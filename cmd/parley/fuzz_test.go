package main

import (
	"bytes"
	"io"
	"maps"
	"slices"
	"testing"
	"time"
)

// FuzzScenario: whatever a scenario file of a simulator holds, it is loaded or refused, soon and in little room. The address is none, so
// that nothing is served.
func FuzzScenario(f *testing.F) {
	all := fakes()
	names := slices.Sorted(maps.Keys(all))
	for n := range names {
		for _, s := range []string{
			"shops:\n  - {name: Casa Norte, key: k, orders: [{commercial: F1, placed_days_ago: 9, shipped_days_ago: 8, lines: [{title: x, price: 39.90, quantity: 2}], incident: {reason: '1', hours_ago: 5}}]}\n",
			"accounts:\n  - {name: A, disputes: [{reason: fraudulent, amount: 1e30}]}\n", "shops: [{orders: [{placed_days_ago: -1e18, lines: []}]}]\n", "a: &a [x]\nb: [*a, *a]\n", "shops: 5", "\x00", "accounts: !- {name: A}\n",
			"shops: [{name: x, key: k, orders: [{commercial: F1, lines: [{title: x, price: 1}], shipped_days_ago: 8, incident: {reason: '1', hours_ago: 5}, return: {days_ago: 1}}]}]\n",
		} {
			f.Add(n, []byte(s))
		}
	}
	f.Fuzz(func(t *testing.T, n int, file []byte) {
		name := names[max(0, n)%len(names)]
		at := time.Date(2026, 3, 5, 9, 0, 0, 0, time.UTC)
		if err := all[name](t.Context(), "nowhere", bytes.NewReader(file), io.Discard, func() time.Time { return at }); err == nil {
			t.Fatalf("%s serves nowhere", name)
		}
	})
}
