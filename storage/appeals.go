package storage

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"winnow/models"
	"winnow/storage/sqldb"
)

// Appeal stores that the author of a comment appeals against its rejection by a moderator,
// in their own words, and puts it back into the queue. One that no moderator has rejected, or
// that was appealed against before, is a conflict. The decision stays in force, with its
// label, until the next one. See refuseOwnAppeal for who makes that.
func (db *DB) Appeal(ctx context.Context, by models.Caller, id, words string) (models.Comment, error) {
	return update(ctx, db, func(t *tx) (models.Comment, error) {
		k, err := t.visible(by, id, t.ForUpdate())
		if err == nil {
			err = cmp.Or(refuseGone(k.comment), refuseReply(k.comment))
		}
		if err != nil {
			return k.comment, err
		}
		old := k.comment
		made, err := t.appealsOf([]key{keyOf(old)})
		if err == nil && len(made) > 0 {
			err = models.Errorf(models.KindConflict, "there was an appeal about this comment already")
		}
		if err != nil {
			return old, err
		}
		inForce, err := t.decisionsInForce(keyOf(old))
		if err != nil {
			return old, err
		}
		last := lastOf(inForce)
		if old.Status != models.Rejected || last == nil || last.Action != models.Reject {
			return old, models.Errorf(models.KindConflict, "no moderator has rejected this comment")
		}
		t.goOnAfter(old.UpdatedAt)
		if _, err := t.InsertRow("appeals", "",
			"site", old.Site,
			"comment_id", old.ID,
			"decided_by", last.Moderator,
			"words", sqldb.SanitizeText(words),
			"created_at", micros(t.Now),
		); err != nil {
			return old, err
		}
		c, err := t.setStatus(old, models.Pending, models.ReasonAppeal, models.CauseAppealed)
		if err != nil {
			return c, err
		}
		return c, t.audit(by, c.Site, "comment.appeal", c.ID, auditStateOf(old), auditStateOf(c))
	})
}

// appealRow is an appeal as it is stored.
type appealRow struct {
	comment string
	models.Appeal
}

const appealColumns = `SELECT comment_id, decided_by, words, created_at FROM appeals`

func readAppeal(scan sqldb.Scanner) (a appealRow, err error) {
	var at int64
	err = scan(&a.comment, &a.DecidedBy, &a.Words, &at)
	a.CreatedAt = fromMicros(at)
	return a, err
}

// appealsOf returns the appeals about these comments, by comment.
func (t *tx) appealsOf(keys []key) (map[string]appealRow, error) {
	condition, args := t.amongKeys("site", "comment_id", keys)
	found, err := sqldb.List(t, readAppeal, appealColumns+` WHERE `+condition, args...)
	by := make(map[string]appealRow, len(found))
	for _, a := range found {
		by[a.comment] = a
	}
	return by, err
}

// appeal returns the appeal about a comment with its answer; nil when there is none.
func (t *tx) appeal(of key, inForce []models.Decision) (*models.Appeal, error) {
	found, err := t.appealsOf([]key{of})
	if a, made := found[of.id]; made {
		return a.answeredBy(inForce), err
	}
	return nil, err
}

// answeredBy returns the appeal with its answer: the first decision after it that nobody has
// undone.
func (a appealRow) answeredBy(inForce []models.Decision) *models.Appeal {
	answered := a.Appeal
	answered.State = models.AppealWaiting
	var first *models.Decision
	for i, d := range inForce {
		if d.CreatedAt.After(a.CreatedAt) && (first == nil || d.ID < first.ID) {
			first = &inForce[i]
		}
	}
	if first != nil {
		answered.State, answered.Message = models.AppealUpheld, first.Message
		if first.Action == models.Approve {
			answered.State = models.AppealReversed
		}
	}
	return &answered
}

// refuseOwnAppeal refuses to let a moderator answer an appeal against their own decision, where
// somebody else can.
func (t *tx) refuseOwnAppeal(by models.Caller, c models.Comment) error {
	if c.Status != models.Pending || c.Reason != models.ReasonAppeal {
		return nil
	}
	found, err := t.appealsOf([]key{keyOf(c)})
	if err != nil || found[c.ID].DecidedBy != by.Name {
		return err
	}
	others, err := t.sitesOfOthers(by)
	if err == nil && others.has(c.Site) {
		err = models.Errorf(models.KindForbidden, "you rejected this comment: another moderator answers its author's appeal")
	}
	return err
}

// coveredSites are the sites that some moderators see.
type coveredSites struct {
	all   bool
	sites []string
}

func (s coveredSites) has(site string) bool {
	return s.all || slices.Contains(s.sites, site)
}

// sitesOfOthers returns the sites that moderators other than the caller see.
func (t *tx) sitesOfOthers(by models.Caller) (covered coveredSites, err error) {
	lists, err := sqldb.List(t, sqldb.ScanOne[string], `SELECT sites FROM moderators WHERE name <> $1 AND NOT disabled`, by.Name)
	for _, list := range lists {
		var sites []string
		if err := json.Unmarshal([]byte(list), &sites); err != nil {
			return covered, fmt.Errorf("sites of a moderator: %w", err)
		}
		covered.all, covered.sites = covered.all || len(sites) == 0, append(covered.sites, sites...)
	}
	slices.Sort(covered.sites)
	covered.sites = slices.Compact(covered.sites)
	return covered, err
}

// withoutOwnAppeals leaves the appeals out that refuseOwnAppeal refuses to the caller.
func (q queueQuery) withoutOwnAppeals(by models.Caller, others coveredSites) queueQuery {
	own := `c.reason = 'appeal' AND EXISTS (SELECT 1 FROM appeals p WHERE p.site = c.site AND p.comment_id = c.id AND p.decided_by = ?)`
	switch {
	case others.all:
		return q.and("NOT ("+own+")", by.Name)
	case len(others.sites) == 0:
		return q
	}
	args := []any{by.Name}
	for _, site := range others.sites {
		args = append(args, site)
	}
	return q.and("NOT ("+own+" AND c.site IN ("+marks(len(others.sites))+"))", args...)
}
