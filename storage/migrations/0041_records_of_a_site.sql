-- SQLite, which knows no sizes, takes the primary key of a site for quicker than an index that
-- has not all columns, and read all articles of a site to find those that are merged into one,
-- and all subscriptions to find those about a comment.
DROP INDEX articles_merged;
CREATE INDEX articles_merged ON articles (merged_into, site, id, version, approved, hidden) WHERE merged_into <> '';
CREATE INDEX mail_subscriptions_about ON mail_subscriptions (comment_id, site);
