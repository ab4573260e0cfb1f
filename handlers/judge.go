package handlers

import (
	"context"

	"winnow/classifier"
	"winnow/classifier/campaign"
	"winnow/classifier/language"
	"winnow/classifier/rules"
	"winnow/classifier/text"
	"winnow/models"
)

// judge says what becomes of a comment that has an id: its status follows from
// the verdict and from what the newsroom wants. The campaign is the group of
// near-copies that the comment belongs to; it has no id when there is too
// little in the text.
func (s *Server) judge(ctx context.Context, c *models.Comment, site models.Site, set terms, trapped bool) (models.Verdict, models.Campaign, error) {
	o, err := s.opinion(ctx, *c, site)
	if err != nil {
		return o.verdict, models.Campaign{}, err
	}
	var group models.Campaign
	if o.sketched {
		group = s.see(ctx, *c, o.sketch)
		if copies, ok := campaign.Signal(group); ok {
			o.fired = append(o.fired, copies)
		}
	}
	v := rules.Combine(o.verdict, o.fired...)
	if trapped {
		v.Action, v.Reason = models.Reject, models.ReasonHoneypot
	}
	settle(c, &v, site, set, v.Action != models.Reject && s.surging(ctx, *c, site, set.article))
	return v, group, nil
}

// judgeAgain says what becomes of a new text of a comment. Near-copies and what
// else came at the time were counted when it was posted.
func (s *Server) judgeAgain(ctx context.Context, c *models.Comment, site models.Site, set terms) (models.Verdict, error) {
	o, err := s.opinion(ctx, *c, site)
	if err != nil {
		return o.verdict, err
	}
	v := rules.Combine(o.verdict, o.fired...)
	settle(c, &v, site, set, false)
	return v, nil
}

// settle gives a comment the status that follows from a verdict and from what
// the newsroom wants.
func settle(c *models.Comment, v *models.Verdict, site models.Site, set terms, surging bool) {
	switch {
	case v.Action == models.Reject:
		c.Status, c.Reason = models.Rejected, v.Reason
	case set.shadowed:
		v.Reason = models.ReasonShadow
		c.Status, c.Reason = models.Pending, v.Reason
	case v.Action == models.Hold:
		c.Status, c.Reason = models.Pending, v.Reason
	case site.Mode == models.ModePre || set.article.State == models.ArticlePre:
		c.Status, c.Reason = models.Pending, models.ReasonPremoderation
	case surging:
		v.Reason = models.ReasonSurge
		c.Status, c.Reason = models.Pending, v.Reason
	default:
		c.Status, c.Reason = models.Approved, ""
	}
	if c.Lang = ""; c.Status == models.Pending {
		c.Lang = language.Of(c.Body) // moderators ask for it
	}
}

// opinion is what is said of a text without regard to others.
type opinion struct {
	verdict  models.Verdict  // the live model's
	fired    []models.Signal // of the site's rules
	sketch   models.Sketch
	sketched bool // there is enough in the text for a sketch
}

// opinion asks the live model and the site's rules. The text is folded once
// for all.
func (s *Server) opinion(ctx context.Context, c models.Comment, site models.Site) (o opinion, err error) {
	set, err := s.rules.get(ctx, site.Slug)
	if err != nil {
		return o, err
	}
	in := classifier.FromComment(c)
	about := rules.Context{Doc: text.Doc(in), Identified: c.Author.ID != ""}
	if comments, days := set.Past(); comments > 0 && about.Identified {
		since := s.now().AddDate(0, 0, -days)
		if about.Record, about.RejectedLately, err = s.db.AuthorRecord(ctx, site.Slug, c.Author.ID, since, comments); err != nil {
			return o, err
		}
	}
	o.verdict = s.live.Load().Verdict(in, classifier.Policy{
		Hold: site.Thresholds.Hold, Reject: site.Thresholds.Reject, Site: site.Slug,
		Look: func(body *text.Folded) {
			about.Body = body
			o.fired = set.Apply(about)
			o.sketch, o.sketched = campaign.Of(body)
		},
	})
	return o, nil
}

// see counts a comment among its near-copies. Whoever has an identity is one
// author; of others, a name from one address is. A failure costs the comment
// nothing but its campaign.
func (s *Server) see(ctx context.Context, c models.Comment, sketch models.Sketch) models.Campaign {
	author := "id " + c.Author.ID
	if c.Author.ID == "" {
		author = "name " + c.Author.Name + " " + c.Client.Hash
	}
	group, err := s.campaigns.See(ctx, c.Site, sketch, c.ID, author, c.Article.ID)
	if err != nil {
		s.log.ErrorContext(ctx, "campaign lookup failed", "error", err)
	}
	return group
}

// loadRules compiles a site's rules. Rules that this release cannot compile
// are passed over, and logged: a newsroom without rules is better than one
// without comments.
func (s *Server) loadRules(ctx context.Context, site string) (*rules.Set, error) {
	r, err := s.db.Rules(ctx, site)
	if err != nil {
		return nil, err
	}
	set, err := rules.Compile(r)
	if err != nil {
		s.log.ErrorContext(ctx, "site rules ignored, they do not compile", "site", site, "error", err)
		return nil, nil
	}
	return set, nil
}
