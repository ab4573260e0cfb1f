package storage

import (
	"context"
	"iter"
	"time"

	"winnow/models"
	"winnow/storage/sqldb"
)

// labelOf returns the label that a decision gives a comment. One that was not about the
// text gives none, nor does one about a redacted text.
func (t *tx) labelOf(d models.Decision, k commentRow) (labelRow, error) {
	if k.comment.Redacted || d.Label == "" {
		return labelRow{}, nil
	}
	why, err := t.selectionOf(k)
	if err != nil {
		return labelRow{}, err
	}
	return t.newLabel(k.comment, models.Label{
		ID: d.ID, Label: d.Label, Source: "decision", LabelledBy: d.Moderator, SelectedBy: why.by, SelectionRate: why.rate,
	}), nil
}

// suspendLabel takes a comment's label out of force, until restoreLabel or for
// ever. by is what it is replaced by: the id of a decision or of a second look, or
// a word for what readers did.
func (t *tx) suspendLabel(of key, by string) error {
	return suspendedLabels.Change(t, suspendedLabel{of, by})
}

// suspendedLabel is a comment whose label is taken out of force, and what replaces that.
type suspendedLabel struct {
	of key
	by string
}

// The condition is written so that no planner takes an index of all labels in force.
var suspendedLabels = sqldb.NewUpdate("labels", "replaced_by = {replaced_by}", "labels.comment_id <> '' AND NOT replaced_by <> ''",
	sqldb.Text("site", func(l suspendedLabel) string { return l.of.site }),
	sqldb.Text("comment_id", func(l suspendedLabel) string { return l.of.id }),
	sqldb.Text("replaced_by", func(l suspendedLabel) string { return l.by }),
)

// Values of replaced_by that are not ids.
const (
	replacedByReports = "reports"
	replacedByEdit    = "edit"
)

// selection says why a person looked at a comment, and with which probability
// such comments are looked at.
type selection struct {
	by   string
	rate float64 // 0: unknown
}

// selectionOf finds out why somebody decides a comment now. All held comments are
// looked at, whatever happened to them later. Of the others, all in a training
// sample are; some come back to the queue by a second look, or are reported. A
// moderator who decides yet another one has found it in some way that has no known
// probability.
func (t *tx) selectionOf(k commentRow) (selection, error) {
	if k.initialStatus == models.Pending {
		return selection{models.SelectedHeld, 1}, nil
	}
	looks, err := sqldb.List(t, func(scan sqldb.Scanner) (l secondLookRow, err error) {
		err = scan(&l.rate, &l.sample, &l.selectedBy)
		return l, err
	}, `SELECT rate, sample, selected_by FROM second_looks WHERE site = $1 AND comment_id = $2 AND of = 'machine' LIMIT 1`, k.comment.Site, k.comment.ID)
	if err != nil {
		return selection{}, err
	}
	chosen := len(looks) > 0 && (looks[0].sample || k.comment.Reason == models.ReasonSecondLook)
	switch {
	case chosen:
		return selection{looks[0].selectedBy, looks[0].rate}, nil
	case k.comment.Reason == models.ReasonFlagged || k.comment.Flags > 0:
		return selection{by: models.SelectedReport}, nil
	}
	return selection{}, nil
}

// labelSecondLook gives a comment the label of a second look at what the filter did,
// until somebody decides it. If only looks that agree with the filter gave one, what
// it overlooks would be missing among the labels. It is not for a comment that somebody has
// decided, and that has a label already: of two moderators who contradict each other, none
// is right until a third decides.
func (t *tx) labelSecondLook(l secondLookRow, c models.Comment, d models.DecisionRequest, by models.Caller) error {
	class := d.Label()
	if class == "" || l.of != models.TargetMachine {
		return nil
	}
	return labelRows.Add(t, t.newLabel(c, models.Label{
		ID: l.id, Label: class, Source: "second_look", LabelledBy: by.Name, SelectedBy: l.selectedBy, SelectionRate: l.rate,
	}))
}

// hasLabel reports whether a label of a comment is in force.
func (t *tx) hasLabel(of key) (bool, error) {
	found, err := sqldb.List(t, sqldb.ScanOne[int], `SELECT 1 FROM labels WHERE site = $1 AND comment_id = $2 AND comment_id <> '' AND replaced_by = '' LIMIT 1`, of.site, of.id)
	return len(found) > 0, err
}

// newLabel is a label of a comment's present text.
func (t *tx) newLabel(c models.Comment, l models.Label) labelRow {
	l.Text, l.Lang, l.Site, l.URL, l.CreatedAt = c.Body, c.Lang, c.Site, c.Article.URL, t.Now
	l.Author, l.AuthorEmail, l.AuthorURL = c.Author.Name, c.Author.Email, c.Author.URL
	return labelRow{l, c.ID}
}

// restoreLabel undoes labelDecision.
func (t *tx) restoreLabel(d models.Decision) error {
	if _, err := t.Exec(`DELETE FROM labels WHERE site = $1 AND comment_id = $2 AND comment_id <> '' AND id = $3`, d.Site, d.CommentID, d.ID); err != nil {
		return err
	}
	_, err := t.Exec(`UPDATE labels SET replaced_by = '' WHERE site = $1 AND comment_id = $2 AND comment_id <> '' AND replaced_by = $3`, d.Site, d.CommentID, d.ID)
	return err
}

// replaceLabelTexts gives the labels of a comment, also those out of force, other texts.
func (t *tx) replaceLabelTexts(of key, replace func(string) string) error {
	type label struct{ id, text string }
	labels, err := sqldb.List(t, func(scan sqldb.Scanner) (l label, err error) {
		err = scan(&l.id, &l.text)
		return l, err
	}, `SELECT id, body FROM labels WHERE site = $1 AND comment_id = $2 AND comment_id <> ''`, of.site, of.id)
	for _, l := range labels {
		if text := replace(l.text); err == nil && text != l.text {
			err = t.Write(`UPDATE labels SET body = $1 WHERE site = $2 AND id = $3`, text, of.site, l.id)
		}
	}
	return err
}

// labelRow is a label, and the comment that it is of; "": an imported text.
type labelRow struct {
	models.Label
	comment string
}

var (
	labelRows    = sqldb.NewInsert("labels", "ON CONFLICT DO NOTHING", labelRowColumns...)
	newLabelRows = sqldb.NewInsert("labels", "ON CONFLICT DO NOTHING", labelRowColumns...).Returning("id")
)

var labelRowColumns = []sqldb.Column[labelRow]{
	sqldb.Text("id", func(l labelRow) string { return l.ID }),
	sqldb.Text("comment_id", func(l labelRow) string { return l.comment }),
	sqldb.Constant[labelRow]("replaced_by", "''"),
	sqldb.Text("label", func(l labelRow) string { return string(l.Label.Label) }),
	sqldb.Text("site", func(l labelRow) string { return l.Site }),
	sqldb.Text("author", func(l labelRow) string { return l.Author }),
	sqldb.Text("author_email", func(l labelRow) string { return l.AuthorEmail }),
	sqldb.Text("author_url", func(l labelRow) string { return l.AuthorURL }),
	sqldb.Text("url", func(l labelRow) string { return l.URL }),
	sqldb.Text("lang", func(l labelRow) string { return l.Lang }),
	sqldb.Text("source", func(l labelRow) string { return l.Source }),
	sqldb.Text("labelled_by", func(l labelRow) string { return l.LabelledBy }),
	sqldb.Int("created_at", func(l labelRow) int64 { return micros(l.CreatedAt) }),
	sqldb.Text("body", func(l labelRow) string { return l.Text }),
	sqldb.Text("selected_by", func(l labelRow) string { return l.SelectedBy }),
	sqldb.Float("selection_rate", func(l labelRow) *float64 { return &l.SelectionRate }),
	sqldb.Float("weight", func(l labelRow) *float64 { return &l.Weight }),
}

const labelColumns = `SELECT id, label, site, author, author_email, author_url, url, lang, source, labelled_by, created_at, body, selected_by, selection_rate, weight`

func readLabel(scan sqldb.Scanner) (l models.Label, err error) {
	var at int64
	err = scan(&l.ID, &l.Label, &l.Site, &l.Author, &l.AuthorEmail, &l.AuthorURL, &l.URL, &l.Lang, &l.Source, &l.LabelledBy, &at, &l.Text, &l.SelectedBy, &l.SelectionRate, &l.Weight)
	l.CreatedAt = fromMicros(at)
	return l, err
}

// Labels streams the labels that are in force, from since on, oldest first; those
// of one site when site is not "".
func (db *DB) Labels(ctx context.Context, site string, since time.Time) iter.Seq2[models.Label, error] {
	return sqldb.Stream(ctx, db.sql, micros(since), func(t *sqldb.Tx, after sqldb.Position) ([]models.Label, error) {
		w := after.After("created_at")
		w.Add("replaced_by = ''")
		if site != "" {
			w.Add("site = ?", site)
		}
		return sqldb.List(t, readLabel, labelColumns+` FROM labels`+w.String()+sqldb.PageClause("created_at"), w.Args()...)
	}, func(l models.Label) sqldb.Position { return sqldb.Position{At: micros(l.CreatedAt), ID: l.ID} })
}

// LabelCounts counts the labels that are in force by class; those of one site
// when site is not "".
func (db *DB) LabelCounts(ctx context.Context, site string) (map[models.Class]int, error) {
	var w sqldb.Where
	w.Add("replaced_by = ''")
	if site != "" {
		w.Add("site = ?", site)
	}
	type count struct {
		class models.Class
		n     int
	}
	rows, err := read(ctx, db, func(t *tx) ([]count, error) {
		return sqldb.List(t, func(scan sqldb.Scanner) (c count, err error) { err = scan(&c.class, &c.n); return c, err },
			`SELECT label, count(*) FROM labels`+w.String()+` GROUP BY label`, w.Args()...)
	})
	counts := map[models.Class]int{}
	for _, c := range rows {
		counts[c.class] = c.n
	}
	return counts, err
}
