package promotion

import (
	"context"
	"fmt"
	"iter"

	"winnow/classifier"
	"winnow/classifier/rules"
	"winnow/handlers/screening"
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

// Trusts has, by site, what classifier.Input.Trusts is for its comments.
type Trusts map[string]func(host string) bool

// TrustsOf returns what the server trusts on sites.
func TrustsOf(ctx context.Context, db *storage.DB, sites []models.Site) (Trusts, error) {
	all := make(Trusts, len(sites))
	for _, s := range sites {
		r, err := db.Rules(ctx, s.Slug)
		if err != nil {
			return nil, err
		}
		// Only the links: word lists may be long.
		set, err := rules.Compile(models.Rules{Links: models.LinkRules{Allowed: r.Links.Allowed}})
		if err != nil {
			return nil, fmt.Errorf("the rules of %s: %w", s.Slug, err)
		}
		all[s.Slug] = screening.Trusts(s, set)
	}
	return all, nil
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
