package reply

import (
	"slices"
	"testing"

	"parley/internal/policy"
)

// TestFurtherWordings holds sentences that were written after the lexicons, to see how far they carry.
func TestFurtherWordings(t *testing.T) {
	for _, x := range []struct{ check, c, step, lang, text string }{
		{"cause_without_evidence", "stale", "second_logistics_reply", "en", "The plane with your lamp could not take off because of fog."},
		{"cause_without_evidence", "stale", "first_logistics_reply", "en", "Your lamp is being held at Polish customs."},
		{"cause_without_evidence", "stale", "first_logistics_reply", "es", "Su lámpara lleva dos semanas en la aduana de Madrid."},
		{"cause_without_evidence", "stale", "first_logistics_reply", "es", "El barco que llevaba su lámpara se hundió en una tormenta."},
		{"", "stale", "enquiry_reply", "en", "As far as the tracking shows, your lamp was last seen in Frankfurt on 6 February; the reason for the standstill is unknown."},
		{"delivery_promise", "stale", "first_logistics_reply", "en", "Rest assured, the lamp is going to be at your door by Tuesday."},
		{"delivery_promise", "stale", "first_logistics_reply", "es", "Quédese tranquila, que su lámpara aparecerá."},
		{"delivery_promise", "stale", "first_logistics_reply", "es", "En unos días la tiene en casa."},
		{"claimed_action_not_recorded", "stale", "enquiry_reply", "en", "Good news: your buyer protection was extended by 20 days."},
		{"claimed_action_not_recorded", "stale", "enquiry_reply", "es", "Le acabamos de devolver los 31,00 USD."},
		{"enquiry_not_logged", "stale", "second_logistics_reply", "en", "The carrier replied that the lamp is waiting for a flight."},
		{"enquiry_not_logged", "stale", "second_logistics_reply", "es", "Nos informa la empresa de transporte de que la lámpara está bien."},
		{"hidden_settlement", "unproven", "negotiation", "en", "We could wire you 10 USD directly and leave AliExpress out of it."},
		{"hidden_settlement", "unproven", "negotiation", "es", "Podemos hacerle un Bizum de 10 USD y olvidarnos de la disputa."},
		{"money_for_cancelling", "unproven", "negotiation", "en", "You will get 10 USD the moment the dispute is closed."},
		{"money_for_cancelling", "unproven", "negotiation", "es", "Si cambia su valoración a cinco estrellas le hacemos un descuento."},
		{"accusation", "unproven", "unproven_reply", "en", "Honestly, we do not believe your story, this is fraud."},
		{"accusation", "unproven", "unproven_reply", "es", "Está claro que usted se lo ha inventado."},
		{"escalation_discouraged", "unproven", "negotiation", "en", "If you go to AliExpress, you will end up with nothing."},
		{"escalation_discouraged", "unproven", "negotiation", "es", "Si lo lleva a arbitraje va a perder."},
		{"early_cancel_request", "unproven", "unproven_reply", "en", "Would you mind withdrawing your dispute so that we can help?"},
		{"early_cancel_request", "unproven", "unproven_reply", "es", "Le agradeceríamos que anulara la reclamación cuanto antes."},
		{"withdrawal_questioned", "withdrawal", "withdrawal_reply", "en", "May we ask what made you change your mind?"},
		{"withdrawal_questioned", "withdrawal", "withdrawal_reply", "es", "Antes de nada, ¿nos podría contar qué ha pasado con el disco?"},
		{"survey_before_refund", "withdrawal", "withdrawal_reply", "en", "Your money will be released after you take part in our survey."},
		{"supplier_limit_told", "intercept", "cancellation_reply", "en", "Our supplier does not take the cooker back, so we can't give you your money."},
		{"supplier_limit_told", "intercept", "cancellation_reply", "es", "Nuestro proveedor no admite cancelaciones, por lo que no le podemos devolver el dinero."},
		{"rights_denied", "closed", "case_closed_notice", "en", "Ten days are over, so you cannot claim anything from us any more."},
		{"rights_denied", "closed", "case_closed_notice", "es", "Se le pasó el plazo y ya no puede reclamar nada."},
		{"unkind_tone", "incident", "incident_reply", "en", "Are you serious? Learn how to use a mouse."},
		{"unkind_tone", "incident", "incident_reply", "es", "Aprenda a usar un ratón antes de quejarse."},
		{"outside_channel", "incident", "incident_reply", "es", "Mejor hablamos por teléfono, llámenos al 600 000 000."},
		{"unannounced_charge", "warranty", "warranty_choice", "es", "La recogida cuesta 7,00 EUR, que tendrá que abonar al mensajero."},
		{"one_route_only", "warranty", "warranty_choice", "es", "Pasados los 30 días, la garantía la gestiona el fabricante; llame usted a su servicio técnico."},
		{"partial_refund_first", "confirmed", "product_reply", "es", "Le proponemos un reembolso de 10,00 USD por la pantalla rota."},
		{"partial_refund_first", "confirmed", "product_reply", "en", "Would 10 dollars make up for the crack?"},
		{"emotional_manipulation", "delay", "delay_notice", "en", "Please think of our families before you cancel."},
		{"emotional_manipulation", "delay", "delay_notice", "es", "Por favor, no nos hunda: de este pedido comen nuestros hijos."},
		{"dispute_mentioned", "stale", "first_logistics_reply", "es", "No hace falta que siga con la disputa."},
		{"identity_masking", "account", "platform_appeal", "en", "We will log in through a server in Madrid so that you see only one location."},
	} {
		c := cases()[x.c]
		to := "buyer"
		if x.c == "account" {
			to = "platform"
		}
		got := Blocked(Check(c.facts, c.verdict, policy.Draft{To: to, Via: c.via, Step: x.step, Language: x.lang, Text: x.text, ReplyTo: "person"}, c.now, Limits{}))
		if x.check == "" && len(got) > 0 || x.check != "" && !slices.Contains(got, x.check) {
			t.Errorf("%s %s: %q got %v", x.lang, x.check, x.text, got)
		}
	}
}
