package aliexpress_test

import (
	"context"
	"testing"
	"time"

	"parley/internal/connector"
	"parley/internal/connector/alibaba/wire"
	"parley/internal/connector/aliexpress"
	"parley/internal/connector/connectortest"
)

// BenchmarkPullChanged reads 2,000 changed disputes, list and detail, over signed HTTP from the simulator in the same
// process. It reports disputes a second; the simulator's share of the work is in it.
func BenchmarkPullChanged(b *testing.B) {
	const disputes = 2000
	s := newScene(b, "iop")
	issues := s.platform.BulkIssues(s.shop, disputes)
	session, memory := s.open(b), connectortest.Memory{}
	s.platform.Advance(time.Minute)
	pulled, err := session.Pull(b.Context(), "", memory.Known, memory.Take)
	if err != nil || len(memory) != disputes {
		b.Fatalf("%d disputes, %v", len(memory), err)
	}
	var read int
	for b.Loop() {
		b.StopTimer()
		s.platform.Touch(issues...)
		s.platform.Advance(time.Minute)
		b.StartTimer()
		pulled, err = session.Pull(b.Context(), pulled.Cursor, memory.Known, func(batch []connector.Snapshot) error {
			read += len(batch)
			return memory.Take(batch)
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	if read != b.N*disputes {
		b.Fatalf("%d snapshots read, want %d", read, b.N*disputes)
	}
	b.ReportMetric(float64(read)/b.Elapsed().Seconds(), "disputes/s")
}

// BenchmarkPullUnchanged lists 2,000 disputes of which none changed.
func BenchmarkPullUnchanged(b *testing.B) {
	const disputes = 2000
	s := newScene(b, "iop")
	s.platform.BulkIssues(s.shop, disputes)
	session, memory := s.open(b), connectortest.Memory{}
	s.platform.Advance(time.Minute)
	pulled, err := session.Pull(b.Context(), "", memory.Known, memory.Take)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if pulled, err = session.Pull(b.Context(), pulled.Cursor, memory.Known, memory.Take); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(disputes*b.N)/b.Elapsed().Seconds(), "rows/s")
}

// aDetail is one answer as it comes over the wire.
func aDetail(b *testing.B) []byte {
	s := newScene(b, "iop")
	s.platform.BulkIssues(s.shop, 1)
	s.platform.Advance(time.Minute)
	memory := connectortest.Memory{}
	if _, err := s.open(b).Pull(context.Background(), "", memory.Known, memory.Take); err != nil {
		b.Fatal(err)
	}
	for _, snap := range memory {
		return snap.Raw
	}
	b.Fatal("no dispute")
	return nil
}

// BenchmarkDecode turns one detail answer into facts, without the network.
func BenchmarkDecode(b *testing.B) {
	raw, c := aDetail(b), aliexpress.New()
	b.SetBytes(int64(len(raw)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := c.Import(raw, nil); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkParse is the reading of the JSON alone.
func BenchmarkParse(b *testing.B) {
	raw := aDetail(b)
	b.SetBytes(int64(len(raw)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := wire.Parse(raw); err != nil {
			b.Fatal(err)
		}
	}
}
