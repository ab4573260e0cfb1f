-- The comments of a shadow by site, because each site has its own hold budget.
CREATE TABLE shadow_sites (
	version       text NOT NULL,
	site          text NOT NULL,
	comments      bigint NOT NULL,
	held_now      bigint NOT NULL,
	held_next     bigint NOT NULL,
	rejected_now  bigint NOT NULL,
	rejected_next bigint NOT NULL,
	differences   bigint NOT NULL,
	PRIMARY KEY (version, site)
) /* WITHOUT ROWID */;
