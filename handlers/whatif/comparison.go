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
	req       Request
	window    storage.Window
	db        *storage.DB
	ids       []string       // of the comments, in the order of their arrival
	positions map[string]int // in ids
	acts      []act          // that are still to come
	now, then *replay
}

// prepared is a comment with what both settings make of its text.
type prepared struct {
	storage.PostedComment
	substance string // see models.Substance
	now, then screening.Prepared
}

func newComparison(ctx context.Context, db *storage.DB, req Request) (*comparison, error) {
	window, err := db.LastComments(ctx, req.Now.Site.Slug, req.Comments)
	if err != nil {
		return nil, err
	}
	c := &comparison{req: req, window: window, db: db, positions: map[string]int{}}
	sources, err := loadShared(ctx, db, window, req)
	if err != nil {
		return nil, err
	}
	if c.acts, err = loadActs(ctx, db, window); err != nil {
		return nil, err
	}
	c.now, c.then = newReplay(req.Now, sources, c.positions), newReplay(req.Then, sources, c.positions)
	return c, nil
}

// screen screens the comments of the window with both settings. Texts are prepared ahead
// on all processors; what depends on earlier comments is then done in their order.
func (c *comparison) screen(ctx context.Context) error {
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
				if c.now.shared.before != nil {
					p.substance = models.Substance(p.Body)
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
	for len(c.acts) > 0 && c.acts[0].at.Before(p.CreatedAt) {
		c.now.history.apply(c.acts[0])
		c.then.history.apply(c.acts[0])
		c.acts = c.acts[1:]
	}
	c.positions[p.ID] = len(c.ids)
	c.ids = append(c.ids, p.ID)
	if p.ContentRemoved() {
		c.now.history.skip(p.Comment)
		c.then.history.skip(p.Comment)
		return nil
	}
	if err := c.now.decide(ctx, p, p.now); err != nil {
		return err
	}
	return c.then.decide(ctx, p, p.then)
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

// finish counts what became of the comments and lists the first changes.
func (c *comparison) finish(ctx context.Context) (Result, error) {
	r := Result{Transitions: []Transition{}, Changes: []Change{}}
	transitions := map[Transition]int{} // by transitions without a count
	for i, id := range c.ids {
		now, then := &c.now.history.comments[i], &c.then.history.comments[i]
		if now.skipped {
			r.Skipped++
			continue
		}
		r.Comments++
		r.Now.add(now.outcome.Status)
		r.Then.add(then.outcome.Status)
		if now.outcome.State == then.outcome.State {
			continue
		}
		r.Changed++
		transitions[Transition{Now: now.outcome.State, Then: then.outcome.State}]++
		if len(r.Changes) < c.req.Changes {
			r.Changes = append(r.Changes, Change{ID: id, CreatedAt: now.at, Now: now.outcome, Then: then.outcome})
		}
	}
	for t, n := range maps.All(transitions) {
		t.Comments = n
		r.Transitions = append(r.Transitions, t)
	}
	slices.SortFunc(r.Transitions, func(a, b Transition) int {
		return cmp.Or(cmp.Compare(b.Comments, a.Comments), compareStates(a.Now, b.Now), compareStates(a.Then, b.Then))
	})
	return r.In("en"), c.addTexts(ctx, r.Changes)
}

// addTexts completes the changes that are listed.
func (c *comparison) addTexts(ctx context.Context, changes []Change) error {
	ids := make([]string, len(changes))
	for i := range changes {
		ids[i] = changes[i].ID
	}
	comments, err := c.db.PostedComments(ctx, c.window, ids)
	for i := range changes {
		posted := comments[changes[i].ID]
		changes[i].Text, changes[i].Author = beginning(posted.Body), posted.Author.Name
	}
	return err
}

func compareStates(a, b State) int {
	return cmp.Or(cmp.Compare(a.Status, b.Status), cmp.Compare(a.Reason, b.Reason))
}
