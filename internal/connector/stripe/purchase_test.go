package stripe

import (
	"testing"
	"time"

	"parley/internal/connector"
	"parley/internal/fault"
)

func imports(t *testing.T, file string) []connector.Snapshot {
	t.Helper()
	snaps, err := New().Import([]byte(file), time.UTC)
	if err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	return snaps
}

// TestAChargeOfAFileIsAPurchase with its refunds, alone, in a list and in an event.
func TestAChargeOfAFileIsAPurchase(t *testing.T) {
	const charge = `{"object":"charge","id":"ch_1","payment_intent":"pi_1","amount":6990,"currency":"eur","created":1788000000,"status":"succeeded",
		"refunds":{"object":"list","data":[{"object":"refund","id":"re_1","amount":1000,"currency":"eur","status":"succeeded","created":1788000100}]}}`
	for _, file := range []string{charge, `{"object":"list","data":[` + charge + `]}`, `{"object":"event","type":"charge.refunded","data":{"object":` + charge + `}}`} {
		got := imports(t, file)
		if len(got) != 1 || got[0].Problem != nil || got[0].Ref.Kind != "order" || got[0].Ref.Order != "pi_1" {
			t.Fatalf("%s: %+v", file, got)
		}
		f := got[0].Facts
		if f.Case != nil || f.Order.Goods.String() != "69.90 EUR" || len(f.Ledger) != 1 || f.Ledger[0].Source != "stripe:refund/re_1" || len(f.Unknown) != 0 {
			t.Errorf("%s: %+v", file, f)
		}
	}
}

// TestARefundOfAFileCountsForItsCharge and tells nothing else of the purchase.
func TestARefundOfAFileCountsForItsCharge(t *testing.T) {
	got := imports(t, `{"object":"refund","id":"re_1","charge":"ch_1","amount":1000,"currency":"eur","status":"succeeded","created":1788000100}`)
	if len(got) != 1 || got[0].Ref.Order != "ch_1" || got[0].Facts.Order.Goods.Known() || len(got[0].Facts.Ledger) != 1 ||
		got[0].Facts.Ledger[0].Amount.String() != "10.00 EUR" {
		t.Fatalf("%+v", got)
	}
}

// TestWhatOfAPurchaseHasNoMeaningIsShown: a refund that cannot be counted is not silently left out.
func TestWhatOfAPurchaseHasNoMeaningIsShown(t *testing.T) {
	for file, want := range map[string]string{
		`{"object":"refund","id":"re_1","charge":"ch_1","amount":1000,"currency":"zzz9","status":"succeeded"}`:                           "refunds.amount",
		`{"object":"refund","id":"re_1","charge":"ch_1","amount":1000,"currency":"eur","status":"moonlit"}`:                              "refunds.status",
		`{"object":"refund","id":"re_1","charge":"ch_1","amount":1000,"currency":"eur","moon_phase":"full"}`:                             "moon_phase",
		`{"object":"charge","id":"ch_1","status":"moonlit","amount":1,"currency":"eur"}`:                                                 "charge.status",
		`{"object":"charge","id":"ch_1","moon_phase":"full","amount":1,"currency":"eur"}`:                                                "moon_phase",
		`{"object":"charge","id":"ch_1","amount":1,"currency":"eur","refunds":{"data":[{"id":"re_1","amount":1000,"currency":"zzz9"}]}}`: "refunds.amount",
	} {
		got := imports(t, file)
		if len(got) != 1 || len(got[0].Facts.Unknown) != 1 || got[0].Facts.Unknown[0].Field != want {
			t.Errorf("%s: unknown %+v, want %s", file, got[0].Facts.Unknown, want)
		}
	}
}

// TestAFileWithoutRecordsSaysWhatItHolds so that people see why it is refused.
func TestAFileWithoutRecordsSaysWhatItHolds(t *testing.T) {
	for file, want := range map[string]string{
		`{"object":"event","data":{"object":{"object":"plan"}}}`: "plan",
		`{"error":{"type":"invalid_request_error"}}`:             "error",
		`{"object":"refund","id":"re_1","charge":null}`:          "refund",
	} {
		_, err := New().Import([]byte(file), time.UTC)
		if f := fault.Of(err); f.Key != "fault.stripe.import_nothing" || f.Value != want {
			t.Errorf("%s: %v", file, err)
		}
	}
}
