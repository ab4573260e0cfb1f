-- described is true when the newsroom has said anything of an article: url, title and
-- section are all its word then, and else all a page's. Only the newsroom says when an
-- article was published; where a page has said the rest, it stays a page's.
UPDATE articles SET described = TRUE WHERE published_at <> 0 AND NOT described AND title = '' AND url = '';

-- The comment whose page said url and title of an article that nobody has described.
ALTER TABLE articles ADD COLUMN named_by text NOT NULL DEFAULT '';

-- The section of the article that was merged or moved, which its row has lost; NULL: of
-- one before this migration.
ALTER TABLE article_merges ADD COLUMN section text;
