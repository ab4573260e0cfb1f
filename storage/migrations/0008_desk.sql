-- The queue by how near the risk is to a coin toss.
CREATE INDEX comments_doubt ON comments (site, status, abs(risk - 0.5), created_at, id, reason) WHERE status = 'pending';
CREATE INDEX comments_any_doubt ON comments (abs(risk - 0.5), created_at, id, reason) WHERE status = 'pending';

-- What waits of a campaign, the earliest first, which stands for all.
DROP INDEX comments_campaign;
CREATE INDEX comments_campaign ON comments (campaign, status, created_at, id, risk) WHERE status = 'pending' AND campaign <> '';

ALTER TABLE comments ADD COLUMN lang text NOT NULL DEFAULT ''; -- of those that were held

-- What a moderator is not dealt for a while.
CREATE TABLE skips (
	moderator  text NOT NULL,
	comment_id text NOT NULL REFERENCES comments (id),
	until      bigint NOT NULL,
	PRIMARY KEY (moderator, comment_id)
) /* WITHOUT ROWID */;
CREATE INDEX skips_age ON skips (until);

ALTER TABLE sites ADD COLUMN reasons text NOT NULL DEFAULT '[]';
ALTER TABLE decisions ADD COLUMN detail text NOT NULL DEFAULT ''; -- id of one of those
ALTER TABLE decisions ADD COLUMN message text NOT NULL DEFAULT ''; -- to the reader

-- What moderators left to editors.
CREATE TABLE escalations (
	id         text PRIMARY KEY,
	comment_id text NOT NULL REFERENCES comments (id),
	site       text NOT NULL,
	moderator  text NOT NULL,
	note       text NOT NULL,
	old_reason text NOT NULL, -- what an undo puts back
	created_at bigint NOT NULL,
	undone_at  bigint,
	undone_by  text NOT NULL
);
CREATE INDEX escalations_comment ON escalations (comment_id, id);

-- Earlier texts of comments that were edited.
CREATE TABLE revisions (
	comment_id  text NOT NULL REFERENCES comments (id),
	version     bigint NOT NULL, -- of the comment when it had this text
	body        text NOT NULL,
	replaced_at bigint NOT NULL,
	PRIMARY KEY (comment_id, version)
) /* WITHOUT ROWID */;
