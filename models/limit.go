package models

import "time"

// Rate is how often something may happen: Count times in Period, all at once
// if need be. A Count of 0 means no limit.
type Rate struct {
	Count  int
	Period time.Duration
}

// Limit is one thing to count: a rate and whom it is counted for. Name is the
// policy's name in the RateLimit fields, such as "address". Site keeps the
// counts of one site apart from those of another, and together on one node of
// a cluster: limits taken at once must have the same Site, which may be "".
type Limit struct {
	Site string
	Name string
	Key  string
	Rate Rate
}

// Allowance is what a limiter said of one request. When it is not allowed,
// nothing was counted.
type Allowance struct {
	Allowed    bool
	Policy     Limit         // the limit that is nearest to its end, or that refused
	Remaining  int           // of Policy
	RetryAfter time.Duration // until one more would be allowed; 0 when allowed
	Reset      time.Duration // until Policy is as if never used
}
