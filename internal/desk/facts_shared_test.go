package desk_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"parley/internal/desk"
)

// What the tests of this package leave behind is compared after all of them, see TestMain.
func TestSharedFactsAreBounded(t *testing.T) {
	if _, err := desk.Shared(); err != nil {
		t.Error(err)
	}
	note := strings.Repeat("x", 100_000)
	for i := range 200 {
		f, err := desk.SharedFacts([]byte(fmt.Sprintf(`{"order":{"id":"%d"},"case":{"reason_note":%q}}`, i, note)))
		if err != nil || f.Order.ID != fmt.Sprint(i) {
			t.Fatalf("%+v, %v", f.Order, err)
		}
	}
	if n, err := desk.Shared(); err != nil || n > 84 {
		t.Errorf("%d texts of 100,000 bytes are remembered, %v", n, err)
	}
	if _, err := desk.SharedFacts([]byte(`{"order":`)); err == nil {
		t.Error("half a text is facts")
	}
}

func TestUnusedFactsDoNotStayInMemory(t *testing.T) {
	for _, c := range []struct {
		later       time.Duration
		used, known bool
	}{{40 * time.Hour, false, true}, {48 * time.Hour, false, false}, {48 * time.Hour, true, true}} {
		if known := desk.Remembered(c.later, c.used); known != c.known {
			t.Errorf("after %s, used %v: remembered %v", c.later, c.used, known)
		}
	}
}
