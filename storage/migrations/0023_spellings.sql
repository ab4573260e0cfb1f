-- How a name without an id compares with others; '': an id, or a name that shows nothing.
-- foldNames in spellings.go fills it in, because SQL knows no look-alikes.
ALTER TABLE authors ADD COLUMN folded text NOT NULL DEFAULT '';
CREATE INDEX authors_folded ON authors (folded, site, key) WHERE folded <> '';

-- What the page of a comment that is not published says of its article, as JSON: it counts
-- when a moderator approves the comment. '': nothing, or nothing new.
ALTER TABLE comments ADD COLUMN page_word text NOT NULL DEFAULT '';
