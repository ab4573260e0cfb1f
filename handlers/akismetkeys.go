package handlers

import (
	"context"
	"net/http"
	"net/netip"
	"time"

	"winnow/models"
)

// akismetOwner returns the owner of the key of an Akismet client.
func (s *Server) akismetOwner(req *http.Request, secret string) (by principal, err error) {
	address := s.clientIP(req)
	if models.IsAkismetKey(secret) {
		if err := s.limitGuesses(req.Context(), address, secret); err != nil {
			return by, err
		}
	}
	if by, err = s.ownerOf(req.Context(), secret); err != nil {
		return by, err
	}
	by.Address = address
	if by.owner.Key.Allows(models.ScopeAkismet) {
		return by, nil
	}
	return by, access{key: models.ScopePost}.authorize(by, false)
}

// How many short keys one household, and the network around it, may send. So ten thousand
// households need some 30 years to find one of 1000 keys of 48 bits.
var (
	keyRate   = models.Rate{Count: 100, Period: time.Hour}
	sameKey   = models.Rate{Count: 1, Period: time.Hour}
	seenLimit = "akismet-key"
)

// limitGuesses counts how many different keys an address tries, before anybody knows whether
// they are right. A key counts once an hour: neither a blog whose key is wrong nor one that
// makes many calls uses up what others behind its address need.
func (s *Server) limitGuesses(ctx context.Context, address netip.Addr, secret string) error {
	household, network := models.PrefixText(models.HouseholdOf(address)), models.PrefixText(models.NetworkOf(address))
	a, err := s.limiter.Allow(ctx,
		models.Limit{Name: seenLimit, Key: s.node.LimitKey(seenLimit, household+" "+secret), Rate: sameKey},
		models.Limit{Name: "akismet-address", Key: s.node.LimitKey("akismet-address", household), Rate: keyRate},
		models.Limit{Name: "akismet-network", Key: s.node.LimitKey("akismet-network", network), Rate: models.Rate{Count: widerNetworks * keyRate.Count, Period: keyRate.Period}},
	)
	if err != nil {
		s.metrics.limiterFailures.Inc()
		s.log.ErrorContext(ctx, "limiter failed, key allowed", "error", err)
		return nil
	}
	if a.Allowed || a.Policy.Name == seenLimit {
		return nil
	}
	s.metrics.refusals.WithLabelValues(a.Policy.Name).Inc()
	return models.Errorf(models.KindUnauthorized, "too many different keys from this network: try again later")
}
