-- How comments spread over the machine's risk (kind scored), those that people
-- approved or rejected too (approve, reject), all by the day when they came; and
-- over the times that they waited for the first decision that stands (waited),
-- by its day. See histograms.go for the bins.
CREATE TABLE histograms (
	day  bigint NOT NULL,
	site text NOT NULL,
	kind text NOT NULL,
	n0 bigint NOT NULL,
	n1 bigint NOT NULL,
	n2 bigint NOT NULL,
	n3 bigint NOT NULL,
	n4 bigint NOT NULL,
	n5 bigint NOT NULL,
	n6 bigint NOT NULL,
	n7 bigint NOT NULL,
	n8 bigint NOT NULL,
	n9 bigint NOT NULL,
	n10 bigint NOT NULL,
	n11 bigint NOT NULL,
	n12 bigint NOT NULL,
	n13 bigint NOT NULL,
	n14 bigint NOT NULL,
	n15 bigint NOT NULL,
	n16 bigint NOT NULL,
	n17 bigint NOT NULL,
	n18 bigint NOT NULL,
	n19 bigint NOT NULL,
	PRIMARY KEY (day, site, kind)
) /* WITHOUT ROWID */;
INSERT INTO histograms SELECT day, site, kind,
	count(*) FILTER (WHERE bin < 1),
	count(*) FILTER (WHERE bin >= 1 AND bin < 2),
	count(*) FILTER (WHERE bin >= 2 AND bin < 3),
	count(*) FILTER (WHERE bin >= 3 AND bin < 4),
	count(*) FILTER (WHERE bin >= 4 AND bin < 5),
	count(*) FILTER (WHERE bin >= 5 AND bin < 6),
	count(*) FILTER (WHERE bin >= 6 AND bin < 7),
	count(*) FILTER (WHERE bin >= 7 AND bin < 8),
	count(*) FILTER (WHERE bin >= 8 AND bin < 9),
	count(*) FILTER (WHERE bin >= 9 AND bin < 10),
	count(*) FILTER (WHERE bin >= 10 AND bin < 11),
	count(*) FILTER (WHERE bin >= 11 AND bin < 12),
	count(*) FILTER (WHERE bin >= 12 AND bin < 13),
	count(*) FILTER (WHERE bin >= 13 AND bin < 14),
	count(*) FILTER (WHERE bin >= 14 AND bin < 15),
	count(*) FILTER (WHERE bin >= 15 AND bin < 16),
	count(*) FILTER (WHERE bin >= 16 AND bin < 17),
	count(*) FILTER (WHERE bin >= 17 AND bin < 18),
	count(*) FILTER (WHERE bin >= 18 AND bin < 19),
	count(*) FILTER (WHERE bin >= 19)
FROM (
	SELECT created_at / 86400000000 AS day, site, 'scored' AS kind, risk * 20 AS bin FROM comments
	UNION ALL
	SELECT c.created_at / 86400000000, c.site, d.action, c.risk * 20 FROM decisions d JOIN comments c ON c.id = d.comment_id
		WHERE d.undone_at IS NULL AND NOT EXISTS
			(SELECT 1 FROM decisions n WHERE n.comment_id = d.comment_id AND n.undone_at IS NULL AND n.id > d.id)
	UNION ALL
	SELECT d.created_at / 86400000000, d.site, 'waited', CASE
		WHEN d.created_at - c.created_at < 60000000 THEN 0
		WHEN d.created_at - c.created_at < 300000000 THEN 1
		WHEN d.created_at - c.created_at < 900000000 THEN 2
		WHEN d.created_at - c.created_at < 3600000000 THEN 3
		WHEN d.created_at - c.created_at < 14400000000 THEN 4
		WHEN d.created_at - c.created_at < 86400000000 THEN 5
		ELSE 6 END
		FROM decisions d JOIN comments c ON c.id = d.comment_id
		WHERE d.undone_at IS NULL AND NOT EXISTS
			(SELECT 1 FROM decisions n WHERE n.comment_id = d.comment_id AND n.undone_at IS NULL AND n.id < d.id)
) AS each GROUP BY day, site, kind;
