package fake

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"
)

// Serve runs a platform at an address until the context ends. It prints "listening on http://…" and then one line for
// each shop with what a program needs to call it.
func (p *Platform) Serve(ctx context.Context, address string, out io.Writer) error {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
	if err != nil {
		return fmt.Errorf("simulated AliExpress: %w", err)
	}
	if err := p.announce(out, listener.Addr()); err != nil {
		return errors.Join(err, listener.Close())
	}
	server := &http.Server{Handler: p, ReadHeaderTimeout: 10 * time.Second}
	stop := context.AfterFunc(ctx, func() { _ = server.Close() }) // the listener is gone either way
	defer stop()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("simulated AliExpress: %w", err)
	}
	return nil
}

func (p *Platform) announce(out io.Writer, address net.Addr) error {
	if _, err := fmt.Fprintf(out, "listening on http://%s\n", address); err != nil {
		return err
	}
	for _, shop := range p.Shops() {
		_, err := fmt.Fprintf(out, "shop %q login=%s app_key=%s app_secret=%s access_token=%s refresh_token=%s\n",
			shop.Name, shop.Login, shop.Key, shop.Secret, shop.Token, shop.RefreshToken)
		if err != nil {
			return err
		}
	}
	return nil
}

// Main runs a platform filled from a scenario file (nil: one empty shop) until the context ends.
func Main(ctx context.Context, address string, scenario io.Reader, out io.Writer, now func() time.Time) error {
	platform := New(Options{Now: now})
	if scenario == nil {
		platform.AddShop(ShopSpec{Name: "Example shop", Country: "ES", Currency: "EUR"})
	} else if err := platform.Load(scenario); err != nil {
		return err
	}
	return platform.Serve(ctx, address, out)
}
