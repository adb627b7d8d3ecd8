package taobao

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"encoding/hex"
	"math"
	"reflect"
	"strings"
	"testing"
)

// hello is a CONNECT and data a message, written out by the layout that the platform's clients share.
const (
	hello = "0200" + "0100" + "07000000" + "6170705f6b6579" + "01" + "06000000" + "313233343536" + "0000"
	data  = "0202" + "0500" + "05000000" + "746f6b656e" +
		"0100" + "06000000" + "5f5f6b696e64" + "02" + "03" +
		"0100" + "02000000" + "6964" + "05" + "0180faca73f91f00" +
		"0100" + "04000000" + "74696d65" + "06" + "005e56eea1010000" +
		"0100" + "05000000" + "656d707479" + "00" + "0000"
)

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	raw, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func TestFramesAreWrittenAsThePlatformReadsThem(t *testing.T) {
	f := frame{kind: frameConnect, fields: []field{{name: "app_key", format: formatText, text: "123456"}}}
	if got := hex.EncodeToString(f.encode()); got != hello {
		t.Errorf("%s, want %s", got, hello)
	}
}

func TestFramesAreReadAsThePlatformWritesThem(t *testing.T) {
	f, err := decodeFrame(unhex(t, data))
	want := frame{kind: frameSend, token: "token", fields: []field{
		{name: "__kind", format: formatByte, number: 3}, {name: "id", format: formatInt64, number: 9_000_000_000_000_001},
		{name: "time", format: formatDate, number: 0x1a1ee565e00}, {name: "empty"},
	}}
	if err != nil || !reflect.DeepEqual(f, want) {
		t.Errorf("%+v, %v", f, err)
	}
	ack, err := decodeFrame(unhex(t, "0201"+"0200"+"19000000"+"0300"+"02000000"+"6e6f"+"0400"+"07000000"+"0000"))
	if err != nil || ack.kind != frameConnectAck || ack.status != 25 || ack.phrase != "no" || ack.flag != 7 {
		t.Errorf("%+v, %v", ack, err)
	}
}

// TestBadFramesAreNone: whatever is cut off, too long, too many or of a kind nobody knows.
func TestBadFramesAreNone(t *testing.T) {
	whole := unhex(t, data)
	for n := range whole {
		if _, err := decodeFrame(whole[:n]); err == nil {
			t.Errorf("the first %d bytes are taken for a frame", n)
		}
	}
	many := []byte{frameVersion, frameSend}
	for range mostFields + 1 {
		many = append(appendText(binary.LittleEndian.AppendUint16(many, headerField), "a"), formatVoid)
	}
	for name, raw := range map[string][]byte{
		"another version": unhex(t, "0100"+"0000"), "an unknown header": unhex(t, "0202"+"0600"+"0000"),
		"an unknown format": unhex(t, "0202"+"0100"+"01000000"+"61"+"08"+"0000"), "a negative length": unhex(t, "0202"+"0500"+"ffffffff"+"0000"),
		"a length beyond the end": unhex(t, "0202"+"0500"+"ffffff7f"+"0000"), "too many fields": append(many, 0, 0), "nothing": nil,
	} {
		if f, err := decodeFrame(raw); err == nil {
			t.Errorf("%s: %+v", name, f)
		}
	}
}

func TestPackedContentIsUnpackedUpToALimit(t *testing.T) {
	packed := func(text string) field {
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		if _, err := z.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
		return field{name: "content", format: formatBytes, text: b.String()}
	}
	if got, err := packed(`{"refund_id":1}`).content(); err != nil || got != `{"refund_id":1}` {
		t.Errorf("%q, %v", got, err)
	}
	if got, err := (field{format: formatText, text: "as it is"}).content(); err != nil || got != "as it is" {
		t.Errorf("%q, %v", got, err)
	}
	if _, err := packed(strings.Repeat("a", largestContent+1)).content(); err == nil {
		t.Error("a bomb is unpacked")
	}
	if _, err := (field{format: formatBytes, text: "no gzip"}).content(); err == nil {
		t.Error("something else is unpacked")
	}
}

func FuzzFrame(f *testing.F) {
	f.Add(unhex(f, hello))
	f.Add(unhex(f, data))
	f.Add(unhex(f, "0202"+"0500"+"ffffff7f"+"0000"))
	f.Add(frame{kind: frameSend, fields: []field{{name: "id", format: formatInt64, number: math.MinInt64}, {name: "content", format: formatBytes, text: "\x1f\x8b"}}}.encode())
	f.Fuzz(func(t *testing.T, raw []byte) {
		got, err := decodeFrame(raw)
		if err != nil {
			return
		}
		if len(got.fields) > mostFields {
			t.Fatalf("%d fields", len(got.fields))
		}
		size := len(got.token) + len(got.phrase)
		for _, one := range got.fields {
			size += len(one.name) + len(one.text)
		}
		if size > len(raw) {
			t.Fatalf("%d bytes of text out of a frame of %d", size, len(raw))
		}
		n, err := noticeOf(got)
		if push := n.push(nil); err == nil && len(push.Refs)+len(push.Orders) > 1 {
			t.Fatalf("%+v", push)
		}
		if text := shortened(got.phrase); len([]rune(text)) > 200 || strings.Contains(text, "\x00") {
			t.Fatalf("phrase %q", text)
		}
	})
}
