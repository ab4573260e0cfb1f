-- The name in which the newsroom replies to readers; '': that of the site.
ALTER TABLE sites ADD COLUMN newsroom text NOT NULL DEFAULT '';

-- The moderator who wrote a reply of the newsroom; '': it is a reader's comment.
ALTER TABLE comments ADD COLUMN written_by text NOT NULL DEFAULT '';

-- The newsroom points it out to readers; only published comments.
ALTER TABLE comments ADD COLUMN featured boolean NOT NULL DEFAULT FALSE;

-- Parts of the text were taken out; revisions have what was written, and who did that.
ALTER TABLE comments ADD COLUMN redacted boolean NOT NULL DEFAULT FALSE;
ALTER TABLE revisions ADD COLUMN replaced_by text NOT NULL DEFAULT '';
