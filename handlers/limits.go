package handlers

import (
	"context"
	"math"
	"net/netip"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"winnow/models"
)

// Rates are limits of what anybody can call. A Count of 0 means no limit.
type Rates struct {
	Address models.Rate // comments, and reports, of one address (IPv6: of one /64)
	Author  models.Rate // likewise of one author with an id
	Site    models.Rate // comments of one site, so that no site slows down the others
	Login   models.Rate // logins from one address for one name; ten times that from one address, and for one name
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

// commentLimits are the limits of a new comment, or of a new text of one.
func (s *Server) commentLimits(from submitter, authorID string) []models.Limit {
	return append(s.readerLimits(from, "comment", authorID), models.Limit{Site: from.site.Slug, Name: "site", Rate: s.rates.Site})
}

// readerLimits are the limits of one reader for one purpose, such as "comment".
// A name is not an identity, so it is not counted.
func (s *Server) readerLimits(from submitter, purpose, authorID string) []models.Limit {
	limits := make([]models.Limit, 0, 3) // with room for that of commentLimits
	site := from.site.Slug
	if key := s.node.LimitKey(from.address); key != "" {
		limits = append(limits, models.Limit{Site: site, Name: "address", Key: purpose + " " + key, Rate: s.rates.Address})
	}
	if authorID != "" {
		limits = append(limits, models.Limit{Site: site, Name: "author", Key: purpose + " " + authorID, Rate: s.rates.Author})
	}
	return limits
}

// loginLimits slow down the guessing of passwords. The lowest counts an address
// and a name together, so that colleagues behind one address do not lock each
// other out, and somebody elsewhere does not easily lock out a name.
func (s *Server) loginLimits(address netip.Addr, name string) []models.Limit {
	wide := models.Rate{Count: 10 * s.rates.Login.Count, Period: s.rates.Login.Period}
	key := s.node.LimitKey(address)
	return []models.Limit{
		{Name: "login", Key: key + " " + name, Rate: s.rates.Login},
		{Name: "login-address", Key: key, Rate: wide},
		{Name: "login-name", Key: name, Rate: wide},
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
	for i, l := range limits {
		if l.Key != "" { // it may name a reader, and goes to Redis
			limits[i].Key = s.node.LimitPseudonym(l.Key)
		}
	}
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
