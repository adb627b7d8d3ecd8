package fake

import (
	"encoding/json"
	"fmt"
	"html"
	"log"
	"net/http"
	"net/url"
	"strings"
	"time"
)

const codeLife = 30 * time.Minute

// code is an authorisation code: good once, for half an hour.
type code struct {
	shop  *Shop
	until time.Time
}

// NewCode is what the authorisation page would hand to the shop's program.
func (p *Platform) NewCode(shop *Shop) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.newCode(shop, p.catchUp())
}

func (p *Platform) newCode(shop *Shop, now time.Time) string {
	p.ids++
	text := fmt.Sprintf("3_%s_%016x", shop.Key, fingerprint(fmt.Sprint(shop.ID, p.ids)))
	p.codes[text] = code{shop: shop, until: now.Add(codeLife)}
	return text
}

// serveAuthorise is the page on which a seller allows a program to act for his shop. It asks which shop when the
// application has several and the parameter shop (seller login) does not say; then it redirects with a code.
func (p *Platform) serveAuthorise(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	target, err := url.Parse(query.Get("redirect_uri"))
	if err != nil || target.Host == "" || (target.Scheme != "http" && target.Scheme != "https") || query.Get("response_type") != "code" {
		http.Error(w, "param-error: redirect_uri or response_type", http.StatusBadRequest)
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	mine := p.shopsOf(query.Get("client_id"), query.Get("shop"))
	switch len(mine) {
	case 0:
		http.Error(w, "param-appkey.not.exists", http.StatusBadRequest)
	case 1:
		back := target.Query()
		back.Set("code", p.newCode(mine[0], p.catchUp()))
		if state := query.Get("state"); state != "" {
			back.Set("state", state)
		}
		target.RawQuery = back.Encode()
		http.Redirect(w, r, target.String(), http.StatusFound)
	default:
		chooseShop(w, mine, query)
	}
}

func (p *Platform) shopsOf(key, login string) []*Shop {
	var mine []*Shop
	for _, shop := range p.shops {
		if shop.Key == key && (login == "" || login == shop.Login) {
			mine = append(mine, shop)
		}
	}
	return mine
}

func chooseShop(w http.ResponseWriter, mine []*Shop, query url.Values) {
	var page strings.Builder
	page.WriteString("<!doctype html><title>Authorize</title><ul>")
	for _, shop := range mine {
		query.Set("shop", shop.Login)
		fmt.Fprintf(&page, `<li><a href="?%s">%s</a></li>`, html.EscapeString(query.Encode()), html.EscapeString(shop.Name))
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	if _, err := w.Write([]byte(page.String())); err != nil {
		log.Printf("simulated platform: the caller went away: %v", err)
	}
}

// createToken answers /auth/token/create: the signature was checked before, the code is checked now.
func (p *Platform) createToken(c *call) (body, *refusal) {
	shop, ok := p.redeem(c.args.text("code"), c.app.key, c.now)
	if !ok {
		return nil, &badCode
	}
	return shop.tokenBody(c.now), nil
}

// redeem exchanges a code for new tokens of its shop.
func (p *Platform) redeem(text, key string, now time.Time) (*Shop, bool) {
	known, ok := p.codes[text]
	if !ok || now.After(known.until) || known.shop.Key != key {
		return nil, false
	}
	delete(p.codes, text)
	shop := known.shop
	shop.refreshExpiresAt = time.Time{}
	shop.RefreshToken = p.newToken(shop, "r")
	p.renew(shop, now)
	return shop, true
}

// renew gives a shop a new access token; the old one ends. The refresh token's own life goes on.
func (p *Platform) renew(shop *Shop, now time.Time) {
	delete(p.tokens, shop.Token)
	shop.Token = p.newToken(shop, "a")
	p.authorise(shop, now)
}

func (p *Platform) newToken(shop *Shop, kind string) string {
	p.ids++
	return fmt.Sprintf("5000%s%016x%08x", kind, fingerprint(fmt.Sprint(shop.Secret, shop.ID, p.ids)), p.ids)
}

// refreshToken answers /auth/token/refresh.
func (p *Platform) refreshToken(c *call) (body, *refusal) {
	for _, shop := range p.shops {
		if shop.RefreshToken == c.args.text("refresh_token") && shop.Key == c.app.key && c.now.Before(shop.refreshExpiresAt) {
			p.renew(shop, c.now)
			return shop.tokenBody(c.now), nil
		}
	}
	return nil, &badRefresh
}

func (s *Shop) tokenBody(now time.Time) body {
	return func(w *writer) {
		w.text("access_token", s.Token)
		w.text("refresh_token", s.RefreshToken)
		w.number("expires_in", int64(s.expiresAt.Sub(now)/time.Second))
		w.number("refresh_expires_in", int64(s.refreshExpiresAt.Sub(now)/time.Second))
		w.number("expire_time", s.expiresAt.UnixMilli())
		w.number("refresh_token_valid_time", s.refreshExpiresAt.UnixMilli())
		w.text("user_id", numberText(s.ID))
		w.text("seller_id", numberText(s.ID))
		w.text("user_nick", s.Login)
		w.text("account", s.Login+"@example.test")
		w.text("account_id", numberText(s.ID))
		w.text("account_platform", "seller_center")
		w.text("havana_id", numberText(s.ID))
		w.text("locale", "en_US")
		w.text("sp", "ae")
	}
}

// serveOldToken answers the token address of the old generation.
func (p *Platform) serveOldToken(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 1<<16)
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.catchUp()
	known := p.apps[r.PostFormValue("client_id")]
	if known == nil || known.secret != r.PostFormValue("client_secret") || r.PostFormValue("grant_type") != "authorization_code" {
		oldAnswer(w, map[string]any{"error": "invalid_client", "error_description": "client_id or client_secret is wrong"})
		return
	}
	shop, ok := p.redeem(r.PostFormValue("code"), known.key, now)
	if !ok {
		oldAnswer(w, map[string]any{"error": "invalid_request", "error_description": "authorize code expire"})
		return
	}
	oldAnswer(w, map[string]any{
		"access_token": shop.Token, "refresh_token": shop.RefreshToken,
		"expire_time": shop.expiresAt.UnixMilli(), "refresh_token_valid_time": shop.refreshExpiresAt.UnixMilli(),
		"w1_valid": shop.expiresAt.UnixMilli(), "w2_valid": shop.expiresAt.UnixMilli(),
		"r1_valid": shop.expiresAt.UnixMilli(), "r2_valid": shop.expiresAt.UnixMilli(),
		"user_id": numberText(shop.ID), "user_nick": shop.Login, "locale": "zh_CN", "sp": "ae",
	})
}

func oldAnswer(w http.ResponseWriter, fields map[string]any) {
	w.Header().Set("Content-Type", "application/json;charset=utf-8")
	if err := json.NewEncoder(w).Encode(fields); err != nil {
		log.Printf("simulated platform: the caller went away: %v", err)
	}
}
