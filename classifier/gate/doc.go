// Package gate decides whether a candidate model may replace the live one. It
// compares the two on the same rows and returns a report with the reasons
// against the candidate, what could not be compared, and what the candidate
// would change.
//
// # What is compared, and why it is honest
//
// A model looks good on rows that it learned from. So a label counts as held out
// only if the candidate has not learned from it or from a near-copy of it: it is
// in Evidence.HeldOut, or it is newer than all that the candidate learned from
// (Manifest.LearnedUntil). The server's training leaves out the newest labels of
// the installation for this.
//
//   - With enough held-out labels, they decide.
//   - Otherwise all labels are compared. The candidate is then flattered, never
//     wronged, by those that it learned from: a candidate that is worse than the
//     live model even there is refused, but that it is not worse proves nothing.
//     What then decides as well are the figures in its file, which come from
//     cross-validation, against fixed limits. A note says so.
//   - The live model may have learned from the labels, too. A note says so.
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
