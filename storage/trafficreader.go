package storage

import (
	"context"

	"winnow/models"
	"winnow/storage/sqldb"
)

// TrafficTask is the task of the node that reads all comments in the background.
const TrafficTask = "traffic"

// ArrivedComment is what the background reader needs of a comment, with what the machine did
// with it on arrival.
type ArrivedComment struct {
	models.Comment
	Status models.Status // on arrival
	Risk   float64
	Model  string // that scored it
}

// ArrivedComments returns the comments that events tell of, in no order. Those whose text is
// not the author's any more, and those that moderators wrote, are left out.
func (db *DB) ArrivedComments(ctx context.Context, events []models.Event) ([]ArrivedComment, error) {
	if len(events) == 0 {
		return nil, nil
	}
	keys := make([]key, len(events))
	for i, e := range events {
		keys[i] = key{e.Site, e.Subject}
	}
	return readFor(ctx, db, sqldb.Exporting, func(t *tx) ([]ArrivedComment, error) {
		query, args := t.ofComments(`SELECT c.id, c.site, c.author_name, c.author_email, c.author_url, c.created_at, c.body, a.url, a.title, c.machine, c.risk, c.model`+
			` FROM comments c JOIN articles a ON a.site = c.site AND a.id = c.article AND NOT c.redacted AND c.written_by = ''`, keys)
		return sqldb.List(t, readArrived, query, args...)
	})
}

func readArrived(scan sqldb.Scanner) (c ArrivedComment, err error) {
	var created int64
	err = scan(&c.ID, &c.Site, &c.Author.Name, &c.Author.Email, &c.Author.URL, &created, &c.Body, &c.Article.URL, &c.Article.Title, &c.Status, &c.Risk, &c.Model)
	c.CreatedAt = fromMicros(created)
	return c, err
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
