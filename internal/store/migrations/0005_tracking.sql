-- Parcels that services watch for the desk. The words in braces are those of 0001_begin.sql.

-- An account of a company at a service that watches parcels.
CREATE TABLE tracker (
	id {id},
	company_id BIGINT NOT NULL REFERENCES company(id),
	kind {text} NOT NULL,
	name {text} NOT NULL,
	settings {text} NOT NULL,
	secret {bytes},
	state {text} NOT NULL,
	created_at BIGINT NOT NULL,
	last_ok_at BIGINT NOT NULL,
	failing_since BIGINT NOT NULL,
	fault {text} NOT NULL,
	quota_total BIGINT NOT NULL,
	quota_left BIGINT NOT NULL,
	hold_until BIGINT NOT NULL,
	lease_until BIGINT NOT NULL
);
CREATE INDEX tracker_company ON tracker (company_id);

-- A parcel of a company by its number, however many cases it belongs to. What services told of it is kept here, because they stop watching.
CREATE TABLE tracking (
	id {id},
	company_id BIGINT NOT NULL,
	number {text} NOT NULL,
	carrier {text} NOT NULL,
	country {text} NOT NULL,
	shipped_at BIGINT NOT NULL,
	state {text} NOT NULL,
	tracker_id BIGINT NOT NULL,
	after_tracker BIGINT NOT NULL,
	ref {text} NOT NULL,
	events {text} NOT NULL,
	numbers {text} NOT NULL,
	unknown {text} NOT NULL,
	weight_g BIGINT NOT NULL,
	resumes BIGINT NOT NULL,
	fault {text} NOT NULL,
	next_at BIGINT NOT NULL,
	fetched_at BIGINT NOT NULL,
	changed_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX tracking_number ON tracking (company_id, number);
CREATE INDEX tracking_next ON tracking (company_id, next_at) WHERE next_at > 0;

-- Which case waits for news of which parcel.
CREATE TABLE tracking_case (
	case_id BIGINT PRIMARY KEY,
	tracking_id BIGINT NOT NULL,
	open SMALLINT NOT NULL
);
CREATE INDEX tracking_case_tracking ON tracking_case (tracking_id);

-- What a service answered about a parcel, whenever that changed.
CREATE TABLE tracking_snapshot (
	tracking_id BIGINT NOT NULL,
	hash {text} NOT NULL,
	at BIGINT NOT NULL,
	raw {bytes},
	PRIMARY KEY (tracking_id, hash)
);

-- Deliveries of services, so that a repeated one counts once.
CREATE TABLE tracker_push (
	tracker_id BIGINT NOT NULL,
	id {text} NOT NULL,
	at BIGINT NOT NULL,
	PRIMARY KEY (tracker_id, id)
);
