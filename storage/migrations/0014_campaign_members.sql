-- From how many authors on a campaign is held; NULL: the default, 0: never.
ALTER TABLE sites ADD COLUMN campaign_copies bigint;

-- Whether the comments of a campaign wait for a moderator, and what moderators
-- decided of those that did.
ALTER TABLE campaigns ADD COLUMN held boolean NOT NULL DEFAULT FALSE;
ALTER TABLE campaigns ADD COLUMN approved bigint NOT NULL DEFAULT 0;
ALTER TABLE campaigns ADD COLUMN rejected bigint NOT NULL DEFAULT 0;

-- Comments of a campaign that were published on arrival and are pulled back when
-- it is held. The first comment of a campaign has its id, and is not here.
CREATE TABLE campaign_members (
	campaign   text NOT NULL,
	comment_id text NOT NULL,
	created_at bigint NOT NULL,
	PRIMARY KEY (campaign, comment_id)
) /* WITHOUT ROWID */;
CREATE INDEX campaign_members_age ON campaign_members (created_at);
