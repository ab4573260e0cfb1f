package storage

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"winnow/models"
	"winnow/storage/sqldb"
)

// trafficReaderRow is the value of the setting "traffic_reader": how far the comments
// were read in the background, and the lease of the node that reads.
type trafficReaderRow struct {
	Started    bool   `json:"started"`
	Cursor     string `json:"cursor"` // id of the last comment that was read
	LeaseBy    string `json:"lease_by"`
	LeaseUntil int64  `json:"lease_until"` // in microseconds, by the database's clock
}

// trafficReader returns the row. With lock, it stays locked until the transaction
// ends.
func (t *tx) trafficReader(lock bool) (r trafficReaderRow, err error) {
	locked := ""
	if lock {
		if _, err := t.Exec(`INSERT INTO settings (name, value) VALUES ('traffic_reader', $1) ON CONFLICT (name) DO NOTHING`, []byte("{}")); err != nil {
			return r, err
		}
		locked = t.ForUpdate()
	}
	data, err := sqldb.List(t, sqldb.ScanOne[[]byte], `SELECT value FROM settings WHERE name = 'traffic_reader'`+locked)
	if err != nil || len(data) == 0 {
		return r, err
	}
	if err := json.Unmarshal(data[0], &r); err != nil {
		return r, fmt.Errorf("read the state of the background reader: %w", err)
	}
	return r, nil
}

func (t *tx) setTrafficReader(r trafficReaderRow) error {
	data, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("write the state of the background reader: %w", err)
	}
	_, err = t.Exec(`UPDATE settings SET value = $1 WHERE name = 'traffic_reader'`, data)
	return err
}

// LeaseTraffic makes a node the one that reads the comments in the background, and
// reports whether it is. The first call of all sets the cursor behind the newest
// comment: those from before are not read.
func (db *DB) LeaseTraffic(ctx context.Context, node string, lease time.Duration) (bool, error) {
	return update(ctx, db, func(t *tx) (bool, error) {
		r, err := t.trafficReader(true)
		if err != nil {
			return false, err
		}
		now := micros(t.Now)
		if r.LeaseBy != node && r.LeaseUntil > now {
			return false, nil
		}
		if !r.Started {
			if r.Cursor, err = sqldb.One(t, sqldb.ScanOne[string], `SELECT coalesce(max(newest), '') FROM
				(SELECT (SELECT max(c.id) FROM comments c WHERE c.site = s.slug) AS newest FROM sites s) AS each`); err != nil {
				return false, err
			}
			r.Started = true
		}
		r.LeaseBy, r.LeaseUntil = node, now+lease.Microseconds()
		return true, t.setTrafficReader(r)
	})
}

// ArrivedComment is a comment with what the machine did with it on arrival.
type ArrivedComment struct {
	models.Comment
	Status models.Status // on arrival
	Risk   float64
	Model  string // that scored it
}

// TrafficPage is what the background reader reads next.
type TrafficPage struct {
	Started  bool // false: LeaseTraffic was never called
	Cursor   string
	Comments []ArrivedComment
	Shadow   *models.ShadowRun // that runs; without what people said
}

// NextTraffic returns up to limit comments after the cursor, in the order of their
// ids. It stops at one that arrived after a time: of two comments that arrive at the
// same moment, the one with the smaller id may be stored last.
func (db *DB) NextTraffic(ctx context.Context, until time.Time, limit int) (TrafficPage, error) {
	return readFor(ctx, db, sqldb.Exporting, func(t *tx) (p TrafficPage, err error) {
		r, err := t.trafficReader(false)
		if err != nil || !r.Started {
			return p, err
		}
		p.Started, p.Cursor = true, r.Cursor
		if p.Comments, err = t.arrivedComments(r.Cursor, limit); err != nil {
			return p, err
		}
		if i := slices.IndexFunc(p.Comments, func(c ArrivedComment) bool { return c.CreatedAt.After(until) }); i >= 0 {
			p.Comments = p.Comments[:i]
		}
		running, err := sqldb.List(t, readShadow, shadowColumns+` WHERE until IS NULL`)
		if len(running) > 0 {
			p.Shadow = &running[0].ShadowRun
		}
		return p, err
	})
}

// arrivedComments returns the first comments of all sites after an id.
func (t *tx) arrivedComments(after string, limit int) ([]ArrivedComment, error) {
	sites, err := t.slugs()
	if err != nil {
		return nil, err
	}
	var all []ArrivedComment
	for _, site := range sites {
		found, err := sqldb.List(t, func(scan sqldb.Scanner) (c ArrivedComment, err error) {
			into, done := commentInto(&c.Comment)
			err = scan(append(into, &c.Status, &c.Risk, &c.Model)...)
			done()
			return c, err
		}, `SELECT `+commentColumns+`, c.machine, c.risk, c.model`+commentTables+` WHERE `+t.Unindexed("c.site")+` = $1 AND c.id > $2 AND NOT c.redacted AND c.written_by = '' ORDER BY c.id LIMIT $3`, site, after, limit)
		if err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	slices.SortFunc(all, func(a, b ArrivedComment) int { return strings.Compare(a.ID, b.ID) })
	return all[:min(limit, len(all))], nil
}

// TrafficBatch is what was found in the comments of a TrafficPage.
type TrafficBatch struct {
	From, To    string // cursors
	Days        []models.TrafficDay
	Shadow      *models.ShadowRun              // that was running; nil: none
	Counts      map[string]models.ShadowCounts // by site
	Differences []models.ShadowDifference
}

// RecordTraffic stores what a node has found in a page, and moves the cursor behind
// it, in one transaction: each comment counts once, whenever a node ends. It is a
// conflict when another node has read the page, or the shadow is not the same any
// more.
func (db *DB) RecordTraffic(ctx context.Context, b TrafficBatch) error {
	return apply(ctx, db, func(t *tx) error {
		r, err := t.trafficReader(true)
		if err != nil {
			return err
		}
		if r.Cursor != b.From {
			return models.Errorf(models.KindConflict, "another node has read these comments")
		}
		if b.Shadow != nil {
			if err := t.recordShadow(*b.Shadow, b.Counts, b.Differences); err != nil {
				return err
			}
		}
		if err := t.recordTrafficDays(b.Days); err != nil {
			return err
		}
		r.Cursor = b.To
		return t.setTrafficReader(r)
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
