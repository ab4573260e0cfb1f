// Package opinion asks other services for second opinions on comments that are held: any chat
// endpoint like OpenAI's, with the written policy of the house, or any scorer over HTTP.
//
// One node asks for all, reading the events in the order of their commits, so that no request
// of a reader or a moderator waits for a service. An opinion decides nothing: a comment that is
// held stays held. Each is asked about once: when the service fails, or may not be asked, that
// is stored instead, and said to moderators.
package opinion

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/netip"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"winnow/handlers/outbound"
	"winnow/models"
	"winnow/storage"
)

const (
	task = "opinions"
	// taskLease is longer than the questions between two renewals can take.
	taskLease = 2 * time.Minute
	deadline  = 10 * time.Second // of a request
	atOnce    = 5                // comments of a site, one after the other, between two renewals
	sites     = 8                // that are served together
	page      = 500              // events
	closing   = 10 * time.Second
	// keepCursor is how long the runner may read on without storing where it is.
	keepCursor = time.Minute
)

// Config says what a Runner works with. DB, Node and Log are required.
type Config struct {
	DB   *storage.DB
	Node string // of this node, unlike that of others
	// Networks are where services may be although they are not public.
	Networks []netip.Prefix
	Log      *slog.Logger

	Poll     time.Duration // between two looks for comments; zero: 2 seconds
	Check    time.Duration // between two looks for sites that want opinions; zero: a minute
	Deadline time.Duration // of a request; zero: 10 seconds
}

// Runner asks for opinions. It is for one goroutine.
type Runner struct {
	Config
	client *http.Client

	sites   map[string]bool // that want opinions
	checked time.Time
	held    time.Time // when the task was last held
	at      cursor

	mu       sync.Mutex
	breakers map[string]*breaker // by site and address
}

// cursor is where the runner is in the order of events.
type cursor struct {
	known        bool
	stored, read int64
	since        time.Time
}

// New returns a runner.
func New(cfg Config) *Runner {
	for to, usual := range map[*time.Duration]time.Duration{&cfg.Poll: 2 * time.Second, &cfg.Check: time.Minute, &cfg.Deadline: deadline} {
		if *to == 0 {
			*to = usual
		}
	}
	return &Runner{Config: cfg, client: outbound.Networks(cfg.Networks).Client(cfg.Deadline), breakers: map[string]*breaker{}}
}

// Run works until ctx ends. A question that is open then is asked again by the next node.
func (r *Runner) Run(ctx context.Context) error {
	tick := time.NewTicker(r.Poll)
	defer tick.Stop()
	for {
		if err := r.step(ctx); err != nil && ctx.Err() == nil {
			r.Log.ErrorContext(ctx, "asking for second opinions failed", "error", err)
		}
		select {
		case <-ctx.Done():
			r.release(ctx)
			return nil
		case <-tick.C:
		}
	}
}

// release lets another node go on at once.
func (r *Runner) release(ctx context.Context) {
	if r.held.IsZero() {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), closing)
	defer cancel()
	if err := r.DB.ReleaseTask(ctx, task, r.Node); err != nil {
		r.Log.WarnContext(ctx, "another node cannot ask for second opinions at once", "error", err)
	}
}

func (r *Runner) step(ctx context.Context) error {
	if time.Since(r.checked) >= r.Check {
		all, err := r.DB.Sites(ctx)
		if err != nil {
			return err
		}
		r.checked, r.sites = time.Now(), map[string]bool{}
		for _, s := range all {
			if s.Opinion.Kind != "" {
				r.sites[s.Slug] = true
			}
		}
	}
	if len(r.sites) == 0 {
		return nil
	}
	if held, err := r.hold(ctx); err != nil || !held {
		return err
	}
	if err := r.readEvents(ctx); err != nil {
		return err
	}
	for ctx.Err() == nil {
		more, err := r.askAll(ctx)
		if err != nil || !more {
			return err
		}
		if held, err := r.hold(ctx); err != nil || !held {
			return err
		}
	}
	return nil
}

// hold reports whether this node is the one that asks.
func (r *Runner) hold(ctx context.Context) (bool, error) {
	if !r.held.IsZero() && time.Since(r.held) < taskLease/6 {
		return true, nil
	}
	now := time.Now()
	held, err := r.DB.HoldTask(ctx, task, r.Node, taskLease)
	if r.held = now; err != nil || !held {
		r.held, r.at = time.Time{}, cursor{}
	}
	return held, err
}

// readEvents notes what happened to the comments of the sites since the last call.
func (r *Runner) readEvents(ctx context.Context) error {
	if !r.at.known {
		if err := r.begin(ctx); err != nil {
			return err
		}
	}
	for {
		events, err := r.DB.EventsSince(ctx, r.at.read, page)
		if errors.Is(err, storage.ErrEventsMissing) {
			events = nil
			if r.at.read, err = r.DB.NewestEvent(ctx); err == nil {
				err = r.store(ctx, nil)
			}
		}
		if err != nil || len(events) == 0 {
			return err
		}
		wanted := slices.DeleteFunc(slices.Clone(events), func(e models.Event) bool {
			return e.Kind != models.CommentCreated && e.Kind != models.CommentChanged || !r.sites[e.Site]
		})
		r.at.read = events[len(events)-1].Seq
		if len(wanted) > 0 || len(events) == page || time.Since(r.at.since) > keepCursor {
			if err := r.store(ctx, wanted); err != nil {
				return err
			}
		}
		if len(events) < page {
			return nil
		}
	}
}

// begin goes on where a node has stopped, or with what happens from now on.
func (r *Runner) begin(ctx context.Context) error {
	at, err := r.DB.TaskCursor(ctx, task)
	if err != nil {
		return err
	}
	r.at = cursor{known: true, stored: at, read: at, since: time.Now()}
	if at > 0 {
		return nil
	}
	if r.at.read, err = r.DB.NewestEvent(ctx); err != nil {
		return err
	}
	return r.store(ctx, nil)
}

func (r *Runner) store(ctx context.Context, wanted []models.Event) error {
	err := r.DB.NoteOpinionEvents(ctx, task, r.at.stored, r.at.read, wanted)
	if r.at.stored, r.at.since = r.at.read, time.Now(); err != nil {
		r.at = cursor{} // and is read again
	}
	return err
}

// askAll asks about some comments of each site, and reports whether there may be more.
func (r *Runner) askAll(ctx context.Context) (more bool, err error) {
	var g errgroup.Group
	g.SetLimit(sites)
	var mu sync.Mutex
	for slug := range r.sites {
		g.Go(func() error {
			asked, failed := r.askSite(ctx, slug)
			mu.Lock()
			defer mu.Unlock()
			// A site that fails keeps no other one waiting.
			more, err = more || asked == atOnce && failed == nil, errors.Join(err, failed)
			return nil
		})
	}
	_ = g.Wait() // no function fails
	return more && err == nil, err
}

// askSite asks about the oldest comments that wait, by the settings of now: one that was turned
// off sends nothing more.
func (r *Runner) askSite(ctx context.Context, slug string) (asked int, err error) {
	due, err := r.DB.DueOpinions(ctx, slug, atOnce)
	if err != nil || len(due) == 0 {
		return 0, err
	}
	site, err := r.DB.Site(ctx, slug)
	if err != nil || site.Opinion.Kind == "" {
		return 0, err
	}
	for _, c := range due {
		if err := r.judge(ctx, site.Opinion, c); err != nil {
			return asked, err
		}
		asked++
	}
	return asked, nil
}

// judge finds out what the service says of a comment, and stores that.
func (r *Runner) judge(ctx context.Context, s models.OpinionSettings, c models.Comment) error {
	asks := s.Question(c.Body, c.Lang)
	known, found, err := r.DB.AnsweredOpinion(ctx, c.Site, asks)
	if err != nil {
		return err
	}
	if found {
		return r.DB.StoreOpinion(ctx, c, asks, known)
	}
	o := models.Opinion{Source: s.Source()}
	if r.isPaused(c.Site, s) {
		o.Status = models.OpinionPaused
		return r.DB.StoreOpinion(ctx, c, asks, o)
	}
	allowed, err := r.DB.TakeOpinionCall(ctx, c.Site, s.Budget())
	if err != nil {
		return err
	}
	if !allowed {
		o.Status = models.OpinionOverBudget
		return r.DB.StoreOpinion(ctx, c, asks, o)
	}
	said, failure := ask(ctx, r.client, s, question{text: c.Body, lang: c.Lang, site: c.Site})
	if err := ctx.Err(); err != nil {
		return err // it waits for the next node
	}
	r.note(ctx, c.Site, s, failure)
	if o.Status = statusOf(failure); failure == nil {
		o.Abuse, o.Spam, o.Reason = &said.abuse, &said.spam, said.reason
	}
	return r.DB.StoreOpinion(ctx, c, asks, o)
}

func (r *Runner) isPaused(site string, s models.OpinionSettings) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	b := r.breakers[site+" "+s.URL]
	return b != nil && b.isOpen(time.Now())
}

// note lets the breaker of a service know whether it has failed. The log has neither the text
// nor the answer.
func (r *Runner) note(ctx context.Context, site string, s models.OpinionSettings, failure error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	name := site + " " + s.URL
	b := r.breakers[name]
	if b == nil {
		b = &breaker{}
		r.breakers[name] = b
	}
	if b.note(failure != nil, time.Now()) {
		r.Log.WarnContext(ctx, "a service for second opinions fails, and is left alone", "site", site, "for", b.pause, "error", failure)
	}
}
