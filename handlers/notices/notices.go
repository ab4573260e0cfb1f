// Package notices tells newsrooms and readers what they want to know: Slack-compatible
// messages and mail about a long queue, an old report or a drifting filter; mail to readers
// about their comments.
//
// One node works for all. Whatever is to be told is stored in the transaction that finds it
// out, and is sent from there, so that a node may end at any time. A message may arrive twice
// only when a node is killed between sending it and noting that. No request waits for any of
// it. The package knows no HTTP but what it sends.
package notices

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/netip"
	"slices"
	"time"

	"winnow/handlers/mailer"
	"winnow/handlers/outbound"
	"winnow/models"
	"winnow/storage"
)

const (
	task      = "mail"
	taskLease = 20 * time.Second
	// sendLease is longer than a message can take to be sent.
	sendLease   = 5 * time.Minute
	sendTimeout = time.Minute
	// closing is how long a message that is being sent may take when the node is to end.
	closing = 10 * time.Second
	page    = 500 // events

	// maxAttempts is after how many a message is given up: with the pauses between them
	// that is most of a day.
	maxAttempts = 8
	firstPause  = time.Minute
	longest     = 6 * time.Hour
)

// Config says what a Runner works with. All but Mailer, and what says otherwise, is required.
type Config struct {
	DB     *storage.DB
	Node   string         // of this node, unlike that of others
	Mailer *mailer.Mailer // nil: no mail
	// Networks are where webhooks may be although they are not public.
	Networks []netip.Prefix
	Links    Links
	// Address is where a comment stands on the page of its article; "" when nobody knows.
	Address func(models.Comment) string
	Log     *slog.Logger

	Pace  storage.MailPace // of mail to readers; zero: DefaultPace
	Poll  time.Duration    // between two looks; zero: 2 seconds
	Check time.Duration    // between two looks at queues and reports; zero: a minute
}

// webhookTimeout is how long the receiver of a notice may take.
const webhookTimeout = 10 * time.Second

// DefaultPace is how soon and how often readers get mail about a comment.
var DefaultPace = storage.MailPace{Delay: 2 * time.Minute, Interval: 15 * time.Minute}

// Runner sends messages. It is for one goroutine.
type Runner struct {
	Config
	links  Links
	client *http.Client

	sites   map[string]models.Site
	checked time.Time // when sites were read and the conditions looked at
	held    time.Time // when the task was last held
	at      cursor
}

// cursor is where the runner is in the order of events.
type cursor struct {
	known  bool
	stored int64
	read   int64 // all that nobody wants to know of is not stored at once
	since  time.Time
}

// New returns a runner.
func New(cfg Config) *Runner {
	if cfg.Pace == (storage.MailPace{}) {
		cfg.Pace = DefaultPace
	}
	if cfg.Poll == 0 {
		cfg.Poll = 2 * time.Second
	}
	if cfg.Check == 0 {
		cfg.Check = time.Minute
	}
	return &Runner{Config: cfg, links: cfg.Links, client: outbound.Networks(cfg.Networks).Client(webhookTimeout)}
}

// MailsReaders reports whether mail can be sent to readers: there is a mail server, and the
// links in mail lead somewhere.
func (r *Runner) MailsReaders() bool { return r.Mailer != nil && r.links.base != "" }

// Run works until ctx ends. A message that is being sent is finished first.
func (r *Runner) Run(ctx context.Context) error {
	tick := time.NewTicker(r.Poll)
	defer tick.Stop()
	for {
		if err := r.step(ctx); err != nil && ctx.Err() == nil {
			r.Log.ErrorContext(ctx, "sending notices failed", "error", err)
		}
		select {
		case <-ctx.Done():
			return r.release(ctx)
		case <-tick.C:
		}
	}
}

// release lets another node go on at once.
func (r *Runner) release(ctx context.Context) error {
	if r.held.IsZero() {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), closing)
	defer cancel()
	if err := r.DB.ReleaseTask(ctx, task, r.Node); err != nil {
		r.Log.WarnContext(ctx, "another node cannot send notices at once", "error", err)
	}
	return nil
}

func (r *Runner) step(ctx context.Context) error {
	due := time.Since(r.checked) >= r.Check
	if due {
		sites, err := r.DB.Sites(ctx)
		if err != nil {
			return err
		}
		r.checked, r.sites = time.Now(), map[string]models.Site{}
		for _, s := range sites {
			if r.isTold(s.Notices) || s.ReaderMail && r.MailsReaders() {
				r.sites[s.Slug] = s
			}
		}
	}
	if len(r.sites) == 0 {
		return nil
	}
	if held, err := r.hold(ctx); err != nil || !held {
		return err
	}
	var failed error
	if due {
		for _, site := range r.sites {
			if r.isTold(site.Notices) {
				failed = errors.Join(failed, r.DB.UpdateNotices(ctx, site.Slug, func(f models.NoticeFigures) (map[models.NoticeKind]models.NoticeState, []models.OutgoingMessage) {
					return r.tell(site, f)
				}))
			}
		}
	}
	if r.MailsReaders() {
		failed = errors.Join(failed, r.readEvents(ctx))
	}
	return errors.Join(failed, r.sendDue(ctx))
}

// isTold reports whether this node can tell a newsroom anything. One that cannot leaves the
// work to others, which may be set up differently.
func (r *Runner) isTold(n models.Notices) bool {
	return n.WebhookURL != "" || len(n.Addresses) > 0 && r.Mailer != nil
}

// hold reports whether this node is the one that works.
func (r *Runner) hold(ctx context.Context) (bool, error) {
	if !r.held.IsZero() && time.Since(r.held) < taskLease/3 {
		return true, nil
	}
	now := time.Now()
	held, err := r.DB.HoldTask(ctx, task, r.Node, taskLease)
	if r.held = now; err != nil || !held {
		r.held, r.at = time.Time{}, cursor{}
	}
	return held, err
}

// keepCursor is how long the runner may read on without storing where it is.
const keepCursor = time.Minute

// readEvents stores what subscribers want to know of the events since the last call.
func (r *Runner) readEvents(ctx context.Context) error {
	if !r.at.known {
		if err := r.begin(ctx); err != nil {
			return err
		}
	}
	for {
		events, err := r.DB.EventsSince(ctx, r.at.read, page)
		if errors.Is(err, storage.ErrEventsMissing) {
			events, r.at.read = nil, 0
			if r.at.read, err = r.DB.NewestEvent(ctx); err == nil {
				err = r.store(ctx, nil)
			}
		}
		if err != nil || len(events) == 0 {
			return err
		}
		wanted := slices.DeleteFunc(slices.Clone(events), func(e models.Event) bool {
			return e.Kind != models.CommentCreated && e.Kind != models.CommentChanged || !r.sites[e.Site].ReaderMail
		})
		r.at.read = events[len(events)-1].Seq
		if len(wanted) > 0 || time.Since(r.at.since) > keepCursor || len(events) == page {
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
	err := r.DB.NoteMailEvents(ctx, task, r.at.stored, r.at.read, wanted, r.Pace)
	if r.at.stored, r.at.since = r.at.read, time.Now(); err != nil {
		r.at = cursor{} // and is read again
	}
	return err
}
