package fake

import (
	"bytes"
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"hash/crc32"
	"io"
	"math/big"
	"net/http"
	"strings"
	"time"
)

// delivery is an event on its way to an account's webhook.
type delivery struct {
	account *Account
	number  int
	body    []byte
}

// tell puts an event into the outbox; the lock is held.
func (p *Platform) tell(d *Dispute, event string) {
	if d.account.WebhookURL == "" {
		return
	}
	p.number++
	resource := d.detail("https://api-m.sandbox.paypal.com", p.now())
	body := encoded(members{
		"id": "WH-" + made("event", p.number)[:17] + "-" + made("part", p.number)[:17], "event_version": "1.0", "create_time": stamp(p.now()),
		"resource_type": "dispute", "event_type": event, "summary": "A dispute changed with Case # " + d.id, "resource": resource, "links": []link{},
	})
	p.outbox = append(p.outbox, delivery{d.account, p.number, body})
}

// push sends what waits, where the platform has a client for it, beside the call that caused it. What is not taken stays for the next time.
func (p *Platform) push() {
	if p.http != nil {
		go func() { _ = p.Deliver(context.Background(), p.http) }() // tried again after the next call
	}
}

// Deliver posts all events that wait, signed, in their order, and keeps those nobody took.
func (p *Platform) Deliver(ctx context.Context, client *http.Client) error {
	p.sending.Lock()
	defer p.sending.Unlock()
	p.mu.Lock()
	waiting := p.outbox
	p.outbox = nil
	p.mu.Unlock()
	for i, d := range waiting {
		if err := p.post(ctx, client, d); err != nil {
			p.mu.Lock()
			p.outbox = append(waiting[i:], p.outbox...)
			p.mu.Unlock()
			return err
		}
	}
	return nil
}

func (p *Platform) post(ctx context.Context, client *http.Client, d delivery) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, d.account.WebhookURL, bytes.NewReader(d.body))
	if err != nil {
		return err
	}
	p.mu.Lock()
	r.Header = p.signed(d)
	p.mu.Unlock()
	answer, err := client.Do(r)
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, answer.Body)
	if closed := answer.Body.Close(); err == nil {
		err = closed
	}
	if err == nil && answer.StatusCode >= 300 {
		err = fmt.Errorf("webhook: %s", answer.Status)
	}
	return err
}

// signed are the headers of a delivery; the lock is held.
func (p *Platform) signed(d delivery) http.Header {
	id := fmt.Sprintf("%08x-0000-11f0-0000-%012x", d.number, d.number)
	return p.headers(id, stamp(p.now())[:19]+"Z", d.account.WebhookID, d.body)
}

func (p *Platform) headers(id, at, webhook string, body []byte) http.Header {
	hash := sha256.Sum256([]byte(fmt.Sprintf("%s|%s|%s|%d", id, at, webhook, crc32.ChecksumIEEE(body))))
	signature, err := rsa.SignPKCS1v15(rand.Reader, p.signingKey(), crypto.SHA256, hash[:])
	if err != nil {
		panic(err) // a hash of this length can be signed
	}
	h := http.Header{"Content-Type": {"application/json"}}
	h.Set("PAYPAL-TRANSMISSION-ID", id)
	h.Set("PAYPAL-TRANSMISSION-TIME", at)
	h.Set("PAYPAL-AUTH-ALGO", "SHA256withRSA")
	h.Set("PAYPAL-CERT-URL", "https://api.sandbox.paypal.com"+certsPath+"CERT-fake")
	h.Set("PAYPAL-TRANSMISSION-SIG", base64.StdEncoding.EncodeToString(signature))
	return h
}

// Sign gives the headers PayPal would send with a body, for deliveries of a test's own.
func (p *Platform) Sign(a *Account, id string, at time.Time, body []byte) http.Header {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.headers(id, at.UTC().Format(time.RFC3339), a.WebhookID, body)
}

// Certificate is the certificate of the webhooks' signatures, in PEM form.
func (p *Platform) Certificate() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return string(p.certificate())
}

func (p *Platform) signingKey() *rsa.PrivateKey {
	if p.key == nil {
		key, err := rsa.GenerateKey(rand.Reader, 2048)
		if err != nil {
			panic(err) // the system's source of chance does not fail
		}
		p.key = key
	}
	return p.key
}

func (p *Platform) certificate() []byte {
	if p.cert == nil {
		key := p.signingKey()
		template := &x509.Certificate{
			SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "messageverificationcerts.paypal.com"},
			NotBefore: p.now().AddDate(0, 0, -1), NotAfter: p.now().AddDate(2, 0, 0),
		}
		der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
		if err != nil {
			panic(err) // the template is whole
		}
		p.cert = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	}
	return p.cert
}

// verify answers whether a delivery was ours.
func (p *Platform) verify(q *request) (int, []byte) {
	var in struct {
		Algorithm string          `json:"auth_algo"`
		Cert      string          `json:"cert_url"`
		ID        string          `json:"transmission_id"`
		Signature string          `json:"transmission_sig"`
		Time      string          `json:"transmission_time"`
		Webhook   string          `json:"webhook_id"`
		Event     json.RawMessage `json:"webhook_event"`
	}
	if err := strict(q.body, &in); err != nil {
		return p.refused(invalid("/", "", "body", "MALFORMED_REQUEST_JSON", err.Error()))
	}
	hash := sha256.Sum256([]byte(fmt.Sprintf("%s|%s|%s|%d", in.ID, in.Time, in.Webhook, crc32.ChecksumIEEE(in.Event))))
	signature, err := base64.StdEncoding.DecodeString(in.Signature)
	verdict := "SUCCESS"
	if err != nil || in.Algorithm != "SHA256withRSA" || !strings.Contains(in.Cert, certsPath) ||
		rsa.VerifyPKCS1v15(&p.signingKey().PublicKey, crypto.SHA256, hash[:], signature) != nil {
		verdict = "FAILURE"
	}
	return 200, encoded(members{"verification_status": verdict})
}
