package sheet

import (
	"encoding/csv"
	"io"
	"strings"
	"unicode/utf8"
)

// dangerous tells whether a program of spreadsheets would take the text for a formula: it begins with = + - @, their wide forms, or
// white space that such programs skip.
func dangerous(text string) bool {
	if text == "" {
		return false
	}
	r, _ := utf8.DecodeRuneInString(text)
	return strings.ContainsRune("=+-@\t\r\n＝＋－＠", r)
}

// Guard makes a text safe to stand in a cell: one that could be taken for a formula gets a single quote before it, which spreadsheets
// hide and Open takes off again. Numbers below nothing stay as they are.
func Guard(text string) string {
	if !dangerous(text) || isNumber(text) {
		return text
	}
	return "'" + text
}

// isNumber tells a plain signed decimal, which is harmless.
func isNumber(text string) bool {
	figures := strings.TrimPrefix(strings.TrimPrefix(text, "-"), "+")
	return figures != "" && strings.Trim(figures, "0123456789.") == "" && strings.Count(figures, ".") < 2
}

// Write writes rows as CSV for spreadsheets: UTF-8 with its mark, a separator of the reader's country, every cell guarded.
func Write(w io.Writer, separator rune, rows [][]string) error {
	if _, err := io.WriteString(w, "\ufeff"); err != nil {
		return err
	}
	out := csv.NewWriter(w)
	out.Comma, out.UseCRLF = separator, true
	for _, row := range rows {
		safe := make([]string, len(row))
		for i, cell := range row {
			safe[i] = Guard(cell)
		}
		if err := out.Write(safe); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}
