-- What readers see of their own comments, and may do about them.

-- The comments of a browser. Those of an author's id are found by comments_author.
CREATE INDEX comments_browser ON comments (site, browser, id) WHERE browser <> '';

-- Its author took it back. It is rejected, for that reason unless it was rejected before.
ALTER TABLE comments ADD COLUMN withdrawn boolean NOT NULL DEFAULT FALSE;

ALTER TABLE sites ADD COLUMN edit_minutes bigint; -- NULL: the default
ALTER TABLE sites ADD COLUMN appeals boolean; -- NULL: the default
ALTER TABLE sites ADD COLUMN nudge boolean NOT NULL DEFAULT FALSE;
ALTER TABLE sites ADD COLUMN links_in_comments boolean NOT NULL DEFAULT FALSE;

-- Appeals of authors against rejections by moderators, one for a comment. The first decision
-- in force that is later answers it.
CREATE TABLE appeals (
	site       text NOT NULL,
	comment_id text NOT NULL,
	decided_by text NOT NULL, -- the moderator who rejected it
	words      text NOT NULL, -- the author's own
	created_at bigint NOT NULL,
	PRIMARY KEY (site, comment_id)
) /* WITHOUT ROWID */;

-- How often readers were asked to rephrase a comment, and what they posted then.
CREATE TABLE nudges (
	day       bigint NOT NULL,
	site      text NOT NULL,
	shown     bigint NOT NULL,
	changed   bigint NOT NULL,
	unchanged bigint NOT NULL,
	PRIMARY KEY (day, site)
) /* WITHOUT ROWID */;
