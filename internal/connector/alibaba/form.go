package alibaba

import (
	"bytes"
	"context"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"

	"parley/internal/fault"
)

// File is the one file a call may carry. Files are not signed.
type File struct {
	Field, Name string
	Bytes       []byte
}

// Sent leaves out parameters without a value: they are neither sent nor signed.
func Sent(params []Param) []Param {
	out := make([]Param, 0, len(params))
	for _, p := range params {
		if p.Value() != "" {
			out = append(out, p)
		}
	}
	return out
}

// Form writes parameters as a form, in the order given.
func Form(params []Param) string {
	var b strings.Builder
	for n, p := range params {
		if n > 0 {
			b.WriteByte('&')
		}
		b.WriteString(url.QueryEscape(p.Name()))
		b.WriteByte('=')
		b.WriteString(url.QueryEscape(p.Value()))
	}
	return b.String()
}

// Request makes the HTTP request of a call, a form or, with a file, multipart. An address that cannot be read is a fault of kind Invalid.
func Request(ctx context.Context, address string, params []Param, f *File) (*http.Request, error) {
	var body io.Reader = strings.NewReader(Form(params))
	kind := "application/x-www-form-urlencoded;charset=utf-8"
	if f != nil {
		var err error
		if body, kind, err = multiparts(params, f); err != nil {
			return nil, err
		}
	}
	q, err := http.NewRequestWithContext(ctx, http.MethodPost, address, body)
	if err != nil {
		return nil, fault.Input("address", "", "https://host").Because(errors.New("the address cannot be read"))
	}
	q.Header.Set("Content-Type", kind)
	return q, nil
}

func multiparts(params []Param, f *File) (body io.Reader, kind string, err error) {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for _, p := range params {
		if err = w.WriteField(p.Name(), p.Value()); err != nil {
			return nil, "", err
		}
	}
	part, err := w.CreateFormFile(f.Field, f.Name)
	if err != nil {
		return nil, "", err
	}
	if _, err = part.Write(f.Bytes); err != nil {
		return nil, "", err
	}
	return &b, w.FormDataContentType(), w.Close()
}
