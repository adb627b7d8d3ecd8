package sheet_test

import (
	"bytes"
	"encoding/json"
	"testing"
	"time"

	"parley/internal/connector/sheet"
)

// FuzzImport: whatever file is imported without a mapping, what is read of it can be stored.
func FuzzImport(f *testing.F) {
	for _, s := range []string{
		"order,reason,amount,currency,opened\n1001,not received,39.90,EUR,2026-03-02\n1001,damaged,5,EUR,2026-03-03\n",
		"Nº pedido;Motivo;Importe\r\n1001;\"no\r\nrecibido\";39,90 €\r\n", "订单号,退款金额\n1,５\n", "order\n=cmd|' /C calc'!A0\n", "order,order\n1,2\n", "PK\x03\x04", "\xff\xfeo\x00r\x00", "a\n\x00\n",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		snaps, _ := sheet.Import(data, time.UTC)
		for _, snap := range snaps {
			text, err := json.Marshal(snap.Facts)
			if err != nil || bytes.Contains(text, []byte(`\u0000`)) || snap.Ref.ID == "" {
				t.Fatalf("%+v: %v %s", snap.Ref, err, text)
			}
		}
	})
}
