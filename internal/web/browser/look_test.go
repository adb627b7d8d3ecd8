package browser

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"

	"parley/internal/web/gallery"
)

// TestPagesFitEveryScreen photographs queue and case in three widths, two themes and three languages, and checks that nothing stands
// out to the side and that axe finds nothing.
func TestPagesFitEveryScreen(t *testing.T) {
	for _, lang := range []string{"en", "es", "zh"} {
		for _, theme := range []string{"light", "dark"} {
			t.Run(lang+"-"+theme, func(t *testing.T) {
				s := look(t, gallery.New("aliexpress", lang, theme))
				for _, p := range []struct{ name, path string }{{"queue", "/queue"}, {"case", "/cases/1"}, {"notices", "/notices"}, {"notice-settings", "/me/notices"}} {
					for _, width := range []int64{1480, 1024, 390} {
						name := fmt.Sprintf("%s-%s-%s-%d", p.name, lang, theme, width)
						s.do(chromedp.EmulateViewport(width, 900))
						s.open(p.path)
						s.fits(name)
						s.shoot(name, width)
						if width != 1024 {
							s.accessible(name)
						}
					}
				}
			})
		}
	}
}

// fits checks that a page needs no scrolling to the side.
func (s *scene) fits(name string) {
	s.Helper()
	if over := ask[int](s, "document.documentElement.scrollWidth - innerWidth"); over > 0 {
		who := ask[string](s, `[...document.querySelectorAll("main *")].filter(e => e.getBoundingClientRect().right > innerWidth + 1).slice(0, 3).map(e => e.outerHTML.slice(0, 120)).join("\n")`)
		s.Errorf("%s stands out by %d px:\n%s", name, over, who)
	}
}
