package store

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// update changes many rows of a table in one sentence, each to values of its own, and tells how many it hit. The first columns, as many as
// keys says, are compared; the others are set. Values are integers and texts.
func (tx *Tx) update(name string, columns []string, keys int, rows [][]any) (hit int64, err error) {
	parts := table{columns: columns}.parts(rows)
	if tx.dialect.postgres {
		parts = chunks(rows, manyRows)
	}
	for _, part := range parts {
		from, args, err := listed(tx.dialect, columns, part)
		if err != nil {
			return hit, err
		}
		n, err := tx.change(updateText(name, columns, keys, from), args...)
		if err != nil {
			return hit, err
		}
		hit += n
	}
	return hit, nil
}

func updateText(name string, columns []string, keys int, from string) string {
	var sets, same []string
	for i, column := range columns {
		value := "v." + nameless(i)
		if i < keys {
			same = append(same, name+"."+column+" = "+value)
		} else {
			sets = append(sets, column+" = "+value)
		}
	}
	return "UPDATE " + name + " SET " + strings.Join(sets, ", ") + " FROM " + from + " WHERE " + strings.Join(same, " AND ")
}

// nameless is what both engines call a column of VALUES that has no name.
func nameless(i int) string { return "column" + strconv.Itoa(i+1) }

// listed gives rows as something to select from, under the name v.
func listed(d dialect, columns []string, rows [][]any) (from string, args []any, err error) {
	if d.postgres {
		places := make([]string, len(columns))
		for i := range places {
			places[i] = nameless(i)
		}
		args, from, err = unnested(rows)
		return from + " AS v (" + strings.Join(places, ", ") + ")", args, err
	}
	for _, row := range rows {
		args = append(args, row...)
	}
	row := "(" + strings.Repeat("?, ", len(columns)-1) + "?)"
	return "(VALUES " + strings.Repeat(row+", ", len(rows)-1) + row + ") AS v", args, nil
}

// manyRows is how many rows one sentence with arrays takes.
const manyRows = 512

// unnested turns rows into one array for each column. PostgreSQL reads any number of rows from them by the same sentence, which every
// connection prepares once; with a place for each value it would be another sentence for each number of rows.
func unnested(rows [][]any) (arrays []any, from string, err error) {
	kinds := make([]string, len(rows[0]))
	for i := range rows[0] {
		array, kind, err := column(rows, i)
		if err != nil {
			return nil, "", err
		}
		arrays, kinds[i] = append(arrays, array), "CAST(? AS "+kind+"[])"
	}
	return arrays, "unnest(" + strings.Join(kinds, ", ") + ")", nil
}

// column gives the values of one column as an array, and the type PostgreSQL knows it by.
func column(rows [][]any, i int) (array any, kind string, err error) {
	known := slices.IndexFunc(rows, func(row []any) bool { return row[i] != nil })
	if known < 0 {
		return make([][]byte, len(rows)), "BYTEA", nil // only what is kept as received may be missing
	}
	switch rows[known][i].(type) {
	case int64:
		array, err = columnAs[int64](rows, i)
		return array, "BIGINT", err
	case int:
		array, err = columnAs[int](rows, i)
		return array, "BIGINT", err
	case string:
		texts, err := columnAs[string](rows, i)
		for n := range texts {
			texts[n] = tidy(texts[n])
		}
		return texts, "TEXT", err
	case []byte:
		array, err = columnAs[[]byte](rows, i)
		return array, "BYTEA", err
	}
	return nil, "", fmt.Errorf("store: a column of %T cannot be written for many rows", rows[known][i])
}

func columnAs[T any](rows [][]any, i int) ([]T, error) {
	out := make([]T, len(rows))
	_, mayBeMissing := any(out).([][]byte)
	for n, row := range rows {
		value, ok := row[i].(T)
		if !ok && (row[i] != nil || !mayBeMissing) {
			return nil, fmt.Errorf("store: row %d has %T in a column of %T", n, row[i], value)
		}
		out[n] = value
	}
	return out, nil
}
