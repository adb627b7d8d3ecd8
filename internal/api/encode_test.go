package api

import (
	"bytes"
	"encoding/json"
	"reflect"
	"testing"
	"time"

	"parley/internal/desk"
)

// filled sets every field of a value, however deep, so that a field the encoder forgets is seen.
func filled(v reflect.Value, text string, n int64) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(text)
	case reflect.Int, reflect.Int64:
		v.SetInt(n)
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		filled(v.Elem(), text, n)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		for i := range 2 {
			filled(v.Index(i), text, n)
		}
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		for _, key := range []string{"b", "a" + text} {
			v.SetMapIndex(reflect.ValueOf(key), reflect.ValueOf(text))
		}
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			v.Set(reflect.ValueOf(time.UnixMicro(n).UTC()))
			return
		}
		for i := range v.NumField() {
			filled(v.Field(i), text, n)
		}
	}
}

func same(t *testing.T, list CaseList) {
	t.Helper()
	var want, got bytes.Buffer
	if err := plainJSON(&want, list); err != nil {
		t.Fatal(err)
	}
	if err := jsonFormat().Marshal(&got, list); err != nil {
		t.Fatal(err)
	}
	if got.String() != want.String() {
		t.Errorf("by hand      %s\nencoding/json %s", got.String(), want.String())
	}
}

func TestListByHandIsTheSame(t *testing.T) {
	same(t, CaseList{Items: []desk.Row{}})
	same(t, CaseList{Items: []desk.Row{{}, {}}})
	var list CaseList
	filled(reflect.ValueOf(&list).Elem(), "x", 1772467200123456)
	same(t, list)
}

func FuzzListByHand(f *testing.F) {
	for _, s := range []string{"", "plain", "q\"u\\o", "<b>&</b>", "退款", "a\u2028b", "\xff\xfe", "\x00\x1f\x7f", "مرحبا", "\ud7ff", "😀"} {
		f.Add(s, int64(len(s)))
	}
	f.Fuzz(func(t *testing.T, text string, n int64) {
		var list CaseList
		filled(reflect.ValueOf(&list).Elem(), text, n%200_000_000_000_000_000)
		if _, err := json.Marshal(list.Items[0].DueAt); err != nil {
			t.Skip() // a year beyond 9999, which no store can hold
		}
		same(t, list)
	})
}

func BenchmarkEncode(b *testing.B) {
	var list CaseList
	filled(reflect.ValueOf(&list).Elem(), "Desk lamp", 1772467200123456)
	for len(list.Items) < 50 {
		list.Items = append(list.Items, list.Items[0])
	}
	byHand := jsonFormat()
	for name, write := range map[string]func(*bytes.Buffer, any) error{
		"by hand":       func(w *bytes.Buffer, v any) error { return byHand.Marshal(w, v) },
		"encoding json": func(w *bytes.Buffer, v any) error { return plainJSON(w, v) },
	} {
		b.Run(name, func(b *testing.B) {
			var w bytes.Buffer
			for b.Loop() {
				w.Reset()
				if err := write(&w, list); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
