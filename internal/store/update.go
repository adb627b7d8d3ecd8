package store

import (
	"strconv"
	"strings"
)

// update changes many rows of a table in one sentence, each to values of its own, and tells how many it hit. The first columns, as many as
// keys says, are compared; the others are set. Values are integers and texts.
func (tx *Tx) update(name string, columns []string, keys int, rows [][]any) (hit int64, err error) {
	t := table{columns: columns}
	for _, part := range t.parts(rows) {
		var args []any
		for _, row := range part {
			args = append(args, row...)
		}
		n, err := tx.change(updateText(name, columns, keys, part), args...)
		if err != nil {
			return hit, err
		}
		hit += n
	}
	return hit, nil
}

// updateText names the types of the first row, from which PostgreSQL learns those of all.
func updateText(name string, columns []string, keys int, rows [][]any) string {
	var sets, same, first []string
	for i, column := range columns {
		value := "v.column" + strconv.Itoa(i+1)
		if i < keys {
			same = append(same, name+"."+column+" = "+value)
		} else {
			sets = append(sets, column+" = "+value)
		}
		kind := "BIGINT"
		if _, is := rows[0][i].(string); is {
			kind = "TEXT"
		}
		first = append(first, "CAST(? AS "+kind+")")
	}
	row := ", (" + strings.Repeat("?, ", len(columns)-1) + "?)"
	return "UPDATE " + name + " SET " + strings.Join(sets, ", ") + " FROM (VALUES (" + strings.Join(first, ", ") + ")" +
		strings.Repeat(row, len(rows)-1) + ") AS v WHERE " + strings.Join(same, " AND ")
}
