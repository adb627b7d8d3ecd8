package fake

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net/url"
	"strconv"
	"strings"
)

// tokenKey signs page tokens; they are opaque to callers.
const tokenKey = "page tokens of the simulated platform"

// seekFirst gives the first page of a list with page tokens.
func (c *call) seekFirst(standard int, list func(*call) ([]object, *refusal)) *refusal {
	return c.page(0, standard, list)
}

// seek goes on from a token. Every other parameter of the request is ignored: the token holds those of the first page.
func (c *call) seek(token string, standard int, list func(*call) ([]object, *refusal)) *refusal {
	body, sign, ok := strings.Cut(token, ".")
	text, err := base64.RawURLEncoding.DecodeString(body)
	if !ok || err != nil || sign != signature(body) {
		return bad("The parameter page_token is invalid")
	}
	from, query, _ := strings.Cut(string(text), " ")
	if c.q, err = url.ParseQuery(query); err != nil {
		return bad("The parameter page_token is invalid")
	}
	offset, err := strconv.Atoi(from)
	if err != nil {
		return bad("The parameter page_token is invalid")
	}
	return c.page(offset, standard, list)
}

func (c *call) page(offset, standard int, list func(*call) ([]object, *refusal)) *refusal {
	most := 100
	if strings.HasSuffix(c.r.URL.Path, "/transactions_logs") {
		most = 2000
	}
	size := standard
	if v := c.q.Get("limit"); v != "" {
		n, err := strconv.Atoi(v)
		if err != nil || n < 1 || n > most {
			return bad("The parameter limit must be between 1 and " + strconv.Itoa(most))
		}
		size = n
	}
	all, refused := list(c)
	if refused != nil {
		return refused
	}
	offset = min(offset, len(all))
	end := min(offset+size, len(all))
	out := object{"data": c.p.page(all, offset, end), "next_page_token": nil, "previous_page_token": nil}
	if end < len(all) {
		out["next_page_token"] = c.token(end)
	}
	if offset > 0 {
		out["previous_page_token"] = c.token(max(0, offset-size))
	}
	return c.ok(out)
}

func (c *call) token(offset int) string {
	q := url.Values{}
	for name, values := range c.q {
		if name != "page_token" {
			q[name] = values
		}
	}
	body := base64.RawURLEncoding.EncodeToString([]byte(strconv.Itoa(offset) + " " + q.Encode()))
	return body + "." + signature(body)
}

func signature(body string) string {
	sum := hmac.New(sha256.New, []byte(tokenKey))
	sum.Write([]byte(body))
	return base64.RawURLEncoding.EncodeToString(sum.Sum(nil))
}
