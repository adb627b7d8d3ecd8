-- One row: another text with every change of what programs keep in memory, see kept.go. The words in braces are those of 0001_begin.sql.
CREATE TABLE mark (
	id BIGINT PRIMARY KEY,
	value {text} NOT NULL
);
