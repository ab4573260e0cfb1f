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
	"time"

	"winnow/handlers/leasedtask"
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
	task    leasedtask.Task
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
	r := &Runner{Config: cfg, links: cfg.Links, client: outbound.Networks(cfg.Networks).Client(webhookTimeout)}
	r.task = leasedtask.Task{
		DB: cfg.DB, Name: task, Node: cfg.Node, Lease: taskLease, Renew: taskLease / 3,
		Wants: func(e models.Event) bool { return r.sites[e.Site].ReaderMail },
		Note: func(ctx context.Context, from, to int64, events []models.Event) error {
			return cfg.DB.NoteMailEvents(ctx, task, from, to, events, cfg.Pace)
		},
	}
	return r
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
			if err := r.task.Release(ctx); err != nil {
				r.Log.WarnContext(ctx, "another node cannot send notices at once", "error", err)
			}
			return nil
		case <-tick.C:
		}
	}
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
	if held, err := r.task.Hold(ctx); err != nil || !held {
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
		failed = errors.Join(failed, r.task.ReadEvents(ctx))
	}
	return errors.Join(failed, r.sendDue(ctx))
}

// isTold reports whether this node can tell a newsroom anything. One that cannot leaves the
// work to others, which may be set up differently.
func (r *Runner) isTold(n models.Notices) bool {
	return n.WebhookURL != "" || len(n.Addresses) > 0 && r.Mailer != nil
}
