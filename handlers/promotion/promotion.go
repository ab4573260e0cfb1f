// Package promotion compares a stored model with the live one before it is
// promoted. It brings what storage has to package gate, which decides, and caches
// the reports for a short time. It knows no HTTP: the server and the command line
// use it.
package promotion

import (
	"context"
	"fmt"
	"iter"
	"maps"
	"slices"
	"sync"
	"time"

	"winnow/classifier"
	"winnow/classifier/gate"
	"winnow/models"
	"winnow/storage"
)

const (
	cacheTime  = time.Minute
	maxReports = 16
	// timeout bounds a comparison, which takes a processor: some seconds for 20,000
	// labels and 10,000 comments.
	timeout = 50 * time.Second
)

// Comparer compares models with the live one. It makes one comparison at a time, so
// that comparisons take one processor at most.
type Comparer struct {
	db   *storage.DB
	now  func() time.Time
	busy chan struct{} // has room for the comparison that runs

	mu      sync.Mutex
	reports map[key]cached
}

type key struct{ candidate, live string }

type cached struct {
	report gate.Report
	at     time.Time
}

// New returns a Comparer for the models of a database.
func New(db *storage.DB, now func() time.Time) *Comparer {
	return &Comparer{db: db, now: now, busy: make(chan struct{}, 1), reports: map[key]cached{}}
}

// Load reads a stored model, or returns KindNotFound.
func (c *Comparer) Load(ctx context.Context, version string) (*classifier.Model, error) {
	data, err := c.db.ModelData(ctx, version)
	if err != nil {
		return nil, err
	}
	m, err := classifier.Parse(data)
	if err != nil {
		return nil, fmt.Errorf("read model %s: %w", version, err)
	}
	return m, nil
}

// Compare compares a candidate with the live model. The report may be a minute old.
func (c *Comparer) Compare(ctx context.Context, candidate, live *classifier.Model) (gate.Report, error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	select {
	case c.busy <- struct{}{}:
		defer func() { <-c.busy }()
	case <-ctx.Done():
		return gate.Report{}, ctx.Err()
	}
	k := key{candidate.Version(), live.Version()}
	if r, ok := c.cached(k); ok {
		return r, nil
	}
	ev, limits, err := c.Evidence(ctx)
	if err != nil {
		return gate.Report{}, err
	}
	r, err := gate.Compare(ctx, candidate, live, ev, limits)
	if err == nil {
		c.cache(k, r)
	}
	return r, err
}

func (c *Comparer) cached(k key) (gate.Report, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	r, ok := c.reports[k]
	return r.report, ok && c.now().Before(r.at.Add(cacheTime))
}

// Last returns the last report of a comparison and when it was made. It may be older
// than what Compare returns: the labels and comments may have changed since.
func (c *Comparer) Last(candidate, live string) (_ gate.Report, at time.Time, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	r, ok := c.reports[key{candidate, live}]
	return r.report, r.at, ok
}

func (c *Comparer) cache(k key, r gate.Report) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.reports) >= maxReports {
		oldest := slices.MinFunc(slices.Collect(maps.Keys(c.reports)), func(a, b key) int {
			return c.reports[a].at.Compare(c.reports[b].at)
		})
		delete(c.reports, oldest)
	}
	c.reports[k] = cached{r, c.now()}
}

// Evidence returns what storage has to compare models on: all labels, the last
// comments of every site, and the golden examples.
func (c *Comparer) Evidence(ctx context.Context) (gate.Evidence, gate.Limits, error) {
	sites, err := c.db.Sites(ctx)
	if err != nil {
		return gate.Evidence{}, gate.Limits{}, err
	}
	policies := map[string]classifier.Policy{}
	for _, s := range sites {
		policies[s.Slug] = classifier.PolicyOf(s)
	}
	trusts, err := TrustsOf(ctx, c.db, sites)
	if err != nil {
		return gate.Evidence{}, gate.Limits{}, err
	}
	ev := gate.Evidence{
		Trusts:  trusts,
		Labels:  c.db.Labels(ctx, "", time.Time{}),
		Traffic: Traffic(ctx, c.db, sites),
		Golden:  c.golden(ctx),
		Policy: func(site string) classifier.Policy {
			if p, ok := policies[site]; ok {
				return p
			}
			return classifier.Policy{Site: site}
		},
	}
	return ev, gate.Limits{Traffic: maxComments, HoldBudgets: HoldBudgets(sites)}, nil
}

// golden streams the golden examples of all sites.
func (c *Comparer) golden(ctx context.Context) iter.Seq2[models.Label, error] {
	return func(yield func(models.Label, error) bool) {
		for g, err := range c.db.GoldenExamples(ctx, "") {
			if !yield(g.AsLabel(), err) || err != nil {
				return
			}
		}
	}
}

// RefusedError says that a comparison speaks against a candidate.
type RefusedError struct{ Report gate.Report }

func (e *RefusedError) Error() string {
	return "the comparison with the live model speaks against this model; it can be forced with a note"
}

// Unwrap makes it an error of models.KindConflict.
func (e *RefusedError) Unwrap() error {
	return models.Errorf(models.KindConflict, "%s", e.Error())
}

// Promote makes a model live, unless the comparison with the live one refuses it:
// then the error is a *RefusedError. With a note it is not compared.
func (c *Comparer) Promote(ctx context.Context, by models.Caller, candidate, live *classifier.Model, force string) (models.ModelInfo, error) {
	if force != "" {
		return c.db.ForceModel(ctx, by, candidate.Version(), force)
	}
	r, err := c.Compare(ctx, candidate, live)
	if err != nil {
		return models.ModelInfo{}, err
	}
	if r.Refused {
		return models.ModelInfo{}, &RefusedError{r}
	}
	return c.db.PromoteModel(ctx, by, candidate.Version())
}
