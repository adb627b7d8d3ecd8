package app_test

import (
	"context"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"testing"
	"time"

	"parley/internal/app"
	"parley/internal/connector"
)

// FuzzSettings: whatever is typed into a setting of a store, the store is opened or the setting is refused.
func FuzzSettings(f *testing.F) {
	all := app.Connectors()
	names := slices.Sorted(maps.Keys(all))
	for n, name := range names {
		for m := range all[name].About().Settings {
			for _, s := range []string{"", "x", "https://shop.example.com", "http://[::1%25x]:99999", "-1", "1e9", "true", "\x00", "退款", "a@b.example.com, c", "2026-99-99", "Europe/Nowhere"} {
				f.Add(n, m, s, "7")
			}
		}
	}
	world := connector.World{HTTP: &http.Client{}, Now: func() time.Time { return time.Unix(1772467200, 0) }, Log: slog.New(slog.DiscardHandler),
		Pause: func(ctx context.Context, _ time.Duration) error { return ctx.Err() }}
	f.Fuzz(func(t *testing.T, n, m int, value, others string) {
		c := all[names[max(0, n)%len(names)]]
		settings := map[string]string{}
		for i, s := range c.About().Settings {
			settings[s.Name] = others
			if i == m {
				settings[s.Name] = value
			}
		}
		session, err := c.Open(connector.Account{StoreID: 1, Settings: settings}, world)
		if (err == nil) == (session == nil) {
			t.Fatalf("session %v, %v", session, err)
		}
	})
}
