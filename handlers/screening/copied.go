package screening

import (
	"context"

	"winnow/classifier"
	"winnow/classifier/campaign"
	"winnow/classifier/text/features"
	"winnow/classifier/text/normalize"
	"winnow/models"
)

// copiedComment returns a signal when a comment repeats a published one of another
// author on the same article and adds a link, account or number: such a copy has the
// words of a reader, which no model objects to. The earlier one is the first of its
// group, so this costs one look-up by id, and only for comments with a contact.
func (s *Screener) copiedComment(ctx context.Context, site models.Site, c models.Comment, p Prepared, matched campaign.Print, group models.Campaign) []models.Signal {
	if len(matched.Contacts) == 0 || group.Contact != 0 || group.Count < 2 || group.ID == c.ID {
		return nil
	}
	first, published, err := s.cfg.Source.PublishedComment(ctx, group.ID)
	if err != nil {
		s.cfg.Log.ErrorContext(ctx, "reading the first comment of a campaign failed", "error", err)
		return nil
	}
	if !published || first.Article.ID != c.Article.ID || first.Author.Key() == c.Author.Key() {
		return nil
	}
	var body normalize.Text
	body.Normalize(first.Body)
	added := matched.Adds(campaign.PrintOf(&body, features.Doc(classifier.FromComment(first)), knownHosts(site, first, p.rules)))
	if added == nil {
		return nil
	}
	return []models.Signal{{Name: "campaign:link-added", Detail: added.Text, Action: models.Hold}}
}
