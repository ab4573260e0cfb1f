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
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"winnow/handlers/leasedtask"
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
	task    leasedtask.Task

	mu       sync.Mutex
	breakers map[string]*breaker // by site and address
}

// New returns a runner.
func New(cfg Config) *Runner {
	for to, usual := range map[*time.Duration]time.Duration{&cfg.Poll: 2 * time.Second, &cfg.Check: time.Minute, &cfg.Deadline: deadline} {
		if *to == 0 {
			*to = usual
		}
	}
	r := &Runner{Config: cfg, client: outbound.Networks(cfg.Networks).Client(cfg.Deadline), breakers: map[string]*breaker{}}
	r.task = leasedtask.Task{
		DB: cfg.DB, Name: task, Node: cfg.Node, Lease: taskLease, Renew: taskLease / 6,
		Wants: func(e models.Event) bool { return r.sites[e.Site] },
		Note: func(ctx context.Context, from, to int64, events []models.Event) error {
			return cfg.DB.NoteOpinionEvents(ctx, task, from, to, events)
		},
	}
	return r
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
			if err := r.task.Release(ctx); err != nil {
				r.Log.WarnContext(ctx, "another node cannot ask for second opinions at once", "error", err)
			}
			return nil
		case <-tick.C:
		}
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
	if held, err := r.task.Hold(ctx); err != nil || !held {
		return err
	}
	if err := r.task.ReadEvents(ctx); err != nil {
		return err
	}
	for ctx.Err() == nil {
		more, err := r.askAll(ctx)
		if err != nil || !more {
			return err
		}
		if held, err := r.task.Hold(ctx); err != nil || !held {
			return err
		}
	}
	return nil
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
