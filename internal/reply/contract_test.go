package reply

import (
	"testing"

	"parley/internal/dispute"
	"parley/internal/policy"
)

// whole replies in other words than the templates: nothing may stop them.
func TestWholeHonestRepliesPass(t *testing.T) {
	for _, x := range []struct{ name, step, lang, via, text string }{
		{"stale", "first_logistics_reply", "en", "platform_message", "Hi Ana, apologies for the wait with your desk lamp. On 6 February it was scanned in Frankfurt, and nothing has been recorded since. Why it stopped there we cannot say yet, so we will enquire with the carrier today. You will hear from us again no later than 23 February."},
		{"stale", "first_logistics_reply", "es", "platform_message", "Buenos días, Ana: lamentamos la espera por su lámpara. Se registró en Fráncfort el 6 de febrero y desde entonces no consta ningún movimiento. No sabemos todavía el motivo, así que hoy consultamos al transportista. Tendrá noticias nuestras a más tardar el 23 de febrero."},
		{"answered", "second_logistics_reply", "en", "platform_message", "Hello Ana, news about the desk lamp: under CE-7781 the carrier confirmed that it is in the Frankfurt hub and that the hub has a backlog. Should it not be there by 20 March, you decide: a full refund of 31.00 USD or another lamp."},
		{"answered", "second_logistics_reply", "es", "platform_message", "Hola, Ana: el transportista confirma con la referencia CE-7781 que la lámpara está en el centro de Fráncfort, que tiene retraso acumulado. Si no está en su casa antes del 20 de marzo, usted elige: devolución de los 31,00 USD o una lámpara nueva."},
		{"confirmed", "product_reply", "en", "platform_message", "Dear Luc, sorry about the cracked photo frame, we can see it well in your picture. Would you like your 39.90 USD back in full or another photo frame? Please let us know before 6 May."},
		{"confirmed", "product_reply", "es", "platform_message", "Hola, Luc: lamentamos que el marco llegara con la pantalla rota, se ve bien en su foto. ¿Prefiere recuperar los 39,90 USD o recibir otro marco? Díganoslo antes del 6 de mayo, por favor."},
		{"unproven", "unproven_reply", "en", "platform_message", "Dear Tom, thanks for the film of the cordless drill. The charging light is not visible, so we do not know yet what fails. Could you film it once more while it is plugged in? If you would rather return the drill, we pay for the way back and refund the 48.00 USD on arrival. And should we not agree, AliExpress can decide from 8 July."},
		{"unproven", "unproven_reply", "es", "platform_message", "Hola, Tom: gracias por la grabación del taladro. No se ve el piloto de carga, de modo que todavía no sabemos qué falla. ¿Podría grabarlo otra vez enchufado? Si prefiere devolverlo, pagamos nosotros la vuelta y le reembolsamos los 48,00 USD al recibirlo. Y si no nos ponemos de acuerdo, AliExpress puede decidir desde el 8 de julio."},
		{"withdrawal", "withdrawal_reply", "en", "email", "Dear Laura, we confirm today, 9 October, that we have received your withdrawal from the purchase of the SSD. Post it within two weeks to Informática Sur, calle Sol 12, 30001 Murcia; use any courier you want. You get 89.85 EUR back, that is the price and the delivery cost you paid, through the same payment method, no later than 23 October or when the parcel or the postal receipt reaches us."},
		{"withdrawal", "withdrawal_reply", "es", "email", "Hola, Laura: confirmamos hoy, 9 de octubre, que hemos recibido su desistimiento de la compra del SSD. Devuélvalo en un plazo de dos semanas a Informática Sur, calle Sol 12, 30001 Murcia, con la mensajería que quiera. Le reembolsaremos 89,85 EUR, precio y gastos de envío incluidos, por el mismo medio, antes del 23 de octubre o cuando tengamos el paquete o el resguardo de Correos."},
		{"delay", "delay_notice", "en", "email", "Hello Ana, your table lamp will be late: our supplier's platform closed our purchase orders for a payment check. When it can be sent is still unknown; by 11 September we tell you more in any case. If you do not want to wait, cancel and we refund all 34.90 EUR. Reply to this mail, Marta reads it. Sorry for this."},
		{"delay", "delay_notice", "es", "email", "Hola, Ana: tu lámpara se retrasa porque la plataforma de nuestro proveedor está verificando nuestro pago. Aún no hay nueva fecha; antes del 11 de septiembre te contamos más. Si no quieres esperar, cancela y te devolvemos los 34,90 EUR. Responde a este correo, lo lee Marta. Lo sentimos."},
		{"warranty", "warranty_choice", "es", "platform_message", "Hola, Teresa: lamentamos el fallo del teclado. Tiene dos caminos y los dos son gratuitos: nos lo deja recoger y nos encargamos nosotros con el fabricante antes del 1 de junio, o trata usted directamente con el servicio técnico de Teclas SA (900 000 001, garantias@teclas.example). ¿Cuál prefiere?"},
		{"warranty", "warranty_choice", "en", "platform_message", "Dear Teresa, we regret that the keyboard failed. There are two ways, both at no cost: we pick it up and deal with the manufacturer for you by 1 June, or you go directly to the manufacturer's service centre (900 000 001, garantias@teclas.example). Which one do you prefer?"},
		{"unproven", "settlement_offer", "en", "dispute_form", "Dear Tom, we offer 24.00 USD, half of the price of the cordless drill, to your original payment method within 3 days of your acceptance. With that the dispute is closed and the drill stays with you. You may say no, and the platform can decide whenever you ask."},
		{"unproven", "settlement_offer", "es", "dispute_form", "Hola, Tom: le proponemos 24,00 USD, la mitad del precio del taladro, por su medio de pago original en los 3 días siguientes a que acepte. Con ello termina la disputa y el taladro se queda con usted. Puede decir que no y pedir que decida la plataforma cuando quiera."},
		{"closed", "case_closed_notice", "en", "platform_message", "Dear Paolo, AliExpress ended the case about your coffee grinder since no return number was entered by 12 March. That does not touch your legal rights: under the guarantee you can still have the grinder repaired or exchanged without paying anything."},
		{"account", "platform_appeal", "en", "live_chat", "Good morning, our 14 orders were closed on 9 September. Would you please tell us what else you need to reopen the account? We appreciate your help."},
	} {
		c := cases()[x.name]
		draft := policy.Draft{To: "buyer", Via: x.via, Step: x.step, Language: x.lang, Text: x.text, ReplyTo: "person"}
		if x.step == "platform_appeal" {
			draft.To = "platform"
		}
		for _, f := range Check(c.facts, c.verdict, draft, c.now, Limits{}) {
			if f.Blocks {
				t.Errorf("%s/%s stopped by %s (%s): %q", x.lang, x.step, f.Check, f.Point, x.text[f.Start:f.End])
			}
		}
	}
}

func TestAMissingPointIsNamed(t *testing.T) {
	for _, x := range []struct{ name, step, text, point string }{
		{"stale", "first_logistics_reply", "Dear Ana, the last scan of your desk lamp is from 6 February in Frankfurt. We are asking the carrier.", "apology"},
		{"stale", "first_logistics_reply", "Dear Ana, we are sorry. We are asking the carrier about your desk lamp.", "last_scan"},
		{"stale", "first_logistics_reply", "Dear Ana, we are sorry. The last scan is from 5 January in Frankfurt. We are asking the carrier.", "last_scan"},
		{"answered", "second_logistics_reply", "Dear Ana, the carrier answered that the Frankfurt hub has a backlog. By 20 March you may choose refund or resend.", "carrier_answer"},
		{"answered", "second_logistics_reply", "Dear Ana, the carrier answered CE-7781: the Frankfurt hub has a backlog.", "choice"},
		{"unproven", "unproven_reply", "Dear Tom, we cannot tell yet what is wrong with the drill. A photo would help. You may return it.", "escalation"},
		{"withdrawal", "withdrawal_reply", "Dear Laura, we received your withdrawal today. Send it within 14 days to calle Sol 12, Murcia, with any carrier. We refund 84.90 EUR.", "refund_with_shipping"},
		{"unproven", "settlement_offer", "Dear Tom, we offer 24.00 USD, half of the price, within 3 days. Accepting ends the dispute.", "method"},
		{"delay", "delay_notice", "Dear Ana, a payment check with our supplier delays your lamp. The new date is unknown.", "wait_or_cancel"},
	} {
		c := cases()[x.name]
		via := c.via
		if x.step == "settlement_offer" {
			via = "dispute_form"
		}
		named := false
		for _, f := range Check(c.facts, c.verdict, policy.Draft{To: "buyer", Via: via, Step: x.step, Language: "en", Text: x.text, ReplyTo: "person"}, c.now, Limits{}) {
			named = named || f.Check == "required_content_missing" && f.Point == x.point
		}
		if !named {
			t.Errorf("%s: the missing %s is not named in %q", x.step, x.point, x.text)
		}
	}
}

func TestAnUpdateNeedsNews(t *testing.T) {
	c := cases()["answered"]
	c.facts.Messages = []dispute.Message{{At: at("2026-02-23 02:00"), From: "staff", Text: "Dear Ana, the carrier answered CE-7781: your desk lamp is in the Frankfurt hub, which has a backlog. Next news by 25 February."}}
	now := at("2026-02-25 13:00")
	draft := policy.Draft{To: "buyer", Via: "platform_message", Step: "logistics_update", Language: "en"}
	draft.Text = "Dear Ana, your desk lamp is still in the Frankfurt hub, which has a backlog (CE-7781). We write again by 27 February."
	if got := Blocked(Check(c.facts, c.verdict, draft, now, Limits{})); len(got) != 1 || got[0] != "update_without_news" {
		t.Errorf("repetition: %v", got)
	}
	c.facts.Shipment.Events = append(c.facts.Shipment.Events, dispute.Scan{At: at("2026-02-25 05:30"), Status: "arrived_destination", Place: "Madrid", Country: "ES"})
	draft.Text = "Dear Ana, your desk lamp reached Madrid on 25 February. We write again by 27 February."
	if got := Blocked(Check(c.facts, c.verdict, draft, now, Limits{})); len(got) != 0 {
		t.Errorf("news: %v", got)
	}
}
