package fake

import (
	"crypto/hmac"
	"crypto/md5"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// call is one call as it came in.
type call struct {
	params map[string]string
	files  map[string][]byte
	shop   *Shop
}

// largestCall is the most a call may have, in bytes.
const largestCall = 8 << 20

// readCall takes parameters from query and body, in any mix, of a form or of multipart.
func readCall(w http.ResponseWriter, r *http.Request) (*call, *refusal) {
	c := &call{params: map[string]string{}, files: map[string][]byte{}}
	r.Body = http.MaxBytesReader(w, r.Body, largestCall)
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if kind == "multipart/form-data" {
		if err := r.ParseMultipartForm(largestCall); err != nil {
			return c, &refusal{code: 41, msg: "Invalid Arguments", sub: "isv.invalid-parameter"}
		}
		for name, all := range r.MultipartForm.File {
			f, err := all[0].Open()
			if err != nil {
				return c, &refusal{code: 3, msg: "Upload Fail"}
			}
			c.files[name], _ = io.ReadAll(f) // in memory already
			_ = f.Close()
		}
	} else if err := r.ParseForm(); err != nil {
		return c, &refusal{code: 41, msg: "Invalid Arguments", sub: "isv.invalid-parameter"}
	}
	for name, values := range r.Form {
		c.params[name] = values[0]
	}
	return c, nil
}

// admit checks what concerns every call, in the gateway's order: method, key, time, version, signature, session.
func (p *Platform) admit(c *call) *refusal {
	m := c.params["method"]
	of, known := methods[m]
	switch {
	case m == "":
		return &refusal{code: 21, msg: "Missing Method"}
	case !known:
		return &refusal{code: 22, msg: "Invalid Method"}
	case c.params["app_key"] == "":
		return &refusal{code: 28, msg: "Missing App Key"}
	}
	at := slices.IndexFunc(p.shops, func(s *Shop) bool { return s.AppKey == c.params["app_key"] })
	if at < 0 {
		return &refusal{code: 29, msg: "Invalid App Key", sub: "isv.appkey-not-exists"}
	}
	c.shop = p.shops[at]
	if no := p.timely(c.params["timestamp"]); no != nil {
		return no
	}
	switch v := c.params["v"]; {
	case v == "":
		return &refusal{code: 32, msg: "Missing Version"}
	case v != "2.0":
		return &refusal{code: 33, msg: "Invalid Version"}
	case c.params["sign"] == "":
		return &refusal{code: 24, msg: "Missing Signature"}
	case !signed(c.params, c.shop.Secret):
		return &refusal{code: 25, msg: "Invalid signature"}
	}
	if of.open {
		return nil
	}
	return p.session(c)
}

// session finds the shop of a session: several shops may let one application in.
func (p *Platform) session(c *call) *refusal {
	given := c.params["session"]
	if given == "" {
		return &refusal{code: 26, msg: "Missing session"}
	}
	for _, s := range p.shops {
		if s.Session == given && s.AppKey == c.shop.AppKey {
			if c.shop = s; s.forbidden[c.params["method"]] {
				return &refusal{code: 11, msg: "Insufficient ISV permissions", sub: "isv.permission-api-package-limit"}
			}
			return nil
		}
	}
	return &refusal{code: 27, msg: "Invalid session", sub: "invalid-sessionkey", sub2: "SessionKey非法"}
}

// timely takes the wall clock of Beijing or epoch milliseconds, at most ten minutes off.
func (p *Platform) timely(stamp string) *refusal {
	if stamp == "" {
		return &refusal{code: 30, msg: "Missing Timestamp"}
	}
	at, err := time.ParseInLocation(time.DateTime, stamp, beijing)
	if ms, bad := strconv.ParseInt(stamp, 10, 64); bad == nil {
		at, err = time.UnixMilli(ms), nil
	}
	if err != nil || p.now().Sub(at).Abs() > 10*time.Minute {
		return &refusal{code: 31, msg: "Invalid Timestamp"}
	}
	return nil
}

// signed checks a signature over all parameters as they came, with and without those that are empty.
func signed(params map[string]string, secret string) bool {
	given := []byte(strings.ToUpper(params["sign"]))
	return hmac.Equal(given, []byte(Sign(params, secret, false))) || hmac.Equal(given, []byte(Sign(params, secret, true)))
}

// Sign computes the signature of a call; without tells that empty parameters are left out.
func Sign(params map[string]string, secret string, without bool) string {
	names := make([]string, 0, len(params))
	for name, value := range params {
		if name != "sign" && (value != "" || !without) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	var b strings.Builder
	for _, name := range names {
		b.WriteString(name + params[name])
	}
	sum := func() []byte {
		switch params["sign_method"] {
		case "hmac":
			h := hmac.New(md5.New, []byte(secret))
			h.Write([]byte(b.String()))
			return h.Sum(nil)
		case "hmac-sha256":
			h := hmac.New(sha256.New, []byte(secret))
			h.Write([]byte(b.String()))
			return h.Sum(nil)
		}
		plain := md5.Sum([]byte(secret + b.String() + secret))
		return plain[:]
	}
	return strings.ToUpper(hex.EncodeToString(sum()))
}
