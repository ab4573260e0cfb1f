package storagetest

import (
	"database/sql"
	"fmt"
	"maps"
	"strings"
	"testing"
)

// counterQueries find counters that differ from the rows they count.
var counterQueries = map[string]string{
	"articles": `SELECT a.id, a.approved + 1000 * a.rejected + 1000000 * a.pending,
			count(*) FILTER (WHERE c.status = 'approved') + 1000 * count(*) FILTER (WHERE c.status = 'rejected') + 1000000 * count(*) FILTER (WHERE c.status = 'pending') AS n
		FROM articles a LEFT JOIN comments c ON c.site = a.site AND c.article = a.id GROUP BY a.site, a.id, a.approved, a.rejected, a.pending
		HAVING a.approved <> count(*) FILTER (WHERE c.status = 'approved') OR a.rejected <> count(*) FILTER (WHERE c.status = 'rejected')
			OR a.pending <> count(*) FILTER (WHERE c.status = 'pending')`,
	"public comments": `SELECT a.id, a.hidden, count(c.id) FROM articles a LEFT JOIN hidden_replies h ON h.site = a.site AND h.article = a.id
		LEFT JOIN comments c ON c.id = h.comment_id AND c.status = 'approved' GROUP BY a.site, a.id, a.hidden HAVING a.hidden <> count(c.id)`,
	"hidden replies": `WITH RECURSIVE below (id, hidden) AS (
			SELECT id, FALSE FROM comments WHERE parent_id = ''
			UNION ALL SELECT r.id, p.hidden OR (c.status <> 'approved' AND c.reason NOT IN ('erased', 'withdrawn'))
				FROM below p JOIN comments c ON c.id = p.id JOIN comments r ON r.parent_id = p.id)
		SELECT b.id, CASE WHEN h.comment_id IS NULL THEN 0 ELSE 1 END, CASE WHEN b.hidden THEN 1 ELSE 0 END
		FROM below b LEFT JOIN hidden_replies h ON h.comment_id = b.id WHERE b.hidden <> (h.comment_id IS NOT NULL)`,
	"sites": `SELECT s.site, s.pending, count(c.id) FROM site_counts s LEFT JOIN comments c
		ON c.site = s.site AND c.status = 'pending' GROUP BY s.site, s.pending HAVING s.pending <> count(c.id)`,
	"authors": `SELECT a.key, a.approved + 1000 * a.rejected + 1000000 * a.pending,
			count(*) FILTER (WHERE c.status = 'approved') + 1000 * count(*) FILTER (WHERE c.status = 'rejected') + 1000000 * count(*) FILTER (WHERE c.status = 'pending') AS n
		FROM comments c LEFT JOIN authors a ON c.site = a.site AND c.author_key = a.key WHERE c.written_by = '' AND c.reason <> 'withdrawn' GROUP BY a.site, a.key, 2
		HAVING coalesce(a.approved + 1000 * a.rejected + 1000000 * a.pending, -1) <>
			count(*) FILTER (WHERE c.status = 'approved') + 1000 * count(*) FILTER (WHERE c.status = 'rejected') + 1000000 * count(*) FILTER (WHERE c.status = 'pending')`,
	"arrivals": `SELECT CAST(n.day AS text), a.approved + a.rejected + a.held, n.approved + n.rejected + n.held FROM
		(SELECT created_at / 86400000000 AS day, site, count(*) FILTER (WHERE machine = 'approved') AS approved,
			count(*) FILTER (WHERE machine = 'rejected') AS rejected, count(*) FILTER (WHERE machine = 'pending') AS held
			FROM comments WHERE written_by = '' GROUP BY 1, 2) n LEFT JOIN arrivals a ON a.day = n.day AND a.site = n.site
		WHERE coalesce(a.approved <> n.approved OR a.rejected <> n.rejected OR a.held <> n.held, TRUE)`,
	"hours": `SELECT site || ' in hour ' || hour, CAST(sum(n) AS bigint), CAST(sum(real) AS bigint) FROM (
			SELECT site, hour, approved + 1000 * rejected + 1000000 * held + 1000000000 * decisions
				+ 1000000000000 * (waits0 + 2 * waits1 + 3 * waits2 + 4 * waits3 + 5 * waits4 + 6 * waits5 + 7 * waits6) AS n, 0 AS real FROM hourly
			UNION ALL SELECT site, created_at / 3600000000, 0, CASE machine WHEN 'approved' THEN 1 WHEN 'rejected' THEN 1000 ELSE 1000000 END FROM comments WHERE written_by = ''
			UNION ALL SELECT site, created_at / 3600000000, 0, 1000000000 FROM decisions WHERE undone_at IS NULL
			UNION ALL SELECT site, created_at / 3600000000, 0, 1000000000000 * CASE WHEN wait < 60 THEN 1 WHEN wait < 300 THEN 2 WHEN wait < 900 THEN 3
				WHEN wait < 3600 THEN 4 WHEN wait < 14400 THEN 5 WHEN wait < 86400 THEN 6 ELSE 7 END
				FROM (SELECT d.site, d.created_at, (d.created_at - c.created_at) / 1000000.0 AS wait FROM decisions d JOIN comments c ON c.id = d.comment_id
					WHERE d.id = (SELECT min(n.id) FROM decisions n WHERE n.comment_id = c.id AND n.undone_at IS NULL)) d
		) AS each WHERE hour >= (SELECT min(hour) FROM hourly) GROUP BY site, hour HAVING sum(n) <> sum(real)`,
	"judgements": `SELECT j.moderator, j.approved + j.rejected, n.approved + n.rejected FROM judgements j LEFT JOIN
		(SELECT d.created_at / 86400000000 AS day, d.site AS site, d.moderator AS moderator, c.machine AS machine, count(*) FILTER (WHERE d.action = 'approve') AS approved,
			count(*) FILTER (WHERE d.action = 'reject') AS rejected
			FROM decisions d JOIN comments c ON c.id = d.comment_id WHERE d.undone_at IS NULL GROUP BY 1, 2, 3, 4) n
			ON j.day = n.day AND j.site = n.site AND j.moderator = n.moderator AND j.machine = n.machine
		WHERE j.approved <> coalesce(n.approved, 0) OR j.rejected <> coalesce(n.rejected, 0)`,
	"agreements": `SELECT a.of, a.approved_approved + 1000 * a.approved_rejected + 1000000 * a.rejected_approved + 1000000000 * a.rejected_rejected, n.n
		FROM agreements a JOIN (SELECT decided_at / 86400000000 AS day, site, of,
			count(*) FILTER (WHERE first_action = 'approve' AND second_action = 'approve') + 1000 * count(*) FILTER (WHERE first_action = 'approve' AND second_action = 'reject') +
			1000000 * count(*) FILTER (WHERE first_action = 'reject' AND second_action = 'approve') + 1000000000 * count(*) FILTER (WHERE first_action = 'reject' AND second_action = 'reject') AS n
			FROM second_looks WHERE decided_at IS NOT NULL GROUP BY 1, 2, 3) n ON n.day = a.day AND n.site = a.site AND n.of = a.of
		WHERE n.n <> a.approved_approved + 1000 * a.approved_rejected + 1000000 * a.rejected_approved + 1000000000 * a.rejected_rejected`,
	"decisions": `SELECT 'all', (SELECT CAST(sum(approved + rejected) AS bigint) FROM judgements), count(*) FROM decisions WHERE undone_at IS NULL
		HAVING count(*) <> (SELECT sum(approved + rejected) FROM judgements)`,
}

// histogramQuery does the same for histograms: it compares each bin (n) with the
// rows (real).
func histogramQuery() string {
	parts := []string{
		`SELECT created_at / 86400000000 AS day, site, 'scored' AS kind, ` + bin("risk", 20) + ` AS bin, 0 AS n, 1 AS real FROM comments WHERE written_by = ''`,
		`SELECT c.created_at / 86400000000, c.site, d.action, ` + bin("c.risk", 20) + `, 0, 1 FROM decisions d JOIN comments c ON c.id = d.comment_id
			WHERE d.id = (SELECT max(n.id) FROM decisions n WHERE n.comment_id = c.id AND n.undone_at IS NULL)`,
		`SELECT d.created_at / 86400000000, d.site, 'waited', CASE WHEN wait < 60 THEN 0 WHEN wait < 300 THEN 1 WHEN wait < 900 THEN 2
			WHEN wait < 3600 THEN 3 WHEN wait < 14400 THEN 4 WHEN wait < 86400 THEN 5 ELSE 6 END, 0, 1
			FROM (SELECT d.id, d.site, d.created_at, (d.created_at - c.created_at) / 1000000.0 AS wait FROM decisions d JOIN comments c ON c.id = d.comment_id
				WHERE d.id = (SELECT min(n.id) FROM decisions n WHERE n.comment_id = c.id AND n.undone_at IS NULL)) d`,
	}
	for i := range 20 {
		parts = append(parts, fmt.Sprintf(`SELECT day, site, kind, %d, n%d, 0 FROM histograms`, i, i))
	}
	return `SELECT kind || ' of ' || site || ' in bin ' || bin, CAST(sum(n) AS bigint), CAST(sum(real) AS bigint)
		FROM (` + strings.Join(parts, " UNION ALL ") + `) AS each GROUP BY day, site, kind, bin HAVING sum(n) <> sum(real)`
}

// bin is an SQL expression: the index of the part that a value is in when 0 to 1 is
// divided into equal parts. 1 is in the last part.
func bin(value string, parts int) string {
	text := "CASE"
	for i := 1; i < parts; i++ {
		text += fmt.Sprintf(" WHEN %s * %d < %d THEN %d", value, parts, i, i-1)
	}
	return text + fmt.Sprintf(" ELSE %d END", parts-1)
}

// Counters fails the test when a counter differs from the rows that it counts.
func Counters(t testing.TB, url string) {
	t.Helper()
	db := Raw(t, url)
	queries := maps.Clone(counterQueries)
	queries["histograms"] = histogramQuery()
	for what, query := range queries {
		rows, err := db.QueryContext(t.Context(), query)
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		for rows.Next() {
			var key sql.NullString
			var counter, real sql.NullInt64
			if err := rows.Scan(&key, &counter, &real); err != nil {
				t.Fatal(err)
			}
			t.Errorf("%s: %s counts %v, but there are %v", what, key.String, counter, real)
		}
		if err := rows.Err(); err != nil {
			t.Fatal(err)
		}
	}
}
