-- Spreadsheets of back offices. The words in braces are those of 0001_begin.sql.

-- How the files of one source are read into a store, as a person settled it last.
CREATE TABLE sheet_source (
	store_id BIGINT NOT NULL,
	name {text} NOT NULL,
	mapping {text} NOT NULL,
	read_at BIGINT NOT NULL,
	PRIMARY KEY (store_id, name)
);

-- Every row of a file as facts, under the key that makes it the same row when it comes again.
CREATE TABLE sheet_row (
	store_id BIGINT NOT NULL,
	source {text} NOT NULL,
	key {text} NOT NULL,
	order_no {text} NOT NULL,
	facts {text} NOT NULL,
	hash {text} NOT NULL,
	read_at BIGINT NOT NULL,
	line BIGINT NOT NULL,
	PRIMARY KEY (store_id, source, key)
);
CREATE INDEX sheet_row_order ON sheet_row (store_id, order_no);

-- A file somebody is about to read in, between the page that shows it and the page that reads it. It is gone soon afterwards.
CREATE TABLE sheet_upload (
	id {text} PRIMARY KEY,
	store_id BIGINT NOT NULL,
	member_id BIGINT NOT NULL,
	name {text} NOT NULL,
	content {bytes} NOT NULL,
	at BIGINT NOT NULL
);
