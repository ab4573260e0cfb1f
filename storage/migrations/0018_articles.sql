-- Articles are the newsroom's: title and url are its word where described is
-- true, and else what a page said first.
ALTER TABLE articles ADD COLUMN described boolean NOT NULL DEFAULT FALSE;
ALTER TABLE articles ADD COLUMN published_at bigint NOT NULL DEFAULT 0;
ALTER TABLE articles ADD COLUMN added_at bigint NOT NULL DEFAULT 0;
ALTER TABLE articles ADD COLUMN closes_at bigint NOT NULL DEFAULT 0;
ALTER TABLE articles ADD COLUMN keep_open boolean NOT NULL DEFAULT FALSE;
-- The article that an id stands for; '': itself. It is never one that stands for
-- another.
ALTER TABLE articles ADD COLUMN merged_into text NOT NULL DEFAULT '';
-- The same story on another site, as this one says; '': none.
ALTER TABLE articles ADD COLUMN shared_site text NOT NULL DEFAULT '';
ALTER TABLE articles ADD COLUMN shared_id text NOT NULL DEFAULT '';
CREATE INDEX articles_merged ON articles (site, merged_into, id) WHERE merged_into <> '';

-- articles_set has what is set for articles, and now where they were merged.
DROP INDEX articles_set;
CREATE INDEX articles_set ON articles (site, active_at, id)
	WHERE state <> 'open' OR surge <> '' OR surge_until <> 0 OR closes_at <> 0 OR merged_into <> '';

-- Age is counted from when an article was first heard of, unless it is known when
-- it was published.
UPDATE articles SET added_at = coalesce((SELECT min(c.created_at) FROM comments c
	WHERE c.site = articles.site AND c.article = articles.id AND c.status = 'approved'), active_at);

-- Merges and moves, and what undoes them.
CREATE TABLE article_merges (
	id         text PRIMARY KEY,
	site       text NOT NULL,
	kind       text NOT NULL, -- merge or move
	from_id    text NOT NULL,
	into_id    text NOT NULL,
	moved      text NOT NULL, -- JSON list of the ids that stood for from_id, and itself
	replaced   text NOT NULL, -- JSON of what into_id was called, when it got the description of from_id; '': it did not
	made_by    text NOT NULL,
	created_at bigint NOT NULL,
	undone_by  text NOT NULL,
	undone_at  bigint NOT NULL -- 0: it stands
);
CREATE INDEX article_merges_site ON article_merges (site, id);

ALTER TABLE sites ADD COLUMN closing text NOT NULL DEFAULT '{}';
ALTER TABLE sites ADD COLUMN url_parameters text NOT NULL DEFAULT '[]';

-- A page sent the address of its reader's browser, whose query may name the reader.
UPDATE articles SET version = version + 1, url =
	/* substr(url, 1, instr(replace(url, '#', '?') || '?', '?') - 1) -- */ split_part(replace(url, '#', '?'), '?', 1)
	WHERE url LIKE '%?%' OR url LIKE '%#%';
UPDATE labels SET url =
	/* substr(url, 1, instr(replace(url, '#', '?') || '?', '?') - 1) -- */ split_part(replace(url, '#', '?'), '?', 1)
	WHERE comment_id <> '' AND (url LIKE '%?%' OR url LIKE '%#%');

-- Ids that differ in their Unicode form or in slashes at the end become one article:
-- mergeSpellings in articlemerges.go does it, because SQL knows no Unicode forms.
