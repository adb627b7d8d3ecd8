package browser

import (
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"parley/internal/desk"
	"parley/internal/web/gallery"
)

const selected = `document.querySelector(".row[aria-current]")?.dataset.case`

// TestWholeLoopByKeyboard goes from the list to a sent decision without a mouse.
func TestWholeLoopByKeyboard(t *testing.T) {
	s := look(t, gallery.New("aliexpress", "en", "light"))
	s.open("/queue")
	if got := ask[string](s, selected); got != "3" {
		t.Fatalf("first selected is %s", got)
	}
	s.press("j")
	s.until(selected + ` === "1"`)
	s.until(`document.querySelector("#side").textContent.includes("LED strip")`)
	s.press("j")
	s.press("k")
	s.until(selected + ` === "1"`)
	s.press("x")
	s.until(`document.querySelector("#bulkbar").classList.contains("some")`)
	if got := ask[string](s, `document.querySelector("#picked").textContent`); got != "1 case ticked" {
		t.Errorf("bar says %q", got)
	}
	s.press("m")
	s.until(`document.activeElement.id === "bulk-member"`)
	s.press("\x1b")
	s.until(`document.activeElement.id !== "bulk-member"`)
	s.press("?")
	s.until(`document.querySelector("#keys").open`)
	s.press("\x1b")
	s.until(`!document.querySelector("#keys").open`)
	s.press("/")
	s.until(`document.activeElement.id === "search"`)
	s.press("\x1b")
	s.press("a")
	s.until(`location.pathname === "/cases/1/options/contest_with_evidence" && document.readyState === "complete"`)
	s.do(chromedp.SetValue("[name=text]", "The parcel waits at customs."), chromedp.Click("#form .buttons button"), chromedp.WaitReady("#confirm"))
	s.do(chromedp.Focus("#confirm"))
	s.press("\r")
	s.until(`location.pathname === "/decisions/d1"`)
	if len(s.desk.Sent) != 1 || s.desk.Sent[0].Text != "The parcel waits at customs." {
		t.Errorf("sent %+v", s.desk.Sent)
	}
}

func TestEnterOpensTheSelectedCase(t *testing.T) {
	s := look(t, gallery.New("aliexpress", "es", "dark"))
	s.open("/queue")
	s.press("j")
	s.until(selected + ` === "1"`)
	s.press("\r")
	s.until(`location.pathname === "/cases/1" && document.documentElement?.classList.contains("js")`)
	s.press("o")
	s.until(`document.activeElement.matches("#options a.option")`)
}

// TestLiveUpdatesKeepWhatIsInHand changes the desk while somebody types, ticks and reads.
func TestLiveUpdatesKeepWhatIsInHand(t *testing.T) {
	s := look(t, gallery.New("aliexpress", "en", "light"))
	s.open("/queue")
	s.press("j")
	s.until(selected + ` === "1"`)
	s.press("x")
	s.do(chromedp.Focus("#search"))
	s.press("half a wo")
	s.desk.Touch(func(cases []desk.CasePage) []desk.CasePage {
		fresh := cases[6]
		fresh.ID, fresh.Title, fresh.DueAt = 77, "Brand new dispute", gallery.Now.Add(10*time.Minute)
		cases[0].Title = "LED strip, changed title"
		return append(cases, fresh)
	})
	s.until(`document.querySelector("#list").textContent.includes("Brand new dispute")`)
	s.until(`document.querySelector("#list").textContent.includes("changed title")`)
	for _, want := range []string{selected + ` === "1"`, `document.activeElement.id === "search"`, `document.querySelector("#search").value === "half a wo"`,
		`document.querySelector("#c1 input").checked`, `document.querySelectorAll(".row input:checked").length === 1`} {
		if !ask[bool](s, "Boolean("+want+")") {
			t.Errorf("lost: %s", want)
		}
	}
	order := ask[string](s, `[...document.querySelectorAll(".row")].map(r => r.dataset.case).join(" ")`)
	if !strings.HasPrefix(order, "3 77 1 ") {
		t.Errorf("order %s", order)
	}

	s.open("/cases/1")
	s.do(chromedp.Focus("#note-text"))
	s.press("a note in the making")
	s.desk.Touch(func(cases []desk.CasePage) []desk.CasePage {
		cases[0].Timeline = append(cases[0].Timeline, desk.Line{At: gallery.Now, Kind: "message", Who: "buyer", Text: "Hello again?"})
		return cases
	})
	s.until(`document.querySelector("#talk").textContent.includes("Hello again?")`)
	if got := ask[string](s, `document.activeElement.id + ":" + document.querySelector("#note-text").value`); got != "note-text:a note in the making" {
		t.Errorf("typed text: %q", got)
	}
}

// TestEverythingWorksWithoutScripts assigns, notes and decides with plain forms.
func TestEverythingWorksWithoutScripts(t *testing.T) {
	s := look(t, gallery.New("aliexpress", "en", "light"), "blink-settings", "scriptEnabled=false")
	s.open("/queue")
	s.do(chromedp.Click("#c1 input"), chromedp.Click("#bulk-assign"), chromedp.WaitReady(".okay"))
	s.do(chromedp.Navigate(s.url+"/cases/1"), chromedp.SetValue("#note-text", "plain note"), chromedp.Click("#note form button"), chromedp.WaitReady(".okay"))
	s.do(chromedp.Navigate(s.url+"/cases/1/options/counter_amount"), chromedp.SetValue("[name=amount]", "7.20"), chromedp.SetValue("[name=text]", "A fair part."),
		chromedp.Click("#form .buttons button"), chromedp.WaitReady("#confirm"), chromedp.Click("#confirm"), chromedp.WaitReady("#result"))
	if len(s.desk.Sent) != 1 || s.desk.Sent[0].Amount.Minor != 720 {
		t.Errorf("sent %+v", s.desk.Sent)
	}
	if c := s.desk.Cases[0]; c.Assignee == nil || c.Assignee.ID != 1 || c.Timeline[len(c.Timeline)-1].Text != "plain note" {
		t.Errorf("case %+v", c.Row)
	}
}

// TestOtherPagesAreAccessible runs axe over every other page, narrow and wide.
func TestOtherPagesAreAccessible(t *testing.T) {
	for i, theme := range []string{"light", "dark"} {
		s := look(t, gallery.New("aliexpress", []string{"en", "zh"}[i], theme))
		for _, p := range []string{"/cases/4", "/cases/1/options/counter_amount", "/cases/1/options/accept", "/decisions/d1", "/effects", "/stores", "/stores/new", "/import", "/members", "/me", "/playbooks", "/playbooks/aliexpress@2017", "/nowhere", "/queue?q=nothing&store=1"} {
			for _, width := range []int64{1480, 390} {
				s.do(chromedp.EmulateViewport(width, 900))
				s.open(p)
				name := theme + " " + p
				s.fits(name)
				s.accessible(name)
				s.shoot(strings.NewReplacer("/", "_", "?", "_", "&", "_", "=", "_").Replace(theme+p)+"-"+map[int64]string{1480: "wide", 390: "narrow"}[width], width)
			}
		}
	}
}

// TestATemplateFillsTheTextByKeyboard: chosen and put in without a mouse, and what stood there comes back by undo. Enter in another field still
// asks for the preview.
func TestATemplateFillsTheTextByKeyboard(t *testing.T) {
	for _, scripts := range []string{"true", "false"} {
		t.Run("scripts "+scripts, func(t *testing.T) {
			s := look(t, gallery.New("aliexpress", "en", "light"), "blink-settings", "scriptEnabled="+scripts)
			s.open("/cases/1/options/counter_amount")
			s.do(chromedp.SetValue("[name=text]", "My own words."), chromedp.Focus("[name=wording]"))
			s.press("First answer: inc")
			s.press("\t")
			s.press("\r")
			if s.do(chromedp.WaitReady(`option[value="en/incident_reply"]`)); scripts == "true" {
				s.until(`document.querySelector("#words").value.startsWith("Dear Ana")`)
				if !ask[bool](s, `document.querySelector("#words") === document.activeElement`) {
					t.Error("the text has no focus")
				}
				s.do(chromedp.KeyEvent("z", chromedp.KeyModifiers(chromedp.ModifierCtrl)))
				s.until(`document.querySelector("#words").value === "My own words."`)
			} else {
				s.do(chromedp.WaitReady(`option[value="en/incident_reply"][selected]`))
			}
			s.shoot("wording-"+scripts, 1480)
			s.do(chromedp.SetValue("[name=amount]", "7.20"), chromedp.Focus("[name=amount]"))
			s.press("\r")
			s.do(chromedp.WaitReady("#preview"))
		})
	}
}
