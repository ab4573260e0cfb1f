// Package traffic reads the comments of the installation in the background, in the order of
// the events that tell of them. It lets a candidate run beside the live model (shadow),
// makes it live by itself when that is wanted and nothing speaks against it, and
// measures whether the comments become unlike those that the live model knows
// (drift).
//
// No request waits for it. One node at a time reads, by a lease in the database. It
// knows no HTTP, and imports nothing of handlers but packages leasedtask and promotion.
package traffic

import (
	"context"
	"log/slog"
	"slices"
	"time"

	"github.com/google/uuid"

	"winnow/classifier"
	"winnow/classifier/drift"
	"winnow/handlers/leasedtask"
	"winnow/handlers/promotion"
	"winnow/models"
	"winnow/storage"
)

const (
	readEvery  = 3 * time.Second
	checkEvery = time.Minute
	// How long other nodes wait for one that has ended: while it reads, and while it compares
	// two models. The cursor keeps two nodes from counting a comment.
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
	task      leasedtask.Task
	drift     driftCache
	candidate *classifier.Model // the last one of a shadow
	checked   time.Time         // when what is not of single comments was done last
}

// New returns a reader for a node.
func New(cfg Config) *Reader {
	r := &Reader{Config: cfg}
	r.task = leasedtask.Task{
		DB: cfg.DB, Name: storage.TrafficTask, Node: uuid.NewString(), Lease: readingLease, Renew: readingLease / 3,
		Wants: func(e models.Event) bool { return e.Kind == models.CommentCreated },
		Note:  r.count,
	}
	return r
}

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
			if err := r.task.Release(ctx); err != nil {
				r.Log.WarnContext(ctx, "another node cannot read the comments at once", "error", err)
			}
			return nil
		case <-tick.C:
		}
	}
}

// Step reads what has arrived, if no other node does, and once a minute looks for drift
// and whether a candidate is to be promoted. A conflict is no failure: another node, or
// a person, was quicker.
func (r *Reader) Step(ctx context.Context) error {
	held, err := r.task.Hold(ctx)
	if err == nil && held {
		err = r.task.ReadEvents(ctx)
	}
	if err != nil {
		return err
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

// count stores what follows from the comments that some events tell of.
func (r *Reader) count(ctx context.Context, from, to int64, events []models.Event) error {
	b := storage.TrafficBatch{From: from, To: to}
	comments, err := r.DB.ArrivedComments(ctx, events)
	if err != nil {
		return err
	}
	if len(comments) > 0 {
		if b.Shadow, err = r.DB.RunningShadow(ctx); err != nil {
			return err
		}
	}
	if b.Shadow != nil {
		if err := r.compare(ctx, comments, &b); err != nil {
			return err
		}
	}
	if b.Days, err = r.days(ctx, comments); err != nil {
		return err
	}
	return r.DB.RecordTraffic(ctx, b)
}

// compare scores the comments that came since the begin of the shadow with both models.
func (r *Reader) compare(ctx context.Context, comments []storage.ArrivedComment, b *storage.TrafficBatch) error {
	comments = slices.DeleteFunc(slices.Clone(comments), func(c storage.ArrivedComment) bool { return c.CreatedAt.Before(b.Shadow.Since) })
	live, candidate, err := r.pair(ctx, *b.Shadow)
	if err != nil {
		return err
	}
	policies, trusts, err := r.settings(ctx, comments)
	if err != nil {
		return err
	}
	texts, err := r.DB.ArrivedTexts(ctx, comments)
	if err != nil {
		return err
	}
	b.Counts = map[string]models.ShadowCounts{}
	for _, c := range texts {
		if c.ContentRemoved() { // since it was read
			continue
		}
		in, policy := classifier.FromComment(c), policies[c.Site]
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

// trafficKey is what comments are counted by.
type trafficKey struct {
	site, model string
	day         time.Time
}

func keyOf(c storage.ArrivedComment) trafficKey {
	return trafficKey{c.Site, c.Model, c.CreatedAt.UTC().Truncate(24 * time.Hour)}
}

// days counts comments by site, model and day.
func (r *Reader) days(ctx context.Context, comments []storage.ArrivedComment) ([]models.TrafficDay, error) {
	words, err := r.words(ctx, comments)
	if err != nil {
		return nil, err
	}
	index := map[trafficKey]int{}
	var days []models.TrafficDay
	for _, c := range comments {
		k := keyOf(c)
		i, ok := index[k]
		if !ok {
			i = len(days)
			index[k] = i
			days = append(days, models.TrafficDay{Site: k.site, Model: k.model, Day: k.day, TrafficCounts: words[k]})
		}
		counts := models.TrafficCounts{Comments: 1}
		if c.Status == models.Pending {
			counts.Held = 1
		}
		counts.Scores[drift.Bin(c.Risk)]++
		days[i].Add(counts)
	}
	return days, nil
}

// maxTexts is of how many comments of a batch the words are counted, for each site, model and
// day. Only the share of unknown ones matters, and to read and split all texts would cost
// several times as much as everything else here.
const maxTexts = 50

// words counts the words of some comments that the live model has scored, and those that it
// does not know: of other models nobody knows.
func (r *Reader) words(ctx context.Context, comments []storage.ArrivedComment) (map[trafficKey]models.TrafficCounts, error) {
	live := r.Node.Model()
	var chosen []storage.ArrivedComment
	keys, chosenOf := map[string]trafficKey{}, map[trafficKey]int{}
	for _, c := range comments {
		if k := keyOf(c); c.Model == live.Version() && chosenOf[k] < maxTexts {
			chosen = append(chosen, c)
			chosenOf[k]++
			keys[c.ID] = k
		}
	}
	texts, err := r.DB.ArrivedTexts(ctx, chosen)
	if err != nil {
		return nil, err
	}
	counts := map[trafficKey]models.TrafficCounts{}
	for _, c := range texts {
		words, unknown := live.Coverage(classifier.FromComment(c))
		n := counts[keys[c.ID]]
		n.Words, n.Unknown = n.Words+int64(words), n.Unknown+int64(unknown)
		counts[keys[c.ID]] = n
	}
	return counts, nil
}
