package storage

import (
	"context"
	"time"

	"winnow/models"
	"winnow/storage/sqldb"
)

const (
	// akismetCheckTTL is how long an answer can be corrected. Akismet itself wants
	// corrections within 15 days.
	akismetCheckTTL = 90 * 24 * time.Hour
	// akismetMonths is how many months the figures of a site are kept.
	akismetMonths = 24
	// maxAkismetBlogs bounds the rows of a site and month: blogs are what clients say.
	maxAkismetBlogs = 500
	// otherBlogs is the blog of what is above the bound.
	otherBlogs = "other"
)

// AddAkismetCheck counts a check, and keeps its answer so that it can be corrected. It returns
// what is kept: for a repeated check of the same content the earlier one, with its correction,
// which counts as a call alone.
func (db *DB) AddAkismetCheck(ctx context.Context, c models.AkismetCheck) (models.AkismetCheck, error) {
	return update(ctx, db, func(t *tx) (models.AkismetCheck, error) {
		month := monthOf(t.Now)
		var err error
		if c.Blog, err = t.akismetBlog(c.Site, month, c.Blog); err != nil {
			return c, err
		}
		n := models.AkismetFigures{Blog: c.Blog, Calls: 1}
		if c.Recheck {
			earlier, err := t.akismetChecked(c)
			if err != nil {
				return c, err
			}
			if earlier != nil {
				return *earlier, t.countAkismet(c.Site, month, n)
			}
		}
		if _, err := t.InsertRow("akismet_checks", "",
			"site", c.Site,
			"id", c.ID,
			"content", c.Content,
			"blog", c.Blog,
			"spam", c.Spam,
			"corrected", "",
			"checked_at", micros(t.Now),
		); err != nil {
			return c, err
		}
		if n.Ham = 1; c.Spam {
			n.Spam, n.Ham = 1, 0
		}
		return c, t.countAkismet(c.Site, month, n)
	})
}

// maxSameContent bounds how many checks of one content a correction is looked for in.
const maxSameContent = 20

// akismetChecked returns the check of a content that is corrected, or else the last one, with
// the new answer: it is what a client can correct now. It returns nil when there is none.
func (t *tx) akismetChecked(c models.AkismetCheck) (*models.AkismetCheck, error) {
	found, err := t.akismetChecks(c.Site, `AND content = $2 ORDER BY checked_at DESC LIMIT $3`, c.Content, maxSameContent)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	for _, f := range found {
		if f.Corrected != "" {
			return &f, nil
		}
	}
	found[0].Spam = c.Spam
	return &found[0], t.Write(`UPDATE akismet_checks SET spam = $1 WHERE site = $2 AND id = $3`, c.Spam, c.Site, found[0].ID)
}

// CorrectAkismet stores what a client says of a text as a label, in the place of an earlier
// one of the same comment. When the answer to the check that it names was wrong, that
// counts as missed spam or as a false positive. A check is named by its id, or else by its
// content. A label without a text is not stored.
func (db *DB) CorrectAkismet(ctx context.Context, by models.Caller, id, content, blog string, l models.Label) error {
	return apply(ctx, db, func(t *tx) error {
		month := monthOf(t.Now)
		n := models.AkismetFigures{Calls: 1}
		found, err := t.akismetCheck(l.Site, id, content)
		if err != nil {
			return err
		}
		if found != nil {
			blog, l.ID = found.Blog, "akismet:"+found.ID
			n.MissedSpam, n.FalsePositives = correction(*found, l.Label)
			if err := t.Write(`UPDATE akismet_checks SET corrected = $1 WHERE site = $2 AND id = $3`, string(l.Label), l.Site, found.ID); err != nil {
				return err
			}
		} else {
			l.ID = "akismet:" + content
		}
		if n.Blog, err = t.akismetBlog(l.Site, month, blog); err != nil {
			return err
		}
		if err := t.countAkismet(l.Site, month, n); err != nil || l.Text == "" {
			return err
		}
		if l, err = validateImport(l); err != nil {
			return err
		}
		l.CreatedAt = t.Now
		if err := t.Write(`DELETE FROM labels WHERE site = $1 AND id = $2`, l.Site, l.ID); err != nil {
			return err
		}
		if err := labelRows.Add(t, labelRow{Label: l}); err != nil {
			return err
		}
		return t.audit(by, l.Site, "labels.import", "", nil, map[string]int{"added": 1})
	})
}

// correction returns what the figures change by when a check gets another label. One that
// is corrected twice counts as the last label says.
func correction(c models.AkismetCheck, now models.Class) (missed, falsePositives int64) {
	wrong := func(class models.Class) int64 {
		if class != "" && (class == models.Spam) != c.Spam {
			return 1
		}
		return 0
	}
	change := wrong(now) - wrong(c.Corrected)
	if c.Spam {
		return 0, change
	}
	return change, 0
}

// akismetCheck returns the check with an id, or else the last one of a content; nil when
// there is none.
func (t *tx) akismetCheck(site, id, content string) (*models.AkismetCheck, error) {
	for _, by := range []struct{ value, condition string }{
		{id, `AND id = $2`}, {content, `AND content = $2 ORDER BY checked_at DESC LIMIT 1`},
	} {
		if by.value == "" {
			continue
		}
		if found, err := t.akismetChecks(site, by.condition, by.value); err != nil || len(found) > 0 {
			return firstOf(found), err
		}
	}
	return nil, nil
}

func (t *tx) akismetChecks(site, condition string, values ...any) ([]models.AkismetCheck, error) {
	return sqldb.List(t, func(scan sqldb.Scanner) (c models.AkismetCheck, err error) {
		err = scan(&c.ID, &c.Content, &c.Blog, &c.Spam, &c.Corrected)
		c.Site = site
		return c, err
	}, `SELECT id, content, blog, spam, corrected FROM akismet_checks WHERE site = $1 `+condition, append([]any{site}, values...)...)
}

func firstOf[T any](all []T) *T {
	if len(all) == 0 {
		return nil
	}
	return &all[0]
}

// akismetBlog returns the blog that a call counts for.
func (t *tx) akismetBlog(site string, month int64, blog string) (string, error) {
	known, err := sqldb.List(t, sqldb.ScanOne[int], `SELECT 1 FROM akismet_months WHERE site = $1 AND month = $2 AND blog = $3`, site, month, blog)
	if err != nil || len(known) > 0 {
		return blog, err
	}
	last, err := sqldb.List(t, sqldb.ScanOne[int], `SELECT 1 FROM akismet_months WHERE site = $1 AND month = $2 ORDER BY blog LIMIT 1 OFFSET $3`, site, month, maxAkismetBlogs-1)
	if len(last) > 0 {
		blog = otherBlogs
	}
	return blog, err
}

func (t *tx) countAkismet(site string, month int64, n models.AkismetFigures) error {
	return t.Write(`INSERT INTO akismet_months (site, month, blog, calls, spam, ham, missed_spam, false_positives) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
		ON CONFLICT (site, month, blog) DO UPDATE SET calls = akismet_months.calls + excluded.calls, spam = akismet_months.spam + excluded.spam,
		ham = akismet_months.ham + excluded.ham, missed_spam = akismet_months.missed_spam + excluded.missed_spam,
		false_positives = akismet_months.false_positives + excluded.false_positives`,
		site, month, n.Blog, n.Calls, n.Spam, n.Ham, n.MissedSpam, n.FalsePositives)
}

// AkismetMonth returns the figures of a site in the month of a time, by blog.
func (db *DB) AkismetMonth(ctx context.Context, site string, at time.Time) ([]models.AkismetFigures, error) {
	return read(ctx, db, func(t *tx) ([]models.AkismetFigures, error) {
		return sqldb.List(t, func(scan sqldb.Scanner) (n models.AkismetFigures, err error) {
			err = scan(&n.Blog, &n.Calls, &n.Spam, &n.Ham, &n.MissedSpam, &n.FalsePositives)
			return n, err
		}, `SELECT blog, calls, spam, ham, missed_spam, false_positives FROM akismet_months WHERE site = $1 AND month = $2 ORDER BY blog`, site, monthOf(at))
	})
}

// AkismetMonths returns the figures of a blog by month, the oldest first, since the month of a
// time.
func (db *DB) AkismetMonths(ctx context.Context, site, blog string, since time.Time) ([]models.AkismetFigures, error) {
	return read(ctx, db, func(t *tx) ([]models.AkismetFigures, error) {
		return sqldb.List(t, func(scan sqldb.Scanner) (n models.AkismetFigures, err error) {
			var month int64
			err = scan(&month, &n.Calls, &n.Spam, &n.Ham, &n.MissedSpam, &n.FalsePositives)
			n.Blog, n.Month = blog, time.Date(int(month/12), time.Month(month%12+1), 1, 0, 0, 0, 0, time.UTC)
			return n, err
		}, `SELECT month, calls, spam, ham, missed_spam, false_positives FROM akismet_months
			WHERE site = $1 AND month >= $2 AND blog = $3 ORDER BY month LIMIT $4`, site, monthOf(since), blog, akismetMonths+1)
	})
}

// monthOf returns the month of a time in UTC, counted from the year 0.
func monthOf(at time.Time) int64 {
	year, month, _ := at.UTC().Date()
	return int64(year)*12 + int64(month) - 1
}

// purgeAkismetChecks forgets the answers that are too old to be corrected.
func (db *DB) purgeAkismetChecks(ctx context.Context) (int64, error) {
	return purgeBatches(ctx, db, `DELETE FROM akismet_checks WHERE (site, id) IN
		(SELECT site, id FROM akismet_checks WHERE checked_at >= $1 AND checked_at < $2 ORDER BY checked_at LIMIT $3) RETURNING checked_at`,
		0, micros(db.sql.Now().Add(-akismetCheckTTL)))
}

// removeAkismetMonths forgets the figures of old months.
func (db *DB) removeAkismetMonths(ctx context.Context, site string) (int64, error) {
	return update(ctx, db, func(t *tx) (int64, error) {
		return t.Exec(`DELETE FROM akismet_months WHERE site = $1 AND month <= $2`, site, monthOf(t.Now)-akismetMonths)
	})
}
