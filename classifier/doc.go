// Package classifier turns a comment into a verdict, learns from labels, and
// says how good it is. It is pure: it reads no clock, no network and no
// database, and the same labels give the same model, byte for byte.
//
// The way of a text: package text folds it and cuts it into tokens; each token
// has a weight in log odds, held by a naive Bayes engine and read from a table
// made of it; the sums of three blocks of tokens, each divided by the root of
// its number of tokens, and a prior are the log odds of spam. The same for
// abuse. A head that was not trained is absent.
package classifier
