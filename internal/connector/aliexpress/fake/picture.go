package fake

import (
	"bytes"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"log"
	"net/http"
	"strconv"
	"strings"

	"golang.org/x/image/font"
	"golang.org/x/image/font/basicfont"
	"golang.org/x/image/math/fixed"
)

const pictureSide = 240 // pixels

// picturePath is where a named picture is served.
func picturePath(name string) string { return "/kf/" + name + ".png" }

func pictureNames(names []string) []string {
	var paths []string
	for _, name := range names {
		paths = append(paths, picturePath(name))
	}
	return paths
}

func numberText(number int64) string { return strconv.FormatInt(number, 10) }

// servePicture serves an uploaded picture, or draws the one whose name is asked: always the same for the same name.
func (p *Platform) servePicture(w http.ResponseWriter, r *http.Request) {
	name := strings.TrimPrefix(r.URL.Path, "/kf/")
	p.mu.Lock()
	content := p.pictures[name]
	p.mu.Unlock()
	kind := "image/jpeg"
	if strings.HasSuffix(name, ".png") {
		kind = "image/png"
	}
	if content == nil {
		if kind != "image/png" || len(name) > 80 {
			http.NotFound(w, r)
			return
		}
		content = drawn(strings.TrimSuffix(name, ".png"))
	}
	w.Header().Set("Content-Type", kind)
	if _, err := w.Write(content); err != nil {
		log.Printf("simulated platform: the caller went away: %v", err)
	}
}

// drawn paints a small scene: a thing on a table, cracked when the name says broken or cracked, absent when it says empty.
func drawn(name string) []byte {
	seed := fingerprint(name)
	canvas := image.NewRGBA(image.Rect(0, 0, pictureSide, pictureSide))
	paint(canvas, canvas.Bounds(), shade(seed, 200))
	paint(canvas, image.Rect(0, 170, pictureSide, pictureSide), shade(seed>>8, 120))
	if !strings.Contains(name, "empty") {
		side := 70 + int(seed>>16%40)
		thing := image.Rect((pictureSide-side)/2, 180-side, (pictureSide+side)/2, 180)
		paint(canvas, thing, shade(seed>>24, 60))
		paint(canvas, thing.Inset(12), shade(seed>>32, 150))
	}
	if strings.Contains(name, "broken") || strings.Contains(name, "crack") || strings.Contains(name, "damage") {
		crack(canvas, seed)
	}
	if !strings.HasPrefix(name, "S") {
		caption(canvas, strings.ReplaceAll(name, "-", " "))
	}
	var out bytes.Buffer
	if err := png.Encode(&out, canvas); err != nil {
		panic(err) // writing into memory does not fail
	}
	return out.Bytes()
}

func paint(canvas draw.Image, where image.Rectangle, with color.Color) {
	draw.Draw(canvas, where, image.NewUniform(with), image.Point{}, draw.Src)
}

func shade(seed uint64, light uint8) color.RGBA {
	return color.RGBA{light + uint8(seed%50), light + uint8(seed>>3%50), light + uint8(seed>>6%50), 255}
}

func crack(canvas *image.RGBA, seed uint64) {
	x := pictureSide/2 - 20
	for y := 90; y < 185; y++ {
		seed = seed*6364136223846793005 + 1442695040888963407
		x += int(seed>>60)%5 - 2
		for wide := range 3 {
			canvas.Set(x+wide, y, color.Black)
		}
	}
}

func caption(canvas draw.Image, text string) {
	writer := font.Drawer{Dst: canvas, Src: image.Black, Face: basicfont.Face7x13, Dot: fixed.P(10, 20)}
	writer.DrawString(text)
}
