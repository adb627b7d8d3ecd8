package webclient

import (
	"io"
	"net/http"
	"strconv"

	"parley/internal/fault"
)

// capped ends an answer that is longer than allowed.
type capped struct {
	next http.RoundTripper
	max  int64
}

// RoundTrip does the call and puts the limit on the body of its answer.
func (c capped) RoundTrip(r *http.Request) (*http.Response, error) {
	answer, err := c.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	if answer.ContentLength > c.max {
		_ = answer.Body.Close() // the answer is given up anyway
		return nil, tooLong(c.max)
	}
	answer.Body = &cappedBody{ReadCloser: answer.Body, left: c.max, max: c.max}
	return answer, nil
}

type cappedBody struct {
	io.ReadCloser
	left, max int64
}

// Read reads on until the limit; one byte more is the fault.
func (b *cappedBody) Read(p []byte) (int, error) {
	if int64(len(p)) > b.left+1 {
		p = p[:b.left+1]
	}
	n, err := b.ReadCloser.Read(p)
	if int64(n) > b.left {
		return int(b.left), tooLong(b.max)
	}
	b.left -= int64(n)
	return n, err
}

func tooLong(limit int64) error {
	return fault.New(fault.Garbled, "fault.answer_too_long", "limit", strconv.FormatInt(limit, 10))
}
