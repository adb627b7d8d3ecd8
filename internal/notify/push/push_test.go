package push_test

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdh"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"parley/internal/fault"
	"parley/internal/notify"
	"parley/internal/notify/push"
	"parley/internal/webclient"
)

// browser is the other end of a push: its own keys, and the push service it asked.
type browser struct {
	t      *testing.T
	key    *ecdh.PrivateKey
	auth   []byte
	server *httptest.Server
	status int
	header http.Header
	got    []byte
}

func newBrowser(t *testing.T) *browser {
	t.Helper()
	key, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	b := &browser{t: t, key: key, auth: []byte("0123456789abcdef"), status: http.StatusCreated}
	b.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		b.header, b.got = r.Header, b.open(body)
		w.WriteHeader(b.status)
	}))
	t.Cleanup(b.server.Close)
	return b
}

// open unseals a body as RFC 8188 and 8291 write it.
func (b *browser) open(body []byte) []byte {
	salt, size, body := body[:16], int(body[20]), body[21:]
	sender, sealed := body[:size], body[size:]
	peer, err := ecdh.P256().NewPublicKey(sender)
	if err != nil {
		b.t.Error(err)
		return nil
	}
	secret, err := b.key.ECDH(peer)
	if err != nil {
		b.t.Error(err)
		return nil
	}
	info := "WebPush: info\x00" + string(b.key.PublicKey().Bytes()) + string(sender)
	ikm, _ := hkdf.Key(sha256.New, secret, b.auth, info, 32)
	key, _ := hkdf.Key(sha256.New, ikm, salt, "Content-Encoding: aes128gcm\x00", 16)
	nonce, _ := hkdf.Key(sha256.New, ikm, salt, "Content-Encoding: nonce\x00", 12)
	block, _ := aes.NewCipher(key)
	gcm, _ := cipher.NewGCM(block)
	plain, err := gcm.Open(nil, nonce, sealed, nil)
	if err != nil {
		b.t.Error(err)
	}
	plain = bytes.TrimRight(plain, "\x00")
	return plain[:len(plain)-1] // the end mark
}

func (b *browser) target(keys notify.Target) notify.Target {
	enc := base64.RawURLEncoding.EncodeToString
	return notify.Target{"endpoint": b.server.URL + "/push/1", "p256dh": enc(b.key.PublicKey().Bytes()), "auth": enc(b.auth), "public": keys["public"], "private": keys["private"]}
}

func channel() push.Channel {
	now := func() time.Time { return time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC) }
	return push.New(webclient.New(webclient.Options{AllowPrivate: true, Total: 2 * time.Second, Now: now}), now)
}

func TestOnlyTheBrowserCanReadIt(t *testing.T) {
	keys, err := channel().Keys()
	if err != nil {
		t.Fatal(err)
	}
	b := newBrowser(t)
	to := b.target(keys)
	if _, err := channel().Check(to); err != nil {
		t.Fatal(err)
	}
	if err := channel().CheckShared(keys); err != nil {
		t.Fatal(err)
	}
	m := notify.Message{ID: "msg_1", Subject: "Quedan 6 h: 台灯", Text: strings.Repeat("台灯 ", 3000), Link: "https://desk.test/cases/1"}
	if err := channel().Send(context.Background(), to, m); err != nil {
		t.Fatal(err)
	}
	var got struct{ Tag, Title, Body, Link string }
	if err := json.Unmarshal(b.got, &got); err != nil || got.Tag != "msg_1" || got.Title != m.Subject || got.Link != m.Link || !strings.HasPrefix(got.Body, "台灯") {
		t.Errorf("%s %v", b.got, err)
	}
	if !strings.HasPrefix(b.header.Get("Authorization"), "vapid t=") || b.header.Get("Ttl") != "86400" || len(b.header.Get("Topic")) != 32 {
		t.Errorf("header %v", b.header)
	}
}

func TestBrowserThatIsGone(t *testing.T) {
	keys, err := channel().Keys()
	if err != nil {
		t.Fatal(err)
	}
	b := newBrowser(t)
	for status, want := range map[int]fault.Kind{http.StatusGone: fault.Refused, http.StatusNotFound: fault.Refused, http.StatusTooManyRequests: fault.Limited, http.StatusForbidden: fault.Unauthorised, http.StatusInternalServerError: fault.Unknown} {
		b.status = status
		if err := channel().Send(context.Background(), b.target(keys), notify.Message{ID: "msg_1"}); !fault.Is(err, want) {
			t.Errorf("%d: %v", status, err)
		}
	}
	for field, value := range map[string]string{"endpoint": "nowhere", "p256dh": "AAAA", "auth": "!"} {
		to := b.target(keys)
		to[field] = value
		if _, err := channel().Check(to); fault.Of(err) == nil || fault.Of(err).Field != field {
			t.Errorf("%s: %v", field, err)
		}
	}
}

// FuzzKeys: no browser's keys make the desk fall over.
func FuzzKeys(f *testing.F) {
	keys, err := channel().Keys()
	if err != nil {
		f.Fatal(err)
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusCreated) }))
	f.Cleanup(server.Close)
	f.Add("BNNL5ZaTfK81qhXOx23-wewhigUeFb632jN6LvRWCFH1ubQr77FE_9qV1FuojuRmHP42zmf34rXgW80OvUVDgTk", "zqbxT6JKstKSY9JKibZLSQ")
	f.Add("", "")
	f.Fuzz(func(t *testing.T, p256dh, auth string) {
		to := notify.Target{"endpoint": server.URL, "p256dh": p256dh, "auth": auth, "public": keys["public"], "private": keys["private"]}
		_, checked := channel().Check(to)
		err := channel().Send(context.Background(), to, notify.Message{ID: "msg_1"})
		if err != nil && fault.Of(err) == nil {
			t.Fatalf("not a fault: %v (checked: %v)", err, checked)
		}
	})
}
