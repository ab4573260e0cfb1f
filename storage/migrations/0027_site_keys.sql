-- The site in every key of what belongs to one, so that a store can be split by site. Comments
-- and what belongs to them are found by site and id; ids stay unique nevertheless.
-- PostgreSQL gets other constraints, SQLite new tables, because it cannot change those.

-- Indexes of comments that few have in common begin with what these have, and end with the
-- site. Those of the queue of all sites are gone: it is read site by site.
/* -- */DROP INDEX comments_any_risk;
/* -- */DROP INDEX comments_any_age;
/* -- */DROP INDEX comments_any_doubt;
/* -- */DROP INDEX comments_lease;
/* -- */DROP INDEX comments_replies;
/* -- */DROP INDEX comments_campaign;
/* -- */DROP INDEX comments_article;
/* -- */DROP INDEX comments_reader;
/* -- */DROP INDEX comments_name;

/* -- */ALTER TABLE comments DROP CONSTRAINT comments_pkey CASCADE;
/* -- */ALTER TABLE comments ADD PRIMARY KEY (site, id);
/* CREATE TABLE comments_by_site (
	id           text NOT NULL,
	site         text NOT NULL REFERENCES sites (slug),
	article      text NOT NULL,
	parent_id    text NOT NULL,
	author_id    text NOT NULL,
	author_name  text NOT NULL,
	author_email text NOT NULL,
	author_url   text NOT NULL,
	author_key   text NOT NULL,
	client_hash  text NOT NULL,
	client_net   text NOT NULL,
	user_agent   text NOT NULL,
	referrer     text NOT NULL,
	status       text NOT NULL,
	reason       text NOT NULL,
	machine      text NOT NULL,
	risk         double precision NOT NULL,
	flags        bigint NOT NULL,
	version      bigint NOT NULL,
	created_at   bigint NOT NULL,
	updated_at   bigint NOT NULL,
	lease_by     text NOT NULL,
	lease_until  bigint NOT NULL,
	body         text NOT NULL,
	search       text NOT NULL,
	campaign     text NOT NULL,
	spam         double precision,
	abuse        double precision,
	action       text NOT NULL,
	said         text NOT NULL,
	model        text NOT NULL,
	hold_at      double precision NOT NULL,
	reject_at    double precision NOT NULL,
	signals      text NOT NULL,
	lang         text NOT NULL DEFAULT '',
	staff        boolean NOT NULL DEFAULT FALSE,
	browser      text NOT NULL DEFAULT '',
	page_word    text NOT NULL DEFAULT '',
	PRIMARY KEY (site, id)
);
INSERT INTO comments_by_site (id, site, article, parent_id, author_id, author_name, author_email, author_url, author_key,
	client_hash, client_net, user_agent, referrer, status, reason, machine, risk, flags, version,
	created_at, updated_at, lease_by, lease_until, body, search, campaign, spam, abuse, action,
	said, model, hold_at, reject_at, signals, lang, staff, browser, page_word)
	SELECT id, site, article, parent_id, author_id, author_name, author_email, author_url, author_key,
	client_hash, client_net, user_agent, referrer, status, reason, machine, risk, flags, version,
	created_at, updated_at, lease_by, lease_until, body, search, campaign, spam, abuse, action,
	said, model, hold_at, reject_at, signals, lang, staff, browser, page_word FROM comments; */

-- What belongs to a comment.
/* -- */DROP INDEX decisions_comment;
/* -- */DROP INDEX decisions_batch;
/* -- */ALTER TABLE decisions DROP CONSTRAINT decisions_pkey;
/* -- */ALTER TABLE decisions ADD PRIMARY KEY (site, id);
/* -- */ALTER TABLE decisions ADD FOREIGN KEY (site, comment_id) REFERENCES comments (site, id);
/* CREATE TABLE decisions_by_site (
	id         text NOT NULL,
	batch      text NOT NULL,
	comment_id text NOT NULL,
	site       text NOT NULL,
	moderator  text NOT NULL,
	action     text NOT NULL,
	reason     text NOT NULL,
	note       text NOT NULL,
	old_status text NOT NULL,
	old_reason text NOT NULL,
	created_at bigint NOT NULL,
	undone_at  bigint,
	undone_by  text NOT NULL,
	detail     text NOT NULL DEFAULT '',
	message    text NOT NULL DEFAULT '',
	PRIMARY KEY (site, id),
	FOREIGN KEY (site, comment_id) REFERENCES comments_by_site (site, id)
);
INSERT INTO decisions_by_site (id, batch, comment_id, site, moderator, action, reason, note, old_status, old_reason,
	created_at, undone_at, undone_by, detail, message)
	SELECT id, batch, comment_id, site, moderator, action, reason, note, old_status, old_reason,
	created_at, undone_at, undone_by, detail, message FROM decisions; */
/* -- */DROP INDEX escalations_comment;
/* -- */ALTER TABLE escalations DROP CONSTRAINT escalations_pkey;
/* -- */ALTER TABLE escalations ADD PRIMARY KEY (site, id);
/* -- */ALTER TABLE escalations ADD FOREIGN KEY (site, comment_id) REFERENCES comments (site, id);
/* CREATE TABLE escalations_by_site (
	id         text NOT NULL,
	comment_id text NOT NULL,
	site       text NOT NULL,
	moderator  text NOT NULL,
	note       text NOT NULL,
	old_reason text NOT NULL,
	created_at bigint NOT NULL,
	undone_at  bigint,
	undone_by  text NOT NULL,
	PRIMARY KEY (site, id),
	FOREIGN KEY (site, comment_id) REFERENCES comments_by_site (site, id)
);
INSERT INTO escalations_by_site (id, comment_id, site, moderator, note, old_reason, created_at, undone_at, undone_by)
	SELECT id, comment_id, site, moderator, note, old_reason, created_at, undone_at, undone_by FROM escalations; */
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
	FOREIGN KEY (site, comment_id) REFERENCES comments_by_site (site, id)
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
	FOREIGN KEY (site, comment_id) REFERENCES comments_by_site (site, id)
) WITHOUT ROWID;
INSERT INTO skips_by_site (site, moderator, comment_id, until)
	SELECT c.site, s.moderator, s.comment_id, s.until FROM skips s JOIN comments c ON c.id = s.comment_id; */

-- The site of a report is that of the comment. That of its reader, who may have read it on
-- another site, which shares the thread, stands beside it.
/* -- */DROP INDEX flags_reader;
/* -- */DROP INDEX flags_age;
/* -- */DROP INDEX flags_browser;
/* -- */DROP INDEX flags_household;
/* -- */ALTER TABLE flags ADD COLUMN reader_site text NOT NULL DEFAULT '';
/* -- */UPDATE flags SET reader_site = flags.site, site = c.site FROM comments c WHERE c.id = flags.comment_id;
/* -- */ALTER TABLE flags DROP CONSTRAINT flags_pkey;
/* -- */ALTER TABLE flags ADD PRIMARY KEY (site, comment_id, who);
/* -- */ALTER TABLE flags ADD FOREIGN KEY (site, comment_id) REFERENCES comments (site, id);
/* CREATE TABLE flags_by_site (
	site        text NOT NULL,
	comment_id  text NOT NULL,
	who         text NOT NULL,
	reason      text NOT NULL,
	created_at  bigint NOT NULL,
	household   text NOT NULL DEFAULT '',
	weight      double precision NOT NULL DEFAULT 1,
	reader_site text NOT NULL DEFAULT '',
	PRIMARY KEY (site, comment_id, who),
	FOREIGN KEY (site, comment_id) REFERENCES comments_by_site (site, id)
);
INSERT INTO flags_by_site (site, comment_id, who, reason, created_at, household, weight, reader_site)
	SELECT c.site, f.comment_id, f.who, f.reason, f.created_at, f.household, f.weight, f.site FROM flags f JOIN comments c ON c.id = f.comment_id; */

/* -- */ALTER TABLE hidden_replies DROP CONSTRAINT hidden_replies_pkey;
/* -- */ALTER TABLE hidden_replies ADD PRIMARY KEY (site, comment_id);
/* CREATE TABLE hidden_replies_by_site (
	site       text NOT NULL,
	comment_id text NOT NULL,
	article    text NOT NULL,
	PRIMARY KEY (site, comment_id)
) WITHOUT ROWID;
INSERT INTO hidden_replies_by_site (site, comment_id, article)
	SELECT site, comment_id, article FROM hidden_replies; */
/* -- */DROP INDEX second_looks_open;
/* -- */DROP INDEX second_looks_lease;
/* -- */DROP INDEX second_looks_comment;
/* -- */DROP INDEX second_looks_decided;
/* -- */ALTER TABLE second_looks DROP CONSTRAINT second_looks_pkey;
/* -- */ALTER TABLE second_looks ADD PRIMARY KEY (site, id);
/* CREATE TABLE second_looks_by_site (
	id            text NOT NULL,
	comment_id    text NOT NULL,
	site          text NOT NULL,
	of            text NOT NULL,
	first_action  text NOT NULL,
	first_reason  text NOT NULL,
	first_by      text NOT NULL,
	created_at    bigint NOT NULL,
	second_action text NOT NULL,
	second_reason text NOT NULL,
	second_by     text NOT NULL,
	note          text NOT NULL,
	decided_at    bigint,
	lease_by      text NOT NULL,
	lease_until   bigint NOT NULL,
	rate          double precision NOT NULL DEFAULT 0,
	sample        boolean NOT NULL DEFAULT FALSE,
	selected_by   text NOT NULL DEFAULT 'sample',
	PRIMARY KEY (site, id)
);
INSERT INTO second_looks_by_site (id, comment_id, site, of, first_action, first_reason, first_by, created_at, second_action,
	second_reason, second_by, note, decided_at, lease_by, lease_until, rate, sample, selected_by)
	SELECT id, comment_id, site, of, first_action, first_reason, first_by, created_at, second_action,
	second_reason, second_by, note, decided_at, lease_by, lease_until, rate, sample, selected_by FROM second_looks; */
/* -- */DROP INDEX labels_comment;
/* -- */ALTER TABLE labels DROP CONSTRAINT labels_pkey;
/* -- */ALTER TABLE labels ADD PRIMARY KEY (site, id);
/* CREATE TABLE labels_by_site (
	id             text NOT NULL,
	comment_id     text NOT NULL,
	replaced_by    text NOT NULL,
	label          text NOT NULL,
	site           text NOT NULL,
	author         text NOT NULL,
	author_email   text NOT NULL,
	author_url     text NOT NULL,
	url            text NOT NULL,
	lang           text NOT NULL,
	source         text NOT NULL,
	labelled_by    text NOT NULL,
	created_at     bigint NOT NULL,
	body           text NOT NULL,
	selected_by    text NOT NULL DEFAULT '',
	selection_rate double precision NOT NULL DEFAULT 0,
	PRIMARY KEY (site, id)
);
INSERT INTO labels_by_site (id, comment_id, replaced_by, label, site, author, author_email, author_url, url, lang, source,
	labelled_by, created_at, body, selected_by, selection_rate)
	SELECT id, comment_id, replaced_by, label, site, author, author_email, author_url, url, lang, source,
	labelled_by, created_at, body, selected_by, selection_rate FROM labels; */
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
/* -- */DROP INDEX bans_site;
/* -- */DROP INDEX ban_marks_ban;
/* -- */DROP INDEX article_merges_site;
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
/* CREATE TABLE bans_by_site (
	id     text NOT NULL,
	site   text NOT NULL REFERENCES sites (slug),
	kind   text NOT NULL,
	reason text NOT NULL,
	until  bigint NOT NULL,
	set_by text NOT NULL,
	set_at bigint NOT NULL,
	PRIMARY KEY (site, id)
);
INSERT INTO bans_by_site (id, site, kind, reason, until, set_by, set_at)
	SELECT id, site, kind, reason, until, set_by, set_at FROM bans; */
/* CREATE TABLE ban_marks_by_site (
	site  text NOT NULL,
	mark  text NOT NULL,
	ban   text NOT NULL,
	kind  text NOT NULL,
	label text NOT NULL,
	PRIMARY KEY (site, mark, ban),
	FOREIGN KEY (site, ban) REFERENCES bans_by_site (site, id)
) WITHOUT ROWID;
INSERT INTO ban_marks_by_site (site, mark, ban, kind, label)
	SELECT b.site, m.mark, m.ban, m.kind, m.label FROM ban_marks m JOIN bans b ON b.id = m.ban; */
/* CREATE TABLE article_merges_by_site (
	id         text NOT NULL,
	site       text NOT NULL,
	kind       text NOT NULL,
	from_id    text NOT NULL,
	into_id    text NOT NULL,
	moved      text NOT NULL,
	replaced   text NOT NULL,
	made_by    text NOT NULL,
	created_at bigint NOT NULL,
	undone_by  text NOT NULL,
	undone_at  bigint NOT NULL,
	section    text,
	PRIMARY KEY (site, id)
);
INSERT INTO article_merges_by_site (id, site, kind, from_id, into_id, moved, replaced, made_by, created_at, undone_by, undone_at,
	section)
	SELECT id, site, kind, from_id, into_id, moved, replaced, made_by, created_at, undone_by, undone_at,
	section FROM article_merges; */

-- The new tables take the places of the old ones: those that refer to others first.
/* DROP TABLE decisions;
DROP TABLE escalations;
DROP TABLE revisions;
DROP TABLE skips;
DROP TABLE flags;
DROP TABLE hidden_replies;
DROP TABLE second_looks;
DROP TABLE labels;
DROP TABLE shadow_differences;
DROP TABLE campaign_members;
DROP TABLE campaigns;
DROP TABLE ban_marks;
DROP TABLE bans;
DROP TABLE article_merges;
DROP TABLE comments; */
/* ALTER TABLE comments_by_site RENAME TO comments;
ALTER TABLE article_merges_by_site RENAME TO article_merges;
ALTER TABLE bans_by_site RENAME TO bans;
ALTER TABLE ban_marks_by_site RENAME TO ban_marks;
ALTER TABLE campaigns_by_site RENAME TO campaigns;
ALTER TABLE campaign_members_by_site RENAME TO campaign_members;
ALTER TABLE shadow_differences_by_site RENAME TO shadow_differences;
ALTER TABLE labels_by_site RENAME TO labels;
ALTER TABLE second_looks_by_site RENAME TO second_looks;
ALTER TABLE hidden_replies_by_site RENAME TO hidden_replies;
ALTER TABLE flags_by_site RENAME TO flags;
ALTER TABLE skips_by_site RENAME TO skips;
ALTER TABLE revisions_by_site RENAME TO revisions;
ALTER TABLE escalations_by_site RENAME TO escalations;
ALTER TABLE decisions_by_site RENAME TO decisions; */

-- SQLite has lost all indexes with the tables.
/* CREATE INDEX comments_public ON comments (site, article, created_at, id) WHERE status = 'approved';
CREATE INDEX comments_risk ON comments (site, status, risk, created_at, id, reason, lang, article) WHERE status = 'pending';
CREATE INDEX comments_age ON comments (site, status, created_at, id, reason, lang, article) WHERE status = 'pending';
CREATE INDEX comments_doubt ON comments (site, status, abs(risk - 0.5), created_at, id, reason, lang, article) WHERE status = 'pending';
CREATE INDEX comments_rejected ON comments (site, author_key, updated_at) WHERE status = 'rejected';
CREATE INDEX comments_arrival ON comments (site, created_at, id);
CREATE INDEX comments_author ON comments (site, author_key, id);
CREATE INDEX comments_refuse ON comments (site, updated_at) WHERE status = 'rejected' AND body <> '';
CREATE INDEX decisions_site ON decisions (site, created_at);
CREATE INDEX skips_age ON skips (until);
CREATE INDEX hidden_replies_article ON hidden_replies (site, article);
CREATE INDEX second_looks_site ON second_looks (site, created_at, id) WHERE decided_at IS NULL;
CREATE INDEX labels_age ON labels (created_at, id) WHERE replaced_by = '';
CREATE INDEX labels_count ON labels (site, label) WHERE replaced_by = '';
CREATE INDEX labels_site ON labels (site, created_at);
CREATE INDEX labels_author ON labels (site, created_at) WHERE author <> '' OR author_email <> '' OR author_url <> '';
CREATE INDEX campaign_members_age ON campaign_members (created_at);
CREATE INDEX bans_end ON bans (until) WHERE until <> 0; */

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
