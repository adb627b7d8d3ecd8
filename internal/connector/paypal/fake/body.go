package fake

import (
	"bytes"
	"io"
	"mime"
	"mime/multipart"
	"path"
	"slices"
	"strings"
)

// sent is what an act was sent with: its JSON and its files.
type sent struct {
	input []byte
	files []document
}

const largestFile = 10 << 20

var extensions = []string{".jpg", ".jpeg", ".gif", ".png", ".pdf"}

// read takes the body apart: JSON, or a multipart form with the JSON in the part input and files in the parts the call names. The older
// names file1, file2 … of PayPal's examples are taken too.
func (q *request) read(part string) (sent, *problem) {
	kind, params, err := mime.ParseMediaType(q.Header.Get("Content-Type"))
	switch {
	case err == nil && kind == "application/json":
		return sent{input: q.body}, nil
	case err != nil || !strings.HasPrefix(kind, "multipart/") || params["boundary"] == "":
		return sent{}, &problem{status: 415}
	}
	var out sent
	form := multipart.NewReader(bytes.NewReader(q.body), params["boundary"])
	for {
		p, err := form.NextPart()
		if err == io.EOF {
			return out, nil
		}
		if err != nil {
			return out, invalid("", "", "body", "MALFORMED_REQUEST", "The form cannot be read.")
		}
		if refused := out.take(p, part); refused != nil {
			return out, refused
		}
	}
}

func (s *sent) take(p *multipart.Part, part string) *problem {
	data, err := io.ReadAll(p)
	if err != nil {
		return invalid("", "", "body", "MALFORMED_REQUEST", "The form cannot be read.")
	}
	name := p.FormName()
	switch {
	case name == "input":
		s.input = data
		return nil
	case part == "" || (name != part && !strings.HasPrefix(name, "file")):
		return invalid(name, "", "body", "UNKNOWN_PART", "The part of the form is not known.")
	case !slices.Contains(extensions, strings.ToLower(path.Ext(p.FileName()))):
		return invalid(name, p.FileName(), "body", "UNSUPPORTED_FILE_TYPE", "Documents are JPG, GIF, PNG or PDF.")
	case len(data) == 0 || len(data) >= largestFile:
		return invalid(name, p.FileName(), "body", "INVALID_FILE_SIZE", "A document has less than 10 MB.")
	}
	s.files = append(s.files, document{Name: p.FileName()})
	return nil
}

// into reads the JSON of an act strictly; an act without any JSON has an empty one.
func (s sent) into(v any) *problem {
	if len(s.input) == 0 {
		return nil
	}
	if err := strict(s.input, v); err != nil {
		return invalid("/", "", "body", "MALFORMED_REQUEST_JSON", err.Error())
	}
	return nil
}

// note checks a text of at most 2,000 characters.
func note(field, text string, needed bool) *problem {
	switch n := len([]rune(text)); {
	case n == 0 && needed:
		return invalid("/"+field, "", "body", "MISSING_REQUIRED_PARAMETER", "A required field is missing.")
	case n > 2000:
		return invalid("/"+field, "", "body", "INVALID_STRING_MAX_LENGTH", "The value is longer than 2000 characters.")
	}
	return nil
}

func oneOf(field, word string, known []string) *problem {
	if !slices.Contains(known, word) {
		return invalid("/"+field, word, "body", "INVALID_PARAMETER_VALUE", "The value is not among the allowed ones.")
	}
	return nil
}
