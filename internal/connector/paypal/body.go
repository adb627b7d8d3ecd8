package paypal

import (
	"bytes"
	"encoding/json"
	"mime/multipart"
	"net/textproto"
	"path"
	"regexp"
	"strconv"
	"strings"

	"parley/internal/connector"
	"parley/internal/fault"
)

// address is where returned goods go, as PayPal takes it.
type address struct {
	Line    string `json:"address_line_1,omitempty"`
	City    string `json:"admin_area_2,omitempty"`
	Postal  string `json:"postal_code,omitempty"`
	Country string `json:"country_code"`
}

func returnAddress(set map[string]string) address {
	return address{set["return_street"], set["return_city"], set["return_postal_code"], set["return_country"]}
}

// forReturn gives the address where one is set and goods come back. Without one PayPal uses the address of the account, or refuses.
func (a address) forReturn(back bool) *address {
	if !back || a.Country == "" {
		return nil
	}
	return &a
}

// fileTypes are the documents PayPal takes, by media type.
var fileTypes = map[string]string{"image/jpeg": "jpg", "image/png": "png", "image/gif": "gif", "application/pdf": "pdf"}

// packed makes the body of an act: JSON, or a multipart form with the JSON in the part input and each file in a part of the name the call has for them.
func packed(part string, input any, act connector.Effect) (kind string, body []byte, err error) {
	text, err := json.Marshal(input)
	if err != nil {
		return "", nil, err
	}
	if part == "" {
		if n := len(filesOf(act)); n > 0 {
			return "", nil, fault.Input("file", strconv.Itoa(n)+" files", "no files with "+act.Do)
		}
		return "application/json", text, nil
	}
	if err := fit(filesOf(act)); err != nil {
		return "", nil, err
	}
	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	if err := add(form, `form-data; name="input"`, "application/json", text); err != nil {
		return "", nil, err
	}
	for _, f := range filesOf(act) {
		if err := add(form, `form-data; name="`+part+`"; filename="`+fileName(f)+`"`, f.Type, f.Bytes); err != nil {
			return "", nil, err
		}
	}
	err = form.Close() // writes the end of the form
	return form.FormDataContentType(), b.Bytes(), err
}

func add(form *multipart.Writer, disposition, kind string, bytes []byte) error {
	w, err := form.CreatePart(textproto.MIMEHeader{"Content-Disposition": {disposition}, "Content-Type": {kind}})
	if err != nil {
		return err
	}
	_, err = w.Write(bytes)
	return err
}

// filesOf are all files of an act.
func filesOf(act connector.Effect) []*connector.Attachment {
	if act.File == nil {
		return act.Files
	}
	return append([]*connector.Attachment{act.File}, act.Files...)
}

// largestCall is the most all files of one call may have together, in bytes (50 MB, with room for the rest of the form).
const largestCall = 49_000_000

func fit(files []*connector.Attachment) error {
	total := 0
	for _, f := range files {
		total += len(f.Bytes)
		switch {
		case fileTypes[f.Type] == "":
			return fault.Input("file", f.Type, "image/jpeg, image/png, image/gif, application/pdf")
		case len(f.Bytes) == 0 || len(f.Bytes) >= largestFile:
			return fault.Input("file", strconv.Itoa(len(f.Bytes))+" bytes", "1 to "+strconv.Itoa(largestFile-1)+" bytes")
		case total > largestCall:
			return fault.Input("file", strconv.Itoa(total)+" bytes together", "at most "+strconv.Itoa(largestCall)+" bytes together")
		}
	}
	return nil
}

// unwanted is what PayPal does not take in the name of a document.
var unwanted = regexp.MustCompile(`[^A-Za-z0-9_-]+`)

// fileName is a name PayPal takes: letters, digits, hyphens, and the extension of the content.
func fileName(f *connector.Attachment) string {
	stem := unwanted.ReplaceAllString(strings.TrimSuffix(path.Base(f.Name), path.Ext(f.Name)), "-")
	stem = strings.Trim(shortened(stem, 100), "-")
	return firstOf(stem, "document") + "." + fileTypes[f.Type]
}
