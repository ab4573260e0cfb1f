-- Why a person looked at the text of a label, and with which probability; ''
-- and 0 are unknown, as of the labels from before.
ALTER TABLE labels ADD COLUMN selected_by text NOT NULL DEFAULT '';
ALTER TABLE labels ADD COLUMN selection_rate double precision NOT NULL DEFAULT 0;
UPDATE labels SET selected_by = 'held', selection_rate = 1
	WHERE comment_id <> '' AND comment_id IN (SELECT id FROM comments WHERE machine = 'pending');
UPDATE labels SET selected_by = 'import' WHERE comment_id = '' AND source = 'import';

-- Second looks: the probability with which the comment was chosen, and whether
-- it is of the training sample, which waits longer.
ALTER TABLE second_looks ADD COLUMN rate double precision NOT NULL DEFAULT 0;
ALTER TABLE second_looks ADD COLUMN sample boolean NOT NULL DEFAULT FALSE;
CREATE INDEX second_looks_comment ON second_looks (comment_id);
CREATE INDEX second_looks_decided ON second_looks (decided_at) WHERE decided_at IS NOT NULL;

-- The first comments of each site, which people look at whatever the filter
-- did with them.
ALTER TABLE sites ADD COLUMN training_sample bigint; -- how many; NULL: the default
CREATE TABLE training_sample (
	site       text NOT NULL REFERENCES sites (slug),
	comment_id text NOT NULL,
	look       text NOT NULL, -- id of its second look; '': it was held
	PRIMARY KEY (site, comment_id)
) /* WITHOUT ROWID */;

-- Texts that a newsroom has chosen, with what every model must say of them.
CREATE TABLE golden_examples (
	id         text PRIMARY KEY,
	site       text NOT NULL, -- '': for all sites
	label      text NOT NULL,
	note       text NOT NULL,
	added_by   text NOT NULL,
	created_at bigint NOT NULL,
	body       text NOT NULL
);
CREATE INDEX golden_examples_age ON golden_examples (created_at, id);
CREATE INDEX golden_examples_site ON golden_examples (site, created_at, id);
