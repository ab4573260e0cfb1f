ALTER TABLE sites ADD COLUMN second_look double precision; -- share; NULL: the default

-- What another moderator is to judge blind.
CREATE TABLE second_looks (
	id            text PRIMARY KEY, -- that of the decision, or its own
	comment_id    text NOT NULL,
	site          text NOT NULL,
	of            text NOT NULL, -- decision or machine: whose word it checks
	first_action  text NOT NULL,
	first_reason  text NOT NULL,
	first_by      text NOT NULL, -- '': the machine
	created_at    bigint NOT NULL,
	second_action text NOT NULL,
	second_reason text NOT NULL,
	second_by     text NOT NULL,
	note          text NOT NULL,
	decided_at    bigint,
	lease_by      text NOT NULL,
	lease_until   bigint NOT NULL
);
CREATE INDEX second_looks_open ON second_looks (created_at, id) WHERE decided_at IS NULL;
CREATE INDEX second_looks_site ON second_looks (site, created_at, id) WHERE decided_at IS NULL;
CREATE INDEX second_looks_lease ON second_looks (lease_by) WHERE lease_by <> '';

-- How many second looks said what, by what was said first.
CREATE TABLE agreements (
	day               bigint NOT NULL, -- of the second look
	site              text NOT NULL,
	of                text NOT NULL,
	approved_approved bigint NOT NULL,
	approved_rejected bigint NOT NULL,
	rejected_approved bigint NOT NULL,
	rejected_rejected bigint NOT NULL,
	PRIMARY KEY (day, site, of)
) /* WITHOUT ROWID */;
