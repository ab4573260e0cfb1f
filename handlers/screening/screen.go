// Package screening decides what becomes of a comment: refused, approved, held
// for a moderator, or rejected. It brings together the restrictions that a
// newsroom has set, the live model, the site's rules, campaigns of near-copies
// and bursts of comments.
//
// It depends on neither HTTP nor a database, so imports or other protocols can
// use it as well: it reads what it needs from a Source. It imports nothing of
// handlers or storage.
package screening

import (
	"context"
	"log/slog"
	"time"

	"winnow/classifier"
	"winnow/classifier/campaign"
	"winnow/classifier/language"
	"winnow/classifier/rules"
	"winnow/classifier/text/features"
	"winnow/classifier/text/normalize"
	"winnow/models"
)

// Source provides what a decision depends on. Package node implements it with
// caches, so most calls cost no query.
type Source interface {
	// Model returns the live model.
	Model() *classifier.Model
	// Rules returns the compiled rules of a site; nil when it has none.
	Rules(ctx context.Context, site string) (*rules.Set, error)
	// Article returns what is set for an article; the zero value when nothing is.
	Article(ctx context.Context, site, id string) (models.ArticleEntry, error)
	// Sanction returns what is imposed on an author, by models.Author.Key; nil
	// when nothing is. It may have ended.
	Sanction(ctx context.Context, site, authorKey string) (*models.Sanction, error)
	// AuthorRecord returns the record of an identified author, and how many of
	// the last comments, at most limit, were rejected since a time.
	AuthorRecord(ctx context.Context, site, authorID string, since time.Time, limit int) (r models.AuthorRecord, rejected int, err error)
	// StartBurst stores that the comments on an article are held until a time.
	StartBurst(ctx context.Context, site, article string, until time.Time) error
}

// Campaigns groups the near-copies on a site. Assign counts a comment by its id
// and returns the group that it belongs to. Keys identify authors and
// articles. Groups may be forgotten; the database keeps the group of a comment.
type Campaigns interface {
	Assign(ctx context.Context, site string, sketch models.Sketch, id, author, article string) (models.Campaign, error)
}

// Config is what a Screener needs. All fields are required.
type Config struct {
	Source    Source
	Campaigns Campaigns
	Bursts    *BurstCounter
	Now       func() time.Time
	Log       *slog.Logger
}

// Screener screens comments. It is safe for concurrent use.
type Screener struct{ cfg Config }

// New returns a screener.
func New(cfg Config) *Screener { return &Screener{cfg} }

// Submission is a comment to screen. CheckRestrictions returns its
// restrictions.
type Submission struct {
	Site         models.Site
	Comment      models.Comment // with its id: a campaign is named after its first comment
	Restrictions Restrictions
	Honeypot     bool // the form field that people do not see was filled in
}

// Result is what becomes of a comment.
type Result struct {
	Verdict  models.Verdict
	Status   models.Status
	Reason   models.Reason
	Lang     string          // of the text, ISO 639-1; only for a pending comment, which moderators filter by it
	Campaign models.Campaign // without an id when the text is too short for a campaign
}

// Screen decides what becomes of a new comment, and counts it: for its
// campaign, and for a burst on its article.
func (s *Screener) Screen(ctx context.Context, sub Submission) (Result, error) {
	sc, err := s.score(ctx, sub.Site, sub.Comment)
	if err != nil {
		return Result{}, err
	}
	var group models.Campaign
	if sc.hasSketch {
		group = s.matchCampaign(ctx, sub.Comment, sc.sketch)
		if copies, ok := campaign.Signal(group); ok {
			sc.fired = append(sc.fired, copies)
		}
	}
	v := rules.Combine(sc.verdict, sc.fired...)
	if sub.Honeypot {
		v.Action, v.Reason = models.Reject, models.ReasonHoneypot
	}
	// Rejected comments are not published, so they do not count for a burst.
	burst := v.Action != models.Reject && s.burstDetected(ctx, sub)
	return result(sub, v, group, burst), nil
}

// Rescreen decides what becomes of a new text of a comment. It counts nothing:
// campaign and burst counted the comment when it was posted.
func (s *Screener) Rescreen(ctx context.Context, sub Submission) (Result, error) {
	v, err := s.Score(ctx, sub.Site, sub.Comment)
	if err != nil {
		return Result{}, err
	}
	return result(sub, v, models.Campaign{}, false), nil
}

// Score returns the verdict of the live model and the site's rules on a text.
// It counts nothing and needs no id.
func (s *Screener) Score(ctx context.Context, site models.Site, c models.Comment) (models.Verdict, error) {
	sc, err := s.score(ctx, site, c)
	return rules.Combine(sc.verdict, sc.fired...), err
}

func result(sub Submission, v models.Verdict, group models.Campaign, burst bool) Result {
	r := Result{Verdict: v, Campaign: group}
	r.Status, r.Reason = resolveStatus(v, sub.Site.Mode, sub.Restrictions, burst)
	if r.Reason == models.ReasonShadow || r.Reason == models.ReasonBurst {
		r.Verdict.Reason = r.Reason // why a comment waits that the model has no objection to
	}
	if r.Status == models.Pending {
		r.Lang = language.Detect(sub.Comment.Body)
	}
	return r
}

// scored is what the text of one comment gives, without regard to others.
type textScore struct {
	verdict   models.Verdict  // of the live model
	fired     []models.Signal // of the site's rules
	sketch    models.Sketch
	hasSketch bool // the text is long enough for a sketch
}

// score applies the live model and the site's rules. The text is normalized
// once for model, rules and sketch.
func (s *Screener) score(ctx context.Context, site models.Site, c models.Comment) (sc textScore, err error) {
	set, err := s.cfg.Source.Rules(ctx, site.Slug)
	if err != nil {
		return sc, err
	}
	in := classifier.FromComment(c)
	in.Trusts = func(host string) bool { return site.HasHost(host) || set.Allows(host) }
	about := rules.Context{Doc: features.Doc(in), Identified: c.Author.ID != ""}
	if comments, days := set.HistoryNeeded(); comments > 0 && about.Identified {
		since := s.cfg.Now().AddDate(0, 0, -days)
		if about.Record, about.RecentRejections, err = s.cfg.Source.AuthorRecord(ctx, site.Slug, c.Author.ID, since, comments); err != nil {
			return sc, err
		}
	}
	sc.verdict = s.cfg.Source.Model().Verdict(in, classifier.Policy{
		Hold: site.Thresholds.Hold, Reject: site.Thresholds.Reject, Site: site.Slug,
		Inspect: func(body *normalize.Text) {
			about.Body = body
			sc.fired = set.Apply(about)
			sc.sketch, sc.hasSketch = campaign.SketchOf(body)
		},
	})
	if test, ok := rules.ApplyTestString(&sc.verdict, about.Doc); ok {
		sc.fired = append(sc.fired, test)
	}
	return sc, nil
}

// matchCampaign counts a comment among its near-copies. An author is identified
// by id, or else by name and address together. When this fails, the comment has
// no campaign and is screened without it.
func (s *Screener) matchCampaign(ctx context.Context, c models.Comment, sketch models.Sketch) models.Campaign {
	author := "id " + c.Author.ID
	if c.Author.ID == "" {
		author = "name " + c.Author.Name + " " + c.Client.Hash
	}
	group, err := s.cfg.Campaigns.Assign(ctx, c.Site, sketch, c.ID, author, c.Article.ID)
	if err != nil {
		s.cfg.Log.ErrorContext(ctx, "campaign lookup failed", "error", err)
	}
	return group
}
