package paypal

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"parley/internal/connector"
	"parley/internal/fault"
)

// purse keeps the access tokens of all accounts, so that sessions of one account share one.
type purse struct {
	mu  sync.Mutex
	all map[string]*pass
}

func newPurse() *purse { return &purse{all: map[string]*pass{}} }

func (p *purse) of(account string) *pass {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.all[account] == nil {
		p.all[account] = &pass{}
	}
	return p.all[account]
}

// pass is the access token of one account. Whoever needs one while it is being fetched waits for that one call.
type pass struct {
	mu     sync.Mutex
	access string
	app    string // the application's number at PayPal
	until  time.Time
}

// margin is how long before its end a token is no longer used.
const margin = 5 * time.Minute

// permit gives a token that is good now, fetched if need be.
func (a *api) permit(ctx context.Context) (string, error) {
	a.token.mu.Lock()
	defer a.token.mu.Unlock()
	if a.token.access != "" && a.world.Now().Before(a.token.until) {
		return a.token.access, nil
	}
	_, err := a.fetchToken(ctx)
	return a.token.access, err
}

// drop forgets a token that PayPal no longer takes, unless another one has come meanwhile.
func (a *api) drop(access string) {
	a.token.mu.Lock()
	defer a.token.mu.Unlock()
	if a.token.access == access {
		a.token.access = ""
	}
}

// Renew fetches a new access token by the client credentials. PayPal gives no refresh token for them, and a code means nothing here.
func (s *Session) Renew(ctx context.Context, _ string) (connector.Token, error) {
	s.token.mu.Lock()
	defer s.token.mu.Unlock()
	return s.fetchToken(ctx)
}

// fetchToken asks for a token; the pass is locked by the caller. A failure here is never an act that perhaps happened.
func (a *api) fetchToken(ctx context.Context) (connector.Token, error) {
	a.token.access = ""
	form := url.Values{"grant_type": {"client_credentials"}}
	got, err := a.once(ctx, call{method: http.MethodPost, path: "/v1/oauth2/token", kind: "application/x-www-form-urlencoded",
		body: []byte(form.Encode())})
	if err != nil {
		return connector.Token{}, err
	}
	access, seconds := got.get("access_token").text(), got.get("expires_in").whole()
	if access == "" || seconds <= 0 {
		return connector.Token{}, garbled(nil, false)
	}
	ends := a.world.Now().Add(time.Duration(min(seconds, 30*24*3600)) * time.Second).UTC()
	a.token.access, a.token.app, a.token.until = access, got.get("app_id").text(), ends.Add(-margin)
	if scope := got.get("scope").text(); scope != "" && !strings.Contains(scope, "/disputes/") {
		a.token.access = ""
		return connector.Token{}, &fault.Fault{Kind: fault.Unauthorised, Key: "fault.paypal.no_disputes", Field: "client_id"}
	}
	return connector.Token{Access: access, ExpiresAt: ends}, nil
}
