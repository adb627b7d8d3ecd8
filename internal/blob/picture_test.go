package blob_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"math/rand/v2"
	"testing"

	"parley/internal/blob"
	"parley/internal/fault"
)

// claim is a small PNG that says it is width times height.
func claim(width, height uint32) []byte {
	head := []byte("IHDR")
	head = binary.BigEndian.AppendUint32(head, width)
	head = binary.BigEndian.AppendUint32(head, height)
	head = append(head, 8, 2, 0, 0, 0)
	b := []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x0d")
	b = append(b, head...)
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(head))
}

// corner is a black picture whose upper left quarter is red.
func corner(width, height int) *image.RGBA {
	m := image.NewRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			c := color.RGBA{A: 255}
			if x < width/2 && y < height/2 {
				c.R = 255
			}
			m.SetRGBA(x, y, c)
		}
	}
	return m
}

func asJPEG(t testing.TB, m image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// held adds to a JPEG what a camera notes: how it was held, and a place.
func held(picture []byte, turn uint16, order binary.ByteOrder) []byte {
	mark := []byte("II*\x00")
	if order == binary.BigEndian {
		mark = []byte("MM\x00*")
	}
	tiff := append(mark, 0, 0, 0, 0)
	order.PutUint32(tiff[4:], 8)
	tiff = append(tiff, make([]byte, 2+12)...)
	order.PutUint16(tiff[8:], 1)
	order.PutUint16(tiff[10:], 0x0112)
	order.PutUint16(tiff[12:], 3)
	order.PutUint32(tiff[14:], 1)
	order.PutUint16(tiff[18:], turn)
	tiff = append(tiff, "GPS 40.4168 N"...)
	segment := append([]byte("Exif\x00\x00"), tiff...)
	out := append([]byte("\xff\xd8\xff\xe1"), binary.BigEndian.AppendUint16(nil, uint16(len(segment)+2))...)
	return append(append(out, segment...), picture[2:]...)
}

func put(t testing.TB, d *blob.Folder, content []byte) blob.Info {
	t.Helper()
	info, err := d.Put(context.Background(), bytes.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	return info
}

func fit(t *testing.T, d *blob.Folder, hash string, size int64, side int) image.Image {
	t.Helper()
	content, err := d.Fit(context.Background(), hash, size, side)
	if err != nil {
		t.Fatal(err)
	}
	if int64(len(content)) > size {
		t.Fatalf("%d bytes, want at most %d", len(content), size)
	}
	m, err := jpeg.Decode(bytes.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	if b := m.Bounds(); max(b.Dx(), b.Dy()) > side {
		t.Fatalf("%v, want no side over %d", b, side)
	}
	return m
}

func TestAPictureStandsUprightAndForgetsWhereItWasTaken(t *testing.T) {
	// Where the red quarter of the stored picture comes to lie: left or right, top or bottom (CIPA DC-008, 4.6.4.A).
	for turn, want := range map[uint16][2]bool{
		1: {true, true}, 2: {false, true}, 3: {false, false}, 4: {true, false},
		5: {true, true}, 6: {false, true}, 7: {false, false}, 8: {true, false},
	} {
		for _, order := range []binary.ByteOrder{binary.LittleEndian, binary.BigEndian} {
			d, _ := open(t)
			info := put(t, d, held(asJPEG(t, corner(320, 160)), turn, order))
			content, err := d.Fit(context.Background(), info.Hash, 1<<20, 1000)
			if err != nil || bytes.Contains(content, []byte("GPS")) || bytes.Contains(content, []byte("Exif")) {
				t.Fatalf("orientation %d: %v, or the place is still in it", turn, err)
			}
			m := fit(t, d, info.Hash, 1<<20, 1000)
			b := m.Bounds()
			if upright := turn < 5; upright != (b.Dx() > b.Dy()) {
				t.Fatalf("orientation %d: sides %v", turn, b)
			}
			for left, x := range map[bool]int{true: b.Dx() / 4, false: b.Dx() * 3 / 4} {
				for top, y := range map[bool]int{true: b.Dy() / 4, false: b.Dy() * 3 / 4} {
					r, _, _, _ := m.At(x, y).RGBA()
					if red := r > 0x8000; red != ([2]bool{left, top} == want) {
						t.Errorf("orientation %d: red=%v at left=%v top=%v", turn, red, left, top)
					}
				}
			}
		}
	}
}

func TestAPictureIsMadeToFit(t *testing.T) {
	d, _ := open(t)
	noise := image.NewRGBA(image.Rect(0, 0, 500, 300))
	random := rand.New(rand.NewPCG(1, 2))
	for i := range noise.Pix {
		noise.Pix[i] = byte(random.Uint32())
	}
	info := put(t, d, asJPEG(t, noise))
	if info.Width != 500 || info.Height != 300 || info.Type != "image/jpeg" {
		t.Fatalf("got %+v", info)
	}
	fit(t, d, info.Hash, 1<<20, 200)
	fit(t, d, info.Hash, 20_000, 500)
	_, err := d.Fit(context.Background(), info.Hash, 100, 500)
	wantFault(t, err, fault.Invalid, "fault.file_too_large")
}

func TestWhatIsClearBecomesWhite(t *testing.T) {
	d, _ := open(t)
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewNRGBA(image.Rect(0, 0, 100, 100))); err != nil {
		t.Fatal(err)
	}
	m := fit(t, d, put(t, d, b.Bytes()).Hash, 1<<20, 100)
	if r, g, bl, _ := m.At(50, 50).RGBA(); r < 0xf000 || g < 0xf000 || bl < 0xf000 {
		t.Fatalf("got %x %x %x, want white", r, g, bl)
	}
}

func TestOnlyPicturesCanBeMadeToFit(t *testing.T) {
	d, _ := open(t)
	_, err := d.Fit(context.Background(), put(t, d, []byte("%PDF-1.7")).Hash, 1000, 100)
	wantFault(t, err, fault.Refused, "fault.picture_kind")
	// The head is whole, the rest is missing: it measures well and cannot be decoded.
	cut := asJPEG(t, corner(400, 400))
	_, err = d.Fit(context.Background(), put(t, d, cut[:len(cut)/2]).Hash, 1000, 100)
	wantFault(t, err, fault.Invalid, "fault.picture_broken")
}

func FuzzPut(f *testing.F) {
	d, _ := open(f)
	f.Add(held(asJPEG(f, corner(16, 8)), 6, binary.LittleEndian))
	f.Add(claim(10, 10))
	f.Add([]byte("GIF89a\x01\x00\x01\x00\x00\x00\x00;"))
	f.Add([]byte("RIFF\x00\x00\x00\x00WEBPVP8 "))
	f.Add([]byte("\xff\xd8\xff\xe1\xff\xffExif\x00\x00II*\x00\xff\xff\xff\xff"))
	f.Fuzz(func(t *testing.T, content []byte) {
		info, err := d.Put(context.Background(), bytes.NewReader(content))
		if err != nil {
			if fault.Of(err) == nil {
				t.Fatalf("not a fault: %v", err)
			}
			return
		}
		if info.Width*info.Height > 1_000_000 {
			return // allowed, but slow to decode ten thousand times
		}
		if _, err := d.Fit(context.Background(), info.Hash, 1<<20, 100); err != nil && fault.Of(err) == nil {
			t.Fatalf("not a fault: %v", err)
		}
	})
}
