package storage

import (
	"context"
	"sync"

	"winnow/models"
	"winnow/storage/sqldb"
)

// trainingSamples remembers how many comments the training sample of each site
// has, as of the last transaction that read it. A sample never shrinks, so a
// sample that was full stays full, and posting costs nothing more than a lookup.
type trainingSamples struct {
	sizes sync.Map // site → int
}

// openSamples has the sizes of the samples that are not full, by site, for one
// transaction.
type openSamples map[string]int

// open reads the sizes of the samples that comments of this transaction may belong
// to. Several nodes may do so at the same time, so a sample can become larger than
// the site wants, by the comments that arrive in that moment.
func (s *trainingSamples) open(t *tx, requests []*insertRequest) (openSamples, error) {
	var open openSamples
	for _, r := range requests {
		site := r.Comment.Site
		known, _ := s.sizes.Load(site)
		size, _ := known.(int)
		if _, done := open[site]; done || size >= r.TrainingSample {
			continue
		}
		size, err := sqldb.One(t, sqldb.ScanOne[int], `SELECT count(*) FROM training_sample WHERE site = $1`, site)
		if err != nil {
			return nil, err
		}
		s.sizes.Store(site, size)
		if open == nil {
			open = openSamples{}
		}
		open[site] = size
	}
	return open, nil
}

// take reports whether the next comment of a site belongs to its sample, and
// counts it.
func (o openSamples) take(site string, want int) bool {
	size, isOpen := o[site]
	if !isOpen || size >= want {
		return false
	}
	o[site] = size + 1
	return true
}

// sampleRow is a comment of a training sample.
type sampleRow struct{ site, comment, look string }

var sampleRows = sqldb.NewInsert("training_sample", "",
	sqldb.Text("site", func(r sampleRow) string { return r.site }),
	sqldb.Text("comment_id", func(r sampleRow) string { return r.comment }),
	sqldb.Text("look", func(r sampleRow) string { return r.look }),
)

// lookOf returns the id of the comment's second look if that was added last, or ""
// for a held comment.
func lookOf(comment string, looks []secondLookRow) string {
	if n := len(looks); n > 0 && looks[n-1].comment == comment {
		return looks[n-1].id
	}
	return ""
}

// SecondLookState returns how many second looks the caller may decide, and how far the training
// samples of the sites are that the caller sees; of one site when site is not "".
func (db *DB) SecondLookState(ctx context.Context, by models.Caller, site string) (models.SecondLookState, error) {
	state := models.SecondLookState{Sites: []models.SiteSecondLookState{}}
	slugs, all, err := visibleSites(by, site)
	if err != nil {
		return state, err
	}
	return readFor(ctx, db, sqldb.Desk, func(t *tx) (models.SecondLookState, error) {
		var w sqldb.Where
		if !all {
			w.In("slug", slugs)
		}
		sites, err := sqldb.List(t, readSite, siteColumns+w.String()+` ORDER BY slug`, w.Args()...)
		if err != nil {
			return state, err
		}
		for _, s := range sites {
			each, err := t.secondLookState(by, s)
			if err != nil {
				return state, err
			}
			state.Open += each.Open
			state.Sites = append(state.Sites, each)
		}
		return state, nil
	})
}

func (t *tx) secondLookState(by models.Caller, s models.Site) (models.SiteSecondLookState, error) {
	state := models.SiteSecondLookState{Site: s.Slug}
	w := t.openSecondLooks(by)
	w.Add("l.site = ?", s.Slug)
	var err error
	state.Open, err = sqldb.One(t, sqldb.ScanOne[int], `SELECT count(*) FROM second_looks l JOIN comments c ON `+t.Unindexed("c.site")+` = l.site AND c.id = l.comment_id`+w.String(), w.Args()...)
	if err != nil || s.TrainingSampleSize() == 0 {
		return state, err
	}
	sample, err := sqldb.One(t, func(scan sqldb.Scanner) (n models.TrainingSampleStatus, err error) {
		err = scan(&n.Arrived, &n.Looked)
		return n, err
	}, `SELECT count(*), count(*) FILTER (WHERE c.body = '' OR l.decided_at IS NOT NULL
			OR EXISTS (SELECT 1 FROM decisions d WHERE d.site = s.site AND d.comment_id = s.comment_id AND d.undone_at IS NULL))
		FROM training_sample s JOIN comments c ON `+t.Unindexed("c.site")+` = s.site AND c.id = s.comment_id LEFT JOIN second_looks l ON l.site = s.site AND l.id = s.look WHERE s.site = $1`, s.Slug)
	sample.Total = max(s.TrainingSampleSize(), sample.Arrived)
	state.TrainingSample = &sample
	return state, err
}
