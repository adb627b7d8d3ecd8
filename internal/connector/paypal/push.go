package paypal

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"hash/crc32"
	"net/http"
	"strings"
	"time"

	"parley/internal/connector"
	"parley/internal/fault"
)

// A delivery is taken from longestAway ago to earliest ahead of our clock. PayPal repeats what was not answered for three days; what comes
// later than this is refused and found by polling.
const (
	longestAway = time.Hour
	earliest    = 5 * time.Minute
)

// Receive checks a webhook without any call: PayPal signs TRANSMISSION-ID|TRANSMISSION-TIME|webhook id|CRC-32 of the raw body with the key
// of a certificate, which has to stand in the settings (webhook_certificate) together with the number of the webhook (webhook_id). The
// address in PAYPAL-CERT-URL is never fetched: whoever forges a delivery writes it.
func (c *Connector) Receive(account connector.Account, d connector.Delivery, now time.Time) (connector.Push, error) {
	set := account.Settings
	if set["webhook_id"] == "" || set["webhook_certificate"] == "" {
		return connector.Push{}, unsigned("no webhook_id or webhook_certificate in the settings")
	}
	if err := timely(d.Header, now); err != nil {
		return connector.Push{}, err
	}
	if err := signed(d, set["webhook_id"], set["webhook_certificate"], now); err != nil {
		return connector.Push{}, err
	}
	v, err := parse(d.Body)
	if err != nil || !v.object() || v.get("event_type").text() == "" {
		return connector.Push{}, garbled(err, false)
	}
	push := connector.Push{ID: d.Header.Get("PAYPAL-TRANSMISSION-ID"), Topic: v.get("event_type").text()}
	id := v.get("resource", "dispute_id").text()
	switch {
	case !strings.HasPrefix(push.Topic, "CUSTOMER.DISPUTE."):
		push.Unknown = connector.UnknownTopic
	case !disputeID.MatchString(id):
		push.Unknown = connector.UnknownRecord
	default:
		payment := (&record{of: v.get("resource")}).payment()
		push.Refs = []connector.Ref{{Kind: disputeKind, ID: id, Order: payment}}
	}
	return push, nil
}

// unsigned is the fault of a delivery that is not proved to be PayPal's. Why is for the log only.
func unsigned(why string) *fault.Fault {
	return fault.New(fault.Unauthorised, "fault.paypal.webhook").Because(fmt.Errorf("webhook: %s", why))
}

func timely(h http.Header, now time.Time) error {
	at, err := time.Parse(time.RFC3339, h.Get("PAYPAL-TRANSMISSION-TIME"))
	if err != nil {
		return unsigned("no transmission time")
	}
	if age := now.Sub(at); age > longestAway || age < -earliest {
		return unsigned("sent " + age.Truncate(time.Second).String() + " ago")
	}
	return nil
}

func signed(d connector.Delivery, webhook, text string, now time.Time) error {
	if algorithm := d.Header.Get("PAYPAL-AUTH-ALGO"); algorithm != "SHA256withRSA" {
		return unsigned("algorithm " + shortened(algorithm, 50))
	}
	cert, err := certificate(text)
	if err != nil {
		return err
	}
	if now.Before(cert.NotBefore) || now.After(cert.NotAfter) {
		return unsigned("the certificate in the settings is not valid now")
	}
	key, ok := cert.PublicKey.(*rsa.PublicKey)
	if !ok {
		return unsigned("the certificate has no RSA key")
	}
	signature, err := base64.StdEncoding.DecodeString(d.Header.Get("PAYPAL-TRANSMISSION-SIG"))
	if err != nil {
		return unsigned("no signature")
	}
	hash := sha256.Sum256([]byte(signedText(d, webhook)))
	if err := rsa.VerifyPKCS1v15(key, crypto.SHA256, hash[:], signature); err != nil {
		return unsigned("the signature does not fit")
	}
	return nil
}

// signedText is what PayPal signs; the checksum is of the body as it came, in decimal.
func signedText(d connector.Delivery, webhook string) string {
	id, at := d.Header.Get("PAYPAL-TRANSMISSION-ID"), d.Header.Get("PAYPAL-TRANSMISSION-TIME")
	return fmt.Sprintf("%s|%s|%s|%d", id, at, webhook, crc32.ChecksumIEEE(d.Body))
}

// certificate reads the first certificate of a PEM text.
func certificate(text string) (*x509.Certificate, error) {
	block, _ := pem.Decode([]byte(text))
	if block == nil || block.Type != "CERTIFICATE" {
		return nil, fault.Input("webhook_certificate", "", "a certificate in PEM form (BEGIN CERTIFICATE)")
	}
	cert, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return nil, fault.Input("webhook_certificate", "", "a certificate in PEM form (BEGIN CERTIFICATE)").Because(err)
	}
	return cert, nil
}
