package main

import "parley/internal/app"

type demoVerb struct {
	Addr  string  `default:"127.0.0.1:8080" placeholder:"HOST:PORT" help:"${help_demo_addr}"`
	Speed float64 `default:"1" placeholder:"N" help:"${help_demo_speed}"`
}

// Run serves a desk beside simulated marketplaces until it is told to stop.
func (v *demoVerb) Run(t *terminal) error {
	c := t.config()
	c.Addr, c.Data = v.Addr, t.Data // without --data a folder of its own that goes again
	d, err := app.NewDemo(t.ctx, c, v.Speed)
	if err != nil {
		return err
	}
	if err := d.Start(t.ctx); err != nil {
		_ = d.Stop() // the first failure is the one to tell
		return err
	}
	d.Welcome()
	<-t.ctx.Done()
	return d.Stop()
}
