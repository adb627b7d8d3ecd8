package fake

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"parley/internal/connector/simulator"
)

const (
	tokenPath    = "/v1/oauth2/token"
	disputesPath = "/v1/customer/disputes"
	certsPath    = "/v1/notifications/certs/"
	verifyPath   = "/v1/notifications/verify-webhook-signature"
)

// largestCall is the most a call may have, in bytes.
const largestCall = 50 << 20

// request is one call on its way through.
type request struct {
	*http.Request
	body    []byte
	base    string
	account *Account
}

func (p *Platform) serve(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, largestCall))
	if err != nil {
		write(w, 400, (&problem{status: 400}).body(0))
		return
	}
	q := &request{Request: r, body: body, base: "http://" + r.Host}
	p.mu.Lock()
	p.settle()
	status, answer := p.route(q)
	p.mu.Unlock()
	write(w, status, answer)
	p.push()
}

// route finds what is asked for; the lock is held.
func (p *Platform) route(q *request) (int, []byte) {
	switch path := q.URL.Path; {
	case path == tokenPath:
		return p.token(q)
	case strings.HasPrefix(path, certsPath) && q.Method == http.MethodGet:
		return 200, p.certificate()
	}
	if refused := p.known(q); refused != nil {
		return p.refused(refused)
	}
	switch rest, isDispute := strings.CutPrefix(q.URL.Path, disputesPath); {
	case q.URL.Path == verifyPath && q.Method == http.MethodPost:
		return p.verify(q)
	case !isDispute:
		return p.refused(&problem{status: 404})
	case rest == "" && q.Method == http.MethodGet:
		return p.answered(p.list(q))
	default:
		return p.one(q, strings.Split(strings.TrimPrefix(rest, "/"), "/"))
	}
}

func (p *Platform) answered(of any, refused *problem) (int, []byte) {
	if refused != nil {
		return p.refused(refused)
	}
	return 200, encoded(of)
}

func (p *Platform) refused(why *problem) (int, []byte) {
	p.number++
	return why.status, why.body(p.number)
}

// token gives a token for id and secret.
func (p *Platform) token(q *request) (int, []byte) {
	id, secret, _ := q.BasicAuth()
	if kind := q.Header.Get("Content-Type"); q.Method != http.MethodPost || !strings.HasPrefix(kind, "application/x-www-form-urlencoded") {
		return p.refused(&problem{status: 415})
	}
	for _, a := range p.accounts {
		if a.ClientID != id || a.Secret != secret {
			continue
		}
		if !strings.Contains("&"+string(q.body)+"&", "&grant_type=client_credentials&") {
			return 400, encoded(members{"error": "unsupported_grant_type", "error_description": "Grant Type is NULL"})
		}
		return 200, encoded(p.permit(a))
	}
	return 401, encoded(badClient)
}

// tokenLasts is how long a token is good.
const tokenLasts = 9 * time.Hour

func (p *Platform) permit(a *Account) members {
	a.given++
	token := "A21" + made(a.ClientID, a.given)
	a.tokens[token] = p.now().Add(tokenLasts)
	scope := "openid"
	if !a.without {
		scope = "https://uri.paypal.com/services/disputes/read-seller https://uri.paypal.com/services/disputes/update-seller openid"
	}
	return members{
		"scope": scope, "access_token": token, "token_type": "Bearer", "app_id": a.AppID, "expires_in": int(tokenLasts.Seconds()),
		"nonce": stamp(p.now()) + "fake",
	}
}

// known finds whose token it is.
func (p *Platform) known(q *request) *problem {
	token, is := strings.CutPrefix(q.Header.Get("Authorization"), "Bearer ")
	for _, a := range p.accounts {
		if ends, ok := a.tokens[token]; is && ok && p.now().Before(ends) {
			q.account = a
			if a.without && q.URL.Path != verifyPath {
				return &problem{status: 403, issue: "PERMISSION_DENIED"}
			}
			return nil
		}
	}
	return &problem{status: 401}
}

// one is a call about one dispute: reading it, or an act.
func (p *Platform) one(q *request, parts []string) (int, []byte) {
	d := p.find(q.account, parts[0])
	switch {
	case d == nil:
		return p.refused(&problem{404, "dispute_id", parts[0], "path", "INVALID_DISPUTE_ID", "The dispute ID is not found."})
	case len(parts) == 1 && q.Method == http.MethodGet:
		return 200, encoded(p.shown(d.detail(q.base, p.now())))
	case len(parts) == 2 && q.Method == http.MethodPost:
		return p.once(q, d, parts[1])
	}
	return p.refused(&problem{status: 405})
}

func (*Platform) find(a *Account, id string) *Dispute {
	return a.byID[id]
}

// once does an act, and answers the same PayPal-Request-Id as it did before.
func (p *Platform) once(q *request, d *Dispute, verb string) (int, []byte) {
	key := ""
	if id := q.Header.Get("PayPal-Request-Id"); id != "" {
		key = q.account.ClientID + " " + q.URL.Path + " " + id
		if had, done := p.done[key]; done {
			return had.status, had.body
		}
	}
	if refused := p.act(q, d, verb); refused != nil {
		return p.refused(refused)
	}
	if _, seller := acts[verb]; seller {
		p.acted++
	}
	p.carried[q.Header.Get("PayPal-Request-Id")]++
	p.changed(d, p.now())
	body := encoded(members{"links": []link{{q.base + disputesPath + "/" + d.id, "self", "GET"}}})
	if key != "" {
		p.done[key] = reply{200, body}
	}
	return 200, body
}

// Main runs a platform filled from a scenario file (nil: fill, or one empty account) until the context ends.
func Main(ctx context.Context, address string, scenario io.Reader, out io.Writer, now func() time.Time) error {
	return Run(ctx, address, scenario, out, now, nil)
}

// Run is Main with what fills a platform that has no scenario.
func Run(ctx context.Context, address string, scenario io.Reader, out io.Writer, now func() time.Time, fill func(*Platform) error) error {
	p := New(Options{Now: now, HTTP: &http.Client{Timeout: 10 * time.Second}})
	var err error
	switch {
	case scenario != nil:
		err = p.Load(scenario)
	case fill != nil:
		err = fill(p)
	default:
		p.AddAccount(AccountSpec{Name: "Example shop"})
	}
	if err != nil {
		return err
	}
	var lines []string
	for _, a := range p.Accounts() {
		lines = append(lines, fmt.Sprintf("account %q client_id=%s client_secret=%s webhook_id=%s", a.Name, a.ClientID, a.Secret, a.WebhookID))
	}
	return simulator.Serve(ctx, "PayPal", address, p, out, lines...)
}
