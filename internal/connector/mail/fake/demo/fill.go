package demo

import (
	"bytes"
	_ "embed" // the mails are a file
	"errors"
	"net"

	"parley/internal/connector/mail/fake"
)

//go:embed mails.yaml
var mails []byte

// Shop is a mailbox as a person would add it as a store.
type Shop struct {
	Company, Name, Zone, Currency, Country, Language string

	Settings map[string]string // credentials and where the provider is
}

// The mailbox of the demo.
const (
	address  = "ayuda@casanorte.example"
	password = "demo-casa-norte"
)

// Fill writes the mails of the last days into a running provider and gives its mailboxes as stores. Ages count from the provider's clock.
func Fill(p *fake.Platform) ([]Shop, error) {
	if err := p.Load(bytes.NewReader(mails)); err != nil {
		return nil, err
	}
	imapHost, imapPort, err := net.SplitHostPort(p.IMAP())
	smtpHost, smtpPort, other := net.SplitHostPort(p.SMTP())
	return []Shop{{
		Company: "Ibérica Hogar y Herramienta S.L.", Name: "Casa Norte · correo", Zone: "Europe/Madrid", Currency: "EUR", Country: "ES", Language: "es",
		Settings: map[string]string{
			"imap_host": imapHost, "imap_port": imapPort, "imap_security": "none", "smtp_host": smtpHost, "smtp_port": smtpPort, "smtp_security": "none",
			"user": address, "password": password, "from": "Casa Norte Hogar <" + address + ">", "orders_of": "shopify", "allow_private": "true",
		},
	}}, errors.Join(err, other)
}
