package taobao

import (
	"context"
	"errors"
	"time"

	"parley/internal/connector"
	"parley/internal/connector/alibaba/wire"
	"parley/internal/fault"
)

// The methods by which a code or a refresh token becomes a session. Applications of a shop's own have sessions of a fixed length that
// cannot be refreshed; they are pasted into the settings.
const (
	tokenCreate  = "taobao.top.auth.token.create"
	tokenRefresh = "taobao.top.auth.token.refresh"
)

// Renew exchanges a code or the refresh token.
func (s *Session) Renew(ctx context.Context, code string) (connector.Token, error) {
	old := s.token.Load()
	method, ask := tokenCreate, param{"code", code}
	if code == "" {
		if old.Refresh == "" {
			return connector.Token{}, &fault.Fault{Kind: fault.Unauthorised, Key: "fault.taobao.session", Field: "session_key"}
		}
		method, ask = tokenRefresh, param{"refresh_token", old.Refresh}
	}
	a, err := s.act(ctx, method, []param{ask}, nil)
	if err != nil {
		return connector.Token{}, err
	}
	token, err := s.readToken(a, *old)
	if err == nil {
		s.token.Store(&token)
	}
	return token, err
}

// readToken reads token_result: an object, or the text of one.
func (s *Session) readToken(a answer, old connector.Token) (connector.Token, error) {
	v := a.Get("token_result")
	if !v.IsObject() {
		inner, err := wire.Parse([]byte(v.Text()))
		if err != nil {
			return connector.Token{}, garbled(errors.New("no token_result"), true)
		}
		v = inner
	}
	t := connector.Token{
		Access: text(v, "access_token"), Refresh: first(text(v, "refresh_token"), old.Refresh),
		ExpiresAt: s.ends(v, "expires_in", "expire_time"), RefreshExpiresAt: s.ends(v, "re_expires_in", "refresh_token_valid_time"),
	}
	if t.Access == "" {
		return connector.Token{}, garbled(errors.New("no access_token"), true)
	}
	return t, nil
}

// ends gives an end told as seconds from now, or as epoch milliseconds.
func (s *Session) ends(v wire.Value, seconds, instant string) time.Time {
	if n, ok := v.Get(seconds).Int(); ok && n > 0 && n < 1e9 {
		return s.world.Now().Add(time.Duration(n) * time.Second).UTC()
	}
	return millis(text(v, instant))
}
