package fake

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http/httptest"
	"net/textproto"
	"net/url"
	"strconv"
	"testing"
	"time"
)

// BenchmarkDetail answers aliexpress.issue.detail.get with signature check over HTTP on one kept connection; client and
// server share the cores. Run with -cpu 1 to see what one core gives both.
func BenchmarkDetail(b *testing.B) {
	platform := New(Options{Now: time.Now})
	shop := platform.AddShop(ShopSpec{Name: "Bulk"})
	issues := platform.BulkIssues(shop, 10_000)
	server := httptest.NewServer(platform)
	defer server.Close()
	stamp := strconv.FormatInt(time.Now().UnixMilli(), 10)
	request := func(i int) string {
		issue := issues[i%len(issues)]
		params := map[string]string{"app_key": shop.Key, "method": "aliexpress.issue.detail.get", "session": shop.Token, "simplify": "true",
			"timestamp": stamp, "sign_method": "sha256", "issue_id": issue.ID(), "buyer_login_id": issue.Buyer()}
		params["sign"] = signature("sha256", shop.Secret, "", params, true)
		values := url.Values{}
		for name, value := range params {
			values.Set(name, value)
		}
		return "GET /sync?" + values.Encode() + " HTTP/1.1\r\nHost: a\r\n\r\n"
	}
	requests := make([]string, 2_000)
	for i := range requests {
		requests[i] = request(i)
	}
	b.RunParallel(func(loop *testing.PB) {
		connection, err := net.Dial("tcp", server.Listener.Addr().String())
		if err != nil {
			b.Error(err)
			return
		}
		defer connection.Close()
		reader := bufio.NewReader(connection)
		for i := 0; loop.Next(); i++ {
			if err := exchange(connection, reader, requests[i%len(requests)]); err != nil {
				b.Error(err)
				return
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "answers/s")
}

func exchange(connection net.Conn, reader *bufio.Reader, request string) error {
	if _, err := io.WriteString(connection, request); err != nil {
		return err
	}
	text := textproto.NewReader(reader)
	line, err := text.ReadLine()
	if err != nil || line != "HTTP/1.1 200 OK" {
		return fmt.Errorf("%q: %w", line, err)
	}
	header, err := text.ReadMIMEHeader()
	if err != nil {
		return err
	}
	size, err := strconv.ParseInt(header.Get("Content-Length"), 10, 64)
	if err != nil || size < 1000 {
		return fmt.Errorf("an answer of %d bytes", size)
	}
	_, err = io.CopyN(io.Discard, reader, size)
	return err
}

// BenchmarkTouch changes one of many issues.
func BenchmarkTouch(b *testing.B) {
	platform := New(Options{Now: time.Now})
	issues := platform.BulkIssues(platform.AddShop(ShopSpec{Name: "Bulk"}), 10_000)
	b.ResetTimer()
	for i := range b.N {
		platform.Touch(issues[i%len(issues)])
	}
}
