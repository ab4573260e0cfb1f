-- Why the comment of a second look was chosen, as in labels.
ALTER TABLE second_looks ADD COLUMN selected_by text NOT NULL DEFAULT 'sample';

-- Candidates that run, or ran last, beside the live model. The counts are of
-- comments, by what the live model (now) and the candidate (next) did with them.
CREATE TABLE shadows (
	version         text PRIMARY KEY REFERENCES models (version),
	live            text NOT NULL,
	started_by      text NOT NULL,
	promote         boolean NOT NULL,
	since           bigint NOT NULL,
	until           bigint, -- NULL: it runs; at most one does
	comments        bigint NOT NULL,
	held_now        bigint NOT NULL,
	held_next       bigint NOT NULL,
	rejected_now    bigint NOT NULL,
	rejected_next   bigint NOT NULL,
	differences     bigint NOT NULL,
	dealt           bigint NOT NULL, -- second looks that were made of differences
	looked_at       bigint NOT NULL, -- set when it ends, as the next two
	candidate_right bigint NOT NULL,
	live_right      bigint NOT NULL,
	outcome         text NOT NULL
);

-- The last differences of the shadow that runs, or of the last one.
CREATE TABLE shadow_differences (
	comment_id  text PRIMARY KEY,
	action_now  text NOT NULL,
	action_next text NOT NULL
) /* WITHOUT ROWID */;

-- What the comments were like that a model has scored on a site: by day, and on
-- day 0 its first ones, which later days are compared with. The bins are of the
-- log odds of the risk, see models.ScoreBins.
CREATE TABLE traffic_days (
	model    text NOT NULL,
	day      bigint NOT NULL,
	site     text NOT NULL,
	comments bigint NOT NULL,
	held     bigint NOT NULL,
	words    bigint NOT NULL,
	unknown  bigint NOT NULL,
	n0 bigint NOT NULL,
	n1 bigint NOT NULL,
	n2 bigint NOT NULL,
	n3 bigint NOT NULL,
	n4 bigint NOT NULL,
	n5 bigint NOT NULL,
	n6 bigint NOT NULL,
	n7 bigint NOT NULL,
	n8 bigint NOT NULL,
	n9 bigint NOT NULL,
	PRIMARY KEY (model, day, site)
) /* WITHOUT ROWID */;

-- When people were last told that a site drifts, and whether it still did when
-- that was last looked at.
CREATE TABLE drift_notices (
	site     text PRIMARY KEY,
	drifting boolean NOT NULL,
	at       bigint NOT NULL
) /* WITHOUT ROWID */;
