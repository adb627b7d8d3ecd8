package webclient

import (
	"context"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"parley/internal/fault"
)

// answering serves one side of connections on loopback.
func answering(t *testing.T, with func(net.Conn)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go with(c)
		}
	}()
	return l.Addr().String()
}

func TestDialGuardsAddresses(t *testing.T) {
	address := answering(t, func(c net.Conn) { _ = c.Close() })
	port := address[strings.LastIndex(address, ":"):]
	for _, host := range []string{"127.0.0.1", "localhost", "[::ffff:127.0.0.1]"} {
		_, err := NewDial(Options{Connect: time.Second})(t.Context(), "tcp", host+port)
		if f := fault.Of(err); f == nil || f.Key != "fault.address_private" {
			t.Errorf("%s: %v", host, err)
		}
	}
	c, err := NewDial(Options{AllowPrivate: true})(t.Context(), "tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	_ = c.Close()
}

func TestASilentConnectionEnds(t *testing.T) {
	address := answering(t, func(c net.Conn) { _, _ = io.Copy(io.Discard, c) })
	c, err := NewDial(Options{AllowPrivate: true, Total: 50 * time.Millisecond})(t.Context(), "tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	if _, err := c.Read(make([]byte, 1)); err == nil || time.Since(began) > 5*time.Second {
		t.Errorf("%v after %v", err, time.Since(began))
	}
}

func TestAnEndlessConnectionEnds(t *testing.T) {
	address := answering(t, func(c net.Conn) {
		for {
			if _, err := c.Write(make([]byte, 1<<10)); err != nil {
				return
			}
		}
	})
	c, err := NewDial(Options{AllowPrivate: true, MaxBytes: 1 << 10})(context.Background(), "tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	n, err := io.Copy(io.Discard, c)
	if !fault.Is(err, fault.Garbled) || n > perConnection<<10 {
		t.Errorf("%d bytes, %v", n, err)
	}
}
