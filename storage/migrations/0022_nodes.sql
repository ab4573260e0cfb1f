-- What running nodes say about themselves, so that each sees the others.
CREATE TABLE nodes (
	id       text PRIMARY KEY,
	name     text NOT NULL,
	version  text NOT NULL,
	secret   bytea NOT NULL,
	ahead    bigint NOT NULL, -- microseconds that its clock is ahead of the database's
	seen_at  bigint NOT NULL,
	findings text NOT NULL -- JSON
) /* WITHOUT ROWID */;
