-- Programs may hear what happens to cases. The words in braces are those of 0001_begin.sql.

-- Which kinds of events a channel hears, as a JSON list (none = no events, "*" = all), and of which stores it is told at all (none = all).
ALTER TABLE channel ADD COLUMN events {text} NOT NULL DEFAULT '';
ALTER TABLE channel ADD COLUMN stores {text} NOT NULL DEFAULT '';

-- A letter may carry an event instead of notices: it goes out alone, after the letters of earlier events of its case on its channel.
ALTER TABLE letter ADD COLUMN case_id BIGINT NOT NULL DEFAULT 0;
ALTER TABLE letter ADD COLUMN event_id BIGINT NOT NULL DEFAULT 0;
DROP INDEX letter_due;
CREATE INDEX letter_due ON letter (due_at) WHERE ended_at = 0 AND event_id = 0;
CREATE INDEX letter_feed ON letter (due_at) WHERE ended_at = 0 AND event_id > 0;
CREATE INDEX letter_line ON letter (case_id, channel_id, event_id) WHERE ended_at = 0 AND event_id > 0;
