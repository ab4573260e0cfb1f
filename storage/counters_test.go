package storage_test

import (
	"database/sql"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"

	"winnow/models"
	"winnow/storage"
	"winnow/storage/storagetest"
)

// miscounted finds rows where a counter differs from the rows that it counts.
var miscounted = map[string]string{
	"articles": `SELECT a.id, a.approved, count(c.id) FROM articles a LEFT JOIN comments c
		ON c.site = a.site AND c.article = a.id AND c.status = 'approved' GROUP BY a.site, a.id, a.approved HAVING a.approved <> count(c.id)`,
	"sites": `SELECT s.site, s.pending, count(c.id) FROM site_counts s LEFT JOIN comments c
		ON c.site = s.site AND c.status = 'pending' GROUP BY s.site, s.pending HAVING s.pending <> count(c.id)`,
	"authors": `SELECT a.key, a.approved + 1000 * a.rejected + 1000000 * a.pending,
			count(*) FILTER (WHERE c.status = 'approved') + 1000 * count(*) FILTER (WHERE c.status = 'rejected') + 1000000 * count(*) FILTER (WHERE c.status = 'pending') AS n
		FROM comments c LEFT JOIN authors a ON c.site = a.site AND c.author_key = a.key GROUP BY a.site, a.key, 2
		HAVING coalesce(a.approved + 1000 * a.rejected + 1000000 * a.pending, -1) <>
			count(*) FILTER (WHERE c.status = 'approved') + 1000 * count(*) FILTER (WHERE c.status = 'rejected') + 1000000 * count(*) FILTER (WHERE c.status = 'pending')`,
	"arrivals": `SELECT CAST(n.day AS text), a.approved + a.rejected + a.held, n.approved + n.rejected + n.held FROM
		(SELECT created_at / 86400000000 AS day, site, count(*) FILTER (WHERE machine = 'approved') AS approved,
			count(*) FILTER (WHERE machine = 'rejected') AS rejected, count(*) FILTER (WHERE machine = 'pending') AS held
			FROM comments GROUP BY 1, 2) n LEFT JOIN arrivals a ON a.day = n.day AND a.site = n.site
		WHERE coalesce(a.approved <> n.approved OR a.rejected <> n.rejected OR a.held <> n.held, TRUE)`,
	"judgements": `SELECT j.moderator, j.approved + j.rejected, n.approved + n.rejected FROM judgements j LEFT JOIN
		(SELECT d.created_at / 86400000000 AS day, d.site AS site, d.moderator AS moderator, c.machine AS machine, count(*) FILTER (WHERE d.action = 'approve') AS approved,
			count(*) FILTER (WHERE d.action = 'reject') AS rejected
			FROM decisions d JOIN comments c ON c.id = d.comment_id WHERE d.undone_at IS NULL GROUP BY 1, 2, 3, 4) n
			ON j.day = n.day AND j.site = n.site AND j.moderator = n.moderator AND j.machine = n.machine
		WHERE j.approved <> coalesce(n.approved, 0) OR j.rejected <> coalesce(n.rejected, 0)`,
	"decisions": `SELECT 'all', (SELECT CAST(sum(approved + rejected) AS bigint) FROM judgements), count(*) FROM decisions WHERE undone_at IS NULL
		HAVING count(*) <> (SELECT sum(approved + rejected) FROM judgements)`,
}

func checkCounters(t *testing.T, db *sql.DB) {
	t.Helper()
	for what, query := range miscounted {
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

// Several people post, decide, undo and flag at random; what fails because
// another was first does not matter, the counters do.
func TestCountersEqualTheRows(t *testing.T) {
	onBoth(t, func(t *testing.T, url string) {
		db := storagetest.Open(t, url, storage.Options{})
		for _, slug := range []string{"gazette", "tribune"} {
			if _, err := db.AddSite(t.Context(), models.Caller{Kind: models.ByCommand}, models.Site{Slug: slug}); err != nil {
				t.Fatal(err)
			}
		}
		var mu sync.Mutex
		var comments, decisions []string
		pick := func(from *[]string) string {
			mu.Lock()
			defer mu.Unlock()
			if len(*from) == 0 {
				return "none"
			}
			return (*from)[rand.IntN(len(*from))]
		}
		note := func(to *[]string, id string) {
			mu.Lock()
			defer mu.Unlock()
			*to = append(*to, id)
		}
		statuses := []models.Status{models.Approved, models.Approved, models.Pending, models.Rejected}
		step := func(by models.Caller, n int) error {
			judge := models.DecisionRequest{Action: []models.Action{models.Approve, models.Reject}[rand.IntN(2)]}
			switch rand.IntN(10) {
			default:
				c, _, _, err := db.CreateComment(t.Context(), storage.NewComment{
					Comment: models.Comment{
						Site: []string{"gazette", "gazette", "tribune", "none"}[rand.IntN(4)], Article: models.Article{ID: fmt.Sprint(rand.IntN(5))},
						Author: models.Author{Name: fmt.Sprint("reader ", rand.IntN(7))}, Body: "b", Status: statuses[rand.IntN(4)],
					},
					IdempotencyKey: fmt.Sprint(rand.IntN(100)),
				})
				if err == nil {
					note(&comments, c.ID)
				}
				return err
			case 6, 7:
				d, _, err := db.Decide(t.Context(), by, pick(&comments), judge)
				note(&decisions, d.ID)
				return err
			case 8:
				batch, _, _, err := db.DecideAll(t.Context(), by, []string{pick(&comments), pick(&comments), pick(&comments)}, judge)
				note(&decisions, batch)
				return err
			case 9:
				if n%2 == 0 {
					_, err := db.Flag(t.Context(), models.Caller{Kind: models.ByCommand}, pick(&comments), fmt.Sprint(rand.IntN(4)), "")
					return err
				}
				_, _, err := db.Undo(t.Context(), by, pick(&decisions))
				return err
			}
		}
		var people sync.WaitGroup
		for p := range 12 {
			people.Go(func() {
				by := models.Caller{Kind: models.ByModerator, Name: fmt.Sprint("moderator ", p%3)}
				for n := range 60 {
					if err := step(by, n); models.KindOf(err) == models.KindInternal {
						t.Error(err)
					}
				}
			})
		}
		people.Wait()
		checkCounters(t, raw(t, url))
	})
}
