package app_test

import (
	"bytes"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"parley/internal/app"
	"parley/internal/fault"
	"parley/internal/store/fill"
)

// TestADeskOnAFullDisk plays it on a real file system. Package store plays the same without root.
func TestADeskOnAFullDisk(t *testing.T) {
	data := t.TempDir()
	if err := syscall.Mount("tmpfs", data, "tmpfs", 0, "size=24m"); err != nil {
		t.Skipf("a small file system needs root (%v); package store fills SQLite itself", err)
	}
	t.Cleanup(func() { _ = syscall.Unmount(data, syscall.MNT_DETACH) })
	a, err := app.New(t.Context(), app.Config{Data: data, Addr: "127.0.0.1:0"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = a.Stop() })
	if err := fill.Cases(t.Context(), a.DB, 50, 1, a.Clock.Now()); err != nil {
		t.Fatal(err)
	}
	secret, _, err := a.Desk.NewToken(t.Context(), owner(t, a), "test")
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	d := &fullDesk{t, a, secret}
	if status, body := d.note(); status != http.StatusNoContent {
		t.Fatalf("a note before: %d %s", status, body)
	}
	ballast := filepath.Join(data, "ballast")
	d.fill(ballast)
	refused := false
	for range 3000 { // the log may hold room for some
		if status, body := d.note(); status != http.StatusNoContent {
			if refused = true; status != http.StatusServiceUnavailable || !strings.Contains(body, "disk is full") {
				t.Errorf("refused with %d %s", status, body)
			}
			break
		}
	}
	if !refused {
		t.Fatal("three thousand notes on a full disk")
	}
	for _, path := range []string{"/api/v1/cases", "/healthz"} {
		if status, body := d.call("GET", path, ""); status != http.StatusOK {
			t.Errorf("reading %s: %d %.300s", path, status, body)
		}
	}
	if _, err := a.Desk.Blobs.Put(t.Context(), strings.NewReader(strings.Repeat("x", 1<<20))); err == nil {
		t.Error("a file was kept")
	}
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	if status, body := d.note(); status != http.StatusNoContent {
		t.Errorf("with space again: %d %s", status, body)
	}
}

// A desk that can write nothing for two minutes works no more, and says so to whoever watches it.
func TestADeskOnAFullDiskIsCalledStandingStill(t *testing.T) {
	data := t.TempDir()
	if err := syscall.Mount("tmpfs", data, "tmpfs", 0, "size=12m"); err != nil {
		t.Skipf("a small file system needs root (%v)", err)
	}
	t.Cleanup(func() { _ = syscall.Unmount(data, syscall.MNT_DETACH) })
	a, err := app.New(t.Context(), app.Config{Data: data, Addr: "127.0.0.1:0", Clock: app.FastClock(60)})
	if err == nil {
		err = a.Start(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = a.Stop() })
	d := &fullDesk{t: t, a: a}
	ballast := filepath.Join(data, "ballast")
	d.fill(ballast)
	d.health(`"work":"failing"`)
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	d.health(`"work":"ok"`)
}

// health waits until the desk says something of itself.
func (d *fullDesk) health(want string) {
	d.t.Helper()
	tick, limit := time.NewTicker(100*time.Millisecond), time.After(60*time.Second)
	defer tick.Stop()
	for body := ""; !strings.Contains(body, want); {
		select {
		case <-tick.C:
			_, body = d.call("GET", "/healthz", "")
		case <-limit:
			d.t.Fatalf("no %s in %s", want, body)
		}
	}
}

// A desk cannot start on a full disk, as SQLite needs room to open its log. It says so, and starts once there is space.
func TestADeskStartedOnAFullDisk(t *testing.T) {
	data := t.TempDir()
	if err := syscall.Mount("tmpfs", data, "tmpfs", 0, "size=8m"); err != nil {
		t.Skipf("a small file system needs root (%v)", err)
	}
	t.Cleanup(func() { _ = syscall.Unmount(data, syscall.MNT_DETACH) })
	begin := func() error {
		a, err := app.New(t.Context(), app.Config{Data: data, Addr: "127.0.0.1:0"})
		if err == nil {
			err = a.Stop()
		}
		return err
	}
	if err := begin(); err != nil {
		t.Fatal(err)
	}
	ballast := filepath.Join(data, "ballast")
	(&fullDesk{t: t}).fill(ballast)
	if f := fault.Of(begin()); f == nil || f.Key != "fault.store.full" {
		t.Errorf("on a full disk: %v", f)
	}
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	if err := begin(); err != nil {
		t.Errorf("with space again: %v", err)
	}
}

type fullDesk struct {
	t      *testing.T
	a      *app.App
	secret string
}

func (d *fullDesk) call(method, path, body string) (int, string) {
	d.t.Helper()
	q, err := http.NewRequest(method, d.a.URL()+path, strings.NewReader(body))
	if err != nil {
		d.t.Fatal(err)
	}
	q.Header.Set("Authorization", "Bearer "+d.secret)
	q.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(q)
	if err != nil {
		d.t.Fatal(err)
	}
	defer answer.Body.Close()
	raw, _ := io.ReadAll(answer.Body)
	return answer.StatusCode, string(raw)
}

func (d *fullDesk) note() (int, string) {
	d.t.Helper()
	return d.call("POST", "/api/v1/cases/1/notes", `{"text":"`+strings.Repeat("a note ", 200)+`"}`)
}

// fill takes all the space that is left.
func (d *fullDesk) fill(path string) {
	d.t.Helper()
	f, err := os.Create(path)
	if err != nil {
		d.t.Fatal(err)
	}
	defer f.Close()
	for size := 1 << 20; size > 0; size /= 16 {
		for err == nil {
			_, err = f.Write(bytes.Repeat([]byte{1}, size))
		}
		err = nil
	}
}
