package fake

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
)

func multipartOf(c *call) (*multipart.Reader, error) {
	kind, params, err := mime.ParseMediaType(c.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/form-data" {
		return nil, errors.New("not multipart/form-data")
	}
	return multipart.NewReader(bytes.NewReader(c.body), params["boundary"]), nil
}

// fileKinds are the types of evidence by what their bytes are.
var fileKinds = map[string]string{"image/jpeg": "jpg", "image/png": "png", "application/pdf": "pdf"}

// readFile takes the parts of an upload.
func readFile(reader *multipart.Reader) (f *File, purpose string, no *refusal) {
	for {
		part, err := reader.NextPart()
		if errors.Is(err, io.EOF) {
			return f, purpose, nil
		}
		if err != nil {
			return nil, "", invalid("file", "", "The multipart form cannot be read.")
		}
		data, err := io.ReadAll(part)
		if err != nil {
			return nil, "", invalid("file", "", "The multipart form breaks off.")
		}
		switch part.FormName() {
		case "purpose":
			purpose = string(data)
		case "file":
			f = &File{Name: part.FileName(), Bytes: data, Kind: fileKinds[http.DetectContentType(data)]}
		default:
			return nil, "", invalid(part.FormName(), "parameter_unknown", "Received unknown parameter: "+part.FormName())
		}
	}
}
