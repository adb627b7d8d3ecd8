package demo_test

import (
	"testing"
	"time"

	"parley/internal/connector/mail/fake"
	"parley/internal/connector/mail/fake/demo"
)

// TestTheMailboxIsFilled, with the purchases that the other demos share.
func TestTheMailboxIsFilled(t *testing.T) {
	p := fake.New(fake.Options{Now: func() time.Time { return time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC) }})
	if err := p.Start(t.Context(), "127.0.0.1:0", "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	shops, err := demo.Fill(p)
	if err != nil || len(shops) != 1 || shops[0].Company != "Ibérica Hogar y Herramienta S.L." || shops[0].Settings["imap_port"] == "" {
		t.Fatalf("%+v, %v", shops, err)
	}
}
