package webclient

import (
	"bytes"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"
)

// Recorder sees one exchange after its answer was read or given up.
type Recorder func(Exchange)

// Exchange is one call and its answer with every secret replaced by Masked. Bodies are shortened to 64 KiB.
type Exchange struct {
	At       time.Time
	Took     time.Duration
	Method   string
	URL      string
	Sent     string
	Status   int // 0 = no answer
	Received string
	Failure  string
}

// Masked stands where a secret was.
const Masked = "***"

const recordedBytes = 64 << 10

// secrets are the names of parameters, form fields and JSON members whose values are never recorded.
var secrets = regexp.MustCompile(`(?i)^(session|sign|signature|code|token|password|.*secret.*|.*_token|.*_key|authorization)$`)

// secretMember finds such a member in JSON text, also in text inside text.
var secretMember = regexp.MustCompile(`(?i)(\\*"(?:session|sign|signature|token|password|[a-z_]*secret[a-z_]*|[a-z_]*_token)\\*"\s*:\s*\\*")((?:[^"\\]|\\[^"])*)`)

type recording struct {
	next http.RoundTripper
	to   Recorder
	now  func() time.Time
}

// RoundTrip does the call and hands the exchange over once the body was closed.
func (r recording) RoundTrip(q *http.Request) (*http.Response, error) {
	x := Exchange{At: r.now(), Method: q.Method, URL: MaskURL(q.URL), Sent: sentText(q)}
	answer, err := r.next.RoundTrip(q)
	x.Took = r.now().Sub(x.At)
	if err != nil {
		x.Failure = err.Error()
		r.to(x)
		return nil, err
	}
	x.Status = answer.StatusCode
	answer.Body = &heard{ReadCloser: answer.Body, done: func(text string) { x.Received = MaskText(text); r.to(x) }}
	return answer, nil
}

// sentText gives a form as masked text; other bodies (files) only by their kind.
func sentText(q *http.Request) string {
	kind := q.Header.Get("Content-Type")
	if q.GetBody == nil || !strings.HasPrefix(kind, "application/x-www-form-urlencoded") {
		return kind
	}
	body, err := q.GetBody()
	if err != nil {
		return kind
	}
	text, err := io.ReadAll(io.LimitReader(body, recordedBytes))
	if err != nil || body.Close() != nil {
		return kind
	}
	return maskForm(string(text))
}

// heard keeps the beginning of a body that is being read.
type heard struct {
	io.ReadCloser
	text bytes.Buffer
	done func(string)
}

// Read reads on and keeps what came.
func (h *heard) Read(p []byte) (int, error) {
	n, err := h.ReadCloser.Read(p)
	if room := recordedBytes - h.text.Len(); room > 0 {
		h.text.Write(p[:min(n, room)])
	}
	return n, err
}

// Close hands over what was heard, once.
func (h *heard) Close() error {
	if h.done != nil {
		h.done(h.text.String())
		h.done = nil
	}
	return h.ReadCloser.Close()
}

// MaskURL writes an address without its secrets.
func MaskURL(u *url.URL) string {
	c := *u
	c.User = nil
	c.RawQuery = maskForm(c.RawQuery)
	return c.String()
}

func maskForm(form string) string {
	if form == "" {
		return ""
	}
	parts := strings.Split(form, "&")
	for i, part := range parts {
		name, _, _ := strings.Cut(part, "=")
		if secrets.MatchString(name) && name != "app_key" {
			parts[i] = name + "=" + Masked
		}
	}
	return strings.Join(parts, "&")
}

// MaskText replaces the values of secret members in JSON text.
func MaskText(text string) string {
	return secretMember.ReplaceAllString(text, "${1}"+Masked)
}
