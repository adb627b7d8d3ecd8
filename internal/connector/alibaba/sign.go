// Package alibaba holds what the connectors to Alibaba's open platforms share: how the gateways TOP and IOP want parameters signed and sent.
// The tolerant reader of their answers is package wire below it.
package alibaba

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
	MD5        = "md5"
	HMAC       = "hmac"
	HMACSHA256 = "hmac-sha256"
	SHA256     = "sha256"
)

// Param is one parameter of a call: its name and its value.
type Param [2]string

// Name is the parameter's name.
func (p Param) Name() string { return p[0] }

// Value is the parameter's value.
func (p Param) Value() string { return p[1] }

// Sign computes the signature of a call: the parameters sorted by name in byte order, names and values joined without
// separators, after the path where the gateway wants it ("/auth/token/create" on IOP's /rest, nothing elsewhere). A
// parameter without a value is neither sent nor signed, as the official clients do (see Sent); files are never signed. It sorts
// the parameters in place.
func Sign(method, secret, path string, params []Param) string {
	slices.SortFunc(params, func(a, b Param) int { return strings.Compare(a.Name(), b.Name()) })
	size := len(path) + 2*len(secret)
	for _, p := range params {
		size += len(p.Name()) + len(p.Value())
	}
	text := make([]byte, 0, size)
	if method == MD5 {
		text = append(text, secret...)
	}
	text = append(text, path...)
	for _, p := range params {
		text = append(append(text, p.Name()...), p.Value()...)
	}
	if method == MD5 {
		text = append(text, secret...)
	}
	h := hashOf(method, secret)
	h.Write(text)
	return strings.ToUpper(hex.EncodeToString(h.Sum(nil)))
}

// hashOf gives the hash a method uses; md5 has the secret in the text instead of a key.
func hashOf(method, secret string) hash.Hash {
	switch method {
	case MD5:
		return md5.New()
	case HMAC:
		return hmac.New(md5.New, []byte(secret))
	}
	return hmac.New(sha256.New, []byte(secret))
}
