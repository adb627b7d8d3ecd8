package fake

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"time"

	"parley/internal/connector/simulator"
)

// deliverEvery is how often a platform that runs alone lets the shops' own programs pass messages on.
const deliverEvery = 2 * time.Second

// Serve runs a platform at an address until the context ends. It prints where, and what a program needs to call for each shop.
func (p *Platform) Serve(ctx context.Context, address string, out io.Writer) error {
	ctx, stop := context.WithCancel(ctx)
	told := make(chan struct{})
	go func() {
		defer close(told)
		p.deliveries(ctx)
	}()
	defer func() { stop(); p.Hangup(); <-told }()
	return simulator.Serve(ctx, "Taobao", address, p, out, p.lines()...)
}

func (p *Platform) lines() (out []string) {
	for _, s := range p.Shops() {
		kind := "taobao"
		if s.Tmall {
			kind = "tmall"
		}
		out = append(out, fmt.Sprintf("shop %q shop_kind=%s app_key=%s app_secret=%s session_key=%s message_group=%s", s.Nick, kind, s.AppKey, s.Secret, s.Session, s.Group))
	}
	return out
}

// deliveries passes on what waits, until the context ends. Who does not answer is told again the next time.
func (p *Platform) deliveries(ctx context.Context) {
	tick := time.NewTicker(deliverEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			_, _ = p.Deliver(ctx) // what failed waits for the next tick
		}
	}
}

// Main runs a platform filled from a scenario file until the context ends; without one it has two shops with a few refunds.
func Main(ctx context.Context, address string, scenario io.Reader, out io.Writer, now func() time.Time) error {
	p := New(Options{Now: now, HTTP: &http.Client{Timeout: 10 * time.Second}})
	if scenario == nil {
		scenario = Example()
	}
	if err := p.Load(scenario); err != nil {
		return err
	}
	return p.Serve(ctx, address, out)
}
