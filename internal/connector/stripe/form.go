package stripe

import (
	"bytes"
	"encoding/json"
	"mime/multipart"
	"net/textproto"
	"net/url"
	"strings"
)

// param is one pair of a form. Nested members have their path in brackets: "evidence[shipping_carrier]".
type param struct{ name, value string }

// in is the name of a member inside another.
func in(outer, inner string) string { return outer + "[" + inner + "]" }

func encode(params []param) string {
	var b strings.Builder
	for n, p := range params {
		if n > 0 {
			b.WriteByte('&')
		}
		b.WriteString(url.QueryEscape(p.name))
		b.WriteByte('=')
		b.WriteString(url.QueryEscape(p.value))
	}
	return b.String()
}

// upload is the one file a call of the files interface carries.
type upload struct {
	name, kind string
	bytes      []byte
}

// multiparts writes a file with the purpose it is for.
func multiparts(purpose string, f upload) (body []byte, kind string, err error) {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	if err = w.WriteField("purpose", purpose); err != nil {
		return nil, "", err
	}
	head := textproto.MIMEHeader{}
	head.Set("Content-Disposition", `form-data; name="file"; filename="`+quoted(f.name)+`"`)
	head.Set("Content-Type", f.kind)
	part, err := w.CreatePart(head)
	if err != nil {
		return nil, "", err
	}
	if _, err = part.Write(f.bytes); err != nil {
		return nil, "", err
	}
	if err = w.Close(); err != nil {
		return nil, "", err
	}
	return b.Bytes(), w.FormDataContentType(), nil
}

// quoted makes a file name safe inside quotation marks.
func quoted(name string) string {
	return strings.NewReplacer("\\", "_", `"`, "_", "\r", "_", "\n", "_", "\x00", "_").Replace(name)
}

// requestText is what was sent, for the record: the key and the bytes of files are not in it.
func requestText(method, path string, params []param, f *upload) json.RawMessage {
	record := map[string]any{"method": method, "path": path}
	sent := map[string]string{}
	for _, p := range params {
		sent[p.name] = p.value
	}
	if len(sent) > 0 {
		record["params"] = sent
	}
	if f != nil {
		record["file"] = map[string]any{"name": f.name, "type": f.kind, "bytes": len(f.bytes)}
	}
	text, _ := json.Marshal(record) // strings and numbers only
	return text
}
