package screening

import "winnow/models"

// resolveStatus returns the status of a comment, and the reason for it, from
// the verdict, the site's mode, the restrictions, and whether there is a burst
// on its article. The first that applies decides: rejection, shadow ban, hold
// by the verdict, pre-moderation, burst.
func resolveStatus(v models.Verdict, mode models.Mode, r Restrictions, burst bool) (models.Status, models.Reason) {
	switch {
	case v.Action == models.Reject:
		return models.Rejected, v.Reason
	case r.Shadowed:
		return models.Pending, models.ReasonShadow
	case v.Action == models.Hold:
		return models.Pending, v.Reason
	case mode == models.ModePre || r.Article.State == models.ArticlePre:
		return models.Pending, models.ReasonPremoderation
	case burst:
		return models.Pending, models.ReasonBurst
	}
	return models.Approved, ""
}
