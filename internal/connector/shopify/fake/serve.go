package fake

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"time"

	"parley/internal/connector/simulator"
)

// deliverEvery is how often a platform that runs alone sends its webhooks.
const deliverEvery = 2 * time.Second

// Serve runs a platform at an address until the context ends. It prints where, and what a program needs to call each shop.
func (p *Platform) Serve(ctx context.Context, address string, out io.Writer) error {
	ctx, stop := context.WithCancel(ctx)
	told := make(chan struct{})
	go func() {
		defer close(told)
		p.tell(ctx, &http.Client{Timeout: 5 * time.Second}) // as long as the platform waits
	}()
	defer func() { stop(); <-told }()
	var lines []string
	for _, s := range p.Shops() {
		lines = append(lines, fmt.Sprintf("shop %q domain=%s access_token=%s client_secret=%s", s.Name, s.Domain, s.Token, s.Secret))
	}
	return simulator.Serve(ctx, "Shopify", address, p, out, lines...)
}

func (p *Platform) tell(ctx context.Context, client *http.Client) {
	tick := time.NewTicker(deliverEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			p.Gate.Forget()            // nobody counts the calls of a platform that runs alone
			_ = p.Deliver(ctx, client) // what failed waits for the next tick
		}
	}
}

// Main runs a platform filled from a scenario file until the context ends; without one it has two shops with a dozen cases.
func Main(ctx context.Context, address string, scenario io.Reader, out io.Writer, now func() time.Time) error {
	p := New(Options{Now: now})
	if scenario == nil {
		scenario = Example()
	}
	if err := p.Load(scenario); err != nil {
		return err
	}
	return p.Serve(ctx, address, out)
}
