package notifytest

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"math/big"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

// Browser is the other end of a push: a browser with its own keys, and the push service it asked. It takes what RFC 8291 seals for it and
// RFC 8292 signs, and nothing else.
type Browser struct {
	t      testing.TB
	key    *ecdh.PrivateKey
	auth   []byte
	server *httptest.Server

	mu     sync.Mutex
	status int
	pushes []Push
	forged []error
}

// Push is one message that the browser could open, signed by who may push to it.
type Push struct {
	Header  http.Header
	Body    []byte
	Expires time.Time // of the signature
}

// NewBrowser starts a push service on loopback that ends with the test.
func NewBrowser(t testing.TB) *Browser {
	t.Helper()
	key, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	b := &Browser{t: t, key: key, auth: []byte("0123456789abcdef"), status: http.StatusCreated}
	b.server = httptest.NewServer(b)
	t.Cleanup(b.server.Close)
	return b
}

// Answer sets the status of every answer from now on.
func (b *Browser) Answer(status int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.status = status
}

// Subscription is what a page gives the desk, by the names of a channel's settings.
func (b *Browser) Subscription() map[string]string {
	enc := base64.RawURLEncoding.EncodeToString
	return map[string]string{"endpoint": b.server.URL + "/push/1", "p256dh": enc(b.key.PublicKey().Bytes()), "auth": enc(b.auth)}
}

// Pushes gives what arrived, whatever the answer was.
func (b *Browser) Pushes() []Push {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]Push{}, b.pushes...)
}

// Forged gives why messages could not be opened or were signed by nobody.
func (b *Browser) Forged() []error {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]error{}, b.forged...)
}

// ServeHTTP is the push service.
func (b *Browser) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	p := Push{Header: r.Header}
	if err == nil {
		p.Body, err = b.open(body)
	}
	if err == nil {
		p.Expires, err = b.signed(r.Header.Get("Authorization"))
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if err != nil {
		b.forged = append(b.forged, err)
		w.WriteHeader(http.StatusForbidden)
		return
	}
	b.pushes = append(b.pushes, p)
	w.WriteHeader(b.status)
}

// open unseals a body as RFC 8188 and 8291 write it: salt, record size, the sender's key, one record with an end mark.
func (b *Browser) open(body []byte) ([]byte, error) {
	if len(body) < 21 || len(body) < 21+int(body[20]) {
		return nil, errors.New("no header")
	}
	salt, size, rest := body[:16], int(body[20]), body[21:]
	sender, sealed := rest[:size], rest[size:]
	peer, err := ecdh.P256().NewPublicKey(sender)
	if err != nil {
		return nil, err
	}
	secret, err := b.key.ECDH(peer)
	if err != nil {
		return nil, err
	}
	ikm, err := hkdf.Key(sha256.New, secret, b.auth, "WebPush: info\x00"+string(b.key.PublicKey().Bytes())+string(sender), 32)
	if err != nil {
		return nil, err
	}
	key, err := hkdf.Key(sha256.New, ikm, salt, "Content-Encoding: aes128gcm\x00", 16)
	if err != nil {
		return nil, err
	}
	nonce, err := hkdf.Key(sha256.New, ikm, salt, "Content-Encoding: nonce\x00", 12)
	if err != nil {
		return nil, err
	}
	return unseal(key, nonce, sealed)
}

func unseal(key, nonce, sealed []byte) ([]byte, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		return nil, err
	}
	plain, err := gcm.Open(nil, nonce, sealed, nil)
	if err != nil {
		return nil, err
	}
	plain = bytes.TrimRight(plain, "\x00")
	if len(plain) == 0 || plain[len(plain)-1] != 2 {
		return nil, errors.New("no end mark of the last record")
	}
	return plain[:len(plain)-1], nil
}

// signed checks "vapid t=JWT, k=KEY" of RFC 8292: an ES256 signature of the key, for this push service.
func (b *Browser) signed(header string) (expires time.Time, err error) {
	rest, found := strings.CutPrefix(header, "vapid ")
	token, key, both := strings.Cut(rest, ",")
	token, isToken := strings.CutPrefix(strings.TrimSpace(token), "t=")
	key, isKey := strings.CutPrefix(strings.TrimSpace(key), "k=")
	head, signature, three := cutLast(token, ".")
	if !found || !both || !isToken || !isKey || !three {
		return expires, errors.New("no vapid header: " + header)
	}
	if err := verify(head, signature, key); err != nil {
		return expires, err
	}
	var claims struct {
		Aud, Sub string
		Exp      int64
	}
	_, middle, _ := strings.Cut(head, ".")
	raw, err := decode(middle)
	if err == nil {
		err = json.Unmarshal(raw, &claims)
	}
	if err == nil && (claims.Aud != b.server.URL || !strings.HasPrefix(claims.Sub, "mailto:") && !strings.HasPrefix(claims.Sub, "https:")) {
		err = errors.New("signed for " + claims.Aud + " by " + claims.Sub)
	}
	return time.Unix(claims.Exp, 0), err
}

func cutLast(text, by string) (before, after string, found bool) {
	i := strings.LastIndex(text, by)
	if i < 0 {
		return text, "", false
	}
	return text[:i], text[i+len(by):], true
}

func verify(head, signature, key string) error {
	public, err := decode(key)
	if err != nil {
		return err
	}
	k, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), public)
	if err != nil {
		return err
	}
	raw, err := decode(signature)
	if err != nil || len(raw) != 64 {
		return errors.New("no ES256 signature")
	}
	sum := sha256.Sum256([]byte(head))
	if !ecdsa.Verify(k, sum[:], new(big.Int).SetBytes(raw[:32]), new(big.Int).SetBytes(raw[32:])) {
		return errors.New("the signature is not of the key")
	}
	return nil
}

func decode(text string) ([]byte, error) {
	return base64.RawURLEncoding.DecodeString(strings.TrimRight(text, "="))
}
