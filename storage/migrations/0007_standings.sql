-- What the newsroom has said of authors. Apart from their records, which change
-- with each comment.
CREATE TABLE standings (
	site   text NOT NULL REFERENCES sites (slug),
	key    text NOT NULL, -- comments.author_key
	note   text NOT NULL,
	kind   text NOT NULL, -- of the sanction; '': none
	reason text NOT NULL,
	until  bigint NOT NULL, -- 0: for ever
	set_by text NOT NULL,
	set_at bigint NOT NULL,
	PRIMARY KEY (site, key)
) /* WITHOUT ROWID */;
CREATE INDEX standings_sanctions ON standings (site, until) WHERE kind <> '';

-- What the newsroom has set for articles, and what came under them. Activity is
-- to the minute, so that a busy article does not change an index with every
-- comment. The empty surge is that of the site.
ALTER TABLE articles ADD COLUMN rejected bigint NOT NULL DEFAULT 0;
ALTER TABLE articles ADD COLUMN pending bigint NOT NULL DEFAULT 0;
ALTER TABLE articles ADD COLUMN active_at bigint NOT NULL DEFAULT 0;
ALTER TABLE articles ADD COLUMN section text NOT NULL DEFAULT '';
ALTER TABLE articles ADD COLUMN state text NOT NULL DEFAULT 'open';
ALTER TABLE articles ADD COLUMN state_until bigint NOT NULL DEFAULT 0;
ALTER TABLE articles ADD COLUMN surge text NOT NULL DEFAULT '';
ALTER TABLE articles ADD COLUMN surge_until bigint NOT NULL DEFAULT 0;
UPDATE articles SET rejected = n.rejected, pending = n.pending, active_at = n.newest - n.newest % 60000000
	FROM (SELECT site, article, count(*) FILTER (WHERE status = 'rejected') AS rejected,
		count(*) FILTER (WHERE status = 'pending') AS pending, max(created_at) AS newest FROM comments GROUP BY site, article) AS n
	WHERE n.site = articles.site AND n.article = articles.id;
CREATE INDEX articles_active ON articles (site, active_at, id);
CREATE INDEX articles_set ON articles (site, active_at, id) WHERE state <> 'open' OR surge <> '' OR surge_until <> 0;

ALTER TABLE sites ADD COLUMN surge text NOT NULL DEFAULT '{}';
