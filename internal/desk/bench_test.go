package desk_test

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"parley/internal/desk"
)

// BenchmarkIntake reads 2,000 changed disputes end to end: list and detail over signed HTTP from the simulator in the same process,
// decoded, judged, and stored with their events. The bar is 2,000 disputes a second.
func BenchmarkIntake(b *testing.B) {
	s := newScene(b, "sqlite:"+filepath.Join(b.TempDir(), "bench.db"))
	in := s.input(s.shop)
	in.Settings["calls_per_second"] = "0"
	_, err := s.UpdateStore(context.Background(), s.owner, s.store, 0, in)
	s.must(err)
	const n = 2000
	issues := s.platform.BulkIssues(s.shop, n)
	s.sync()
	if got := len(s.queue(desk.QueueQuery{})); got == 0 {
		b.Fatal("nothing was read")
	}
	s.must(s.SetStoreState(context.Background(), s.owner, s.store, "active"))
	b.ResetTimer()
	for b.Loop() {
		b.StopTimer()
		s.clock.Advance(2 * time.Minute)
		s.platform.Touch(issues...)
		b.StartTimer()
		s.must(s.Settle(context.Background()))
	}
	b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds(), "disputes/s")
}
