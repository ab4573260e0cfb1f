// Package classifier scores comments for spam and abuse. The weights are fitted,
// not counted: for each of the two questions (the heads) training fits three
// L2-regularised logistic regressions over the tokens of the labelled texts,
// then stacks them with a small logistic regression on out-of-fold scores, which
// also calibrates the probabilities. Naive Bayes has two parts in this. In two of
// the three regressions the naive Bayes log ratio of a token scales its feature
// (Wang and Manning 2012). And when training ends, the finished weights are
// stored in a naive Bayes classifier of the library github.com/jbrukh/bayesian,
// one for each head, as counts for each class whose log likelihood ratio is the
// weight; the model gets its weights back from there. The library learns
// nothing by itself, and when a comment is scored it computes nothing: a verdict
// adds up weights from a table that the library's classifier was read into.
// Model.NaiveBayes builds that classifier again from a model, and a test compares
// its log scores with the sums of the table.
//
// A text is normalized and split into tokens by the packages below text. The weights of the
// tokens are summed in four blocks (words, parts of words, shape, intents). Each
// sum is multiplied by the block's scale and divided by the root of the number of
// its known tokens. These four numbers and the head's prior add up to log odds.
// A model may have one head only; the other is nil.
//
// The package reads no clock, network or database, and does not import storage
// or handlers. The same labels, in the same order, and the same seed give the
// same model file, byte for byte.
package classifier
