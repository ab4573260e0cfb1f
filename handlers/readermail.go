package handlers

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"winnow/handlers/notices"
	"winnow/models"
)

const (
	confirmPath     = notices.ConfirmPath
	unsubscribePath = notices.UnsubscribePath
)

// notifyRequest says what the author of a comment wants mail about.
type notifyRequest struct {
	Email   string `json:"email"` // empty: that of the comment
	Replies bool   `json:"replies"`
	Outcome bool   `json:"outcome"`
}

// wanted reports whether it asks for anything.
func (n *notifyRequest) wanted() bool { return n != nil && (n.Replies || n.Outcome) }

// clean completes the address, and validates it.
func (n *notifyRequest) clean(author models.Author, bad *models.Invalid) {
	if n.Email = strings.TrimSpace(n.Email); n.Email == "" {
		n.Email = author.Email
	}
	if !models.ValidMailAddress(n.Email) {
		bad.Add("notify.email", "must be an e-mail address")
	}
}

// mailState tells a reader what becomes of their wish for mail.
type mailState string

const (
	mailConfirmed   mailState = "confirmed"
	mailUnconfirmed mailState = "unconfirmed" // until the link in a mail was opened
	mailRefused     mailState = "refused"     // too many wait to be confirmed
	mailOff         mailState = "off"         // this site sends none
)

// mailHeader has the mailState of a comment that was posted.
const mailHeader = "Winnow-Mail"

// mailsReaders reports whether readers of a site can get mail.
func (s *Server) mailsReaders(site models.Site) bool {
	return site.ReaderMail && s.notices.MailsReaders()
}

var (
	// mailRate is how often one reader may ask for mail to addresses that are not confirmed.
	mailRate = models.Rate{Count: 5, Period: 24 * time.Hour}
	// noticeTestRate is how often the newsroom of a site may be sent a message for a test: its
	// addresses may be those of others.
	noticeTestRate = models.Rate{Count: 5, Period: time.Hour}
	// addressRate is how often anybody may ask for mail to one such address, which may be that
	// of somebody who does not want any. Readers for whom the site vouches are counted apart.
	addressRate = models.Rate{Count: 5, Period: 24 * time.Hour}
)

// subscribe stores that the author of a comment wants mail. Of a comment that the filter has
// rejected nothing is sent, so that spam does not become mail, and nothing to an address whose
// owner has ended all mail; the answer does not show that.
func (s *Server) subscribe(ctx context.Context, from submitter, c models.Comment, want notifyRequest) (mailState, error) {
	if !s.mailsReaders(from.site) {
		return mailOff, nil
	}
	sub := models.MailSubscription{Site: c.Site, CommentID: c.ID, Email: want.Email, Owner: models.MailOwner(c), Replies: want.Replies, Outcome: want.Outcome}
	standing, err := s.db.MailStanding(ctx, sub)
	if err != nil {
		return "", err
	}
	if !standing.Confirmed {
		address := models.Limit{Site: c.Site, Name: "mail-address", Key: s.node.LimitKey("mail", models.FoldEmail(want.Email)), Rate: addressRate}
		if standing.Known { // strangers cannot use up what the owner of the address may ask for
			address.Name = "mail-address-known"
		}
		if a, err := s.limiter.Allow(ctx, append(s.rareLimits(from, "mail", mailRate), address)...); err != nil || !a.Allowed {
			return mailRefused, err
		}
		if standing.Ended || c.Status == models.Rejected {
			return mailUnconfirmed, nil
		}
	}
	confirmed, err := s.db.Subscribe(ctx, sub)
	switch {
	case models.KindOf(err) == models.KindLimited:
		return mailRefused, nil
	case err != nil:
		return "", err
	case confirmed:
		return mailConfirmed, nil
	}
	return mailUnconfirmed, nil
}

// subscribePosted is subscribe for a comment that was just posted. The comment is stored: it
// is not refused for the sake of mail, and a header says what becomes of that.
func (s *Server) subscribePosted(c echo.Context, from submitter, posted models.Comment, want *notifyRequest) {
	if !want.wanted() {
		return
	}
	ctx := c.Request().Context()
	state, err := s.subscribe(ctx, from, posted, *want)
	if err != nil {
		s.log.ErrorContext(ctx, "a reader's wish for mail was not stored", "site", posted.Site, "error", err)
		state = mailRefused
	}
	c.Response().Header().Set(mailHeader, string(state))
}

// setMail says what the author of a comment wants mail about. A site's server says it for the
// author.
func (s *Server) setMail(c echo.Context) error {
	req, err := decodeTolerant[struct {
		Site   string         `json:"site"`
		Client *clientRequest `json:"client"`
		notifyRequest
	}](c)
	if err != nil {
		return err
	}
	var bad models.Invalid
	from, err := s.identifySubmitter(c, req.Site, req.Client, &bad)
	if err != nil {
		return err
	}
	comment, err := s.ownedComment(c, from)
	if err != nil {
		return err
	}
	want := req.notifyRequest
	if want.clean(comment.Author, &bad); !want.wanted() {
		bad.Add("replies", "replies or outcome must be true; DELETE ends all mail")
	}
	if err := bad.Err(); err != nil {
		return err
	}
	from.identify(comment.Author)
	state, err := s.subscribe(c.Request().Context(), from, comment, want)
	switch {
	case err != nil:
		return err
	case state == mailOff:
		return models.Errorf(models.KindForbidden, "this site sends no mail to readers")
	case state == mailRefused:
		c.Response().Header().Set("Retry-After", strconv.Itoa(seconds(addressRate.Period)))
		return models.Errorf(models.KindLimited, "too many addresses wait to be confirmed: try again tomorrow")
	}
	return c.JSON(http.StatusAccepted, struct {
		Mail mailState `json:"mail"`
	}{state})
}

// endMail ends all mail about a comment, for its author.
func (s *Server) endMail(c echo.Context) error {
	var none models.Invalid // the request has no fields
	from, err := s.identifySubmitter(c, c.QueryParam("site"), nil, &none)
	if err != nil {
		return err
	}
	comment, err := s.ownedComment(c, from)
	if err != nil {
		return err
	}
	if err := s.db.EndMail(c.Request().Context(), comment.Site, comment.ID); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}

// confirmMail shows the page that a question by mail leads to; its button confirms the
// address.
func (s *Server) confirmMail(c echo.Context) error {
	return s.mailPage(c, notices.ToConfirm, func(ctx context.Context, sub models.MailSubscription, posted bool) (string, error) {
		if !posted {
			return "confirm", nil
		}
		return "confirmed", s.db.ConfirmSubscription(ctx, sub.Site, sub.ID)
	})
}

// unsubscribe shows the page that ends mail. Mail programs end it by a POST (RFC 8058), which
// ends all mail of the site to the address, as does the first button.
func (s *Server) unsubscribe(c echo.Context) error {
	return s.mailPage(c, notices.ToUnsubscribe, func(ctx context.Context, sub models.MailSubscription, posted bool) (string, error) {
		if !posted {
			return "stop", nil
		}
		return "stopped", s.db.Unsubscribe(ctx, sub.Site, sub.ID, c.FormValue("do") != notices.DoStopOne)
	})
}

// mailPage finds the subscription of a link, and replies with the page that do names. A link
// that leads nowhere has a page too: people open it, and mail programs want no error when what
// they want is done.
func (s *Server) mailPage(c echo.Context, p notices.Purpose, do func(ctx context.Context, sub models.MailSubscription, posted bool) (string, error)) error {
	ctx, posted := c.Request().Context(), c.Request().Method == http.MethodPost
	token := c.QueryParam("t")
	if posted && token == "" {
		token = c.FormValue("t")
	}
	h := c.Response().Header()
	h.Set("Content-Security-Policy", notices.PagePolicy)
	h.Set("Referrer-Policy", "no-referrer") // the address of the page has the token
	h.Set("Cache-Control", "no-store")
	gone := func() error {
		return c.HTMLBlob(http.StatusOK, notices.Page("gone", models.Site{Language: preferredLanguage(c.Request())}, "", ""))
	}
	slug, id, ok := s.links.Read(p, token)
	if !ok {
		return gone()
	}
	site, err := s.node.Site(ctx, slug)
	if err == nil {
		var sub models.MailSubscription
		if sub, err = s.db.Subscription(ctx, slug, id); err == nil {
			var page string
			if page, err = do(ctx, sub, posted); err == nil {
				return c.HTMLBlob(http.StatusOK, notices.Page(page, site, sub.Email, token))
			}
		}
	}
	if models.KindOf(err) == models.KindNotFound {
		return gone()
	}
	return err
}

// preferredLanguage is the first of a browser's languages that there are texts in.
func preferredLanguage(r *http.Request) string {
	for part := range strings.SplitSeq(r.Header.Get("Accept-Language"), ",") {
		tag, _, _ := strings.Cut(strings.TrimSpace(part), "-")
		tag, _, _ = strings.Cut(tag, ";")
		for _, known := range models.Languages() {
			if strings.EqualFold(tag, known) {
				return known
			}
		}
	}
	return ""
}

// noticeFailures lists what cannot be sent to the newsroom of a site and to its readers.
func (s *Server) noticeFailures(c echo.Context) error {
	ctx, slug := c.Request().Context(), c.Param("slug")
	if err := s.visible(ctx, caller(c), slug); err != nil {
		return err
	}
	all, err := s.db.NoticeFailures(ctx, slug)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, list[models.NoticeFailure]{Items: append([]models.NoticeFailure{}, all...)})
}

// testNotices sends the newsroom of a site a message, so that it sees whether that arrives.
func (s *Server) testNotices(c echo.Context) error {
	ctx, slug := c.Request().Context(), c.Param("slug")
	if err := s.visible(ctx, caller(c), slug); err != nil {
		return err
	}
	site, err := s.db.Site(ctx, slug)
	if err != nil {
		return err
	}
	tests := models.Limit{Site: slug, Name: "notices-test", Rate: noticeTestRate}
	if err := s.checkLimits(ctx, c, []models.Limit{tests}); err != nil {
		return err
	}
	messages := s.notices.Test(site, s.now())
	if len(messages) == 0 {
		return models.Errorf(models.KindConflict, "the site has no Slack address, and no mail addresses to which this server can send")
	}
	if err := s.db.EnqueueMessages(ctx, messages); err != nil {
		return err
	}
	return c.JSON(http.StatusAccepted, struct {
		Messages int `json:"messages"`
	}{len(messages)})
}
