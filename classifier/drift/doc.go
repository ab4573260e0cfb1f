// Package drift tells whether the comments of a site are still like those that the
// live model saw when it went live. It compares counts and knows no storage: it imports
// models only.
//
// Four measures are compared with the reference, which are the first comments that
// the model scored on the site: the distribution of its scores, the share of words
// that it does not know, the share of comments that are held; and, with the days
// before, the share of decisions that contradict the machine.
package drift
