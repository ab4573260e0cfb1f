package handlers

import (
	"time"

	"winnow/models"
)

// Rates are how often callers may do what strangers can reach. A count of 0
// means no limit.
type Rates struct {
	Address models.Rate // comments and reports of one address (IPv6: of one /64)
	Author  models.Rate // comments of one author whom the site vouches for
	Site    models.Rate // comments of one site, so that none starves the others
	Login   models.Rate // attempts of one address, and for one name
}

// DefaultRates suit a newsroom: a reader in a heated debate stays below them.
var DefaultRates = Rates{
	Address: models.Rate{Count: 30, Period: 5 * time.Minute},
	Author:  models.Rate{Count: 30, Period: 5 * time.Minute},
	Site:    models.Rate{Count: 1_000_000, Period: time.Minute},
	Login:   models.Rate{Count: 10, Period: 5 * time.Minute},
}
