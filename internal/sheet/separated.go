package sheet

import (
	"bufio"
	"encoding/csv"
	"errors"
	"io"
	"strconv"
	"strings"
)

// Separators are what stands between the cells of a text file, by the names they have in a mapping.
func Separators() []string { return []string{";", ",", "tab", "|"} }

var separatorRunes = map[string]rune{";": ';', ",": ',', "tab": '\t', "|": '|'}

// maxRecord is the most text one row may hold before its end is found, in bytes: an unclosed quote must not swallow the whole file.
const maxRecord = 4 << 20

func openText(r io.ReaderAt, size int64, o Options) (*File, error) {
	if err := checked("encoding", o.Encoding, Encodings()); err != nil {
		return nil, err
	}
	if err := checked("separator", o.Separator, Separators()); err != nil {
		return nil, err
	}
	f := &File{Encoding: o.Encoding, Separator: o.Separator}
	var err error
	if f.Encoding == "" {
		if f.Encoding, err = encodingOf(r, size); err != nil {
			return nil, err
		}
	}
	text := func() *bufio.Reader {
		return bufio.NewReaderSize(decoded(io.NewSectionReader(r, 0, size), f.Encoding), 64<<10)
	}
	head, err := text().Peek(32 << 10)
	if err != nil && err != io.EOF && !errors.Is(err, bufio.ErrBufferFull) {
		return nil, err
	}
	told, skip := toldSeparator(string(head))
	if f.Separator == "" {
		f.Separator = told
	}
	if f.Separator == "" {
		f.Separator = separatorOf(string(head))
	}
	f.rows = func(yield func(Row, error) bool) { separated(text(), separatorRunes[f.Separator], skip, yield) }
	return f, nil
}

// toldSeparator reads the line "sep=;" that Excel understands at the head of a file.
func toldSeparator(head string) (name string, lines int) {
	line, _, _ := strings.Cut(head, "\n")
	line = strings.TrimSpace(line)
	if len(line) < 5 || !strings.EqualFold(line[:4], "sep=") {
		return "", 0
	}
	for name, r := range separatorRunes {
		if line[4:] == string(r) {
			return name, 1
		}
	}
	return "", 1
}

// separatorOf chooses what cuts the first lines into the most cells of the same number.
func separatorOf(head string) string {
	best, most := ",", 0
	for _, name := range Separators() {
		if n := evenness(head, separatorRunes[name]); n > most {
			best, most = name, n
		}
	}
	return best
}

// evenness counts how often a separator stands outside quotes on the lines that have it most commonly often.
func evenness(head string, sep rune) int {
	counts := map[int]int{}
	n, quoted, lines := 0, false, 0
	for _, r := range head {
		switch {
		case r == '"':
			quoted = !quoted
		case r == sep && !quoted:
			n++
		case r == '\n' && !quoted:
			counts[n]++
			n = 0
			lines++
		}
		if lines == 50 {
			break
		}
	}
	if lines < 50 && n > 0 {
		counts[n]++
	}
	best := 0
	for each, times := range counts {
		best = max(best, each*times)
	}
	return best
}

// budget stops reading when one row takes more than it may.
type budget struct {
	r    io.Reader
	left int
}

var errBudget = errors.New("sheet: a row is too long")

func (b *budget) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, errBudget
	}
	n, err := b.r.Read(p[:min(len(p), b.left)])
	b.left -= n
	return n, err
}

func separated(r io.Reader, sep rune, skip int, yield func(Row, error) bool) {
	b := &budget{r: r, left: maxRecord}
	read := csv.NewReader(b)
	read.Comma, read.FieldsPerRecord, read.LazyQuotes, read.ReuseRecord = sep, -1, true, true
	for {
		b.left = maxRecord
		values, err := read.Read()
		if err == io.EOF {
			return
		}
		if err != nil {
			yield(Row{}, textFault(err))
			return
		}
		line, _ := read.FieldPos(0)
		if line <= skip {
			continue
		}
		if len(values) > MaxColumns {
			yield(Row{}, tooMuch("columns", MaxColumns))
			return
		}
		cells := make([]Cell, len(values))
		for i, v := range values {
			cells[i].Text = strings.Clone(v)
		}
		if !yield(Row{Line: line, Cells: cells}, nil) {
			return
		}
	}
}

func textFault(err error) error {
	if errors.Is(err, errBudget) {
		return tooMuch("row", maxRecord)
	}
	return err
}

func itoa(n int) string { return strconv.Itoa(n) }
