package fault_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"parley/internal/fault"
)

func TestAFaultIsFoundInItsChain(t *testing.T) {
	cause := errors.New("connection reset")
	err := fmt.Errorf("store 7: %w", fault.New(fault.Unavailable, "fault.store.busy", "store", "7").Because(cause))
	if !fault.Is(err, fault.Unavailable) || fault.Is(err, fault.Unknown) || fault.Is(cause, fault.Unavailable) || fault.Is(nil, fault.Invalid) {
		t.Errorf("kinds of %v are mixed up", err)
	}
	if !errors.Is(err, cause) {
		t.Error("the cause is lost")
	}
	if f := fault.Of(err); f == nil || f.Params["store"] != "7" {
		t.Errorf("Of = %v", f)
	}
	if fault.Of(cause) != nil {
		t.Error("an ordinary error became a fault")
	}
}

func TestInputNamesFieldValueAndWhatIsAllowed(t *testing.T) {
	f := fault.Input("amount", strings.Repeat("é", 5000), "at most 12.40")
	if f.Field != "amount" || f.Allowed != "at most 12.40" || utf8.RuneCountInString(f.Value) != 201 || !utf8.ValidString(f.Value) {
		t.Errorf("%d characters of value, %+v", utf8.RuneCountInString(f.Value), f.Field)
	}
	for _, part := range []string{"invalid", "amount", "at most 12.40"} {
		if !strings.Contains(f.Error(), part) {
			t.Errorf("%q does not tell %q", f.Error(), part)
		}
	}
}

func TestErrorTextIsTheSameEachTime(t *testing.T) {
	f := fault.New(fault.Limited, "fault.limited", "b", "2", "a", "1", "c", "3")
	f.After = time.Minute
	for range 20 {
		if got := f.Error(); got != `limited: fault.limited a="1" b="2" c="3" after=1m0s` {
			t.Fatal(got)
		}
	}
}
