package desk_test

import (
	"bytes"
	"image"
	"image/png"
	"io"
)

// picture is a small PNG.
func picture() io.Reader {
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 8, 8))); err != nil {
		panic(err)
	}
	return &b
}
