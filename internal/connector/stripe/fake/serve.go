package fake

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"time"

	"parley/internal/connector/simulator"
)

// deliverEvery is how often a platform that runs alone tells its events.
const deliverEvery = 2 * time.Second

// Serve runs a platform at an address until the context ends. It prints where, and what a program needs to call each account. Events go
// out as they happen.
func (p *Platform) Serve(ctx context.Context, address string, out io.Writer) error {
	ctx, stop := context.WithCancel(ctx)
	told := make(chan struct{})
	go func() {
		defer close(told)
		p.tell(ctx)
	}()
	defer func() { stop(); <-told }()
	return simulator.Serve(ctx, "Stripe", address, p, out, p.lines()...)
}

func (p *Platform) lines() (out []string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, a := range p.accounts {
		out = append(out, fmt.Sprintf("account %q id=%s api_key=%s webhook_secret=%s", a.Name, a.ID, a.Key, a.WebhookSecret))
	}
	return out
}

// tell delivers what waits, until the context ends. Who does not answer is told again the next time.
func (p *Platform) tell(ctx context.Context) {
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

// Main runs a platform filled from a scenario file until the context ends; without one it has one account with a few disputes.
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
