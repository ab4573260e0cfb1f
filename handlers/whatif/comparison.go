package whatif

import (
	"cmp"
	"context"
	"maps"
	"runtime"
	"slices"

	"golang.org/x/sync/errgroup"

	"winnow/handlers/screening"
	"winnow/models"
	"winnow/storage"
)

// batchSize is how many comments are prepared at once. Three batches are in memory.
const batchSize = 512

// textLength is how much of a text a change shows, in characters.
const textLength = 200

// comparison is one request while it is answered.
type comparison struct {
	req         Request
	window      storage.Window
	db          *storage.DB
	now, then   *replay
	decisions   *decisions
	result      Result
	transitions map[Transition]int // by transitions without a count
}

// prepared is a comment with what both settings make of its text.
type prepared struct {
	storage.PostedComment
	now, then screening.Prepared
}

func newComparison(ctx context.Context, db *storage.DB, req Request) (*comparison, error) {
	window, err := db.LastComments(ctx, req.Now.Site.Slug, req.Comments)
	if err != nil {
		return nil, err
	}
	c := &comparison{req: req, window: window, db: db, transitions: map[Transition]int{}}
	sources, err := loadShared(ctx, db, window, req)
	if err != nil {
		return nil, err
	}
	c.decisions = newDecisions(db.WindowDecisions(ctx, window))
	c.now, c.then = newReplay(req.Now, sources), newReplay(req.Then, sources)
	return c, nil
}

// screen screens the comments of the window with both settings. Texts are prepared ahead
// on all processors; what depends on earlier comments is then done in their order.
func (c *comparison) screen(ctx context.Context) error {
	defer c.decisions.stop()
	g, ctx := errgroup.WithContext(ctx)
	batches := make(chan []prepared, 1)
	g.Go(func() error {
		defer close(batches)
		return c.prepare(ctx, batches)
	})
	g.Go(func() error {
		for batch := range batches {
			for i := range batch {
				if err := c.decide(ctx, &batch[i]); err != nil {
					return err
				}
			}
		}
		return nil
	})
	return g.Wait()
}

// prepare reads the comments and sends them in batches, prepared.
func (c *comparison) prepare(ctx context.Context, batches chan<- []prepared) error {
	send := func(batch []prepared) error {
		if err := c.prepareBatch(ctx, batch); err != nil {
			return err
		}
		select {
		case batches <- batch:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	batch := make([]prepared, 0, batchSize)
	for comment, err := range c.db.WindowComments(ctx, c.window) {
		if err != nil {
			return err
		}
		if batch = append(batch, prepared{PostedComment: comment}); len(batch) < batchSize {
			continue
		}
		if err := send(batch); err != nil {
			return err
		}
		batch = make([]prepared, 0, batchSize)
	}
	return send(batch)
}

// prepareBatch prepares comments on all processors, each a part of them.
func (c *comparison) prepareBatch(ctx context.Context, batch []prepared) error {
	workers := runtime.GOMAXPROCS(0)
	g, ctx := errgroup.WithContext(ctx)
	for part := range slices.Chunk(batch, max(1, (len(batch)+workers-1)/workers)) {
		g.Go(func() error {
			for i := range part {
				p := &part[i]
				if err := ctx.Err(); err != nil {
					return err
				}
				if p.ContentRemoved() {
					continue
				}
				var err error
				p.now, p.then, err = screening.PrepareBoth(ctx, c.now.screener, c.then.screener, c.req.Now.Site, c.req.Then.Site, p.Comment)
				if err != nil {
					return err
				}
			}
			return nil
		})
	}
	return g.Wait()
}

// decide decides the next comment with both settings.
func (c *comparison) decide(ctx context.Context, p *prepared) error {
	if err := c.applyDecisions(p); err != nil {
		return err
	}
	if p.ContentRemoved() {
		c.result.Skipped++
		for _, r := range []*replay{c.now, c.then} {
			r.records.set(p.Comment, p.Status, p.UpdatedAt)
		}
		return nil
	}
	now, err := c.now.decide(ctx, p.PostedComment, p.now)
	if err != nil {
		return err
	}
	then, err := c.then.decide(ctx, p.PostedComment, p.then)
	if err != nil {
		return err
	}
	c.count(p.Comment, now, then)
	return nil
}

// applyDecisions gives both settings the decisions of moderators before a comment.
func (c *comparison) applyDecisions(p *prepared) error {
	return c.decisions.before(p.CreatedAt, func(d models.Decision) {
		c.now.note(d)
		c.then.note(d)
	})
}

func (c *comparison) count(comment models.Comment, now, then Outcome) {
	r := &c.result
	r.Comments++
	r.Now.add(now.Status)
	r.Then.add(then.Status)
	if now.State == then.State {
		return
	}
	r.Changed++
	c.transitions[Transition{Now: now.State, Then: then.State}]++
	if len(r.Changes) < c.req.Changes {
		r.Changes = append(r.Changes, Change{
			ID: comment.ID, Text: beginning(comment.Body), Author: comment.Author.Name, CreatedAt: comment.CreatedAt, Now: now, Then: then,
		})
	}
}

func beginning(text string) string {
	n := 0
	for i := range text {
		if n == textLength {
			return text[:i]
		}
		n++
	}
	return text
}

// finish returns the result.
func (c *comparison) finish() Result {
	r := c.result
	r.Transitions = make([]Transition, 0, len(c.transitions))
	for t, n := range maps.All(c.transitions) {
		t.Comments = n
		r.Transitions = append(r.Transitions, t)
	}
	slices.SortFunc(r.Transitions, func(a, b Transition) int {
		return cmp.Or(cmp.Compare(b.Comments, a.Comments), compareStates(a.Now, b.Now), compareStates(a.Then, b.Then))
	})
	if r.Changes == nil {
		r.Changes = []Change{}
	}
	return r.In("en")
}

func compareStates(a, b State) int {
	return cmp.Or(cmp.Compare(a.Status, b.Status), cmp.Compare(a.Reason, b.Reason))
}
