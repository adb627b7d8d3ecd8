package fake

import (
	"context"
	_ "embed"
	"io"
	"strings"
	"time"

	"parley/internal/connector/simulator"
)

//go:embed example.yaml
var example string

// Load buys what a scenario names: a list of purchases under "purchases", whose placed_at and ship_by may be left out and are then two
// days before, and two days after the present.
func (p *Platform) Load(scenario io.Reader) error {
	var file struct {
		Purchases []Purchase `yaml:"purchases"`
	}
	if err := simulator.Scenario(scenario, &file); err != nil {
		return err
	}
	now := p.Now().UTC()
	for _, b := range file.Purchases {
		if b.PlacedAt.IsZero() {
			b.PlacedAt = now.Add(-48 * time.Hour)
		}
		if b.ShipBy.IsZero() {
			b.ShipBy = now.Add(48 * time.Hour)
		}
		p.Buy(b)
	}
	return nil
}

// Main serves a simulated agent alone. Without a scenario it has a small one of its own.
func Main(ctx context.Context, address string, scenario io.Reader, out io.Writer, now func() time.Time) error {
	p := New(Options{Now: now})
	if scenario == nil {
		scenario = strings.NewReader(example)
	}
	if err := p.Load(scenario); err != nil {
		return err
	}
	return simulator.Serve(ctx, "agent", address, p, out, "orders.csv, reports.csv, tracking.csv, messages.csv, account.csv")
}
