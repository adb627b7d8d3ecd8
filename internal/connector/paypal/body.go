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

// packed makes the body of an act: JSON, or a multipart form with the JSON in the part input and the file in the part the call names.
func packed(part string, input any, act connector.Effect) (kind string, body []byte, err error) {
	text, err := json.Marshal(input)
	if err != nil {
		return "", nil, err
	}
	if part == "" {
		if act.File != nil {
			return "", nil, fault.Input("file", act.File.Name, "no file with "+act.Do)
		}
		return "application/json", text, nil
	}
	if err := fits(act.File); err != nil {
		return "", nil, err
	}
	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	if err := add(form, `form-data; name="input"`, "application/json", text); err != nil {
		return "", nil, err
	}
	if f := act.File; f != nil {
		if err := add(form, `form-data; name="`+part+`"; filename="`+fileName(f)+`"`, f.Type, f.Bytes); err != nil {
			return "", nil, err
		}
	}
	return form.FormDataContentType(), b.Bytes(), form.Close()
}

func add(form *multipart.Writer, disposition, kind string, bytes []byte) error {
	w, err := form.CreatePart(textproto.MIMEHeader{"Content-Disposition": {disposition}, "Content-Type": {kind}})
	if err != nil {
		return err
	}
	_, err = w.Write(bytes)
	return err
}

func fits(f *connector.Attachment) error {
	switch {
	case f == nil:
		return nil
	case fileTypes[f.Type] == "":
		return fault.Input("file", f.Type, "image/jpeg, image/png, image/gif, application/pdf")
	case len(f.Bytes) == 0 || len(f.Bytes) >= largestFile:
		return fault.Input("file", strconv.Itoa(len(f.Bytes))+" bytes", "1 to "+strconv.Itoa(largestFile-1)+" bytes")
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
