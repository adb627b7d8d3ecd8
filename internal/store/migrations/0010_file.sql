-- Our own copies of files that came with messages, such as those of a mail. The words in braces are those of 0001_begin.sql.
CREATE TABLE kept_file (
	case_id BIGINT NOT NULL,
	ref {text} NOT NULL,
	hash {text} NOT NULL,
	type {text} NOT NULL,
	size BIGINT NOT NULL,
	at BIGINT NOT NULL,
	PRIMARY KEY (case_id, ref)
);
CREATE INDEX kept_file_hash ON kept_file (hash);
