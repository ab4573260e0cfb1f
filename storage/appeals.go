package storage

import (
	"winnow/models"
	"winnow/storage/sqldb"
)

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
