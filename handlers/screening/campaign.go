package screening

import (
	"context"
	"net/url"
	"strings"
	"time"

	"winnow/classifier"
	"winnow/classifier/campaign"
	"winnow/classifier/rules"
	"winnow/classifier/text/features"
	"winnow/classifier/text/names"
	"winnow/classifier/text/normalize"
	"winnow/models"
)

// Campaigns groups the near-copies on a site, and the comments with the same
// contact. Assign counts a comment by its id and returns the group that it belongs
// to. Groups may be forgotten; the database keeps the group of a comment.
type Campaigns interface {
	Assign(ctx context.Context, q models.CampaignQuery) (models.Campaign, error)
}

// RestorableCampaigns forgets its groups when the process ends. Restore counts a
// comment of a group that the database has, before the first call of Assign, in the
// order of arrival.
type RestorableCampaigns interface {
	Restore(q models.CampaignQuery, campaign string, at time.Time)
}

// Member is a comment that is stored, with its campaign.
type Member struct {
	Comment  models.Comment
	Campaign string // id
	Approved int    // published comments of its author, this one not counted
}

// RestoreCampaigns continues from stored comments, in the order of their arrival,
// before the first is screened. Campaigns that outlive the process need it not.
func (s *Screener) RestoreCampaigns(ctx context.Context, sites map[string]models.Site, members []Member) error {
	groups, ok := s.cfg.Campaigns.(RestorableCampaigns)
	if !ok {
		return nil
	}
	var body normalize.Text
	for _, m := range members {
		c := m.Comment
		set, err := s.cfg.Source.Rules(ctx, c.Site)
		if err != nil {
			return err
		}
		body.Normalize(c.Body)
		p := campaign.PrintOf(&body, features.Doc(classifier.FromComment(c)), knownHosts(sites[c.Site], c, set))
		p.Contacts = s.names.withoutReaders(c.Site, p.Contacts)
		s.names.add(c.Site, c.Author.Name)
		if !p.Empty() {
			groups.Restore(campaignQuery(c, p, models.StandingOf(m.Approved), sites[c.Site].CampaignFloor()), m.Campaign, c.CreatedAt)
		}
	}
	return nil
}

// matchCampaign counts a comment among those with the same text or contact. When
// this fails, the comment has no campaign and is screened without it.
func (s *Screener) matchCampaign(ctx context.Context, site models.Site, c models.Comment, p campaign.Print) (models.Campaign, campaign.Print) {
	p.Contacts = s.names.withoutReaders(c.Site, p.Contacts)
	s.names.add(c.Site, c.Author.Name)
	if p.Empty() {
		return models.Campaign{}, p
	}
	standing := models.NewAuthor
	if len(p.Contacts) > 0 {
		approved, err := s.cfg.Source.ApprovedCount(ctx, c.Site, c.Author.Key())
		if err != nil {
			s.cfg.Log.ErrorContext(ctx, "reading an author's record failed", "error", err)
			p.Contacts = nil
		}
		standing = models.StandingOf(approved)
	}
	group, err := s.cfg.Campaigns.Assign(ctx, campaignQuery(c, p, standing, site.CampaignFloor()))
	if err != nil {
		s.cfg.Log.ErrorContext(ctx, "campaign lookup failed", "error", err)
		return group, p
	}
	group.Held = campaign.Held(group, p, site.CampaignFloor()) && !s.campaignApproved(ctx, c.Site, group.ID, site.CampaignFloor())
	return group, p
}

// campaignApproved reports whether moderators approved enough comments of a
// campaign, and rejected none. When that cannot be read, it is held.
func (s *Screener) campaignApproved(ctx context.Context, site, id string, enough int) bool {
	approved, rejected, err := s.cfg.Source.CampaignDecisions(ctx, site, id)
	if err != nil {
		s.cfg.Log.ErrorContext(ctx, "reading the decisions on a campaign failed", "error", err)
	}
	return err == nil && approved >= enough && rejected == 0
}

// campaignQuery is what a comment is grouped by. An author is identified by id, or
// else by folded name and household together.
func campaignQuery(c models.Comment, p campaign.Print, standing models.Standing, floor int) models.CampaignQuery {
	q := models.CampaignQuery{
		Site: c.Site, ID: c.ID, Author: "id " + c.Author.ID, Article: c.Article.ID,
		Sketch: p.Sketch, HasSketch: p.HasSketch, Words: p.Words, Standing: standing, Floor: floor,
	}
	if c.Author.ID == "" {
		q.Author = "name " + names.Fold(c.Author.Name) + " " + c.Client.Hash
	}
	for _, contact := range p.Contacts {
		q.Contacts = append(q.Contacts, contact.Hash)
	}
	return q
}

// knownHosts returns a function that says which hosts are nobody's advertisement
// on a site: those that Trusts returns, and that of the article.
func knownHosts(site models.Site, c models.Comment, set *rules.Set) func(host string) bool {
	trusts := Trusts(site, set)
	return func(host string) bool { return trusts(host) || isHostOf(c.Article.URL, host) }
}

// isOwnHost reports whether a host is one of the site's, whose origins are stored in
// punycode.
func isOwnHost(site models.Site, host string) bool {
	return site.HasHost(host) || site.HasHost(rules.CanonicalHost(host))
}

// isHostOf reports whether a host is that of an address, or below it.
func isHostOf(address, host string) bool {
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" {
		return false
	}
	own := strings.TrimPrefix(strings.ToLower(u.Hostname()), "www.")
	return host == own || strings.HasSuffix(host, "."+own)
}
