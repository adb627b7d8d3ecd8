package mail_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"net"
	netmail "net/mail"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"

	"parley/internal/connector"
	"parley/internal/connector/mail"
	"parley/internal/connector/mail/fake"
	"parley/internal/fault"
)

// certificate of the simulated provider; TestMain makes the machine trust it and nothing else.
var certificate *tls.Config

func TestMain(m *testing.M) {
	folder, err := os.MkdirTemp("", "parley-mail-*")
	if err != nil {
		panic(err)
	}
	certificate = trusted(filepath.Join(folder, "ca.pem"))
	code := m.Run()
	_ = os.RemoveAll(folder)
	os.Exit(code)
}

func trusted(path string) *tls.Config {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	it := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Unix(0, 0), NotAfter: time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC), IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	der, err := x509.CreateCertificate(rand.Reader, it, it, &key.PublicKey, key)
	if err != nil {
		panic(err)
	}
	if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600); err != nil {
		panic(err)
	}
	if err := os.Setenv("SSL_CERT_FILE", path); err != nil {
		panic(err)
	}
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}, MinVersion: tls.VersionTLS12}
}

// asked is a stage on which one buyer waits, and the act that answers.
func asked(t *testing.T, o fake.Options) (*stage, connector.Effect) {
	s := stageOf(t, o)
	s.receive(fake.Mail{ID: "q@buyer.test", From: "ana@buyer.test", Name: "Ana", Subject: "Pedido 1001: ¿dónde?", Text: "?", Header: []string{"Reply-To: ana.ruiz@buyer.test"}})
	return s, connector.Effect{ID: "eff_7", Do: "send_message", Text: "Hola, Ana:\n.\nmañana 台灯"}
}

// look executes the act and tells what came of it.
func (s *stage) look(session connector.Session, act connector.Effect) (connector.Receipt, connector.Outcome, error) {
	s.t.Helper()
	if act.Ref.ID == "" {
		act.Ref = by(s.t, s.everything(), "ana@buyer.test").Ref
	}
	before, err := session.Fetch(s.t.Context(), act.Ref)
	must(s.t, err)
	receipt, failed := session.Execute(s.t.Context(), act)
	s.provider.Peace()
	after, err := session.Fetch(s.t.Context(), act.Ref)
	must(s.t, err)
	return receipt, session.Compare(act, before, after), failed
}

// TestTheAnswerIsAMailAmongTheOthers: its headers, its words, its files, and nobody's address on file.
func TestTheAnswerIsAMailAmongTheOthers(t *testing.T) {
	s, act := asked(t, fake.Options{})
	act.Files = []*connector.Attachment{{Name: "factura nº1.pdf", Type: "application/pdf", Hash: "h", Bytes: []byte("%PDF")}}
	receipt, outcome, err := s.look(s.open(), act)
	if err != nil || outcome != connector.Confirmed {
		t.Fatalf("%v, %s", err, outcome)
	}
	if strings.Contains(string(receipt.Request), "ana") && strings.Contains(string(receipt.Request), "ana.ruiz") || strings.Contains(string(receipt.Request), "PDF\"") {
		t.Errorf("receipt %s", receipt.Request)
	}
	out := s.provider.Delivered()
	m, err := netmail.ReadMessage(bytes.NewReader(out[0].Raw))
	must(t, err)
	if len(out) != 1 || out[0].To != "ana.ruiz@buyer.test" || m.Header.Get("In-Reply-To") != "<q@buyer.test>" || m.Header.Get("References") != "<q@buyer.test>" ||
		m.Header.Get("Message-ID") != "<"+receipt.ID+">" || !strings.HasSuffix(receipt.ID, "@shop.test") || strings.Contains(receipt.ID, "eff_7") {
		t.Errorf("to %s, header %v, receipt %s", out[0].To, m.Header, receipt.ID)
	}
	sent := by(t, s.everything(), "ana@buyer.test")
	last := sent.Facts.Messages[1]
	if sent.Open || last.From != "staff" || last.Text != act.Text || len(last.Files) != 1 || last.Files[0].Name != "factura nº1.pdf" || last.Files[0].Size == 0 {
		t.Errorf("%+v", last)
	}
}

// TestWhatIsKnownAfterEachTrouble: what surely did not go out leaves no trace and may be sent again; what perhaps did is never Absent.
func TestWhatIsKnownAfterEachTrouble(t *testing.T) {
	for trouble, want := range map[fake.Trouble]struct {
		kind    fault.Kind
		outcome connector.Outcome
		went    int
	}{
		fake.CutAfter:    {fault.Unknown, connector.Contradicted, 1},
		fake.GarbledData: {fault.Unknown, connector.Contradicted, 1},
		fake.CutBefore:   {fault.Unknown, connector.Contradicted, 0},
		fake.BusyData:    {fault.Unavailable, connector.Absent, 0},
	} {
		s, act := asked(t, fake.Options{})
		session := s.open()
		act.Ref = by(t, s.everything(), "ana@buyer.test").Ref
		s.provider.Make(trouble)
		_, outcome, err := s.look(session, act)
		if !fault.Is(err, want.kind) || outcome != want.outcome || len(s.provider.Delivered()) != want.went {
			t.Errorf("%s: %v, %s, %d went out", trouble, err, outcome, len(s.provider.Delivered()))
		}
		_, err = session.Execute(t.Context(), act)
		if again := len(s.provider.Delivered()) - want.went; (want.outcome == connector.Absent) != (err == nil) || (err == nil) != (again == 1) {
			t.Errorf("%s: the same act again: %v, %d more", trouble, err, again)
		}
	}
}

// TestTheOtherServerAloneFails: nothing went out and no draft stays.
func TestTheOtherServerAloneFails(t *testing.T) {
	s, act := asked(t, fake.Options{})
	for change, want := range map[string]fault.Kind{"smtp_port=1": fault.Unavailable, "from=Other <other@shop.test>": fault.Refused} {
		name, value, _ := strings.Cut(change, "=")
		_, outcome, err := s.look(s.open(name, value, "own_addresses", "help@shop.test"), act)
		if !fault.Is(err, want) || outcome != connector.Absent {
			t.Errorf("%s: %v, %s", change, err, outcome)
		}
		if n, err := s.box.Count(fake.Sent, "parley.", imap.FlagDraft); err != nil || n != 0 {
			t.Errorf("%s: %d drafts stay, %v", change, n, err)
		}
	}
}

// TestAServerThatKeepsCopiesHoldsOne.
func TestAServerThatKeepsCopiesHoldsOne(t *testing.T) {
	s, act := asked(t, fake.Options{KeepsCopies: true})
	receipt, outcome, err := s.look(s.open(), act)
	if err != nil || outcome != connector.Confirmed {
		t.Fatalf("%v, %s", err, outcome)
	}
	if n, err := s.box.Count(fake.Sent, receipt.ID); err != nil || n != 1 {
		t.Errorf("%d copies, %v", n, err)
	}
	s, act = asked(t, fake.Options{KeepsCopies: true})
	session := s.open()
	act.Ref = by(t, s.everything(), "ana@buyer.test").Ref
	s.provider.Make(fake.CutAfter)
	if _, outcome, err := s.look(session, act); !fault.Is(err, fault.Unknown) || outcome != connector.Confirmed {
		t.Errorf("its own copy proves it: %v, %s", err, outcome)
	}
}

// TestEncryptedAndByToken: both ways of TLS, with a password and with a token; a certificate for another name is refused.
func TestEncryptedAndByToken(t *testing.T) {
	for _, security := range []string{"tls", "starttls"} {
		for _, proof := range [][]string{{"password", password}, {"oauth_token", "tok-en.4712"}} {
			s, act := asked(t, fake.Options{TLS: certificate, StartTLS: security == "starttls"})
			s.settings["imap_security"], s.settings["smtp_security"] = security, security
			delete(s.settings, "password")
			session := s.open(proof...)
			s.settings[proof[0]] = proof[1]
			if who, err := session.Check(t.Context()); err != nil || who.ID != "help@shop.test" || who.Name != "Casa Norte" {
				t.Fatalf("%s, %s: %+v, %v", security, proof[0], who, err)
			}
			if _, outcome, err := s.look(session, act); err != nil || outcome != connector.Confirmed {
				t.Errorf("%s, %s: %v, %s", security, proof[0], err, outcome)
			}
			for name, kind := range map[string]fault.Kind{"imap_host": fault.Unavailable, "oauth_token": fault.Unauthorised} {
				value := map[string]string{"imap_host": "localhost", "oauth_token": "wrong"}[name]
				if _, err := s.open(name, value).Check(t.Context()); !fault.Is(err, kind) {
					t.Errorf("%s with %s %s: %v", security, name, value, err)
				}
			}
		}
	}
}

func TestSettingsThatCannotWork(t *testing.T) {
	s := newStage(t, false)
	for field, value := range map[string]string{
		"imap_host": "a b", "imap_port": "0", "imap_security": "maybe", "from": "nobody", "order_pattern": "([0-9]+", "own_addresses": "me", "days": "0", "allow_private": "yes", "marketplace": "moon",
		"password": "", "user": "",
	} {
		set := map[string]string{}
		for k, v := range s.settings {
			set[k] = v
		}
		set[field] = value
		_, err := mail.New().Open(connector.Account{Settings: set}, s.world)
		f := fault.Of(err)
		if f == nil || f.Kind != fault.Invalid || f.Field != field {
			t.Errorf("%s %q: %v", field, value, err)
		}
	}
	for _, pattern := range []string{"order", "(a)(b)"} {
		set := map[string]string{"order_pattern": pattern}
		for k, v := range s.settings {
			set[k] = v
		}
		if _, err := mail.New().Open(connector.Account{Settings: set}, s.world); fault.Of(err) == nil || fault.Of(err).Field != "order_pattern" {
			t.Errorf("%s: %v", pattern, err)
		}
	}
	open := map[string]string{}
	for k, v := range s.settings {
		open[k] = v
	}
	delete(open, "allow_private")
	if _, err := mail.New().Open(connector.Account{Settings: open}, s.world); fault.Of(err) == nil || fault.Of(err).Field != "imap_security" {
		t.Errorf("a password in the clear over the open internet: %v", err)
	}
}

// TestAnActThatCannotBe needs no call to be refused.
func TestAnActThatCannotBe(t *testing.T) {
	s, act := asked(t, fake.Options{})
	act.Ref = connector.Ref{Kind: "thread", ID: "x"}
	calls := s.provider.Calls()
	for field, change := range map[string]func(*connector.Effect){
		"id": func(e *connector.Effect) { e.ID = "" }, "text": func(e *connector.Effect) { e.Text = " " }, "to": func(e *connector.Effect) { e.To = "both" },
		"ref.kind": func(e *connector.Effect) { e.Ref.Kind = "issue" }, "do": func(e *connector.Effect) { e.Do = "refund" },
	} {
		wrong := act
		change(&wrong)
		if _, err := s.open().Execute(t.Context(), wrong); fault.Of(err) == nil || fault.Of(err).Kind != fault.Invalid || fault.Of(err).Field != field {
			t.Errorf("%s: %v", field, err)
		}
	}
	if s.provider.Calls() != calls {
		t.Error("the server was called")
	}
}
