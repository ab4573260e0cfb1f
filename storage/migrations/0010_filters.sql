-- What the queue is filtered by stands last in its indexes, so that what does
-- not fit is passed over without being read.
DROP INDEX comments_risk;
DROP INDEX comments_age;
DROP INDEX comments_doubt;
DROP INDEX comments_any_risk;
DROP INDEX comments_any_age;
DROP INDEX comments_any_doubt;
CREATE INDEX comments_risk ON comments (site, status, risk, created_at, id, reason, lang, article) WHERE status = 'pending';
CREATE INDEX comments_age ON comments (site, status, created_at, id, reason, lang, article) WHERE status = 'pending';
CREATE INDEX comments_doubt ON comments (site, status, abs(risk - 0.5), created_at, id, reason, lang, article) WHERE status = 'pending';
CREATE INDEX comments_any_risk ON comments (risk, created_at, id, reason, lang, site, article) WHERE status = 'pending';
CREATE INDEX comments_any_age ON comments (created_at, id, reason, lang, site, article) WHERE status = 'pending';
CREATE INDEX comments_any_doubt ON comments (abs(risk - 0.5), created_at, id, reason, lang, site, article) WHERE status = 'pending';

-- Articles of a section on which something waits. Some databases have it.
CREATE INDEX IF NOT EXISTS articles_section ON articles (section, site, id) WHERE pending > 0 AND section <> '';
