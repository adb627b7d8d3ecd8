package webclient

import (
	"context"
	"net"
	"sync"
	"time"

	"parley/internal/fault"
)

// Dial opens a connection for a protocol that is not HTTP, such as IMAP.
type Dial func(ctx context.Context, network, address string) (net.Conn, error)

// perConnection is how many of the longest answers one connection may carry in all.
const perConnection = 32

// NewDial makes a Dial that keeps the promises of a client of this package: connecting ends within Connect, a connection on which nothing
// moves for Total is closed, more than 32 times MaxBytes from the other side end it with a fault of kind Garbled, and private addresses
// are refused after the name was resolved unless AllowPrivate is set.
func NewDial(options Options) Dial {
	o := options.filled()
	dialer := &net.Dialer{Timeout: o.Connect, KeepAlive: 30 * time.Second}
	if !o.AllowPrivate {
		dialer.Control = refusePrivate
	}
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dialer.DialContext(ctx, network, address)
		if err != nil {
			if f := fault.Of(err); f != nil {
				return nil, f // the guard's own word
			}
			return nil, err
		}
		return watch(conn, o.Total, perConnection*o.MaxBytes), nil
	}
}

// watched is a connection that ends when nothing moves on it, or too much.
type watched struct {
	net.Conn
	silence time.Duration
	idle    *time.Timer
	once    sync.Once

	mu        sync.Mutex
	left, max int64
}

func watch(conn net.Conn, silence time.Duration, limit int64) *watched {
	w := &watched{Conn: conn, silence: silence, left: limit, max: limit}
	w.idle = time.AfterFunc(silence, func() { _ = w.Close() }) // whoever waits hears of it
	return w
}

// Read reads on until the limit.
func (w *watched) Read(p []byte) (int, error) {
	n, err := w.Conn.Read(p)
	w.idle.Reset(w.silence)
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.left -= int64(n); w.left < 0 {
		_ = w.Close() // it is given up anyway
		return 0, tooLong(w.max)
	}
	return n, err
}

// Write writes and counts as movement.
func (w *watched) Write(p []byte) (int, error) {
	n, err := w.Conn.Write(p)
	w.idle.Reset(w.silence)
	return n, err
}

// Close ends the connection and its watch.
func (w *watched) Close() (err error) {
	w.once.Do(func() {
		w.idle.Stop()
		err = w.Conn.Close()
	})
	return err
}
