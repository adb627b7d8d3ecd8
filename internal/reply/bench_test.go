package reply

import (
	"strings"
	"testing"

	"parley/internal/policy"
)

const ordinary = "Dear Ana, we are sorry that your desk lamp has not arrived. The last scan is from 6 February in Frankfurt and there has been no news since. " +
	"We do not know the cause yet. We are asking the carrier today and will write to you again by 22 February with what they tell us. " +
	"If the lamp is not with you by 20 March you may choose between a full refund of 31.00 USD and a second shipment, as you like. " +
	"Please keep this message; you can answer here at any time and a person will read it and help you. Thank you for waiting."

// BenchmarkCheck reads a draft of about 500 signs. The floor is 2,000 a second on one core.
func BenchmarkCheck(b *testing.B) {
	c := cases()["answered"]
	for _, lang := range []struct{ code, text string }{
		{"en", ordinary},
		{"es", "Hola, Ana: sentimos mucho que su lámpara no haya llegado. El último registro es del 6 de febrero en Fráncfort y desde entonces no hay novedades. Todavía no conocemos la causa. Hoy preguntamos al transportista y le escribiremos antes del 22 de febrero con lo que nos diga. Si la lámpara no está con usted antes del 20 de marzo, puede elegir entre el reembolso completo de 31,00 USD y un nuevo envío, como prefiera. Puede contestar aquí en cualquier momento y una persona leerá su mensaje. Gracias por su paciencia."},
		{"zh", strings.Repeat("您好，很抱歉您的台灯还没有送到。最后一次扫描是2月6日在法兰克福，之后没有新的记录。我们还不知道原因，今天会询问承运商，并在2月22日前再写信给您。", 6)},
	} {
		b.Run(lang.code, func(b *testing.B) {
			draft := policy.Draft{To: "buyer", Via: "platform_message", Step: "second_logistics_reply", Language: lang.code, Text: lang.text}
			b.ReportAllocs()
			for b.Loop() {
				Check(c.facts, c.verdict, draft, c.now, Limits{})
			}
		})
	}
}

func FuzzCheck(f *testing.F) {
	for _, s := range []string{ordinary, "", "\x00\xff", "عربي " + strings.Repeat("\u202e", 50), "рefund 💔", "not not not not not will will will arrive", "由于台风", strings.Repeat("we have ", 300), "4539 1488 0343 6467", "2026-02-30 31.00 USD", "¿?¡!...", "ǅ", "Ⅷ ﷺ ㋿", "ａｌｌ"} {
		for _, lang := range []string{"en", "es", "zh", "ar", "xx", ""} {
			f.Add(s, lang, "buyer", "first_logistics_reply")
		}
	}
	known := cases()
	f.Fuzz(func(t *testing.T, text, lang, to, step string) {
		for _, name := range []string{"answered", "delay"} {
			c := known[name]
			for _, x := range Check(c.facts, c.verdict, policy.Draft{To: to, Step: step, Language: lang, Text: text, Via: "email"}, c.now, Limits{}) {
				if x.Start < 0 || x.End < x.Start || x.End > len(text) {
					t.Fatalf("span %d..%d outside of %d bytes", x.Start, x.End, len(text))
				}
			}
		}
	})
}
