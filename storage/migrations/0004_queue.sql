-- The queue of a site. The status is a column, though it is always the same, so
-- that SQLite, which knows no sizes, prefers these to indexes of all comments
-- of a site; the reason is the last, so that filtering by it reads no comments.
DROP INDEX comments_risk;
DROP INDEX comments_age;
DROP INDEX comments_any_risk;
DROP INDEX comments_any_age;
CREATE INDEX comments_risk ON comments (site, status, risk, created_at, id, reason) WHERE status = 'pending';
CREATE INDEX comments_age ON comments (site, status, created_at, id, reason) WHERE status = 'pending';
CREATE INDEX comments_any_risk ON comments (risk, created_at, id, reason) WHERE status = 'pending';
CREATE INDEX comments_any_age ON comments (created_at, id, reason) WHERE status = 'pending';

-- What waits of one article or author.
CREATE INDEX comments_article ON comments (article, status) WHERE status = 'pending';
CREATE INDEX comments_reader ON comments (author_id, status) WHERE status = 'pending';
CREATE INDEX comments_name ON comments (author_name, status) WHERE status = 'pending';
