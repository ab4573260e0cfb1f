package storage

import (
	"context"
	"database/sql"
	"errors"
	"maps"
	"math"
	"slices"
	"time"

	"winnow/models"
	"winnow/storage/sqldb"
)

// NoteOpinionEvents notes which comments wait for a second opinion, counts what moderators
// decided on those that have one, and moves the cursor of the task, all together. It is a
// conflict when another node has read these events.
func (db *DB) NoteOpinionEvents(ctx context.Context, task string, from, to int64, events []models.Event) error {
	return apply(ctx, db, func(t *tx) error {
		if err := t.setTaskCursor(task, from, to); err != nil {
			return err
		}
		// The last ones of each kind say how it is now.
		changed, decided := map[string]map[string]models.Event{}, map[string]map[string]models.Event{}
		for _, e := range events {
			addEvent(changed, e)
			if e.Cause == models.CauseDecided || e.Cause == models.CauseUndone {
				addEvent(decided, e)
			}
		}
		for _, site := range slices.Sorted(maps.Keys(changed)) {
			// Counted first: the opinion on a text that was edited since goes.
			if err := t.countOpinions(site, decided[site]); err != nil {
				return err
			}
			if err := t.awaitOpinions(site, changed[site]); err != nil {
				return err
			}
		}
		return nil
	})
}

func addEvent(bySite map[string]map[string]models.Event, e models.Event) {
	if bySite[e.Site] == nil {
		bySite[e.Site] = map[string]models.Event{}
	}
	bySite[e.Site][e.Subject] = e
}

// awaitOpinions notes those comments of readers that are held, when their text is new.
func (t *tx) awaitOpinions(site string, last map[string]models.Event) error {
	var held []key
	for id, e := range last {
		if e.Status == models.Pending {
			held = append(held, key{site, id})
		}
	}
	found, err := t.commentsByID(held)
	if err != nil {
		return err
	}
	for _, id := range slices.Sorted(maps.Keys(found)) {
		if c := found[id]; isJudged(c) {
			if _, err := t.InsertRow("opinions", `ON CONFLICT (site, comment_id) DO UPDATE SET text_hash = excluded.text_hash, question = '', status = excluded.status,
				source = '', abuse = 0, spam = 0, reason = '', at = excluded.at, counted = '' WHERE opinions.text_hash <> excluded.text_hash`,
				"site", site, "comment_id", c.ID, "text_hash", models.OpinionText(c.Body), "question", "", "status", string(models.OpinionWaiting),
				"source", "", "abuse", 0.0, "spam", 0.0, "reason", "", "at", micros(t.Now), "counted", ""); err != nil {
				return err
			}
		}
	}
	return nil
}

// isJudged reports whether a comment is one that gets a second opinion.
func isJudged(c models.Comment) bool {
	return c.Status == models.Pending && c.WrittenBy == "" && !c.Withdrawn && c.Body != ""
}

// countOpinions counts the opinions on comments that a moderator has decided about, and takes
// back what an undo makes untrue.
func (t *tx) countOpinions(site string, decided map[string]models.Event) error {
	if len(decided) == 0 {
		return nil
	}
	opinions, err := t.opinions(site, slices.Sorted(maps.Keys(decided)))
	if err != nil {
		return err
	}
	for _, o := range opinions {
		head, p := o.Head()
		now := decided[o.comment].Status
		if now == models.Pending {
			now = ""
		}
		if head == "" || now == o.counted {
			continue
		}
		change := map[models.Status]int{o.counted: -1, now: 1}
		if _, err := t.InsertRow("opinion_bins", `ON CONFLICT (site, head, bin) DO UPDATE SET approved = opinion_bins.approved + excluded.approved, rejected = opinion_bins.rejected + excluded.rejected`,
			"site", site, "head", head, "bin", models.OpinionBin(p), "approved", change[models.Approved], "rejected", change[models.Rejected]); err != nil {
			return err
		}
		if _, err := t.Exec(`UPDATE opinions SET counted = $1 WHERE site = $2 AND comment_id = $3`, string(now), site, o.comment); err != nil {
			return err
		}
	}
	return nil
}

// DueOpinions returns comments of a site that wait for an opinion, the oldest first. Those that
// are no longer held wait no more.
func (db *DB) DueOpinions(ctx context.Context, site string, most int) ([]models.Comment, error) {
	ids, err := read(ctx, db, func(t *tx) ([]string, error) {
		return sqldb.List(t, sqldb.ScanOne[string], `SELECT comment_id FROM opinions WHERE site = $1 AND status = 'waiting' ORDER BY comment_id LIMIT $2`, site, most)
	})
	if err != nil || len(ids) == 0 { // which is most often so
		return nil, err
	}
	return update(ctx, db, func(t *tx) ([]models.Comment, error) {
		keys := make([]key, len(ids))
		for i, id := range ids {
			keys[i] = key{site, id}
		}
		found, err := t.commentsByID(keys)
		if err != nil {
			return nil, err
		}
		var due []models.Comment
		for _, id := range ids {
			if c := found[id]; isJudged(c) {
				due = append(due, c)
			} else if _, err := t.Exec(`DELETE FROM opinions WHERE site = $1 AND comment_id = $2 AND status = 'waiting'`, site, id); err != nil {
				return nil, err
			}
		}
		return due, nil
	})
}

// AnsweredOpinion returns what a service has answered to the same question, and whether it has.
func (db *DB) AnsweredOpinion(ctx context.Context, site, question string) (models.Opinion, bool, error) {
	o, err := read(ctx, db, func(t *tx) (storedOpinion, error) {
		return sqldb.One(t, readOpinion, opinionColumns+` WHERE site = $1 AND question = $2 AND status = 'answered' LIMIT 1`, site, question)
	})
	if errors.Is(err, sql.ErrNoRows) {
		return o.Opinion, false, nil
	}
	return o.Opinion, err == nil, err
}

// TakeOpinionCall counts a request of a site to a service, unless all that it may send today, UTC, are
// used up. Nodes count together.
func (db *DB) TakeOpinionCall(ctx context.Context, site string, most int) (bool, error) {
	return update(ctx, db, func(t *tx) (bool, error) {
		changed, err := t.Exec(`INSERT INTO opinion_budgets (site, day, calls) VALUES ($1, $2, 1) ON CONFLICT (site) DO UPDATE SET
			calls = CASE WHEN opinion_budgets.day = excluded.day THEN opinion_budgets.calls + 1 ELSE 1 END, day = excluded.day
			WHERE opinion_budgets.day <> excluded.day OR opinion_budgets.calls < $3`, site, t.Now.Unix()/int64((24*time.Hour).Seconds()), most)
		return changed > 0, err
	})
}

// StoreOpinion stores what became of a question about a comment, and tells consoles. Nothing is
// stored when the text has changed or gone meanwhile.
func (db *DB) StoreOpinion(ctx context.Context, about models.Comment, question string, o models.Opinion) error {
	var abuse, spam float64
	if o.Abuse != nil && o.Spam != nil {
		abuse, spam = *o.Abuse, *o.Spam
	}
	return apply(ctx, db, func(t *tx) error {
		changed, err := t.Exec(`UPDATE opinions SET question = $1, status = $2, source = $3, abuse = $4, spam = $5, reason = $6, at = $7
			WHERE site = $8 AND comment_id = $9 AND text_hash = $10 AND status = 'waiting'`,
			question, string(o.Status), o.Source, abuse, spam, o.Reason, micros(t.Now), about.Site, about.ID, models.OpinionText(about.Body))
		if err != nil || changed == 0 {
			return err
		}
		return t.event(models.CommentOpinion, about.Site, about.ID, about.Article.ID, about.Status)
	})
}

// storedOpinion is an opinion with what it is about.
type storedOpinion struct {
	models.Opinion
	comment  string
	textHash string
	counted  models.Status
}

const opinionColumns = `SELECT comment_id, text_hash, status, source, abuse, spam, reason, at, counted FROM opinions`

func readOpinion(scan sqldb.Scanner) (o storedOpinion, err error) {
	var abuse, spam float64
	var at int64
	err = scan(&o.comment, &o.textHash, &o.Status, &o.Source, &abuse, &spam, &o.Reason, &at, &o.counted)
	if o.At = fromMicros(at); o.Status == models.OpinionAnswered {
		o.Abuse, o.Spam = &abuse, &spam
	}
	return o, err
}

// opinions returns those on comments of a site.
func (t *tx) opinions(site string, ids []string) ([]storedOpinion, error) {
	return sqldb.List(t, readOpinion, opinionColumns+` WHERE comment_id`+t.InJSONList(1)+` AND site = $2`, jsonList(ids), site)
}

// opinion returns that on a comment with this text, with what it is worth; nil when there is none.
func (t *tx) opinion(of key, text string) (*models.Opinion, error) {
	found, err := t.opinions(of.site, []string{of.id})
	if err != nil || len(found) == 0 || found[0].textHash != models.OpinionText(text) {
		return nil, err
	}
	o := found[0].Opinion
	if head, p := o.Head(); head != "" {
		o.Signal, err = t.opinionSignal(of.site, head, p)
	}
	return &o, err
}

// opinionSignal weighs an opinion by the decisions on comments whose opinions were like it.
func (t *tx) opinionSignal(site, head string, p float64) (*models.OpinionSignal, error) {
	type count struct{ bin, approved, rejected int }
	bins, err := sqldb.List(t, func(scan sqldb.Scanner) (c count, err error) {
		err = scan(&c.bin, &c.approved, &c.rejected)
		return c, err
	}, `SELECT bin, approved, rejected FROM opinion_bins WHERE site = $1 AND head = $2`, site, head)
	var all, like count
	for _, c := range bins {
		all.approved, all.rejected = all.approved+c.approved, all.rejected+c.rejected
		if c.bin == models.OpinionBin(p) {
			like = c
		}
	}
	// One of each more, so that few decisions say little.
	logOdds := func(c count) float64 { return math.Log(float64(c.rejected+1) / float64(c.approved+1)) }
	s := &models.OpinionSignal{Name: "opinion:" + head, Decided: like.approved + like.rejected, Rejected: like.rejected}
	if s.Decided > 0 {
		s.Weight = logOdds(like) - logOdds(all)
	}
	return s, err
}

// removeOpinions forgets those on comments whose text goes.
func (t *tx) removeOpinions(site string, ids []string) error {
	_, err := t.Exec(`DELETE FROM opinions WHERE comment_id`+t.InJSONList(1)+` AND site = $2`, jsonList(ids), site)
	return err
}
