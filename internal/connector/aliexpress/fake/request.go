package fake

import (
	"bytes"
	"encoding/json"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

const (
	maxBody = 8 << 20 // bytes of a whole request
	maxFile = 2 << 20 // bytes of an uploaded picture
)

// gate is the gateway a request came through.
type gate int

const (
	gateTOP   gate = iota // /router/rest
	gateSync              // /sync
	gateREST              // /rest/PATH
	gateREST2             // /rest/2.0/PATH: parameters of the body are not signed
)

// form is what a request carries, however it was sent.
type form struct {
	params map[string]string // query and body; a name given twice counts once
	signed map[string]string // those the signature covers
	files  map[string]upload
}

// upload is a file part.
type upload struct {
	name  string
	bytes []byte // cut one byte after the allowed size
}

// readForm reads the parameters of a request from query and body. A JSON body is read over: clients that send one put
// the same parameters into the query.
func readForm(r *http.Request, through gate) (form, error) {
	params, err := pairs(r.URL.RawQuery, nil)
	if err != nil {
		return form{}, err
	}
	read := form{params: params, signed: params}
	if through == gateREST2 {
		read.signed = clone(params)
	}
	if r.Body == nil || r.Method == http.MethodGet {
		return read, nil
	}
	return read, read.body(r)
}

func (f *form) body(r *http.Request) error {
	kind, options, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	limited := io.LimitReader(r.Body, maxBody)
	switch {
	case kind == "multipart/form-data":
		return f.parts(multipart.NewReader(limited, options["boundary"]))
	case kind == "application/x-www-form-urlencoded":
		text, err := io.ReadAll(limited)
		if err != nil {
			return err
		}
		_, err = pairs(string(text), f.params)
		return err
	}
	_, err := io.Copy(io.Discard, limited)
	return err
}

func (f *form) parts(reader *multipart.Reader) error {
	f.files = map[string]upload{}
	for {
		part, err := reader.NextPart()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		content, err := io.ReadAll(io.LimitReader(part, maxFile+1))
		if err != nil {
			return err
		}
		if part.FileName() != "" {
			f.files[part.FormName()] = upload{name: part.FileName(), bytes: content}
			continue
		}
		f.params[part.FormName()] = string(content)
	}
}

// pairs reads a query string into a map; of a name given twice the first value stays.
func pairs(text string, into map[string]string) (map[string]string, error) {
	if into == nil {
		into = make(map[string]string, 16)
	}
	for text != "" {
		var pair string
		pair, text, _ = strings.Cut(text, "&")
		if pair == "" {
			continue
		}
		name, value, _ := strings.Cut(pair, "=")
		name, err := url.QueryUnescape(name)
		if err != nil {
			return nil, err
		}
		value, err = url.QueryUnescape(value)
		if err != nil {
			return nil, err
		}
		if _, twice := into[name]; !twice {
			into[name] = value
		}
	}
	return into, nil
}

func clone(params map[string]string) map[string]string {
	out := make(map[string]string, len(params))
	for name, value := range params {
		out[name] = value
	}
	return out
}

// arguments are the business parameters of a call, from form fields or from one JSON object.
type arguments struct {
	plain  map[string]string
	object map[string]any
}

// inner reads a parameter whose value is an object as JSON text. The documents' own example wraps the object once more
// under its name; that is taken too.
func (f form) inner(name string) (arguments, *refusal) {
	text := f.params[name]
	decoder := json.NewDecoder(bytes.NewReader([]byte(text)))
	decoder.UseNumber()
	var object map[string]any
	if decoder.Decode(&object) != nil {
		return arguments{}, invalid(name)
	}
	if wrapped, ok := object[name].(map[string]any); ok && len(object) == 1 {
		object = wrapped
	}
	return arguments{object: object}, nil
}

// text gives an argument as text; numbers keep their digits, lists are comma-joined, "" stands for a missing one.
func (a arguments) text(name string) string {
	if a.object == nil {
		return a.plain[name]
	}
	return plainText(a.object[name])
}

func plainText(value any) string {
	switch value := value.(type) {
	case string:
		return value
	case json.Number:
		return value.String()
	case bool:
		return strconv.FormatBool(value)
	case []any:
		var all []string
		for _, element := range value {
			all = append(all, plainText(element))
		}
		return strings.Join(all, ",")
	}
	return ""
}

// number reads a whole number; fallback is given for a missing one.
func (a arguments) number(name string, fallback int64) (int64, *refusal) {
	text := strings.TrimSpace(a.text(name))
	if text == "" {
		return fallback, nil
	}
	value, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return 0, invalid(name)
	}
	return value, nil
}

// need gives the first of the named arguments that is missing.
func (a arguments) need(names ...string) *refusal {
	for _, name := range names {
		if strings.TrimSpace(a.text(name)) == "" {
			return missing(name)
		}
	}
	return nil
}

// words reads a list of simple values: JSON text or comma-joined.
func (a arguments) words(name string) []string {
	text := strings.Trim(a.text(name), "[] ")
	if text == "" {
		return nil
	}
	all := strings.Split(text, ",")
	for i := range all {
		all[i] = strings.Trim(all[i], `" `)
	}
	return all
}
