package storage

import (
	"context"
	"time"

	"winnow/models"
	"winnow/storage/sqldb"
)

// TrafficTask is the task of the node that reads all comments in the background.
const TrafficTask = "traffic"

// ArrivedComment is what the machine did with a comment on arrival.
type ArrivedComment struct {
	Site, ID  string
	CreatedAt time.Time
	Status    models.Status // on arrival
	Risk      float64
	Model     string // that scored it
}

// ArrivedComments returns the comments that events tell of, in no order. Those whose text is
// not the author's any more, and those that moderators wrote, are left out.
func (db *DB) ArrivedComments(ctx context.Context, events []models.Event) (comments []ArrivedComment, err error) {
	type row struct {
		ArrivedComment
		counts bool
	}
	rows, err := readArrived(ctx, db, events, func(e models.Event) key { return key{e.Site, e.Subject} }, func(t *tx, keys []key) ([]row, error) {
		query, args := t.ofComments(`SELECT NOT c.redacted AND c.written_by = '' AND c.body <> '', c.site, c.id, c.created_at, c.machine, c.risk, c.model FROM comments c`, keys)
		return sqldb.List(t, func(scan sqldb.Scanner) (r row, err error) {
			var created int64
			err = scan(&r.counts, &r.Site, &r.ID, &created, &r.Status, &r.Risk, &r.Model)
			r.CreatedAt = fromMicros(created)
			return r, err
		}, query, args...)
	})
	for _, r := range rows {
		if r.counts {
			comments = append(comments, r.ArrivedComment)
		}
	}
	return comments, err
}

// ArrivedTexts returns what a model scores of some comments, in no order.
func (db *DB) ArrivedTexts(ctx context.Context, comments []ArrivedComment) ([]models.Comment, error) {
	return readArrived(ctx, db, comments, func(c ArrivedComment) key { return key{c.Site, c.ID} }, func(t *tx, keys []key) ([]models.Comment, error) {
		query, args := t.ofComments(`SELECT c.site, c.id, c.author_name, c.author_email, c.author_url, c.body, a.url, a.title`+
			` FROM comments c JOIN articles a ON a.site = c.site AND a.id = c.article`, keys)
		return sqldb.List(t, func(scan sqldb.Scanner) (c models.Comment, err error) {
			err = scan(&c.Site, &c.ID, &c.Author.Name, &c.Author.Email, &c.Author.URL, &c.Body, &c.Article.URL, &c.Article.Title)
			return c, err
		}, query, args...)
	})
}

func readArrived[Of, T any](ctx context.Context, db *DB, all []Of, keyOf func(Of) key, rows func(*tx, []key) ([]T, error)) ([]T, error) {
	if len(all) == 0 {
		return nil, nil
	}
	keys := make([]key, len(all))
	for i, one := range all {
		keys[i] = keyOf(one)
	}
	return readFor(ctx, db, sqldb.Exporting, func(t *tx) ([]T, error) { return rows(t, keys) })
}

// TrafficBatch is what was found in the comments of some events.
type TrafficBatch struct {
	From, To    int64 // events: the cursors of TrafficTask
	Days        []models.TrafficDay
	Shadow      *models.ShadowRun              // that was running; nil: none
	Counts      map[string]models.ShadowCounts // by site
	Differences []models.ShadowDifference
}

// RecordTraffic stores what a node has found, and moves the cursor of TrafficTask, in one
// transaction: each comment counts once, whenever a node ends. It is a conflict when another
// node has read the events, or the shadow is not the same any more.
func (db *DB) RecordTraffic(ctx context.Context, b TrafficBatch) error {
	return apply(ctx, db, func(t *tx) error {
		if err := t.setTaskCursor(TrafficTask, b.From, b.To); err != nil {
			return err
		}
		if b.Shadow != nil {
			if err := t.recordShadow(*b.Shadow, b.Counts, b.Differences); err != nil {
				return err
			}
		}
		return t.recordTrafficDays(b.Days)
	})
}

const (
	// shadowLookShare is the share of the differences that moderators look at, in
	// second looks. What is held waits in the queue anyway.
	shadowLookShare = 0.5
	maxShadowLooks  = 200 // of one shadow
)

// recordShadow adds the counts of a batch to the shadow that runs.
func (t *tx) recordShadow(s models.ShadowRun, sites map[string]models.ShadowCounts, differences []models.ShadowDifference) error {
	rows, err := sqldb.List(t, readShadow, shadowColumns+` WHERE until IS NULL`+t.ForUpdate())
	if err != nil {
		return err
	}
	if len(rows) == 0 || rows[0].Version != s.Version || !rows[0].Since.Equal(s.Since) {
		return models.Errorf(models.KindConflict, "the shadow of model %s has changed", s.Version)
	}
	r := rows[0]
	for _, d := range differences {
		if _, err := t.InsertRow("shadow_differences", "ON CONFLICT (site, comment_id) DO NOTHING",
			"site", d.Site, "comment_id", d.Comment, "action_now", string(d.Now), "action_next", string(d.Then)); err != nil {
			return err
		}
		if r.dealt < maxShadowLooks && sampled("shadow "+d.Comment, shadowLookShare) {
			dealt, err := t.dealDifference(key{d.Site, d.Comment})
			if err != nil {
				return err
			}
			r.dealt += boolToInt(dealt)
		}
	}
	if len(differences) > 0 {
		if _, err := t.Exec(`DELETE FROM shadow_differences WHERE comment_id <=
			(SELECT comment_id FROM shadow_differences ORDER BY comment_id DESC LIMIT 1 OFFSET $1)`, models.MaxShadowDifferences); err != nil {
			return err
		}
	}
	total := r.ShadowCounts
	for site, counts := range sites {
		total = total.Plus(counts)
		if err := t.addShadowSite(r.Version, site, counts); err != nil {
			return err
		}
	}
	_, err = t.UpdateRow("shadows", "version", r.Version, append(shadowCounts(total), "dealt", r.dealt)...)
	return err
}

func (t *tx) addShadowSite(version, site string, counts models.ShadowCounts) error {
	_, err := t.InsertRow("shadow_sites", `ON CONFLICT (version, site) DO UPDATE SET comments = shadow_sites.comments + excluded.comments,
		held_now = shadow_sites.held_now + excluded.held_now, held_next = shadow_sites.held_next + excluded.held_next,
		rejected_now = shadow_sites.rejected_now + excluded.rejected_now, rejected_next = shadow_sites.rejected_next + excluded.rejected_next,
		differences = shadow_sites.differences + excluded.differences`,
		append(shadowCounts(counts), "version", version, "site", site)...)
	return err
}

// shadowCounts are columns with their values.
func shadowCounts(c models.ShadowCounts) []any {
	return []any{
		"comments", c.Comments, "held_now", c.HeldNow, "held_next", c.HeldThen,
		"rejected_now", c.RejectedNow, "rejected_next", c.RejectedThen, "differences", c.Differences,
	}
}

// dealDifference makes a second look of a comment, unless it waits in the queue or
// people look at it anyway.
func (t *tx) dealDifference(of key) (bool, error) {
	found, err := sqldb.List(t, readComment, `SELECT `+commentColumns+commentTables+` WHERE c.site = $1 AND c.id = $2 AND c.status <> 'pending' AND c.body <> ''
		AND NOT EXISTS (SELECT 1 FROM decisions d WHERE d.site = c.site AND d.comment_id = c.id AND d.undone_at IS NULL)
		AND NOT EXISTS (SELECT 1 FROM second_looks l WHERE l.site = c.site AND l.comment_id = c.id)`, of.site, of.id)
	if err != nil || len(found) == 0 {
		return false, err
	}
	look := t.machineSecondLook(found[0], shadowLookShare, false)
	look.selectedBy = models.SelectedShadow
	return true, secondLookRows.Add(t, look)
}
