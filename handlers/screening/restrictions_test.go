package screening

import (
	"errors"
	"testing"
	"time"

	"winnow/models"
)

func TestCheckRestrictions(t *testing.T) {
	before, after := now.Add(-time.Minute), now.Add(time.Minute)
	article := func(state models.ArticleState, until time.Time) models.ArticleEntry {
		return models.ArticleEntry{State: state, Until: until}
	}
	sanction := func(kind models.SanctionKind, until time.Time) *models.Sanction {
		return &models.Sanction{Kind: kind, Until: until}
	}
	var never time.Time
	for name, test := range map[string]struct {
		article  models.ArticleEntry
		sanction *models.Sanction
		refused  models.Kind // "": not refused
		until    time.Time   // of the refusal
		shadowed bool
		state    models.ArticleState
	}{
		"without settings a comment is accepted":               {state: models.ArticleOpen},
		"a closed article refuses it":                          {article: article(models.ArticleClosed, never), refused: models.KindClosed},
		"an article that is closed for a time says until when": {article: article(models.ArticleClosed, after), refused: models.KindClosed, until: after},
		"an article that was closed accepts it":                {article: article(models.ArticleClosed, before), state: models.ArticleOpen},
		"a pre-moderated article accepts it":                   {article: article(models.ArticlePre, never), state: models.ArticlePre},
		"a banned author is refused":                           {sanction: sanction(models.Ban, never), refused: models.KindBanned},
		"a ban for a time says until when":                     {sanction: sanction(models.Ban, after), refused: models.KindBanned, until: after},
		"an author whose ban has ended is accepted":            {sanction: sanction(models.Ban, before), state: models.ArticleOpen},
		"a shadowed author is accepted, and shadowed":          {sanction: sanction(models.Shadow, after), shadowed: true, state: models.ArticleOpen},
		"an author whose shadow ban has ended is not":          {sanction: sanction(models.Shadow, before), state: models.ArticleOpen},
		"a lifted sanction does nothing":                       {sanction: &models.Sanction{}, state: models.ArticleOpen},
		"a shadow ban does not hide the article's state":       {article: article(models.ArticlePre, after), sanction: sanction(models.Shadow, never), shadowed: true, state: models.ArticlePre},
		"a closed article comes before a ban":                  {article: article(models.ArticleClosed, never), sanction: sanction(models.Ban, after), refused: models.KindClosed},
	} {
		t.Run(name, func(t *testing.T) {
			s := newScreener(&source{article: test.article, sanction: test.sanction}, &campaigns{})
			got, err := s.CheckRestrictions(t.Context(), submission().Comment, models.Identity{})
			if models.KindOf(err) != test.refused {
				t.Fatalf("the error is %v, want one of kind %q", err, test.refused)
			}
			if got.Shadowed != test.shadowed || got.Article.State != test.state {
				t.Errorf("restrictions %+v", got)
			}
			var refused *RefusedError
			if errors.As(err, &refused) != (test.refused != "") || refused != nil && !refused.Until.Equal(test.until) {
				t.Errorf("refused %+v, want until %s", refused, test.until)
			}
		})
	}
}
