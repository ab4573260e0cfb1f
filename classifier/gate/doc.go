// Package gate decides whether a candidate model may replace the live one. It
// compares the two on the same rows and returns a report with the reasons
// against the candidate, what could not be compared, and what the candidate
// would change.
//
// # What is compared, and why it is honest
//
// A model looks good on rows that it learned from. So each model is scored on each
// row by what has not learned from it: on a row that it learned from, the scores in
// its file of the cross-validation (Model.OutOfFold), on others its own. A model
// of an earlier release has no such scores: then a label counts as held out only if
// it is in Evidence.HeldOut, or newer than all that the model learned from
// (Manifest.LearnedUntil).
//
//   - With enough labels on which this holds for both models, they decide; else
//     those on which it holds for the candidate, and a note says of how many labels
//     the live model has an advantage.
//   - Otherwise all labels are compared. The candidate is then flattered, never
//     wronged, by those that it learned from: a candidate that is worse than the
//     live model even there is refused, but that it is not worse proves nothing.
//     What then decides as well are the figures in its file, which come from
//     cross-validation, against fixed limits. A note says so.
//
// Labels are grouped into near-copies first, and each group counts once, with the
// class that most of its labels have and, of equals, the newest. So a text that was
// sent a thousand times is one observation, and the tests below do not take
// copies for evidence.
//
// Comments of the traffic are counted as they are: what readers and moderators
// meet is comments. Few of them have a label. The share of a held comment without
// one that is legitimate is observed on the labelled ones where there are enough,
// and otherwise taken from the candidate's probability.
//
// # When a difference counts
//
// The two models are compared row by row with the exact test of McNemar (1947,
// "Note on the sampling error of the difference between correlated proportions"),
// one-sided: of the rows on which the models differ, is it more than chance that
// the candidate has the worse part? False alarms must also be above the budget by
// an exact binomial test, because a better filter than the live one may hold some
// more. Recall is compared at the same number of false alarms when the live model
// holds more than the budget: a model that holds everything misses nothing.
//
// The package is pure: no clock, no network, no database. It imports the
// classifier with its subpackages, and models.
package gate
