// Package traffic reads the comments of the installation in the background, some
// seconds after they arrived. It lets a candidate run beside the live model (shadow),
// makes it live by itself when that is wanted and nothing speaks against it, and
// measures whether the comments become unlike those that the live model knows
// (drift).
//
// No request waits for it. One node at a time reads, by a lease in the database. It
// knows no HTTP, and imports nothing of handlers but package promotion.
package traffic

import (
	"context"
	"log/slog"
	"slices"
	"time"

	"github.com/google/uuid"

	"winnow/classifier"
	"winnow/classifier/drift"
	"winnow/handlers/promotion"
	"winnow/models"
	"winnow/storage"
)

const (
	readEvery  = 3 * time.Second
	checkEvery = time.Minute
	// settleTime is how old comments are when they are read: longer than storing one
	// may take, so that none with a smaller id is stored later.
	settleTime = 10 * time.Second
	batchSize  = 200
	maxBatches = 10 // at a time; a node that is far behind goes on the next time
	// How long other nodes wait for one that has ended: while it reads a batch, and
	// while it compares two models. The cursor keeps two nodes from counting a comment.
	readingLease   = 15 * time.Second
	comparingLease = 90 * time.Second
)

// Node is what the reader needs of the node it runs on; *node.Node has it.
type Node interface {
	Model() *classifier.Model
	ReloadModel(ctx context.Context) error
	Publish(ctx context.Context, e models.Event)
}

// Config is what a Reader needs. All fields are required.
type Config struct {
	DB       *storage.DB
	Node     Node
	Comparer *promotion.Comparer
	Now      func() time.Time
	Log      *slog.Logger
}

// Reader reads the comments in the background.
type Reader struct {
	Config
	name      string // of this reader, for its lease
	drift     driftCache
	candidate *classifier.Model // the last one of a shadow
	checked   time.Time         // when what is not of single comments was done last
}

// New returns a reader for a node.
func New(cfg Config) *Reader { return &Reader{Config: cfg, name: uuid.NewString()} }

// Run reads until ctx ends.
func (r *Reader) Run(ctx context.Context) error {
	tick := time.NewTicker(readEvery)
	defer tick.Stop()
	for {
		if err := r.Step(ctx); err != nil && ctx.Err() == nil && models.KindOf(err) != models.KindConflict {
			r.Log.ErrorContext(ctx, "reading the comments in the background failed", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// Step reads what has arrived, if no other node does, and once a minute looks for drift
// and whether a candidate is to be promoted. A conflict is no failure: another node, or
// a person, was quicker.
func (r *Reader) Step(ctx context.Context) error {
	for range maxBatches {
		if more, err := r.readBatch(ctx); err != nil {
			return err
		} else if !more {
			break
		}
	}
	if r.Now().Sub(r.checked) < checkEvery {
		return nil
	}
	r.checked = r.Now()
	if err := r.checkDrift(ctx); err != nil {
		return err
	}
	return r.checkShadow(ctx)
}

// readBatch reads some comments, and reports whether there may be more.
func (r *Reader) readBatch(ctx context.Context) (more bool, err error) {
	page, err := r.DB.NextTraffic(ctx, r.Now().Add(-settleTime), batchSize)
	if err != nil || page.Started && len(page.Comments) == 0 {
		return false, err
	}
	mine, err := r.DB.LeaseTraffic(ctx, r.name, readingLease)
	if err != nil || !mine || !page.Started {
		return false, err
	}
	b := storage.TrafficBatch{From: page.Cursor, To: page.Comments[len(page.Comments)-1].ID, Shadow: page.Shadow}
	if page.Shadow != nil {
		if err := r.compare(ctx, page, &b); err != nil {
			return false, err
		}
	}
	b.Days = r.count(page.Comments)
	return len(page.Comments) == batchSize, r.DB.RecordTraffic(ctx, b)
}

// compare scores the comments that came since the begin of the shadow with both models.
func (r *Reader) compare(ctx context.Context, page storage.TrafficPage, b *storage.TrafficBatch) error {
	live, candidate, err := r.pair(ctx, *page.Shadow)
	if err != nil {
		return err
	}
	policies, trusts, err := r.settings(ctx, page.Comments)
	if err != nil {
		return err
	}
	b.Counts = map[string]models.ShadowCounts{}
	for _, c := range page.Comments {
		if c.ContentRemoved() || c.CreatedAt.Before(page.Shadow.Since) {
			continue
		}
		in, policy := classifier.FromComment(c.Comment), policies[c.Site]
		in.Trusts = trusts[c.Site]
		now, then := classifier.VerdictOfBoth(live, candidate, in, policy, policy)
		d := models.ShadowDifference{Site: c.Site, Comment: c.ID, Now: now.Action, Then: then.Action}
		counts := b.Counts[c.Site]
		counts.Add(d.Now, d.Then)
		b.Counts[c.Site] = counts
		if d.Now != d.Then {
			b.Differences = append(b.Differences, d)
		}
	}
	return nil
}

// pair returns the models of a shadow. It is a conflict when another model is live.
func (r *Reader) pair(ctx context.Context, s models.ShadowRun) (live, candidate *classifier.Model, err error) {
	if live = r.Node.Model(); live.Version() != s.Live {
		if err := r.Node.ReloadModel(ctx); err != nil {
			return nil, nil, err
		}
		if live = r.Node.Model(); live.Version() != s.Live {
			return nil, nil, models.Errorf(models.KindConflict, "model %s is not live any more", s.Live)
		}
	}
	if r.candidate == nil || r.candidate.Version() != s.Version {
		r.candidate, err = r.Comparer.Load(ctx, s.Version)
	}
	return live, r.candidate, err
}

// settings returns what the models need to know of the sites of comments, by site.
func (r *Reader) settings(ctx context.Context, comments []storage.ArrivedComment) (map[string]classifier.Policy, promotion.Trusts, error) {
	sites, err := r.DB.Sites(ctx)
	if err != nil {
		return nil, nil, err
	}
	sites = slices.DeleteFunc(sites, func(s models.Site) bool {
		return !slices.ContainsFunc(comments, func(c storage.ArrivedComment) bool { return c.Site == s.Slug })
	})
	policies := make(map[string]classifier.Policy, len(sites))
	for _, s := range sites {
		policies[s.Slug] = classifier.PolicyOf(s)
	}
	trusts, err := promotion.TrustsOf(ctx, r.DB, sites)
	return policies, trusts, err
}

// count counts comments by site, model and day.
func (r *Reader) count(comments []storage.ArrivedComment) []models.TrafficDay {
	type key struct {
		site, model string
		day         time.Time
	}
	live := r.Node.Model()
	index := map[key]int{}
	var days []models.TrafficDay
	for _, c := range comments {
		if c.ContentRemoved() {
			continue
		}
		k := key{c.Site, c.Model, c.CreatedAt.UTC().Truncate(24 * time.Hour)}
		i, ok := index[k]
		if !ok {
			i = len(days)
			index[k] = i
			days = append(days, models.TrafficDay{Site: k.site, Model: k.model, Day: k.day})
		}
		counts := models.TrafficCounts{Comments: 1}
		if c.Status == models.Pending {
			counts.Held = 1
		}
		if c.Model == live.Version() { // words are only known of the live model
			words, unknown := live.Coverage(classifier.FromComment(c.Comment))
			counts.Words, counts.Unknown = int64(words), int64(unknown)
		}
		counts.Scores[drift.Bin(c.Risk)]++
		days[i].Add(counts)
	}
	return days
}
