-- The site in every key of what belongs to one, so that a store can be split by site. Comments
-- and what belongs to them are found by site and id; ids stay unique nevertheless.
-- SQLite is never split. There large tables keep their keys, which it could only change by
-- writing them anew, for minutes; what had no site at all, which is little, is written anew.

-- Indexes of comments that few have in common begin with what these have, and end with the
-- site. Those of the queue of all sites are gone: it is read site by site.
DROP INDEX comments_any_risk;
DROP INDEX comments_any_age;
DROP INDEX comments_any_doubt;
DROP INDEX comments_lease;
DROP INDEX comments_replies;
DROP INDEX comments_campaign;
DROP INDEX comments_article;
DROP INDEX comments_reader;
DROP INDEX comments_name;

/* -- */ALTER TABLE comments DROP CONSTRAINT comments_pkey CASCADE;
/* -- */ALTER TABLE comments ADD PRIMARY KEY (site, id);
DROP INDEX decisions_comment;
DROP INDEX decisions_batch;
DROP INDEX escalations_comment;
DROP INDEX flags_reader;
DROP INDEX flags_age;
DROP INDEX flags_browser;
DROP INDEX flags_household;
DROP INDEX second_looks_open;
DROP INDEX second_looks_lease;
DROP INDEX second_looks_comment;
DROP INDEX second_looks_decided;
DROP INDEX labels_comment;
DROP INDEX bans_site;
DROP INDEX article_merges_site;

-- What belongs to a comment.
/* -- */ALTER TABLE decisions DROP CONSTRAINT decisions_pkey;
/* -- */ALTER TABLE decisions ADD PRIMARY KEY (site, id);
/* -- */ALTER TABLE decisions ADD FOREIGN KEY (site, comment_id) REFERENCES comments (site, id);
/* -- */ALTER TABLE escalations DROP CONSTRAINT escalations_pkey;
/* -- */ALTER TABLE escalations ADD PRIMARY KEY (site, id);
/* -- */ALTER TABLE escalations ADD FOREIGN KEY (site, comment_id) REFERENCES comments (site, id);
/* -- */ALTER TABLE revisions ADD COLUMN site text;
/* -- */UPDATE revisions SET site = c.site FROM comments c WHERE c.id = revisions.comment_id;
/* -- */ALTER TABLE revisions ALTER COLUMN site SET NOT NULL;
/* -- */ALTER TABLE revisions DROP CONSTRAINT revisions_pkey;
/* -- */ALTER TABLE revisions ADD PRIMARY KEY (site, comment_id, version);
/* -- */ALTER TABLE revisions ADD FOREIGN KEY (site, comment_id) REFERENCES comments (site, id);
/* CREATE TABLE revisions_by_site (
	site        text NOT NULL,
	comment_id  text NOT NULL,
	version     bigint NOT NULL,
	body        text NOT NULL,
	replaced_at bigint NOT NULL,
	PRIMARY KEY (site, comment_id, version),
	FOREIGN KEY (comment_id) REFERENCES comments (id)
) WITHOUT ROWID;
INSERT INTO revisions_by_site (site, comment_id, version, body, replaced_at)
	SELECT c.site, r.comment_id, r.version, r.body, r.replaced_at FROM revisions r JOIN comments c ON c.id = r.comment_id; */
/* -- */ALTER TABLE skips ADD COLUMN site text;
/* -- */UPDATE skips SET site = c.site FROM comments c WHERE c.id = skips.comment_id;
/* -- */ALTER TABLE skips ALTER COLUMN site SET NOT NULL;
/* -- */ALTER TABLE skips DROP CONSTRAINT skips_pkey;
/* -- */ALTER TABLE skips ADD PRIMARY KEY (site, moderator, comment_id);
/* -- */ALTER TABLE skips ADD FOREIGN KEY (site, comment_id) REFERENCES comments (site, id);
/* CREATE TABLE skips_by_site (
	site       text NOT NULL,
	moderator  text NOT NULL,
	comment_id text NOT NULL,
	until      bigint NOT NULL,
	PRIMARY KEY (site, moderator, comment_id),
	FOREIGN KEY (comment_id) REFERENCES comments (id)
) WITHOUT ROWID;
INSERT INTO skips_by_site (site, moderator, comment_id, until)
	SELECT c.site, s.moderator, s.comment_id, s.until FROM skips s JOIN comments c ON c.id = s.comment_id; */

-- The site of a report is that of the comment. That of its reader, who may have read it on
-- another site, which shares the thread, stands beside it.
/* -- */ALTER TABLE flags ADD COLUMN reader_site text NOT NULL DEFAULT '';
/* -- */UPDATE flags SET reader_site = flags.site, site = c.site FROM comments c WHERE c.id = flags.comment_id;
/* -- */ALTER TABLE flags DROP CONSTRAINT flags_pkey;
/* -- */ALTER TABLE flags ADD PRIMARY KEY (site, comment_id, who);
/* -- */ALTER TABLE flags ADD FOREIGN KEY (site, comment_id) REFERENCES comments (site, id);
/* ALTER TABLE flags ADD COLUMN reader_site text NOT NULL DEFAULT '';
UPDATE flags SET reader_site = site, site = (SELECT c.site FROM comments c WHERE c.id = flags.comment_id); */

/* -- */ALTER TABLE hidden_replies DROP CONSTRAINT hidden_replies_pkey;
/* -- */ALTER TABLE hidden_replies ADD PRIMARY KEY (site, comment_id);
/* -- */ALTER TABLE second_looks DROP CONSTRAINT second_looks_pkey;
/* -- */ALTER TABLE second_looks ADD PRIMARY KEY (site, id);
/* -- */ALTER TABLE labels DROP CONSTRAINT labels_pkey;
/* -- */ALTER TABLE labels ADD PRIMARY KEY (site, id);
/* -- */ALTER TABLE shadow_differences ADD COLUMN site text;
/* -- */UPDATE shadow_differences SET site = c.site FROM comments c WHERE c.id = shadow_differences.comment_id;
/* -- */UPDATE shadow_differences SET site = '' WHERE site IS NULL;
/* -- */ALTER TABLE shadow_differences ALTER COLUMN site SET NOT NULL;
/* -- */ALTER TABLE shadow_differences DROP CONSTRAINT shadow_differences_pkey;
/* -- */ALTER TABLE shadow_differences ADD PRIMARY KEY (site, comment_id);
/* CREATE TABLE shadow_differences_by_site (
	site        text NOT NULL,
	comment_id  text NOT NULL,
	action_now  text NOT NULL,
	action_next text NOT NULL,
	PRIMARY KEY (site, comment_id)
) WITHOUT ROWID;
INSERT INTO shadow_differences_by_site (site, comment_id, action_now, action_next)
	SELECT coalesce(c.site, ''), x.comment_id, x.action_now, x.action_next FROM shadow_differences x LEFT JOIN comments c ON c.id = x.comment_id; */

-- A campaign has the id of its first comment, which may not have been stored.
/* -- */ALTER TABLE campaign_members ADD COLUMN site text;
/* -- */UPDATE campaign_members SET site = c.site FROM comments c WHERE c.id = campaign_members.comment_id;
/* -- */UPDATE campaign_members SET site = '' WHERE site IS NULL;
/* -- */ALTER TABLE campaign_members ALTER COLUMN site SET NOT NULL;
/* -- */ALTER TABLE campaign_members DROP CONSTRAINT campaign_members_pkey;
/* -- */ALTER TABLE campaign_members ADD PRIMARY KEY (site, campaign, comment_id);
/* CREATE TABLE campaign_members_by_site (
	site       text NOT NULL,
	campaign   text NOT NULL,
	comment_id text NOT NULL,
	created_at bigint NOT NULL,
	PRIMARY KEY (site, campaign, comment_id)
) WITHOUT ROWID;
INSERT INTO campaign_members_by_site (site, campaign, comment_id, created_at)
	SELECT coalesce(c.site, ''), m.campaign, m.comment_id, m.created_at FROM campaign_members m LEFT JOIN comments c ON c.id = m.comment_id; */
/* -- */ALTER TABLE campaigns ADD COLUMN site text NOT NULL DEFAULT '';
/* -- */ALTER TABLE campaigns DROP CONSTRAINT campaigns_pkey;
/* -- */ALTER TABLE campaigns ADD PRIMARY KEY (site, id);
/* -- */UPDATE campaigns SET site = c.site FROM comments c WHERE c.id = campaigns.id;
/* CREATE TABLE campaigns_by_site (
	id       text NOT NULL,
	site     text NOT NULL DEFAULT '',
	count    bigint NOT NULL,
	authors  bigint NOT NULL,
	articles bigint NOT NULL,
	first_at bigint NOT NULL,
	held     boolean NOT NULL DEFAULT FALSE,
	approved bigint NOT NULL DEFAULT 0,
	rejected bigint NOT NULL DEFAULT 0,
	PRIMARY KEY (site, id)
);
INSERT INTO campaigns_by_site (id, site, count, authors, articles, first_at, held, approved, rejected)
	SELECT g.id, coalesce(c.site, ''), g.count, g.authors, g.articles, g.first_at, g.held, g.approved, g.rejected FROM campaigns g LEFT JOIN comments c ON c.id = g.id; */

-- Bans and merges of articles.
/* -- */DROP INDEX ban_marks_ban;
/* -- */ALTER TABLE bans DROP CONSTRAINT bans_pkey CASCADE;
/* -- */ALTER TABLE bans ADD PRIMARY KEY (site, id);
/* -- */ALTER TABLE ban_marks ADD COLUMN site text;
/* -- */UPDATE ban_marks SET site = b.site FROM bans b WHERE b.id = ban_marks.ban;
/* -- */ALTER TABLE ban_marks ALTER COLUMN site SET NOT NULL;
/* -- */ALTER TABLE ban_marks DROP CONSTRAINT ban_marks_pkey;
/* -- */ALTER TABLE ban_marks ADD PRIMARY KEY (site, mark, ban);
/* -- */ALTER TABLE ban_marks ADD FOREIGN KEY (site, ban) REFERENCES bans (site, id);
/* -- */ALTER TABLE article_merges DROP CONSTRAINT article_merges_pkey;
/* -- */ALTER TABLE article_merges ADD PRIMARY KEY (site, id);
/* CREATE TABLE ban_marks_by_site (
	site  text NOT NULL,
	mark  text NOT NULL,
	ban   text NOT NULL,
	kind  text NOT NULL,
	label text NOT NULL,
	PRIMARY KEY (site, mark, ban),
	FOREIGN KEY (ban) REFERENCES bans (id)
) WITHOUT ROWID;
INSERT INTO ban_marks_by_site (site, mark, ban, kind, label)
	SELECT b.site, m.mark, m.ban, m.kind, m.label FROM ban_marks m JOIN bans b ON b.id = m.ban; */

-- The new tables take the places of the old ones, which had these indexes.
/* DROP TABLE revisions;
DROP TABLE skips;
DROP TABLE shadow_differences;
DROP TABLE campaign_members;
DROP TABLE campaigns;
DROP TABLE ban_marks; */
/* ALTER TABLE ban_marks_by_site RENAME TO ban_marks;
ALTER TABLE campaigns_by_site RENAME TO campaigns;
ALTER TABLE campaign_members_by_site RENAME TO campaign_members;
ALTER TABLE shadow_differences_by_site RENAME TO shadow_differences;
ALTER TABLE skips_by_site RENAME TO skips;
ALTER TABLE revisions_by_site RENAME TO revisions; */
/* CREATE INDEX skips_age ON skips (until);
CREATE INDEX campaign_members_age ON campaign_members (created_at); */

CREATE INDEX comments_replies ON comments (site, parent_id, created_at, id) WHERE parent_id <> '';
CREATE INDEX comments_campaign ON comments (campaign, status, created_at, id, risk, site) WHERE status = 'pending' AND campaign <> '';
CREATE INDEX comments_article ON comments (article, status, site) WHERE status = 'pending';
CREATE INDEX comments_reader ON comments (author_id, status, site) WHERE status = 'pending';
CREATE INDEX comments_name ON comments (author_name, status, site) WHERE status = 'pending';
CREATE INDEX comments_lease ON comments (lease_by, site) WHERE lease_by <> '';
CREATE INDEX decisions_comment ON decisions (site, comment_id, id);
CREATE INDEX decisions_batch ON decisions (site, batch, comment_id) WHERE batch <> '';
CREATE INDEX escalations_comment ON escalations (site, comment_id, id);
CREATE INDEX second_looks_expiry ON second_looks (created_at) WHERE decided_at IS NULL;
CREATE INDEX second_looks_lease ON second_looks (lease_by, site) WHERE lease_by <> '';
CREATE INDEX second_looks_comment ON second_looks (site, comment_id);
CREATE INDEX second_looks_decided ON second_looks (site, decided_at, id) WHERE decided_at IS NOT NULL;
CREATE INDEX labels_comment ON labels (site, comment_id) WHERE comment_id <> '';
CREATE INDEX flags_reader ON flags (site, who, comment_id);
CREATE INDEX flags_age ON flags (reader_site, created_at) WHERE who LIKE 'client %';
CREATE INDEX flags_browser ON flags (reader_site, created_at) WHERE who LIKE 'browser %';
CREATE INDEX flags_household ON flags (reader_site, created_at) WHERE household <> '';
CREATE INDEX ban_marks_ban ON ban_marks (site, ban);
/* CREATE INDEX bans_site ON bans (site, id); */
/* CREATE INDEX article_merges_site ON article_merges (site, id); */

-- Campaigns whose first comment was not stored are of the site of another comment of theirs.
UPDATE campaigns SET site = n.site FROM (SELECT c.campaign, min(c.site) AS site FROM comments c
		WHERE EXISTS (SELECT 1 FROM campaigns WHERE site = '') AND c.campaign IN (SELECT id FROM campaigns WHERE site = '') GROUP BY c.campaign) AS n
	WHERE n.campaign = campaigns.id AND campaigns.site = '';

-- Whether comments of another site answer comments of this one, or have done so: the two
-- share, or shared, a thread.
ALTER TABLE sites ADD COLUMN answered_elsewhere boolean NOT NULL DEFAULT FALSE;
UPDATE sites SET answered_elsewhere = TRUE WHERE slug IN (SELECT p.site
	FROM (SELECT r.parent_id FROM comments r WHERE r.parent_id <> ''
		AND NOT EXISTS (SELECT 1 FROM comments o WHERE o.site = r.site AND o.id = r.parent_id)) AS x
	CROSS JOIN sites s CROSS JOIN comments p WHERE p.site = s.slug AND p.id = x.parent_id);
