package fake

import (
	"crypto/hmac"
	"crypto/md5"
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"slices"
	"strings"
)

// signature computes what a caller must have sent in sign: upper-case hex over name and value of every parameter but
// sign, in byte order of the names. prefix is the path on /rest and empty elsewhere. An unknown method gives "".
func signature(method, secret, prefix string, params map[string]string, withEmpty bool) string {
	text := joined(prefix, params, withEmpty)
	switch method {
	case "md5":
		sum := md5.Sum([]byte(secret + text + secret))
		return upperHex(sum[:])
	case "hmac":
		return keyed(md5.New, secret, text)
	case "hmac-sha256", "sha256":
		return keyed(sha256.New, secret, text)
	}
	return ""
}

func joined(prefix string, params map[string]string, withEmpty bool) string {
	names := make([]string, 0, len(params))
	size := len(prefix)
	for name, value := range params {
		if name == "sign" || (!withEmpty && (name == "" || strings.TrimSpace(value) == "")) {
			continue
		}
		names = append(names, name)
		size += len(name) + len(value)
	}
	slices.Sort(names)
	var text strings.Builder
	text.Grow(size)
	text.WriteString(prefix)
	for _, name := range names {
		text.WriteString(name)
		text.WriteString(params[name])
	}
	return text.String()
}

func keyed(kind func() hash.Hash, secret, text string) string {
	sum := hmac.New(kind, []byte(secret))
	sum.Write([]byte(text))
	return upperHex(sum.Sum(nil))
}

func upperHex(sum []byte) string { return strings.ToUpper(hex.EncodeToString(sum)) }

// signed tells whether a request's signature is right, with or without its empty parameters: official clients leave
// those out, others sign them.
func signed(method, secret, prefix string, params map[string]string) bool {
	given := params["sign"]
	for _, withEmpty := range []bool{true, false} {
		want := signature(method, secret, prefix, params, withEmpty)
		if want != "" && hmac.Equal([]byte(given), []byte(want)) {
			return true
		}
	}
	return false
}
