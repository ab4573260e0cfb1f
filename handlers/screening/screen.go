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
	// Sanction returns what is imposed on a reader of a site; nil when nothing
	// is. It may have ended.
	Sanction(ctx context.Context, site string, who models.Identity) (*models.Sanction, error)
	// AuthorRecord returns the record of an identified author, and how many of
	// the last comments, at most limit, were rejected since a time.
	AuthorRecord(ctx context.Context, site, authorID string, since time.Time, limit int) (r models.AuthorRecord, rejected int, err error)
	// ApprovedCount returns how many comments of an author, by models.Author.Key,
	// are published.
	ApprovedCount(ctx context.Context, site, authorKey string) (int, error)
	// CampaignDecisions returns how many comments of a campaign of a site moderators approved
	// and rejected since it is held.
	CampaignDecisions(ctx context.Context, site, id string) (approved, rejected int, err error)
	// PublishedComment returns a comment by its id, and false when it is not published.
	PublishedComment(ctx context.Context, id string) (models.Comment, bool, error)
	// HostRecords returns what moderators decided lately on comments with links; nil
	// when nothing is known.
	HostRecords(ctx context.Context, site string) (*HostRecords, error)
	// StartBurst stores that the comments on an article are held until a time.
	StartBurst(ctx context.Context, site, article string, until time.Time) error
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
type Screener struct {
	cfg   Config
	names authorNames
}

// New returns a screener.
func New(cfg Config) *Screener { return &Screener{cfg: cfg} }

// Submission is a comment to screen. CheckRestrictions returns its
// restrictions.
type Submission struct {
	Site         models.Site
	Comment      models.Comment // with its id: a campaign is named after its first comment
	Restrictions Restrictions
	Honeypot     bool // the form field that people do not see was filled in
	TooFast      bool // the form was not open for the time that the site asks for
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
	p, err := s.Prepare(ctx, sub.Site, sub.Comment)
	if err != nil {
		return Result{}, err
	}
	r, err := s.Decide(ctx, sub, p)
	return withLanguage(sub, r), err
}

// Decide is the part of Screen that depends on other comments: it needs what Prepare
// returned for this one, and leaves the language out.
func (s *Screener) Decide(ctx context.Context, sub Submission, p Prepared) (Result, error) {
	fired, err := s.applyRules(ctx, sub.Site, sub.Comment, p)
	if err != nil {
		return Result{}, err
	}
	group, matched := s.matchCampaign(ctx, sub.Site, sub.Comment, p.print)
	fired = append(fired, campaign.Signals(group, matched)...)
	fired = append(fired, s.copiedComment(ctx, sub.Site, sub.Comment, p, matched, group)...)
	v := rules.Combine(s.weighKnownHosts(ctx, sub.Site, p), fired...)
	if group.Held && v.Action == models.Hold {
		v.Reason = models.ReasonCampaign
	}
	if sub.TooFast && v.Action == models.Approve {
		v.Action, v.Reason = models.Hold, models.ReasonTooFast
	}
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
	return withLanguage(sub, result(sub, v, models.Campaign{}, false)), nil
}

// Score returns the verdict of the live model and the site's rules on a text.
// It counts nothing and needs no id.
func (s *Screener) Score(ctx context.Context, site models.Site, c models.Comment) (models.Verdict, error) {
	set, err := s.cfg.Source.Rules(ctx, site.Slug)
	if err != nil {
		return models.Verdict{}, err
	}
	return s.ScoreBy(ctx, site, set, c)
}

// ScoreBy is Score with other rules than those of the site; nil: none.
func (s *Screener) ScoreBy(ctx context.Context, site models.Site, set *rules.Set, c models.Comment) (models.Verdict, error) {
	p := s.prepare(site, set, c)
	fired, err := s.applyRules(ctx, site, c, p)
	return rules.Combine(s.weighKnownHosts(ctx, site, p), fired...), err
}

func result(sub Submission, v models.Verdict, group models.Campaign, burst bool) Result {
	r := Result{Verdict: v, Campaign: group}
	r.Status, r.Reason = resolveStatus(v, sub.Site.Mode, sub.Restrictions, burst)
	if r.Reason == models.ReasonShadow || r.Reason == models.ReasonBurst {
		r.Verdict.Reason = r.Reason // why a comment waits that the model has no objection to
	}
	return r
}

func withLanguage(sub Submission, r Result) Result {
	if r.Status == models.Pending {
		r.Lang = language.Detect(sub.Comment.Body)
	}
	return r
}
