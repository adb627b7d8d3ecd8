package app_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"sort"
	"strings"
	"testing"
	"time"

	"parley/internal/app"
)

// call asks the demo's API and decodes the answer.
func call(t *testing.T, d *app.Demo, method, path string, body any, into any) int {
	t.Helper()
	var r io.Reader
	if body != nil {
		raw, err := json.Marshal(body)
		if err != nil {
			t.Fatal(err)
		}
		r = bytes.NewReader(raw)
	}
	q, err := http.NewRequestWithContext(t.Context(), method, d.URL()+path, r)
	if err != nil {
		t.Fatal(err)
	}
	q.Header.Set("Authorization", "Bearer "+d.Token)
	q.Header.Set("Content-Type", "application/json")
	a, err := http.DefaultClient.Do(q)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = a.Body.Close() }()
	raw, err := io.ReadAll(a.Body)
	if err != nil {
		t.Fatal(err)
	}
	if into != nil {
		if err := json.Unmarshal(raw, into); err != nil {
			t.Fatalf("%s %s: %d %s", method, path, a.StatusCode, raw)
		}
	}
	return a.StatusCode
}

type row struct {
	ID          int64
	DueAt       time.Time `json:"due_at"`
	State       string
	Class       string
	Recommended string
}

func TestDemoServesAQueueByDeadlineAndSendsADecisionOnce(t *testing.T) {
	var out bytes.Buffer
	d, err := app.NewDemo(t.Context(), app.Config{Addr: "127.0.0.1:0", Out: &out}, 1)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Stop(); err != nil {
			t.Error(err)
		}
	})
	if err := d.Start(context.Background()); err != nil {
		t.Fatal(err)
	}
	d.Welcome()
	if line, _ := bufio.NewReader(&out).ReadString('\n'); !strings.HasPrefix(line, "listening on http://127.0.0.1:") {
		t.Errorf("the first line is %q", line)
	}
	var list struct{ Items []row }
	if code := call(t, d, "GET", "/api/v1/cases?order=deadline&limit=200", nil, &list); code != 200 || len(list.Items) < 40 {
		t.Fatalf("%d, %d cases", code, len(list.Items))
	}
	if !sort.SliceIsSorted(list.Items, func(i, j int) bool {
		a, b := list.Items[i].DueAt, list.Items[j].DueAt
		return !a.IsZero() && (b.IsZero() || a.Before(b))
	}) {
		t.Error("the cases are not in the order of their deadlines")
	}
	decideOne(t, d, list.Items)
}

func decideOne(t *testing.T, d *app.Demo, rows []row) {
	t.Helper()
	for _, r := range rows {
		if r.State != "wait_seller" || r.Recommended != "accept" { // what we missed comes first, and some kinds have steps of their own
			continue
		}
		var got struct {
			State, Status string
			Effects       []struct{ State string }
		}
		code := call(t, d, "POST", fmt.Sprintf("/api/v1/cases/%d/decisions", r.ID), map[string]any{"option": "accept"}, &got)
		if code >= 300 || got.State != "done" || got.Status != "confirmed" || got.Effects[0].State != "confirmed" {
			t.Errorf("decision: %d %+v", code, got)
		}
		return
	}
	t.Fatal("no case waits for the seller with a claim to accept")
}
