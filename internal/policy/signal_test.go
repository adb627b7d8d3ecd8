package policy_test

import (
	"slices"
	"testing"
	"time"

	"parley/internal/dispute"
)

// TestDemandForCancelling: money tied to cancelling or a rating is found, honest wishes are not.
func TestDemandForCancelling(t *testing.T) {
	rules, err := library(t).For([]string{"aliexpress@2017"})
	if err != nil {
		t.Fatal(err)
	}
	opened := at("2026-07-20T11:30:00-07:00")
	for text, want := range map[string]bool{
		"Bad quality. Give me 30% back and I cancel the dispute, else I leave one star.":                                    true,
		"If you refund 10 dollars I will close the case.":                                                                   true,
		"Pay me 15 EUR and I'll change my review to five stars.":                                                            true,
		"Send $5 or I leave a bad review":                                                                                   true,
		"La calidad es mala. Si me devolvéis el 30 % quito la disputa; si no, os pongo una estrella.":                       true,
		"Devuélvame 10 euros y retiro la reclamación.":                                                                      true,
		"Remboursez-moi 20 % et j'annule le litige, sinon je mets une étoile.":                                              true,
		"Devolva 30% e eu cancelo a disputa.":                                                                               true,
		"Erstattet 30 Euro, dann schließe ich den Fall.":                                                                    true,
		"Zwróćcie 20 zł, to zamknę spór, inaczej jedna gwiazdka.":                                                           true,
		"Верните 50% и я закрою спор, иначе поставлю одну звезду.":                                                          true,
		"退款20美元我就取消纠纷，不然给差评。":                                                                                               true,
		"The zip broke on the second day. I would keep the backpack if I get 30% back, please tell me if that is possible.": false,
		"I want my money back, the blender does not work.":                                                                  false,
		"If it cannot be repaired I would like a full refund.":                                                              false,
		"Your reviews said good quality, but if it is broken I want a refund.":                                              false,
		"If you do not refund me I will ask AliExpress to decide.":                                                          false,
		"La tapa está rota. ¿Podrían devolverme 15 euros y me la quedo?":                                                    false,
		"Je voudrais un remboursement de 20 euros, la lampe est cassée.":                                                    false,
		"商品坏了，我要求退款。":                                                                                                       false,
		"":                                                                                                                  false,
	} {
		f := &dispute.Facts{Store: dispute.Store{Zone: "Asia/Shanghai"},
			Case:     &dispute.Case{OpenedAt: opened, Via: "marketplace", Reason: "quality problem"},
			Messages: []dispute.Message{{At: opened.Add(time.Hour), From: "buyer", Text: text}}}
		v := rules.Evaluate(f, opened.Add(2*time.Hour))
		if got := v.Class == "product.conditional_demand"; got != want {
			t.Errorf("%q: class %s", text, v.Class)
		}
		if report := slices.Contains(v.Advice, "report_to_platform"); report != want {
			t.Errorf("%q: advice %v", text, v.Advice)
		}
	}
}
