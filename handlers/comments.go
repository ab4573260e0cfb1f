package handlers

import (
	"crypto/sha256"
	"net/http"
	"net/netip"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"winnow/models"
	"winnow/storage"
	"winnow/storage/redis"
)

// commentRequest is a comment as a front end or a page sends it.
type commentRequest struct {
	Site    string `json:"site"`
	Article struct {
		ID      string `json:"id"`
		URL     string `json:"url"`
		Title   string `json:"title"`
		Section string `json:"section"`
	} `json:"article"`
	ParentID string `json:"parent_id"`
	Author   struct {
		ID    string `json:"id"`
		Name  string `json:"name"`
		Email string `json:"email"`
		URL   string `json:"url"`
	} `json:"author"`
	Body    string         `json:"body"`
	Client  *clientRequest `json:"client"`
	Website string         `json:"website"` // the honeypot: no person fills it in
}

// clientRequest is what a front end's server says of its reader.
type clientRequest struct {
	IP        string `json:"ip"`
	UserAgent string `json:"user_agent"`
	Referrer  string `json:"referrer"`
}

// createComment takes a comment: who is it from, is it well formed, is it one
// too many, what do the filter and the site's rules say, keep it, reply.
func (s *Server) createComment(c echo.Context) error {
	data, err := readJSON(c.Request())
	if err != nil {
		return err
	}
	var req commentRequest
	if err := parse(data, &req); err != nil {
		return err
	}
	from, err := s.speaker(c, req.Site, req.Client)
	if err != nil {
		return err
	}
	comment, err := s.readComment(req, from)
	if err != nil {
		return err
	}
	key, err := s.idempotencyKey(c.Request(), from)
	if err != nil {
		return err
	}
	var sum []byte
	if key != "" {
		sum = fingerprint(data)
	}
	ctx := redis.Budget(c.Request().Context())
	limits := append(s.readerLimits(from.site.Slug, "comment", from.address, comment.Author.ID),
		models.Limit{Site: from.site.Slug, Name: "site", Rate: s.rates.Site})
	var set terms
	if err = s.take(ctx, c, limits); err == nil {
		set, err = s.admit(ctx, comment)
	}
	if err != nil {
		// What was answered once is answered again, whatever came since.
		kept, verdict, missed := s.db.Repeated(ctx, from.site.Slug, key, sum)
		if missed != nil {
			return err
		}
		c.Response().Header().Del("Retry-After")
		return created(c, kept, verdict, models.SignalsJSON(verdict.Signals), from.key)
	}
	comment.ID = uuid.Must(uuid.NewV7()).String() // campaigns are named after it
	verdict, campaign, err := s.judge(ctx, &comment, from.site, set, req.Website != "")
	if err != nil {
		return err
	}
	signals := models.SignalsJSON(verdict.Signals)
	kept, verdict, replayed, err := s.db.CreateComment(ctx, storage.NewComment{
		Comment: comment, Verdict: verdict, Signals: signals, Campaign: campaign, IdempotencyKey: key, Fingerprint: sum,
		SecondLook: from.site.LookShare(),
	})
	if err != nil {
		return err
	}
	if replayed {
		signals = models.SignalsJSON(verdict.Signals)
	} else {
		s.metrics.comments.WithLabelValues(string(kept.Status)).Inc()
		s.publish(ctx, s.changed(models.CommentCreated, kept))
	}
	return created(c, kept, verdict, signals, from.key)
}

// fingerprint tells a request that is repeated from another one.
func fingerprint(body []byte) []byte {
	sum := sha256.New()
	sum.Write([]byte("POST /v1/comments\n"))
	sum.Write(body)
	return sum.Sum(nil)
}

// created replies with what became of a comment, and to a site's key with the
// verdict.
func created(c echo.Context, kept models.Comment, v models.Verdict, signals string, key bool) error {
	c.Response().Header().Set("Location", "/v1/comments/"+kept.ID)
	return answer(c, http.StatusCreated, kept, v, signals, key)
}

// usualReply is more bytes than most replies to a comment have, signals aside.
const usualReply = 640

// answer tells what a comment is now, and a site's key the verdict with it. It
// is written as encoding/json would, in less time. A browser learns only
// whether its comment is public: one that is rejected looks as if it waited, so
// that a spammer cannot try texts against the filter.
func answer(c echo.Context, status int, kept models.Comment, v models.Verdict, signals string, key bool) error {
	if !key {
		if kept.Reason = ""; kept.Status == models.Rejected {
			kept.Status = models.Pending
		}
	}
	b := make([]byte, 0, usualReply+len(signals))
	field := func(name, value string) {
		b = append(append(append(b, '"'), name...), '"', ':')
		b = append(models.AppendString(b, value), ',')
	}
	b = append(b, '{')
	field("id", kept.ID)
	field("site", kept.Site)
	field("article", kept.Article.ID)
	if kept.ParentID != "" {
		field("parent_id", kept.ParentID)
	}
	field("status", string(kept.Status))
	if kept.Reason != "" {
		field("reason", string(kept.Reason))
	}
	b = kept.CreatedAt.AppendFormat(append(b, `"created_at":"`...), time.RFC3339Nano)
	b = append(b, '"')
	if key {
		b = v.AppendJSON(append(b, `,"verdict":`...), signals)
	}
	return c.JSONBlob(status, append(b, '}'))
}

// speaker is who a comment or report comes from.
type speaker struct {
	site    models.Site
	key     bool           // a front end's server, which is told everything
	reader  *models.Author // whom a reader token vouches for
	address netip.Addr     // of the reader; invalid when a server does not say
	client  models.Client
	bad     models.Invalid // what is wrong so far, to be told with the rest
}

// speaker finds out whom a request of a front end speaks for. A server with the
// site's key passes on what it knows of the reader's client; a browser's word
// on itself is taken from the connection.
func (s *Server) speaker(c echo.Context, slug string, client *clientRequest) (speaker, error) {
	req, by := c.Request(), principalOf(c)
	from := speaker{key: by.Kind == models.ByKey, address: by.Address}
	var err error
	switch {
	case !from.key:
		if from.site, err = s.pageSite(c, slug); err != nil {
			return from, err
		}
		if client != nil {
			from.bad.Add("client", "is accepted only with a site key")
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
				from.bad.Add("client.ip", "must be an IP address")
			}
			from.address = from.address.Unmap().WithZone("")
		}
	}
	if from.client, err = s.client(req.Context(), from.address, client); err != nil {
		return from, err
	}
	if token := req.Header.Get("X-Reader-Token"); token != "" {
		reader, err := s.readReaderToken(token, from.site)
		if err != nil {
			return from, err
		}
		from.reader = &reader
	}
	return from, nil
}

// readComment makes a comment of a request and checks it.
func (s *Server) readComment(req commentRequest, from speaker) (models.Comment, error) {
	comment := models.Comment{
		Site: from.site.Slug,
		Article: models.Article{
			Site: from.site.Slug, ID: models.Clean(req.Article.ID),
			URL: models.Clean(req.Article.URL), Title: models.Clean(req.Article.Title),
			Section: models.Clean(req.Article.Section),
		},
		ParentID: models.Clean(req.ParentID),
		Author: models.Author{
			ID: models.Clean(req.Author.ID), Name: models.Clean(req.Author.Name),
			Email: models.Clean(req.Author.Email), URL: models.Clean(req.Author.URL),
		},
		Body: models.Clean(req.Body), Client: from.client,
	}
	if !from.key && req.Author.ID != "" {
		from.bad.Add("author.id", "is accepted only with a site key; a page identifies its reader by a reader token")
	}
	if r := from.reader; r != nil {
		comment.Author.ID = r.ID
		if r.Name != "" {
			comment.Author.Name = r.Name
		}
		if r.Email != "" {
			comment.Author.Email = r.Email
		}
	}
	from.bad.Join(comment.Validate())
	return comment, from.bad.Err()
}

// invalid is the fault of one field.
func invalid(field, format string, args ...any) error {
	var bad models.Invalid
	bad.Add(field, format, args...)
	return bad.Err()
}
