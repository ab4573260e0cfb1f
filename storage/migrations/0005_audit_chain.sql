-- The rows move to a table in which none can be without its place in the chain;
-- chainAudit in chain.go does it, because it needs their hashes.

ALTER TABLE audit RENAME TO audit_unchained;
DROP INDEX audit_at;
DROP INDEX audit_site;

CREATE TABLE audit (
	seq     bigint PRIMARY KEY, -- from 1 on, without gaps
	id      text NOT NULL,
	at      bigint NOT NULL,
	actor   text NOT NULL,
	site    text NOT NULL,
	action  text NOT NULL,
	subject text NOT NULL,
	address text NOT NULL,
	before  text NOT NULL,
	after   text NOT NULL,
	hash    bytea NOT NULL -- over the row and the hash before it
) /* WITHOUT ROWID */;
CREATE INDEX audit_at ON audit (at, seq);
CREATE INDEX audit_site ON audit (site, at, seq);
CREATE INDEX audit_action ON audit (action, at, seq);
CREATE INDEX audit_actor ON audit (actor, at, seq);
CREATE INDEX audit_subject ON audit (subject, at, seq);

-- One row: what the last row of the trail has. Who adds to the trail locks it.
CREATE TABLE audit_head (
	seq  bigint NOT NULL,
	hash bytea NOT NULL
);
