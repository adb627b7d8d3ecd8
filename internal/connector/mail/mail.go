// Package mail makes a mailbox a store: for a shop or a marketplace without an interface of its own, whose buyers write mails.
//
//   - Ways: box.go reads the mailbox by IMAP, post.go writes and sends by SMTP, refusal.go turns their failures into faults.
//   - Reading: header.go, body.go, html.go and quote.go take a mail apart, letter.go is what is kept of it, thread.go puts letters that
//     belong together into one source and turns it into facts.
//   - Work: pull.go finds what changed, session.go reads one source, execute.go answers, compare.go looks for the answer, importing.go
//     takes records and mails from files.
//
// A thread is one source and never a formal case. It is open while a buyer's letter has no answer. Nothing of a mail is trusted: texts are
// bounded, HTML becomes plain text and nothing remote is loaded, and what cannot be read is kept as unknown.
package mail

import (
	"net"
	netmail "net/mail"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"parley/internal/connector"
	"parley/internal/connector/sheet"
	"parley/internal/fault"
	"parley/internal/webclient"
)

// Connector opens sessions to mailboxes. Its only state is how long each server wants to be left alone.
type Connector struct{ limits *webclient.Limits }

// New makes the connector. One is enough for all stores.
func New() *Connector { return &Connector{limits: &webclient.Limits{}} }

const (
	kind       = "mail"
	threadKind = "thread"
	// shopOrders is the prefix under which Shopify's stores name a purchase.
	shopOrders = "shopify:order/"
	// perSecond is how many connections a second a server is asked for at most.
	perSecond = 2
	// largestPicture keeps a mail with several pictures below the 20 to 25 MB that most servers take.
	largestPicture = 4 << 20
	// defaultOrderPattern finds numbers behind a usual word for order in the languages of the desk.
	defaultOrderPattern = `(?i)(?:order|pedido|commande|bestellung|ordine|zam[oó]wienie|encomenda|订单)(?:\s*(?:n[oº°úu]?[.:]?|no\.?|number|n[uú]mero(?:\s+de)?|号|nr\.?))?\s*[:：#]?\s*#?([0-9][0-9A-Z-]{2,31})`
)

// About describes the kind of store.
func (*Connector) About() connector.About {
	port := `^[1-9][0-9]{0,4}$`
	host := `^[A-Za-z0-9.\-:\[\]]{1,253}$`
	ways := []string{"tls", "starttls", "none"}
	return connector.About{
		Kind: kind, Mark: "EM", Zone: "UTC", Packs: sheet.Laws(),
		Acts: []string{"send_message"}, MaxPicture: largestPicture, FilesWithAct: true,
		Settings: []connector.Setting{
			{Name: "marketplace", Options: marketplaces(), Default: "own_shop"},
			{Name: "imap_host", Required: true, Pattern: host},
			{Name: "imap_port", Default: "993", Pattern: port},
			{Name: "imap_security", Options: ways, Default: "tls"},
			{Name: "smtp_host", Required: true, Pattern: host},
			{Name: "smtp_port", Default: "465", Pattern: port},
			{Name: "smtp_security", Options: ways, Default: "tls"},
			{Name: "user", Required: true},
			{Name: "password", Secret: true},
			{Name: "oauth_token", Secret: true},
			{Name: "from", Required: true},
			{Name: "own_addresses"},
			{Name: "folders", Default: "INBOX"},
			{Name: "sent_folder"},
			{Name: "allowed_senders"},
			{Name: "order_pattern", Default: defaultOrderPattern},
			{Name: "orders_of", Options: []string{"none", "shopify"}, Default: "none"},
			{Name: "days", Default: "30", Pattern: `^([1-9]|[1-9][0-9]|[12][0-9][0-9]|3[0-5][0-9]|36[0-5])$`},
			{Name: "allow_private", Options: []string{"false", "true"}, Default: "false"},
		},
	}
}

// marketplaces are those whose buyers may be written to by mail; their rules are those of the spreadsheets' stores.
func marketplaces() []string {
	for _, s := range sheet.New().About().Settings {
		if s.Name == "marketplace" {
			return s.Options
		}
	}
	return nil
}

// Market tells which marketplace the buyers come from.
func (*Connector) Market(settings map[string]string) connector.Market {
	m := sheet.New().Market(settings)
	if m.Code == "sheet" {
		m.Code = kind
	}
	return m
}

// config are the settings of a store, checked.
type config struct {
	imap, smtp way
	user       string
	password   string
	token      string
	from       netmail.Address
	own        []string // addresses in small letters, that of from among them
	folders    []string
	sent       string
	allowed    []string // addresses and domains in small letters; empty = everybody
	order      *regexp.Regexp
	handles    string // prefix of the name other stores know an order by; empty = none
	days       int
}

// way is a server and how it is spoken to.
type way struct {
	host, port string
	security   string // tls, starttls, none
}

func (w way) address() string { return net.JoinHostPort(w.host, w.port) }

// Open checks the settings of a store and makes a session; it calls nothing.
func (c *Connector) Open(account connector.Account, world connector.World) (connector.Session, error) {
	set, err := connector.Filled(c.About().Settings, account.Settings, "")
	if err != nil {
		return nil, err
	}
	k, err := configured(set)
	if err != nil {
		return nil, err
	}
	return &Session{config: k, store: strconv.FormatInt(account.StoreID, 10), limits: c.limits, world: world}, nil
}

// configured reads the settings that are more than words.
func configured(set map[string]string) (config, error) {
	k := config{
		imap: way{strings.Trim(set["imap_host"], "[]"), set["imap_port"], set["imap_security"]},
		smtp: way{strings.Trim(set["smtp_host"], "[]"), set["smtp_port"], set["smtp_security"]},
		user: set["user"], password: set["password"], token: set["oauth_token"], folders: words(set["folders"]), sent: set["sent_folder"],
	}
	k.days, _ = strconv.Atoi(set["days"]) // digits, by its pattern
	if set["orders_of"] == "shopify" {
		k.handles = shopOrders
	}
	if k.password == "" && k.token == "" {
		return k, fault.Input("password", "", "a password, or an OAuth2 token in oauth_token")
	}
	if set["allow_private"] != "true" && (k.imap.security == "none" || k.smtp.security == "none") {
		return k, fault.Input("imap_security", "none", "tls, starttls; none only for servers in the own network, with allow_private")
	}
	if err := k.addresses(set); err != nil {
		return k, err
	}
	var err error
	if k.order, err = regexp.Compile(set["order_pattern"]); err != nil || k.order.NumSubexp() != 1 || len(set["order_pattern"]) > 1000 {
		return k, fault.Input("order_pattern", set["order_pattern"], "a regular expression with exactly one group, such as Order #([0-9]+)").Because(err)
	}
	return k, nil
}

// addresses reads whose mail is ours and whose is welcome.
func (k *config) addresses(set map[string]string) error {
	from, err := netmail.ParseAddress(set["from"])
	if err != nil {
		return fault.Input("from", set["from"], "Shop <help@shop.example>").Because(err)
	}
	k.from = *from
	k.own = []string{strings.ToLower(from.Address)}
	for _, a := range words(set["own_addresses"]) {
		if !strings.Contains(a, "@") {
			return fault.Input("own_addresses", a, "help@shop.example, sales@shop.example")
		}
		k.own = append(k.own, strings.ToLower(a))
	}
	for _, a := range words(set["allowed_senders"]) {
		k.allowed = append(k.allowed, strings.ToLower(strings.TrimPrefix(a, "@")))
	}
	return nil
}

// words splits a list with commas, semicolons or line ends.
func words(list string) (out []string) {
	for _, w := range strings.FieldsFunc(list, func(r rune) bool { return r == ',' || r == ';' || r == '\n' }) {
		if w = strings.TrimSpace(w); w != "" {
			out = append(out, w)
		}
	}
	return out
}

func (k *config) isOwn(address string) bool { return slices.Contains(k.own, address) }

// welcome tells whether a sender's mail is read: an address, or a domain with all below it.
func (k *config) welcome(address string) bool {
	_, domain, _ := strings.Cut(address, "@")
	return len(k.allowed) == 0 || slices.ContainsFunc(k.allowed, func(a string) bool {
		return a == address || a == domain || strings.HasSuffix(domain, "."+a)
	})
}

// orderIn is the number of a purchase that a text names; empty = none.
func (k *config) orderIn(text string) string {
	if k.order == nil {
		return ""
	}
	if m := k.order.FindStringSubmatch(text); m != nil {
		return m[1]
	}
	return ""
}
