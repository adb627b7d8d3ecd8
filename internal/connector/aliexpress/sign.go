package aliexpress

import (
	"crypto/hmac"
	"crypto/md5"
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"slices"
	"strings"
)

// The four methods of signing. On IOP "sha256" is HMAC-SHA256; TOP calls the same "hmac-sha256".
const (
	signMD5        = "md5"
	signHMAC       = "hmac"
	signHMACSHA256 = "hmac-sha256"
	signSHA256     = "sha256"
)

// param is one parameter of a call.
type param struct{ name, value string }

// sign computes the signature of a call: the parameters sorted by name in byte order, names and values joined without
// separators, after the path where the gateway wants it ("/auth/token/create" on /rest, nothing elsewhere). A
// parameter without a value is neither sent nor signed, as the official clients do; files are never signed. It sorts
// the parameters in place.
func sign(method, secret, path string, params []param) string {
	slices.SortFunc(params, func(a, b param) int { return strings.Compare(a.name, b.name) })
	size := len(path) + 2*len(secret)
	for _, p := range params {
		size += len(p.name) + len(p.value)
	}
	text := make([]byte, 0, size)
	if method == signMD5 {
		text = append(text, secret...)
	}
	text = append(text, path...)
	for _, p := range params {
		text = append(append(text, p.name...), p.value...)
	}
	if method == signMD5 {
		text = append(text, secret...)
	}
	h := hashOf(method, secret)
	h.Write(text)
	return strings.ToUpper(hex.EncodeToString(h.Sum(nil)))
}

// hashOf gives the hash a method uses; md5 has the secret in the text instead of a key.
func hashOf(method, secret string) hash.Hash {
	switch method {
	case signMD5:
		return md5.New()
	case signHMAC:
		return hmac.New(md5.New, []byte(secret))
	}
	return hmac.New(sha256.New, []byte(secret))
}
