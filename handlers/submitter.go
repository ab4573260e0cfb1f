package handlers

import (
	"context"
	"crypto/sha256"
	"net/http"
	"net/netip"
	"strings"

	"github.com/labstack/echo/v4"

	"winnow/models"
)

// submitter is who a comment, an edit or a report comes from.
type submitter struct {
	site    models.Site
	byKey   bool           // the site's server, which may see everything
	reader  *models.Author // from a reader token; nil without one
	address netip.Addr     // of the reader; invalid when a server does not send it
	client  models.Client
}

// clientRequest is what a site's server sends about its reader's client.
type clientRequest struct {
	IP        string `json:"ip"`
	UserAgent string `json:"user_agent"`
	Referrer  string `json:"referrer"`
}

// identifySubmitter returns who a request comes from. A site's server sends
// what it knows of the reader's client; that of a browser is read from its
// connection. Fields that are not valid are added to bad.
func (s *Server) identifySubmitter(c echo.Context, slug string, client *clientRequest, bad *models.Invalid) (submitter, error) {
	req, by := c.Request(), principalOf(c)
	from := submitter{byKey: by.Kind == models.ByKey, address: by.Address}
	var err error
	switch {
	case !from.byKey:
		if from.site, err = s.pageSite(c, slug); err != nil {
			return from, err
		}
		if client != nil {
			bad.Add("client", "is accepted only with a site key")
		}
		client = &clientRequest{UserAgent: req.UserAgent(), Referrer: req.Referer()}
	case slug != "" && slug != by.Site:
		return from, models.Errorf(models.KindForbidden, "the site key belongs to another site")
	default:
		from.site = by.site
		from.address = netip.Addr{}
		if client == nil {
			client = &clientRequest{}
		}
		if client.IP != "" {
			if from.address, err = netip.ParseAddr(client.IP); err != nil {
				bad.Add("client.ip", "must be an IP address")
			}
			from.address = from.address.Unmap().WithZone("")
		} else {
			s.checker.Traffic.UnnamedClient(from.site.Slug)
		}
	}
	if from.client, err = s.clientOf(req.Context(), from.address, client); err != nil {
		return from, err
	}
	if token := req.Header.Get("X-Reader-Token"); token != "" {
		reader, err := s.readReaderToken(req.Context(), token, from.site)
		if err != nil {
			return from, err
		}
		from.reader = &reader
	}
	return from, nil
}

// clientOf returns what is stored of a client: never its address.
func (s *Server) clientOf(ctx context.Context, address netip.Addr, r *clientRequest) (models.Client, error) {
	c := models.Client{UserAgent: truncate(models.Clean(r.UserAgent), models.MaxUserAgent), Referrer: truncate(models.Clean(r.Referrer), models.MaxURL)}
	if !address.IsValid() {
		return c, nil
	}
	var err error
	if c.Hash, err = s.node.ClientHash(ctx, address); err != nil {
		return c, err
	}
	bits := 24
	if address.Is6() {
		bits = 48
	}
	net, _ := address.Prefix(bits) // both lengths are in range
	c.Net = net.String()
	return c, nil
}

// truncate cuts s to at most n characters.
func truncate(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n])
	}
	return s
}

// caller is the actor of what a submitter does, in the audit trail.
func (from submitter) caller(c echo.Context) models.Caller {
	by := caller(c)
	if !from.byKey {
		by.Kind, by.Site = models.ByOrigin, from.site.Slug
	}
	return by
}

// idempotencyKey returns the key under which the post of a comment may be
// repeated, and the hash that differs for another post with the same key. Both
// are empty when the request has no key. Keys of browsers are separate for each
// address.
func (s *Server) idempotencyKey(r *http.Request, from submitter, body []byte) (key string, fingerprint []byte, err error) {
	key = r.Header.Get("Idempotency-Key")
	invisible := func(r rune) bool { return r < '!' || r > '~' }
	switch {
	case key == "":
		return "", nil, nil
	case len(key) > models.MaxID || strings.IndexFunc(key, invisible) >= 0:
		return "", nil, invalid("Idempotency-Key", "must have 1 to 200 visible ASCII characters")
	case from.byKey:
		key = "key " + key
	default:
		key = "browser " + s.node.IdempotencyKey(from.address, key)
	}
	sum := sha256.New()
	sum.Write([]byte("POST /v1/comments\n"))
	sum.Write(body)
	return key, sum.Sum(nil), nil
}
