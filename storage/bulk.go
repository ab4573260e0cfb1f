package storage

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"slices"
	"time"

	"winnow/models"
	"winnow/storage/sqldb"
)

// bulkChunk is how many comments of a large batch one transaction decides or
// undoes: others wait for it, some tenths of a second.
const bulkChunk = 100

const previewSample = 3

// matchedComment is a comment that a filter matches, with what a preview needs.
type matchedComment struct {
	versionedID
	author  [2]string // site and key
	article [2]string // site and id
	at      int64
	claim   models.Claim
	variant models.Variant // of a campaign; without its body
}

// matchFilter returns the first comments that a filter matches, up to one more
// than a batch takes, in the order of their ids; and their keys in the filter's
// order. Moderators do not get comments that are escalated to an editor.
func (t *tx) matchFilter(by models.Caller, f models.QueueFilter) (all []matchedComment, first []key, err error) {
	f.Grouped, f.Cursor = false, ""
	q, err := newQueueQuery(&f)
	if err != nil {
		return nil, nil, err
	}
	if !by.IsEditor() {
		q = q.and("c.reason <> ?", string(models.ReasonEscalated))
	}
	sites, err := t.queueSites(by, f.Site)
	if err != nil {
		return nil, nil, err
	}
	if q, err = t.narrowed(q, sites); err != nil {
		return nil, nil, err
	}
	waiting, err := t.queued(sites, q, models.MaxBatch+1)
	if err != nil || len(waiting) == 0 {
		return nil, nil, err
	}
	first = queuedKeys(waiting)
	columns := variantColumns(f)
	for _, part := range bySite(first) {
		found, err := sqldb.List(t, func(scan sqldb.Scanner) (c matchedComment, err error) {
			var until int64
			var body string
			v := &c.variant
			err = scan(&c.id, &c.version, &c.site, &c.author[1], &c.article[1], &c.at, &c.claim.By, &until, &body, &v.Spam, &v.Abuse, &v.Action, &v.Reason)
			c.author[0], c.article[0], c.claim.LeaseUntil = c.site, c.site, fromMicros(until)
			v.Text, v.CommentID, v.Count = textKey(body), c.id, 1
			return c, err
		}, `SELECT c.id, c.version, c.site, c.author_key, c.article, c.created_at, c.lease_by, c.lease_until, `+columns+` FROM comments c WHERE c.id`+t.InJSONList(1)+
			` AND `+t.Unindexed("c.site")+` = $2`, jsonList(idsOf(part)), part[0].site)
		if err != nil {
			return nil, nil, err
		}
		all = append(all, found...)
	}
	if f.Text != "" {
		all, first = withText(all, first, f.Text)
	}
	slices.SortFunc(all, func(a, b matchedComment) int { return cmp.Compare(a.id, b.id) })
	return all, first, nil
}

// limitBatch returns what one batch takes, with a token that identifies it.
func limitBatch(all []matchedComment, first []key) ([]matchedComment, string) {
	if len(all) > models.MaxBatch {
		last := first[models.MaxBatch]
		all = slices.DeleteFunc(all, func(c matchedComment) bool { return c.key == last })
	}
	sum := sha256.New()
	for _, c := range all {
		fmt.Fprintf(sum, "%s %d\n", c.id, c.version)
	}
	return all, base64.RawURLEncoding.EncodeToString(sum.Sum(nil)[:16])
}

// PreviewBatch describes what DecideFiltered would decide. The filter's limit and cursor,
// and whether campaigns are one item, are ignored.
func (db *DB) PreviewBatch(ctx context.Context, by models.Caller, f models.QueueFilter) (models.Preview, error) {
	return readQueue(ctx, db, f, func(t *tx) (p models.Preview, err error) {
		p.Sample = []models.QueueItem{}
		all, first, err := t.matchFilter(by, f)
		if err != nil {
			return p, err
		}
		p.More = len(all) > models.MaxBatch
		all, p.Token = limitBatch(all, first)
		p.Count = len(all)
		authors, articles := map[[2]string]bool{}, map[[2]string]bool{}
		for _, c := range all {
			authors[c.author], articles[c.article] = true, true
			if c.claim.By != "" && c.claim.By != by.Name && c.claim.LeaseUntil.After(t.Now) {
				p.Claimed++
			}
			at := fromMicros(c.at)
			if p.FirstAt == nil || at.Before(*p.FirstAt) {
				p.FirstAt = &at
			}
			if p.LastAt == nil || at.After(*p.LastAt) {
				p.LastAt = &at
			}
		}
		p.Authors, p.Articles = len(authors), len(articles)
		if f.Campaign != "" && f.Text == "" {
			if p.Variants, p.Texts, err = t.variants(all); err != nil {
				return p, err
			}
		}
		p.Sample, err = t.queueItems(first[:min(previewSample, len(first))])
		return p, err
	})
}

// DecideFiltered is DecideBatch for the comments that a filter matches, at most
// models.MaxBatch of them. It is a conflict when they are not those expected. A
// large batch takes several transactions: what changes meanwhile is in failed,
// and so is the rest when one cannot be written.
func (db *DB) DecideFiltered(ctx context.Context, by models.Caller, f models.QueueFilter, want models.Expected, d models.DecisionRequest) (batch string, done []models.Decision, failed map[string]error, err error) {
	d.Version = 0
	if err := d.Validate(); err != nil {
		return "", nil, nil, err
	}
	all, err := readQueue(ctx, db, f, func(t *tx) ([]matchedComment, error) {
		all, first, err := t.matchFilter(by, f)
		if err != nil {
			return nil, err
		}
		all, token := limitBatch(all, first)
		switch {
		case len(all) != want.Count:
			err = models.Errorf(models.KindConflict, "the filter matches %d comments now, not %d", len(all), want.Count)
		case want.Token != "" && want.Token != token:
			err = models.Errorf(models.KindConflict, "the filter matches other comments now")
		}
		return all, err
	})
	if err != nil {
		return "", nil, nil, err
	}
	batch, done, failed = newID(), []models.Decision{}, map[string]error{}
	for part := range slices.Chunk(all, bulkChunk) {
		targets := make([]versionedID, len(part))
		for i, c := range part {
			targets[i] = c.versionedID
		}
		decided, refused, err := db.decideChunk(ctx, by, batch, targets, d)
		if err != nil && len(done) == 0 {
			return "", nil, nil, err
		}
		done = append(done, decided...)
		for id, why := range refused {
			failed[id] = why
		}
		if err != nil {
			for _, c := range all[len(done)+len(failed):] {
				failed[c.id] = err
			}
			break
		}
	}
	return batch, done, failed, nil
}

// chunkTimeout is how long one chunk of a batch may take. The deadline of the
// request is meant for small ones.
const chunkTimeout = 10 * time.Second

func (db *DB) decideChunk(ctx context.Context, by models.Caller, batch string, targets []versionedID, d models.DecisionRequest) ([]models.Decision, map[string]error, error) {
	ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), chunkTimeout)
	defer stop()
	return db.decideTargets(ctx, by, batch, targets, d)
}
