package blob

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"image/jpeg"

	"golang.org/x/image/draw"

	"parley/internal/fault"
)

// Fit gives a picture as a JPEG of at most maxBytes, no side longer than maxSide pixels, upright, on white, and without
// anything the camera noted (place, time, owner). Refused (fault.picture_kind) if the file is no picture we can read,
// Invalid if it is broken or cannot be made so small.
func (d *Folder) Fit(ctx context.Context, hash string, maxBytes int64, maxSide int) ([]byte, error) {
	select {
	case d.decoding <- struct{}{}:
		defer func() { <-d.decoding }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	content, err := d.Read(ctx, hash)
	if err != nil {
		return nil, err
	}
	picture, err := decode(content)
	if err != nil {
		return nil, err
	}
	return squeeze(ctx, picture, orientation(content), maxBytes, maxSide)
}

func decode(content []byte) (image.Image, error) {
	var info Info
	if err := info.look(bytes.NewReader(content)); err != nil {
		return nil, err
	}
	for _, f := range formats() {
		if f.media != info.Type {
			continue
		}
		picture, err := f.decode(bytes.NewReader(content))
		if err != nil {
			return nil, broken(err)
		}
		return picture, nil
	}
	return nil, fault.New(fault.Refused, "fault.picture_kind", "type", info.Type)
}

// minSide is where making a picture smaller stops: less shows nothing.
const minSide = 64

// squeeze tries lower quality first, then smaller sides.
func squeeze(ctx context.Context, picture image.Image, turn int, maxBytes int64, maxSide int) ([]byte, error) {
	for side := maxSide; side >= minSide; side = side * 3 / 4 {
		small := upright(scale(picture, side), turn)
		for _, quality := range []int{88, 78, 65} {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			var b bytes.Buffer
			if err := jpeg.Encode(&b, small, &jpeg.Options{Quality: quality}); err != nil {
				return nil, err
			}
			if int64(b.Len()) <= maxBytes {
				return b.Bytes(), nil
			}
		}
	}
	return nil, tooLarge(maxBytes)
}

// scale draws the picture on white, with its longer side at most side.
func scale(picture image.Image, side int) *image.RGBA {
	from := picture.Bounds()
	width, height := from.Dx(), from.Dy()
	if longer := max(width, height); longer > side {
		width, height = max(1, width*side/longer), max(1, height*side/longer)
	}
	small := image.NewRGBA(image.Rect(0, 0, width, height))
	draw.Draw(small, small.Bounds(), image.NewUniform(color.White), image.Point{}, draw.Src)
	draw.BiLinear.Scale(small, small.Bounds(), picture, from, draw.Over, nil)
	return small
}
