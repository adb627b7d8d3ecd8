package aliexpress

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"parley/internal/connector"
	"parley/internal/connector/alibaba"
	"parley/internal/fault"
)

// Renew exchanges a code or the refresh token: on IOP by /rest/auth/token/create and /refresh, on TOP by the OAuth page
// /token. A refreshed token keeps the end of the refresh token it came from where the platform tells no other.
func (s *Session) Renew(ctx context.Context, code string) (connector.Token, error) {
	old := connector.Token{}
	if t := s.token.Load(); t != nil {
		old = *t
	}
	if code == "" && old.Refresh == "" {
		return connector.Token{}, &fault.Fault{Kind: fault.Unauthorised, Key: "fault.aliexpress.token_missing", Field: "token"}
	}
	ask := s.iopToken
	if s.kind == top {
		ask = s.topToken
	}
	q, err := ask(ctx, code, old.Refresh)
	if err != nil {
		return connector.Token{}, err
	}
	a, err := s.send(q, true)
	if err != nil {
		return connector.Token{}, err
	}
	token, err := s.readToken(a, old)
	if err == nil {
		s.token.Store(&token)
	}
	return token, err
}

func (g *gateway) iopToken(ctx context.Context, code, refresh string) (*http.Request, error) {
	if code != "" {
		return g.system(ctx, "/auth/token/create", []param{{"code", code}})
	}
	return g.system(ctx, "/auth/token/refresh", []param{{"refresh_token", refresh}})
}

func (g *gateway) topToken(ctx context.Context, code, refresh string) (*http.Request, error) {
	params := []param{{"client_id", g.key}, {"client_secret", g.secret}, {"sp", "ae"}, {"view", "web"}}
	if code != "" {
		params = append(params, param{"grant_type", "authorization_code"}, param{"code", code}, param{"redirect_uri", g.redirect})
	} else {
		params = append(params, param{"grant_type", "refresh_token"}, param{"refresh_token", refresh})
	}
	return alibaba.Request(ctx, g.oauth+"/token", alibaba.Sent(params), nil)
}

// readToken reads the answer of either gateway; numbers come as numbers or as text.
func (s *Session) readToken(a answer, old connector.Token) (connector.Token, error) {
	if name := text(a.Value, "error"); name != "" {
		return connector.Token{}, oauthFault(name, text(a.Value, "error_description"))
	}
	t := connector.Token{
		Access:           text(a.Value, "access_token"),
		Refresh:          text(a.Value, "refresh_token"),
		ExpiresAt:        s.ends(a, "expires_in", "expire_time"),
		RefreshExpiresAt: s.ends(a, "refresh_expires_in", "refresh_token_valid_time"),
	}
	if t.Access == "" {
		return connector.Token{}, garbled(nil, true)
	}
	if t.Refresh == "" {
		t.Refresh = old.Refresh
	}
	if t.RefreshExpiresAt.IsZero() && t.Refresh == old.Refresh {
		t.RefreshExpiresAt = old.RefreshExpiresAt
	}
	return t, nil
}

// oauthFault reads the error of the OAuth page: invalid_client means key or secret, the rest the code or token.
func oauthFault(name, message string) error {
	c := complaint{code: name, message: message}
	if name == "invalid_client" || name == "unauthorized_client" {
		return c.named(wrongSignature)
	}
	return c.named(wrongCode)
}

// ends gives an end told as seconds from now, or as epoch milliseconds. Documentation prints other numbers there, which
// are no instants and are passed over.
func (s *Session) ends(a answer, seconds, instant string) time.Time {
	if n, ok := a.Get(seconds).Int(); ok && n > 0 && n < 1e9 {
		return s.world.Now().Add(time.Duration(n) * time.Second).UTC()
	}
	if ms, err := strconv.ParseInt(text(a.Value, instant), 10, 64); err == nil && ms > 1e11 && ms < 1e14 {
		return time.UnixMilli(ms).UTC()
	}
	return time.Time{}
}
