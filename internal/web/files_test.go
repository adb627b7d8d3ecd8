package web_test

import (
	"strings"
	"testing"
)

// TestFilesOfMessagesAreShownAndHandedOut with name, type and size, and as a download in which nothing runs.
func TestFilesOfMessagesAreShownAndHandedOut(t *testing.T) {
	s := newScene(t)
	_, body := s.get("/cases/1")
	s.has(body, "&lt;b&gt;factura&lt;/b&gt;.pdf · application/pdf · 3 KiB", `href="/cases/1/file?ref=mail-1%40mail.test%230"`, "photo-1.jpg")
	s.has(body, `href="https://img.example/ab/broken.jpg" target="_blank" rel="noopener noreferrer"`, "broken.jpg")
	if strings.Contains(body, "javascript:") {
		t.Error("an address that runs a script is a link")
	}
	got := s.do(request("GET", "/cases/1/file?ref=mail-1%40mail.test%230", nil))
	h := got.Header
	if got.StatusCode != 200 || h.Get("Content-Type") != "application/octet-stream" || !strings.HasPrefix(h.Get("Content-Disposition"), "attachment") ||
		!strings.Contains(h.Get("Content-Security-Policy"), "sandbox") {
		t.Errorf("%d %v", got.StatusCode, h)
	}
}
