package handlers

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"winnow/classifier/language"
	"winnow/handlers/akismet"
	"winnow/models"
)

const akismetCheckPath = "/1.1/comment-check"

// maxAkismet bounds a form. WordPress sends up to 65,525 bytes of text twice, each byte as up
// to six, and the environment of its server.
const maxAkismet = 2 << 20

// akismetCall is a call of an Akismet client whose key is known.
type akismetCall struct {
	akismet.Form
	site models.Site
	key  string // id
}

// asAkismet serves a call about comments.
func (s *Server) asAkismet(next func(echo.Context, akismetCall) error) echo.HandlerFunc {
	return s.withAkismetKey(akismet.KeyOfCall, next)
}

// asAkismetAccount serves a call about a key.
func (s *Server) asAkismetAccount(next func(echo.Context, akismetCall) error) echo.HandlerFunc {
	return s.withAkismetKey(akismet.KeyOfAccount, next)
}

// withAkismetKey reads the form of a call and finds the key in one of its fields. The reply
// to a key that is not valid is 200, as in the original.
func (s *Server) withAkismetKey(fields []string, next func(echo.Context, akismetCall) error) echo.HandlerFunc {
	return func(c echo.Context) error {
		req := c.Request()
		text := req.URL.RawQuery
		if req.Method == http.MethodPost {
			data, err := readBody(req)
			if err != nil {
				return err
			}
			text = string(data)
		}
		form := akismet.Decode(text)
		by, err := s.akismetOwner(req, form.Key(req.Host, fields))
		switch models.KindOf(err) {
		case "":
			c.Set(principalKey, &by)
			return next(c, akismetCall{form, by.owner.Site, by.owner.Key.ID})
		case models.KindUnauthorized, models.KindForbidden:
			return refuseAkismet(c, problemOf(err).Detail)
		}
		return err
	}
}

// refuseAkismet replies that a call is not valid, and why.
func refuseAkismet(c echo.Context, why string) error {
	nameAkismet(c)
	c.Response().Header().Set(akismet.DebugHelp, why)
	return replyAkismet(c, akismet.Invalid)
}

func replyAkismet(c echo.Context, body string) error {
	c.Response().Header().Set("Cache-Control", "no-store")
	return c.Blob(http.StatusOK, "text/plain; charset=utf-8", []byte(body))
}

// akismetCheck says whether a comment is spam.
func (s *Server) akismetCheck(c echo.Context, call akismetCall) error {
	if missing := call.Missing("blog", "user_ip"); missing != "" {
		return refuseAkismet(c, `Empty "`+missing+`" value`)
	}
	ctx := c.Request().Context()
	if err := s.limitAkismet(c, call); err != nil {
		return err
	}
	v, err := s.screener.Score(ctx, call.site, call.Comment(call.site.Slug))
	if err != nil {
		return err
	}
	answer, id := akismet.AnswerTo(call.Form, v), s.db.NewID(call.site.Slug)
	if !call.IsTest() {
		kept, err := s.db.AddAkismetCheck(ctx, models.AkismetCheck{
			Site: call.site.Slug, ID: id, Content: s.akismetContent(call), Blog: call.Blog(), Spam: answer.Spam, Recheck: call.IsRecheck(),
		})
		if err != nil {
			return err
		}
		if id = kept.ID; kept.Corrected != "" { // people know better
			answer = akismet.Answer{Spam: kept.Corrected == models.Spam}
		}
	}
	h := c.Response().Header()
	h.Set(akismet.GUIDHeader, id)
	if answer.Discard {
		h.Set(akismet.ProTip, akismet.Discard)
	}
	return replyAkismet(c, answer.Body())
}

// akismetSubmit stores what a client says of a comment as its label.
func (s *Server) akismetSubmit(class models.Class) func(echo.Context, akismetCall) error {
	return func(c echo.Context, call akismetCall) error {
		if missing := call.Missing("blog"); missing != "" {
			return refuseAkismet(c, `Empty "`+missing+`" value`)
		}
		if err := s.limitAkismet(c, call); err != nil {
			return err
		}
		if !call.IsTest() {
			comment := call.Comment(call.site.Slug)
			label := models.Label{
				Text: comment.Body, Label: class, Site: call.site.Slug, Source: "akismet", LabelledBy: caller(c).String(), URL: comment.Article.URL,
				Author: comment.Author.Name, AuthorEmail: comment.Author.Email, AuthorURL: comment.Author.URL, Lang: language.Detect(comment.Body),
			}
			if models.Blank(label.Text) {
				label.Text = ""
			}
			if err := s.db.CorrectAkismet(c.Request().Context(), caller(c), call.GUID(), s.akismetContent(call), call.Blog(), label); err != nil {
				return err
			}
		}
		return replyAkismet(c, akismet.Thanks)
	}
}

// akismetContent returns the pseudonym of the text and the address of a comment, by which a
// submit finds the check before it.
func (s *Server) akismetContent(call akismetCall) string {
	sum := sha256.Sum256([]byte(call.Content()))
	return s.node.RepeatKey("akismet", call.site.Slug, call.Form["user_ip"], hex.EncodeToString(sum[:]))
}

// limitAkismet counts a call for its key, and for the reader's address that it names. The
// peer is the blog's server.
func (s *Server) limitAkismet(c echo.Context, call akismetCall) error {
	from := submitter{site: call.site, byKey: true}
	if address, ok := models.ParseAddress(call.Form["user_ip"]); ok {
		from.who = from.who.At(address)
	}
	limits := append(s.readerLimits(from, "akismet"), models.Limit{Site: call.site.Slug, Name: "key", Key: "akismet " + call.key, Rate: s.rates.Site})
	return s.checkLimits(c.Request().Context(), c, limits)
}

func (s *Server) akismetUsage(c echo.Context, call akismetCall) error {
	figures, err := s.db.AkismetMonth(c.Request().Context(), call.site.Slug, s.now())
	if err != nil {
		return err
	}
	return c.Blob(http.StatusOK, "application/json", []byte(akismet.UsageBody(figures)))
}

func (s *Server) akismetSites(c echo.Context, call akismetCall) error {
	q := akismet.SitesQueryOf(call.Form, s.now())
	figures, err := s.db.AkismetMonth(c.Request().Context(), call.site.Slug, q.Month)
	if err != nil {
		return err
	}
	kind, body, err := q.Body(call.site.Slug, figures)
	if err != nil {
		return err
	}
	return c.Blob(http.StatusOK, kind, []byte(body))
}

// isAkismet reports whether a path belongs to the protocol.
func isAkismet(path string) bool {
	return strings.HasPrefix(path, "/1.1/") || strings.HasPrefix(path, "/1.2/")
}

// nameAkismet gives a reply to a check that says nothing of the comment an id: WordPress
// holds a comment whose check has failed with one, and publishes it when there is none.
func nameAkismet(c echo.Context) {
	if c.Request().URL.Path == akismetCheckPath {
		c.Response().Header().Set(akismet.GUIDHeader, requestID(c))
	}
}

// replyAkismetError replies with an error. Clients read the status alone.
func replyAkismetError(err error, c echo.Context) {
	p := problemOf(err)
	h := c.Response().Header()
	if p.Status == http.StatusServiceUnavailable && h.Get("Retry-After") == "" {
		h.Set("Retry-After", "1")
	}
	nameAkismet(c)
	h.Set(akismet.DebugHelp, p.Detail)
	_ = c.Blob(p.Status, "text/plain; charset=utf-8", []byte(p.Title)) // an error means that the client has left
}
