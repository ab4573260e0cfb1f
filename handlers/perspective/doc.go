// Package perspective speaks the protocol of Google's Perspective API, which ends on
// 2026-12-31: comments:analyze and comments:suggestscore of v1alpha1, with the names,
// limits and errors of its published reference. Analyze scores a text by the filter of a
// site; Suggest makes a label of a suggested score.
//
// It knows neither Echo nor a database. What it reads was written by strangers: a request
// is bounded by its caller, and decoded by DecodeAnalyze and DecodeSuggest.
//
// Where this server differs from the original:
//   - the scores are those of the site's own filter: see attributes. winnow perspective-map
//     makes a table of what a score of the original is here;
//   - the attributes that no part of the filter has, such as FLIRTATION, are unknown;
//   - INSULT, THREAT and IDENTITY_ATTACK have the languages of patternLanguages, the others
//     all; a language that cannot be detected is no error;
//   - positions are in code points, which the reference leaves open;
//   - nothing of an analyzed text is stored, whatever doNotStore says.
package perspective

// Path is what the paths of the methods begin with.
const Path = "/v1alpha1/comments:"
