package api_test

import (
	"io"
	"net/http"
	"testing"

	"parley/internal/store/storetest"
)

// BenchmarkList asks for fifty cases over HTTP at several clients at once (-cpu 16); the floor answers as many bytes with nothing
// behind them.
func BenchmarkList(b *testing.B) {
	h := newHouse(b, storetest.SQLite(b))
	h.member("viewer", nil)
	h.cases(h.shop("Norte"), 2000)
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}
	b.RunParallel(func(p *testing.PB) {
		for p.Next() {
			r, _ := http.NewRequestWithContext(b.Context(), "GET", h.url+"/api/v1/cases?order=deadline&limit=50", nil)
			r.Header.Set("Authorization", "Bearer "+h.tokens["viewer"])
			answer, err := client.Do(r)
			if err != nil {
				b.Error(err)
				return
			}
			n, _ := io.Copy(io.Discard, answer.Body)
			answer.Body.Close()
			if answer.StatusCode != 200 || n < 10_000 {
				b.Errorf("%d with %d bytes", answer.StatusCode, n)
			}
		}
	})
}
