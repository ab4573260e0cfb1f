package promotion

import (
	"context"
	"iter"

	"winnow/classifier"
	"winnow/models"
	"winnow/storage"
)

const (
	siteComments = 1000   // of each site, the newest
	maxComments  = 10_000 // of all sites together
)

// Traffic streams the last comments of every site, so that a small site is not lost
// among the comments of a large one. Models are trained and compared on them.
func Traffic(ctx context.Context, db *storage.DB, sites []models.Site) iter.Seq2[classifier.Sample, error] {
	each := min(siteComments, maxComments/max(1, len(sites)))
	return func(yield func(classifier.Sample, error) bool) {
		for _, s := range sites {
			for comment, err := range db.RecentComments(ctx, s.Slug, each) {
				sample := classifier.Sample{
					Input: classifier.FromComment(comment.Comment), Site: comment.Site, Lang: comment.Lang,
					CreatedAt: comment.CreatedAt, Label: comment.Label,
				}
				if !yield(sample, err) || err != nil {
					return
				}
			}
		}
	}
}

// HoldBudgets returns the hold budgets of the sites that have their own.
func HoldBudgets(sites []models.Site) map[string]float64 {
	own := map[string]float64{}
	for _, s := range sites {
		if s.HoldBudget != nil {
			own[s.Slug] = *s.HoldBudget
		}
	}
	return own
}
