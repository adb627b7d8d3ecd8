package simulator

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"
)

// Serve runs a simulated platform at an address until the context ends. It prints "listening on http://…" and then the lines, which tell
// a person what a program needs to call it.
func Serve(ctx context.Context, name, address string, platform http.Handler, out io.Writer, lines ...string) error {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
	if err != nil {
		return fmt.Errorf("simulated %s: %w", name, err)
	}
	if err := announce(out, listener.Addr(), lines); err != nil {
		return errors.Join(err, listener.Close())
	}
	server := &http.Server{Handler: platform, ReadHeaderTimeout: 10 * time.Second}
	stop := context.AfterFunc(ctx, func() { _ = server.Close() }) // the listener is gone either way
	defer stop()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("simulated %s: %w", name, err)
	}
	return nil
}

func announce(out io.Writer, address net.Addr, lines []string) error {
	if _, err := fmt.Fprintf(out, "listening on http://%s\n", address); err != nil {
		return err
	}
	for _, line := range lines {
		if _, err := fmt.Fprintln(out, line); err != nil {
			return err
		}
	}
	return nil
}
