package models

import "time"

// Rate is how often something may happen: Count times in Period, all at once if
// need be. A Count of 0 means no limit.
type Rate struct {
	Count  int
	Period time.Duration
}

// Limit is a rate and for whom it is counted. Name is the name of the policy in
// the RateLimit header fields, such as "address". Site separates the counts of
// sites, and keeps those of one site on one node of a Redis cluster: all limits
// of one call must have the same Site, which may be "".
type Limit struct {
	Site string
	Name string
	Key  string
	Rate Rate
}

// Allowance is the answer of a limiter to one request. When it is not allowed,
// nothing was counted.
type Allowance struct {
	Allowed    bool
	Policy     Limit         // the limit with the fewest requests left, or the one that refused
	Remaining  int           // of Policy
	RetryAfter time.Duration // until one more would be allowed; 0 when allowed
	Reset      time.Duration // until Policy has its full Count again
}
