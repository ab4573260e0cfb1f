package handlers

import (
	"context"
	"math"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"winnow/models"
)

// Rates are limits of what anybody can call. A Count of 0 means no limit.
type Rates struct {
	Address models.Rate // comments, and reports, of one household; ten times that of a network; see models.HouseholdOf
	Author  models.Rate // likewise of one author with an id, whom no other limit of a reader applies to
	Site    models.Rate // comments of one site, so that no site slows down the others
	// Login counts logins from a device or household that the moderator has logged
	// in from, each by itself; of all others those from one address for one name,
	// and ten times that from one address, and for one name.
	Login models.Rate
}

// DefaultRates suit a newsroom: a reader in a heated debate stays below them.
func DefaultRates() Rates {
	return Rates{
		Address: models.Rate{Count: 30, Period: 5 * time.Minute},
		Author:  models.Rate{Count: 30, Period: 5 * time.Minute},
		Site:    models.Rate{Count: 1_000_000, Period: time.Minute},
		Login:   models.Rate{Count: 10, Period: 5 * time.Minute},
	}
}

// widerNetworks is how many households' limits a network has.
const widerNetworks = 10

// namelessRate is how many comments a site's server may post without saying of whom: the
// limits of readers cannot apply to them.
var namelessRate = models.Rate{Count: 600, Period: time.Minute}

// commentLimits are the limits of a new comment, or of a new text of one.
func (s *Server) commentLimits(from submitter) []models.Limit {
	return append(s.readerLimits(from, "comment"), siteLimit(from.site.Slug, s.rates))
}

func siteLimit(site string, rates Rates) models.Limit {
	return models.Limit{Site: site, Name: "site", Rate: rates.Site}
}

// readerLimits are the limits of one reader for one purpose, such as "comment": of an id
// that the site vouches for, or else of the household and of the network around it. A name
// is not an identity, so it is not counted.
func (s *Server) readerLimits(from submitter, purpose string) []models.Limit {
	limits := make([]models.Limit, 0, 3) // with room for that of commentLimits
	add := func(name, value string, rate models.Rate) {
		limits = append(limits, models.Limit{Site: from.site.Slug, Name: name, Key: purpose + " " + s.node.LimitKey(name, value), Rate: rate})
	}
	household := s.rates.Address
	switch {
	case from.who.Vouched():
		add("author", from.who.ID, s.rates.Author)
	case from.who.Household.IsValid():
		add("address", from.who.Household.Addr().String(), household)
		add("network", from.who.Network.Addr().String(), models.Rate{Count: widerNetworks * household.Count, Period: household.Period})
	case household.Count > 0:
		add("nameless", "", namelessRate)
	}
	return limits
}

// illegalRate is how often one reader may say that comments are illegal, because one such
// report is enough to hide a comment until an editor has seen it.
var illegalRate = models.Rate{Count: 3, Period: 24 * time.Hour}

// reportLimits are the limits of a reader's report.
func (s *Server) reportLimits(from submitter, reason models.Reason) []models.Limit {
	limits := s.readerLimits(from, "flag")
	if reason != models.ReasonIllegal {
		return limits
	}
	return append(limits, s.rareLimits(from, "illegal", illegalRate)...)
}

// rareLimits are readerLimits with a rate of their own, for what readers do seldom.
func (s *Server) rareLimits(from submitter, purpose string, rate models.Rate) (limits []models.Limit) {
	for _, l := range s.readerLimits(from, purpose) {
		switch {
		case l.Rate.Count == 0 || l.Name == "nameless":
			continue
		case l.Name == "network":
			l.Rate = models.Rate{Count: widerNetworks * rate.Count, Period: rate.Period}
		default:
			l.Rate = rate
		}
		l.Name += "-" + purpose
		limits = append(limits, l)
	}
	return limits
}

// clientNotice is a header that tells a site's server what its posts lack.
const clientNotice = "Winnow-Notice"

// noteClient tells a site's server that it names no client with what a reader has posted, and
// counts that.
func (s *Server) noteClient(c echo.Context, from submitter) {
	if from.byKey && !from.who.Household.IsValid() {
		s.checker.Traffic.UnnamedClient(from.site.Slug)
		s.metrics.nameless.WithLabelValues(from.site.Slug).Inc()
		c.Response().Header().Set(clientNotice, "client.ip missing: limits, bans and reports cannot tell the readers apart")
	}
}

// Names of the RateLimit fields in the form of net/http, which would otherwise
// convert them for each reply.
const (
	limitHeader  = "Ratelimit"
	policyHeader = "Ratelimit-Policy"
)

// checkLimits counts a request for its limits, in one call, and writes the RateLimit
// fields (draft-ietf-httpapi-ratelimit-headers). When the limiter fails, the
// request is accepted: a site is better off without limits than without
// comments.
func (s *Server) checkLimits(ctx context.Context, c echo.Context, limits []models.Limit) error {
	a, err := s.limiter.Allow(ctx, limits...)
	if err != nil {
		s.metrics.limiterFailures.Inc()
		s.log.ErrorContext(ctx, "limiter failed, request allowed", "error", err)
		return nil
	}
	if a.Policy.Name == "" {
		return nil // nothing is limited
	}
	h := c.Response().Header()
	var text [128]byte
	policies := text[:0]
	for _, l := range limits {
		if l.Rate.Count > 0 {
			if len(policies) > 0 {
				policies = append(policies, ", "...)
			}
			policies = appendItem(policies, l.Name, "q", l.Rate.Count, "w", seconds(l.Rate.Period))
		}
	}
	h.Set(policyHeader, string(policies))
	wait := a.Reset
	if !a.Allowed {
		wait = a.RetryAfter
	}
	h.Set(limitHeader, string(appendItem(text[:0], a.Policy.Name, "r", a.Remaining, "t", seconds(wait))))
	if a.Allowed {
		return nil
	}
	s.metrics.refusals.WithLabelValues(a.Policy.Name).Inc()
	h.Set("Retry-After", strconv.Itoa(max(1, seconds(a.RetryAfter))))
	return models.Errorf(models.KindLimited, "too many requests: retry in %d seconds", max(1, seconds(a.RetryAfter)))
}

// appendItem appends a string with two parameters as RFC 9651 writes it:
// "name";q=30;w=300.
func appendItem(b []byte, name, first string, one int, second string, two int) []byte {
	b = append(append(append(b, '"'), name...), '"')
	b = strconv.AppendInt(append(append(append(b, ';'), first...), '='), int64(one), 10)
	return strconv.AppendInt(append(append(append(b, ';'), second...), '='), int64(two), 10)
}

// seconds rounds up, so that after that time a request is allowed.
func seconds(d time.Duration) int { return int(math.Ceil(d.Seconds())) }
