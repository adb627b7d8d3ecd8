package desk_test

import (
	"context"
	"net/http"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"parley/internal/desk"
	"parley/internal/store/storetest"
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

// BenchmarkEventsToAProgram delivers 800 events of 200 cases to a webhook receiver in the same process, signed, four in a row for each case.
func BenchmarkEventsToAProgram(b *testing.B) {
	for name, address := range map[string]func(testing.TB) string{"sqlite": storetest.SQLite, "postgres": storetest.Postgres} {
		b.Run(name, func(b *testing.B) {
			s := newScene(b, address(b))
			hook, _ := s.feed(desk.ChannelInput{Events: []string{"note"}})
			s.platform.BulkIssues(s.shop, 200)
			s.sync()
			var cases []int64
			for _, r := range s.queue(desk.QueueQuery{Limit: 200}) {
				cases = append(cases, r.ID)
			}
			heard := 0
			for b.Loop() {
				b.StopTimer()
				for i := range 4 {
					for part := range slices.Chunk(cases, 50) {
						s.must(s.Note(bg, s.owner, part, "note "+strconv.Itoa(i)))
					}
				}
				heard += 4 * len(cases)
				ctx, stop := context.WithCancel(bg)
				ended := make(chan struct{})
				all := make(chan struct{})
				hook.Answer(func(n int, _ http.ResponseWriter) {
					if n == heard {
						close(all)
					}
				})
				b.StartTimer()
				go func() { defer close(ended); _ = s.Run(ctx) }()
				<-all
				b.StopTimer()
				stop()
				<-ended
				b.StartTimer()
			}
			b.ReportMetric(4*float64(len(cases))*float64(b.N)/b.Elapsed().Seconds(), "events/s")
		})
	}
}
