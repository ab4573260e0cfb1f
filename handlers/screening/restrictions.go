package screening

import (
	"context"
	"time"

	"winnow/models"
)

// Restrictions are what a newsroom has set for the author and the article of a
// comment that is not refused.
type Restrictions struct {
	Shadowed bool                // the comment waits for a moderator, and its author does not learn it
	Article  models.ArticleEntry // as it is now
}

// RefusedError is the error of a comment that is not accepted at all: its
// author is banned, or its article is closed.
type RefusedError struct {
	error
	Until time.Time // zero: for good
}

func (e *RefusedError) Unwrap() error { return e.error }

// CheckRestrictions returns the restrictions on a comment of a reader, or a RefusedError.
func (s *Screener) CheckRestrictions(ctx context.Context, c models.Comment, who models.Identity) (Restrictions, error) {
	now := s.cfg.Now()
	article, err := s.cfg.Source.Article(ctx, c.Site, c.Article.ID)
	if err != nil {
		return Restrictions{}, err
	}
	article = article.AsOf(now)
	if article.State == models.ArticleClosed {
		return Restrictions{}, &RefusedError{models.Errorf(models.KindClosed, "comments on this article are closed"), article.Until}
	}
	sanction, err := s.cfg.Source.Sanction(ctx, c.Site, who)
	if err != nil || !sanction.Active(now) {
		return Restrictions{Article: article}, err
	}
	if sanction.Kind == models.Ban {
		return Restrictions{}, &RefusedError{models.Errorf(models.KindBanned, "this author may not comment here"), sanction.Until}
	}
	return Restrictions{Shadowed: true, Article: article}, nil
}
