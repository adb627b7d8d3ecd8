package browser

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"parley/internal/web/gallery"
)

// TestSafetyPagesFitAndAreAccessible looks at what keeps money and deadlines safe, wide and on a telephone, light and dark.
func TestSafetyPagesFitAndAreAccessible(t *testing.T) {
	for lang, theme := range map[string]string{"en": "light", "es": "dark", "zh": "light"} {
		t.Run(lang, func(t *testing.T) {
			s := look(t, gallery.New("aliexpress", lang, theme))
			for _, p := range []string{"/cases/1", "/cases/2", "/cases/4", "/cases/12", "/cases/2/options/refund", "/cases/1/options/accept", "/decisions", "/decisions/dec_to_sign",
				"/stores/1", "/stores/1/net", "/settings", "/queue?store=1&store=2&class=product.damaged"} {
				for _, width := range []int64{1480, 390} {
					s.do(chromedp.EmulateViewport(width, 900))
					s.open(p)
					name := fmt.Sprintf("safety-%s%s-%d", lang, strings.NewReplacer("/", "_", "?", "_", "&", "_", "=", "_").Replace(p), width)
					s.fits(name)
					s.accessible(name)
					s.shoot(name, width)
				}
			}
		})
	}
}

// TestPrepareAndSign keeps an answer for the safety net, sends it from the list, and signs what another person decided.
func TestPrepareAndSign(t *testing.T) {
	for _, scripts := range []string{"true", "false"} {
		t.Run("scripts "+scripts, func(t *testing.T) {
			s := look(t, gallery.New("aliexpress", "en", "light"), "blink-settings", "scriptEnabled="+scripts)
			s.open("/cases/1/options/contest_with_evidence")
			s.do(chromedp.SetValue("[name=text]", "The parcel waits at customs."), chromedp.Click("#form .buttons .btn"), chromedp.WaitReady("#prepare"), chromedp.Click("#prepare"),
				chromedp.WaitReady("#result"))
			if len(s.desk.Sent) != 0 || s.desk.Cases[0].Pending == nil || s.desk.Cases[0].Pending.Choice.Text != "The parcel waits at customs." {
				t.Fatalf("sent %+v, waits %+v", s.desk.Sent, s.desk.Cases[0].Pending)
			}
			s.open("/cases/1")
			s.do(chromedp.Click("#pending .btn.primary"), chromedp.WaitReady("#result"))
			if len(s.desk.Sent) != 1 || s.desk.Cases[0].Pending != nil {
				t.Fatalf("sent %+v", s.desk.Sent)
			}
			s.open("/cases/2")
			s.do(chromedp.SetValue("#pending [name=reason]", "Too much for a scratch."), chromedp.Click("#pending .bar .btn"), chromedp.WaitReady(".okay"))
			if s.desk.Why != "Too much for a scratch." || s.desk.Cases[1].Pending != nil {
				t.Errorf("kept %q, waits %+v", s.desk.Why, s.desk.Cases[1].Pending)
			}
		})
	}
}

// TestNetEditor adds, moves and drops rules, runs them dry and keeps them, with plain forms.
func TestNetEditor(t *testing.T) {
	for _, scripts := range []string{"true", "false"} {
		t.Run("scripts "+scripts, func(t *testing.T) {
			s := look(t, gallery.New("aliexpress", "en", "light"), "blink-settings", "scriptEnabled="+scripts)
			s.open("/stores/1/net")
			s.do(chromedp.Click("[value=add]"), chromedp.WaitReady("#rule-3"))
			s.do(chromedp.SetValue("#rule-3 [name=margin]", "3"), chromedp.SetValue("#rule-3 [name=class]", "product.*"), chromedp.Click("[value='up:3']"), chromedp.WaitReady("#rule-2 option[value='product.*'][selected]"))
			s.do(chromedp.Click("[value='drop:1']"), chromedp.WaitNotPresent("#rule-3"))
			s.do(chromedp.Click("#net-try"), chromedp.WaitReady("#dry-result"))
			if len(s.desk.Rules) != 3 || s.desk.Rules[1].Do != "extend_protection" {
				t.Fatalf("kept before it was asked: %+v", s.desk.Rules)
			}
			s.shoot("net-dry-"+scripts, 1480)
			s.do(chromedp.Click("#net-keep"), chromedp.WaitReady(".okay"))
			r := s.desk.Rules
			if len(r) != 3 || r[0].Do != "accept" || r[0].Margin != 120 || r[0].Most.Minor != 3000 || r[1].Class != "product.*" || r[1].Margin != 180 || r[2].Do != "escalate" {
				t.Errorf("kept %+v", r)
			}
		})
	}
}
