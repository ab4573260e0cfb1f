-- Names that only people whom a site vouches for may use, as a list, and what
-- reader tokens must say.
ALTER TABLE sites ADD COLUMN reserved_names text NOT NULL DEFAULT '[]';
ALTER TABLE sites ADD COLUMN reader_tokens text NOT NULL DEFAULT '{}';

-- Whether the site says that the author works for it.
ALTER TABLE comments ADD COLUMN staff boolean NOT NULL DEFAULT FALSE;

-- Replies below a comment that is not public, whatever they are themselves. They
-- are few, and the public list asks for each of its rows.
CREATE TABLE hidden_replies (
	comment_id text PRIMARY KEY,
	site       text NOT NULL,
	article    text NOT NULL
) /* WITHOUT ROWID */;
CREATE INDEX hidden_replies_article ON hidden_replies (site, article);
ALTER TABLE articles ADD COLUMN hidden bigint NOT NULL DEFAULT 0; -- of approved

INSERT INTO hidden_replies (comment_id, site, article)
WITH RECURSIVE below (id, site, article) AS (
	SELECT r.id, r.site, r.article FROM comments p CROSS JOIN comments r
		WHERE p.status = 'rejected' AND p.reason <> 'erased' AND r.parent_id = p.id AND r.parent_id <> ''
	UNION SELECT r.id, r.site, r.article FROM comments p CROSS JOIN comments r
		WHERE p.status = 'pending' AND r.parent_id = p.id AND r.parent_id <> ''
	UNION SELECT r.id, r.site, r.article FROM below p CROSS JOIN comments r
		WHERE r.parent_id = p.id AND r.parent_id <> ''
)
SELECT id, site, article FROM below;
UPDATE articles SET version = version + 1, hidden = (SELECT count(*) FROM hidden_replies h JOIN comments c ON c.id = h.comment_id
		WHERE h.site = articles.site AND h.article = articles.id AND c.status = 'approved')
	WHERE (site, id) IN (SELECT site, article FROM hidden_replies);

-- Who a moderator is at an OpenID provider: its issuer and its id; '': nobody.
ALTER TABLE moderators ADD COLUMN oidc_subject text NOT NULL DEFAULT '';
CREATE UNIQUE INDEX moderators_oidc ON moderators (oidc_subject) WHERE oidc_subject <> '';
