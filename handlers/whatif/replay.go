package whatif

import (
	"context"
	"log/slog"
	"time"

	"winnow/classifier"
	"winnow/classifier/rules"
	"winnow/handlers/screening"
	"winnow/models"
	"winnow/storage"
	"winnow/storage/memory"
)

// shared is what both settings read, and neither changes.
type shared struct {
	articles  map[string]models.ArticleEntry // by id, those with a state or burst limit of their own
	sanctions *storage.Sanctions             // shadow bans count, bans do not
	before    map[string]models.AuthorRecord // of identified authors, without the window; nil: not needed
	rejected  func(ctx context.Context, authorID string, since time.Time, limit int) ([]time.Time, error)
	published func(ctx context.Context, authorKey string, limit int) (int, error) // before the window
	comment   func(ctx context.Context, id string) (models.Comment, error)
}

func loadShared(ctx context.Context, db *storage.DB, w storage.Window, req Request) (*shared, error) {
	const all = 1_000_000 // more than any site has
	s := &shared{
		rejected: func(ctx context.Context, id string, since time.Time, limit int) ([]time.Time, error) {
			return db.RejectionsBefore(ctx, w, id, since, limit)
		},
		published: func(ctx context.Context, key string, limit int) (int, error) {
			return db.ApprovedBefore(ctx, w, key, limit)
		},
		comment: db.Comment,
	}
	site := req.Now.Site.Slug
	var err error
	if s.articles, err = db.ArticleOverrides(ctx, site, all); err != nil {
		return nil, err
	}
	for id, a := range s.articles {
		if a.State == models.ArticleClosed { // its comments were accepted before
			a.State = models.ArticleOpen
		}
		a.BurstUntil, a.ClosesAt = time.Time{}, time.Time{} // bursts are found anew
		s.articles[id] = a
	}
	if s.sanctions, err = db.Sanctions(ctx, site, all); err != nil {
		return nil, err
	}
	if needsRecords(req.Now.Rules) || needsRecords(req.Then.Rules) {
		if s.before, err = db.RecordsBefore(ctx, w); s.before == nil {
			s.before = map[string]models.AuthorRecord{}
		}
	}
	return s, err
}

func needsRecords(set *rules.Set) bool {
	comments, _ := set.HistoryNeeded()
	return comments > 0
}

// replay posts comments again under one setting. Preparing may run concurrently; the rest
// is for one goroutine.
type replay struct {
	setting  Setting
	shared   *shared
	screener *screening.Screener
	clock    time.Time            // the arrival of the current comment
	bursts   map[string]time.Time // until when, by article
	history  *history
}

var _ screening.Source = (*replay)(nil)

func newReplay(s Setting, from *shared, positions map[string]int) *replay {
	r := &replay{setting: s, shared: from, bursts: map[string]time.Time{}, history: newHistory(from, positions)}
	now := func() time.Time { return r.clock }
	r.screener = screening.New(screening.Config{
		Source: r, Campaigns: memory.NewCampaigns(now), Bursts: new(screening.BurstCounter), Now: now, Log: slog.New(slog.DiscardHandler),
	})
	return r
}

// decide screens the next comment, which was prepared.
func (r *replay) decide(ctx context.Context, c *prepared, p screening.Prepared) error {
	r.clock = c.CreatedAt
	restrictions, err := r.screener.CheckRestrictions(ctx, c.Comment, storage.IdentityOf(c.Comment))
	if err != nil {
		return err
	}
	res, err := r.screener.Decide(ctx, screening.Submission{
		Site: r.setting.Site, Comment: c.Comment, Restrictions: restrictions, Honeypot: c.Honeypot, TooFast: c.TooFast,
	}, p)
	if err != nil {
		return err
	}
	r.history.add(c, res, p.Domains())
	return nil
}

// Model returns the model of the setting.
func (r *replay) Model() *classifier.Model { return r.setting.Model }

// Rules returns the rules of the setting.
func (r *replay) Rules(context.Context, string) (*rules.Set, error) { return r.setting.Rules, nil }

// Article returns what is set for an article now, with the burst of the replay.
func (r *replay) Article(_ context.Context, _, id string) (models.ArticleEntry, error) {
	a := r.shared.articles[id]
	a.BurstUntil = r.bursts[id]
	return a, nil
}

// Sanction returns the shadow ban of a reader: whom a ban refuses now was accepted before.
func (r *replay) Sanction(_ context.Context, _ string, who models.Identity) (*models.Sanction, error) {
	x := r.shared.sanctions.On(who)
	if x == nil || x.Kind == models.Ban {
		return nil, nil
	}
	return x, nil
}

// AuthorRecord returns the record that an author has at the current comment.
func (r *replay) AuthorRecord(ctx context.Context, _, authorID string, since time.Time, limit int) (models.AuthorRecord, int, error) {
	return r.history.record(ctx, authorID, since, limit)
}

// ApprovedCount counts the published comments of an author, those from before the window
// up to models.EstablishedAfter.
func (r *replay) ApprovedCount(ctx context.Context, _, authorKey string) (int, error) {
	return r.history.approvedCount(ctx, authorKey)
}

// CampaignDecisions returns what moderators decided on a campaign of the replay.
func (r *replay) CampaignDecisions(_ context.Context, _, id string) (approved, rejected int, err error) {
	if g := r.history.campaigns[id]; g != nil {
		return g.approved, g.rejected, nil
	}
	return 0, 0, nil
}

// PublishedComment returns a comment that the replay has published.
func (r *replay) PublishedComment(ctx context.Context, id string) (models.Comment, bool, error) {
	if !r.history.isPublished(id) {
		return models.Comment{}, false, nil
	}
	c, err := r.shared.comment(ctx, id)
	return c, err == nil, err
}

// HostRecords returns what the decisions of the window say.
func (r *replay) HostRecords(context.Context, string) (*screening.HostRecords, error) {
	return &r.history.links.records, nil
}

// StartBurst starts a burst of the replay.
func (r *replay) StartBurst(_ context.Context, _, article string, until time.Time) error {
	r.bursts[article] = until
	return nil
}
