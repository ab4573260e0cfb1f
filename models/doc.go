// Package models holds what the service speaks of: sites, articles, comments,
// verdicts, decisions, labels, moderators and the errors that go with them.
//
// It imports nothing but the standard library, and knows neither SQL nor HTTP:
// every other package of Winnow may import it.
package models
