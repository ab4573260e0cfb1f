package handlers

import (
	"context"
	"net/http"
	"net/netip"
	"strings"

	"github.com/labstack/echo/v4"

	"winnow/classifier/text/names"
	"winnow/handlers/node"
	"winnow/models"
)

// submitter is who a comment, an edit or a report comes from.
type submitter struct {
	site   models.Site
	byKey  bool           // the site's server, which may see everything
	reader *models.Author // from a reader token; nil without one
	// who the reader is. The name, the e-mail address, and the id that a site's server
	// vouches for are in the request: see identify.
	who    models.Identity
	client models.Client
}

// owner is how a reader shows which comments are theirs.
func (from submitter) owner() models.Owner {
	o := models.Owner{Site: from.site.Slug, Browser: from.who.Browser}
	if from.reader != nil {
		o.ID = from.reader.ID
	}
	return o
}

// identify adds what a request says of its author.
func (from *submitter) identify(a models.Author) {
	from.who.ID, from.who.Name, from.who.Email = a.ID, names.Fold(a.Name), models.FoldEmail(a.Email)
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
	from := submitter{byKey: by.Kind == models.ByKey}
	address := by.Address
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
		from.site = by.owner.Site
		address = netip.Addr{}
		if client == nil {
			client = &clientRequest{}
		}
		if client.IP != "" {
			var ok bool
			if address, ok = models.ParseAddress(client.IP); !ok {
				bad.Add("client.ip", "must be an IP address")
			}
		}
	}
	from.who = models.Identity{Browser: s.node.Browser(from.site.Slug, req.Header.Get(browserHeader))}.At(address)
	if from.client, err = s.clientOf(req.Context(), from.who, client); err != nil {
		return from, err
	}
	if token := req.Header.Get("X-Reader-Token"); token != "" {
		reader, err := s.readReaderToken(req.Context(), token, from.site)
		if err != nil {
			return from, err
		}
		from.reader = &reader
		from.identify(reader)
	}
	return from, nil
}

// browserHeader has the token that a browser got with the reply to its first comment.
const browserHeader = "X-Browser-Token"

// clientOf returns what is stored of a client: never its address.
func (s *Server) clientOf(ctx context.Context, who models.Identity, r *clientRequest) (models.Client, error) {
	c := models.Client{Browser: who.Browser, UserAgent: truncate(models.Clean(r.UserAgent), models.MaxUserAgent), Referrer: truncate(models.Clean(r.Referrer), models.MaxURL)}
	if !who.Household.IsValid() {
		return c, nil
	}
	var err error
	c.Hash, err = s.node.ClientHash(ctx, who.Household)
	c.Net = who.Network.String()
	return c, err
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

// repeats are the keys under which a post is stored, so that it can be repeated.
type repeats struct {
	key       string // of the Idempotency-Key; empty: none
	duplicate string // of the same text without one
}

// idempotencyKey returns the Idempotency-Key of a request; "" when it has none.
func idempotencyKey(r *http.Request) (string, error) {
	key := r.Header.Get("Idempotency-Key")
	invisible := func(r rune) bool { return r < '!' || r > '~' }
	if len(key) > models.MaxID || strings.IndexFunc(key, invisible) >= 0 {
		return "", invalid("Idempotency-Key", "must have 1 to 200 visible ASCII characters")
	}
	return key, nil
}

// repeatsOf returns the keys of a post by an identified submitter. The Idempotency-Key of a
// browser belongs to its token once it has one, never to the address: the reply that
// brought the token may be the one that was lost. With another author, article, parent or
// text the same Idempotency-Key is another post.
func repeatsOf(n *node.Node, r *http.Request, from submitter, c models.Comment) (repeats, error) {
	who := from.who
	author := "name " + who.Name
	if who.Vouched() {
		author = "id " + who.ID
	}
	found := repeats{duplicate: "text " + n.RepeatKey(who.Writer(), c.Article.ID, c.ParentID, names.FoldText(c.Body))}
	key, err := idempotencyKey(r)
	if key == "" || err != nil {
		return found, err
	}
	scope := "key"
	if !from.byKey {
		scope = "browser " + who.Browser
	}
	found.key = "key " + n.RepeatKey(scope, key, author, c.Article.ID, c.ParentID, c.Body)
	return found, nil
}
