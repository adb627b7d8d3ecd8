-- What is asked for while it is under way is done once more afterwards. The words in braces are those of 0001_begin.sql.

-- When a store was last asked to be read, since its reading under way began.
ALTER TABLE sync ADD COLUMN asked_at BIGINT NOT NULL DEFAULT 0;
-- How often a record was asked for since it last stood here.
ALTER TABLE nudge ADD COLUMN times BIGINT NOT NULL DEFAULT 1;
