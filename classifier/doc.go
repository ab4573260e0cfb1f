// Package classifier scores comments for spam and abuse. For each of the two
// questions (the heads) training combines several scores of a text, the columns:
//
//   - three L2-regularised logistic regressions over the tokens of the labelled
//     texts; in two of them the naive Bayes log ratio of a token scales its
//     feature (Wang and Manning 2012, "Baselines and bigrams")
//   - three naive Bayes classifiers of the library github.com/jbrukh/bayesian, over
//     words, parts of words, and the shape of the text, which hold the
//     normalised counts of the labels, see newNaiveBayes
//   - the log odds of the base model, if there is one
//
// A small logistic regression over out-of-fold scores (the stack) decides how far each
// column is trusted, and calibrates the probabilities. All columns are sums over
// the tokens, so a model is one table of weights: a verdict computes nothing with
// the library, and each token's share of it is exact. The manifest keeps the weight
// of each column.
//
// A text is normalized and split into tokens by the packages below text. The weights of the
// tokens are summed in four blocks (words, parts of words, shape, intents). Each
// sum is multiplied by the block's scale and divided by the root of the number of
// its known tokens. These four numbers and the head's prior add up to log odds.
// A model may have one head only; the other is nil.
//
// The package reads no clock, network or database, and does not import storage
// or handlers. The same labels, in the same order, the same traffic and the same
// seed give the same model file, byte for byte.
package classifier
