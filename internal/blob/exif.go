package blob

import (
	"bytes"
	"encoding/binary"
	"image"
)

// orientation gives how a camera was held: 1 to 8 of the EXIF tag 0x0112 (CIPA DC-008), 1 if the picture does not tell.
// Only JPEG is looked at; that is what cameras send.
func orientation(content []byte) int {
	for segment := range segments(content) {
		if rest, ok := bytes.CutPrefix(segment, []byte("Exif\x00\x00")); ok {
			return orientationTag(rest)
		}
	}
	return 1
}

// segments gives the contents of the APP1 segments before the picture data.
func segments(content []byte) func(yield func([]byte) bool) {
	return func(yield func([]byte) bool) {
		rest, ok := bytes.CutPrefix(content, []byte("\xff\xd8"))
		for ok && len(rest) >= 4 && rest[0] == 0xff {
			kind, size := rest[1], int(binary.BigEndian.Uint16(rest[2:]))
			if kind == 0xda || size < 2 || len(rest) < 2+size {
				return
			}
			if kind == 0xe1 && !yield(rest[4:2+size]) {
				return
			}
			rest = rest[2+size:]
		}
	}
}

// orientationTag finds the tag in the first directory of a TIFF.
func orientationTag(tiff []byte) int {
	var order binary.ByteOrder = binary.LittleEndian
	switch {
	case bytes.HasPrefix(tiff, []byte("MM\x00*")):
		order = binary.BigEndian
	case !bytes.HasPrefix(tiff, []byte("II*\x00")):
		return 1
	}
	if len(tiff) < 8 {
		return 1
	}
	at := uint64(order.Uint32(tiff[4:]))
	if at+2 > uint64(len(tiff)) {
		return 1
	}
	entries := tiff[at+2:]
	for range order.Uint16(tiff[at:]) {
		if len(entries) < 12 {
			return 1
		}
		if order.Uint16(entries) == 0x0112 {
			if value := int(order.Uint16(entries[8:])); value >= 1 && value <= 8 {
				return value
			}
			return 1
		}
		entries = entries[12:]
	}
	return 1
}

// upright turns and mirrors a picture by its orientation. For 5 to 8 the sides change places.
func upright(picture *image.RGBA, turn int) *image.RGBA {
	if turn <= 1 {
		return picture
	}
	width, height := picture.Bounds().Dx(), picture.Bounds().Dy()
	right, bottom := width-1, height-1
	turned := image.NewRGBA(image.Rect(0, 0, width, height))
	if turn >= 5 {
		turned = image.NewRGBA(image.Rect(0, 0, height, width))
	}
	for y := range height {
		for x := range width {
			to := [...]image.Point{
				2: {right - x, y}, 3: {right - x, bottom - y}, 4: {x, bottom - y},
				5: {y, x}, 6: {bottom - y, x}, 7: {bottom - y, right - x}, 8: {y, right - x},
			}[turn]
			turned.SetRGBA(to.X, to.Y, picture.RGBAAt(x, y))
		}
	}
	return turned
}
