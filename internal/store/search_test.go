package store_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"parley/internal/store"
	"parley/internal/store/storetest"
)

// indexed adds a case that is found by a document.
func indexed(t *testing.T, db *store.DB, s store.Store, matter string, doc store.SearchDoc) store.Case {
	t.Helper()
	c := addCase(t, db, s, matter)
	write(t, db, func(tx *store.Tx) error { return tx.Index(c.ID, doc) })
	return c
}

func hits(t *testing.T, db *store.DB, q store.SearchQuery) []int64 {
	t.Helper()
	page, err := db.Search(ctx, q)
	if err != nil {
		t.Fatalf("%+v: %v", q, err)
	}
	return ids(page.Cases)
}

// TestASearchSaysWhatItDidNotLookAt hides one case behind as many newer hits as are looked at.
func TestASearchSaysWhatItDidNotLookAt(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s, other := shop(t, db, "a"), shop(t, db, "b")
		old := indexed(t, db, s, "old", store.SearchDoc{Words: "lamp shade", Numbers: []string{"81234567890", "L1"}})
		newer := map[int64]store.SearchDoc{}
		for i := range int64(store.SearchCap) {
			newer[old.ID+1000+i] = store.SearchDoc{Words: "lamp", Numbers: []string{fmt.Sprint(8123456700000 + i), "L1"}}
		}
		write(t, db, func(tx *store.Tx) error { return tx.IndexAll(newer) })
		for _, text := range []string{"lamp", "L1", "81234567"} {
			page, err := db.Search(ctx, store.SearchQuery{Text: text, Stores: []int64{s.ID}})
			if err != nil || !page.Capped {
				t.Errorf("%s: capped %v with %d cases, %v", text, page.Capped, len(page.Cases), err)
			}
		}
		for _, q := range []store.SearchQuery{{Text: "lamp shade", Stores: []int64{s.ID}}, {Text: "shade", Stores: []int64{other.ID}}, {Text: "nothing"}, {Text: "81234567890"}} {
			page, err := db.Search(ctx, q)
			if err != nil || page.Capped {
				t.Errorf("%s: capped %v, %v", q.Text, page.Capped, err)
			}
		}
	})
}

func TestWordsAreFoundInAnyScript(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := shop(t, db, "a")
		texts := map[string]string{
			"es": "Quiero la DEVOLUCIÓN del dinero, señor Íñigo", "zh": "包裹没有收到，物流显示两个星期没有更新。我要退款", "ru": "Прошу ВОЗВРАТ денег, ещё раз",
			"ar": "أُريد استرداد المبلغ من فضلك", "th": "ฉันต้องการเงินคืน", "ko": "환불을 원합니다", "ja": "カメラの電池が届きません", "el": "Θέλω επιστροφή χρημάτων",
			"he": "אני רוצה החזר כספי", "hi": "मुझे पैसे वापस चाहिए", "de": "Straße Übergröße", "mixed": "iPhone手机壳 ＡＢＣ１２３",
		}
		cases := map[string]int64{}
		for name, text := range texts {
			cases[name] = indexed(t, db, s, name, store.SearchDoc{Words: text}).ID
		}
		for text, name := range map[string]string{
			"devolucion": "es", "Devolución dinero": "es", "dinero devol": "es", "inigo": "es", "SEÑOR": "es",
			"退款": "zh", "物流显示": "zh", "款": "zh", "物": "zh", "收到 退款": "zh", "возврат": "ru", "еще": "ru", "ВОЗВР": "ru",
			"اريد": "ar", "المبلغ استرداد": "ar", "เงินคืน": "th", "ต้องการ": "th", "환불": "ko", "원합니다": "ko", "カメラ": "ja", "電池": "ja",
			"επιστροφη": "el", "החזר": "he", "वापस": "hi", "strasse": "", "straße": "de", "ubergrosse": "", "手机": "mixed", "abc123": "mixed", "iphone": "mixed",
			"退货": "", "devolucion возврат": "", "nowhere": "", "evolución": "",
		} {
			got := hits(t, db, store.SearchQuery{Text: text})
			switch {
			case name == "" && len(got) != 0:
				t.Errorf("%q finds %v, want nothing", text, got)
			case name != "" && !slices.Equal(got, []int64{cases[name]}):
				t.Errorf("%q finds %v, want %v (%s)", text, got, cases[name], name)
			}
		}
	})
}

func TestNumbersAreFoundHoweverTheyAreWritten(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := shop(t, db, "a")
		a := indexed(t, db, s, "a", store.SearchDoc{Numbers: []string{"8123456789012345", "RR 123 456 789 CN", "Ａ１２"}, Words: "lamp"})
		b := indexed(t, db, s, "b", store.SearchDoc{Numbers: []string{"8123456789099999"}, Words: "8123456789012345 lamp"})
		for text, want := range map[string][]int64{
			"8123456789012345": {a.ID}, "8123 4567 8901 2345": {a.ID}, "rr123456789cn": {a.ID}, "rr-123456789-cn": {a.ID}, "a12": {a.ID},
			"81234567890": {b.ID, a.ID}, "8123456": nil, "order 8123456789099999 please": {b.ID}, fmt.Sprintf("#%d", a.ID): {a.ID}, "#999": nil,
			"81234567890123456": nil,
		} {
			if got := hits(t, db, store.SearchQuery{Text: text}); !slices.Equal(got, want) && len(got)+len(want) > 0 {
				t.Errorf("%q finds %v, want %v", text, got, want)
			}
		}
		write(t, db, func(tx *store.Tx) error {
			return tx.Index(a.ID, store.SearchDoc{Numbers: []string{"777"}, Words: "chair"})
		})
		for text, want := range map[string][]int64{"777": {a.ID}, "rr123456789cn": nil, "chair": {a.ID}, "lamp": {b.ID}} {
			if got := hits(t, db, store.SearchQuery{Text: text}); !slices.Equal(got, want) && len(got)+len(want) > 0 {
				t.Errorf("after a change %q finds %v, want %v", text, got, want)
			}
		}
	})
}

func TestABegunWordFindsAllThatItMayBecome(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := shop(t, db, "a")
		var all []int64
		for i, words := range []string{"refund", "refuse it", "the refusal", "ref", "reform", "r2d2 refund"} {
			c := indexed(t, db, s, fmt.Sprint(i), store.SearchDoc{Words: words})
			all = append([]int64{c.ID}, all...)
		}
		for text, want := range map[string][]int64{
			"ref": all, "refu": {all[0], all[3], all[4], all[5]}, "refus": {all[3], all[4]}, "re": nil, "refund it": nil, "it refu": {all[4]}, "r2d": nil,
		} {
			if got := hits(t, db, store.SearchQuery{Text: text}); !slices.Equal(got, want) && len(got)+len(want) > 0 {
				t.Errorf("%q finds %v, want %v", text, got, want)
			}
		}
	})
}

func TestAWordOfAFailedWriteIsLearnedLater(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		c := addCase(t, db, shop(t, db, "a"), "m")
		for _, failed := range []error{errors.ErrUnsupported, nil} {
			err := db.Write(ctx, func(tx *store.Tx) error {
				if err := tx.Index(c.ID, store.SearchDoc{Words: "wonderful"}); err != nil {
					t.Error(err)
				}
				return failed
			})
			if !errors.Is(err, failed) {
				t.Fatal(err)
			}
		}
		if got := hits(t, db, store.SearchQuery{Text: "wonder"}); !slices.Equal(got, []int64{c.ID}) {
			t.Fatalf("got %v", got)
		}
	})
}

func TestASearchKeepsToItsStoresAndPages(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		a, b := shop(t, db, "a"), shop(t, db, "b")
		var ofA, ofB []int64
		for i := range 30 {
			s, list := a, &ofA
			if i%3 == 0 {
				s, list = b, &ofB
			}
			c := indexed(t, db, s, fmt.Sprint(i), store.SearchDoc{Numbers: []string{"SHARED-NUMBER", fmt.Sprint("PREFIX-NUMBER", i)}, Words: "lamp"})
			*list = append([]int64{c.ID}, *list...)
		}
		for _, text := range []string{"lamp", "shared number", "prefix-number"} {
			for want, stores := range map[*[]int64][]int64{&ofA: {a.ID}, &ofB: {b.ID, 77}} {
				var got []int64
				q := store.SearchQuery{Text: text, Stores: stores, Limit: 4}
				for {
					page, err := db.Search(ctx, q)
					if err != nil {
						t.Fatal(err)
					}
					if got = append(got, ids(page.Cases)...); page.Next == "" {
						break
					}
					q.After = page.Next
				}
				if !slices.Equal(got, *want) {
					t.Errorf("%q in %v: got %v, want %v", text, stores, got, *want)
				}
			}
			if got := hits(t, db, store.SearchQuery{Text: text, Stores: []int64{}}); len(got) != 0 {
				t.Errorf("%q in no store finds %v", text, got)
			}
			no := false
			if got := hits(t, db, store.SearchQuery{Text: text, Open: &no}); len(got) != 0 {
				t.Errorf("%q among ended ones finds %v", text, got)
			}
		}
	})
}

func TestAHugeOrEmptyTextDoesNoHarm(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := shop(t, db, "a")
		huge := strings.Repeat("слово 退款 w\u202e ", 200_000)
		c := indexed(t, db, s, "a", store.SearchDoc{Numbers: []string{strings.Repeat("9", 100_000), ""}, Words: huge})
		indexed(t, db, s, "b", store.SearchDoc{})
		if got := hits(t, db, store.SearchQuery{Text: "退款"}); !slices.Equal(got, []int64{c.ID}) {
			t.Errorf("got %v", got)
		}
		for _, text := range []string{"", "   ", "!!", "\u202e", strings.Repeat("a ", 100_000), strings.Repeat("9", 100_000), huge} {
			hits(t, db, store.SearchQuery{Text: text})
		}
	})
}

func FuzzSearch(f *testing.F) {
	db := storetest.Open(f, storetest.SQLite(f), func() time.Time { return storetest.Start })
	for _, text := range []string{"退款", `"`, "a*b", "NEAR(a b)", "#1", "#-1", "\u0301", "각", "a\x00b", "'\\", "𠀀𠀁", "ﷺ", "İ"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if _, err := db.Search(ctx, store.SearchQuery{Text: text}); err != nil {
			t.Fatalf("%q: %v", text, err)
		}
	})
}
