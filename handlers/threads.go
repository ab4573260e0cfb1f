package handlers

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"winnow/models"
	"winnow/storage"
)

// threadComment is a public comment in its thread, or a placeholder for one that is gone,
// which has ids, depth and time alone.
type threadComment struct {
	ID        string        `json:"id"`
	Site      string        `json:"site,omitempty"`    // as publicComment has it
	RootID    string        `json:"root_id,omitempty"` // of a reply: the comment that starts its thread
	ParentID  string        `json:"parent_id,omitempty"`
	Depth     int           `json:"depth"`
	Removed   bool          `json:"removed,omitempty"`
	To        string        `json:"to,omitempty"` // the author of the parent, where the depth does not say so
	Author    *publicAuthor `json:"author,omitempty"`
	Body      string        `json:"body,omitempty"`
	HTML      string        `json:"html,omitempty"` // of the body; empty: it is one paragraph without any mark
	Featured  bool          `json:"featured,omitempty"`
	CreatedAt time.Time     `json:"created_at"`
	EditedAt  time.Time     `json:"edited_at,omitzero"`
}

// commentThread is a comment that answers no other, with replies below it.
type commentThread struct {
	threadComment
	Replies   []threadComment `json:"replies"`
	More      int             `json:"more,omitempty"`
	MoreAfter string          `json:"more_after,omitempty"`
}

// pageSettings are what a page of the site has to know to show its form.
type pageSettings struct {
	EditMinutes int  `json:"edit_minutes"`
	Nudge       bool `json:"nudge,omitempty"`
	Appeals     bool `json:"appeals,omitempty"`
	Links       bool `json:"links,omitempty"`
	// MinimumSeconds is how long a form must be open: see checkForm.
	MinimumSeconds int  `json:"minimum_seconds,omitempty"`
	ReaderMail     bool `json:"reader_mail,omitempty"`
}

// threadSettings returns the settings of a site that its pages see.
func (s *Server) threadSettings(site models.Site) pageSettings {
	return pageSettings{
		EditMinutes: int(site.EditTime() / time.Minute), Nudge: site.Nudge, Appeals: site.AllowsAppeals(), Links: site.LinksInComments,
		MinimumSeconds: site.MinimumSeconds,
		ReaderMail:     s.mailsReaders(site),
	}
}

type threadsReply struct {
	Site     string          `json:"site"`
	Article  models.Article  `json:"article"`
	State    string          `json:"state,omitempty"` // "closed": no new comments
	Total    int             `json:"total"`
	Next     string          `json:"next,omitempty"`
	Settings pageSettings    `json:"settings"`
	Featured []threadComment `json:"featured,omitempty"`
	Threads  []commentThread `json:"threads"`
}

type repliesReply struct {
	Site    string          `json:"site"`
	Replies []threadComment `json:"replies"`
	Next    string          `json:"next,omitempty"`
}

type permalinkReply struct {
	Site     string         `json:"site"`
	Article  models.Article `json:"article"`
	State    string         `json:"state,omitempty"`
	Settings pageSettings   `json:"settings"`
	Thread   commentThread  `json:"thread"`
}

// listThreads returns the threads of an article, each with its first replies.
func (s *Server) listThreads(c echo.Context) error {
	l, err := s.readThreads(c, "threads")
	if err != nil {
		return err
	}
	return s.sendArticlePage(c, l, s.renderThreads)
}

// readThreads reads a request for a page of an article's threads.
func (s *Server) readThreads(c echo.Context, view string) (pageRequest, error) {
	l, err := s.readView(c, view)
	if err != nil {
		return l, err
	}
	var bad models.Invalid
	l.article = models.ArticleID(c.QueryParam("article"))
	if l.article == "" || len([]rune(l.article)) > models.MaxID {
		bad.Add("article", "must have 1 to %d characters", models.MaxID)
	}
	if l.order = c.QueryParam("order"); l.order == "" {
		l.order = string(storage.ThreadsNewest)
	}
	if !storage.IsThreadOrder(storage.ThreadOrder(l.order)) {
		bad.Add("order", "must be newest, oldest or best")
	}
	l.limit = pageLimit(c, 25, 100, &bad)
	if err := bad.Err(); err != nil {
		return l, err
	}
	l.article, err = s.node.ArticleID(c.Request().Context(), l.site, l.article)
	return l, err
}

// readView reads what all pages of threads have in common.
func (s *Server) readView(c echo.Context, view string) (pageRequest, error) {
	slug, err := s.publicSite(c)
	if err != nil {
		return pageRequest{}, err
	}
	site, err := s.node.Site(c.Request().Context(), slug)
	return pageRequest{view: view, site: slug, cursor: c.QueryParam("cursor"), settings: s.threadSettings(site)}, err
}

func pageLimit(c echo.Context, usual, most int, bad *models.Invalid) int {
	q := c.QueryParam("limit")
	if q == "" {
		return usual
	}
	n, err := strconv.Atoi(q)
	if err != nil || n < 1 || n > most {
		bad.Add("limit", "must be from 1 to %d", most)
	}
	return n
}

func (s *Server) renderThreads(ctx context.Context, l pageRequest) (renderedPage, error) {
	p, err := s.db.Threads(ctx, l.site, l.article, storage.ThreadOrder(l.order), l.limit, l.cursor)
	if err != nil {
		return renderedPage{}, err
	}
	reply := threadsReply{
		Site: l.site, Article: p.Article, State: l.state(), Total: p.Total, Next: p.Next, Settings: l.settings,
		Featured: s.comments(l, p.Featured), Threads: make([]commentThread, len(p.Threads)),
	}
	for i, thread := range p.Threads {
		reply.Threads[i] = s.thread(l, thread)
	}
	return renderJSON(l, p.Version, reply)
}

func renderJSON(l pageRequest, version int64, reply any) (renderedPage, error) {
	body, err := json.Marshal(reply)
	if err != nil {
		return renderedPage{}, fmt.Errorf("render %s: %w", l.view, err)
	}
	return newPage(l, version, echo.MIMEApplicationJSON, body), nil
}

func (l pageRequest) state() string {
	if l.closed {
		return string(models.ArticleClosed)
	}
	return ""
}

// thread is a thread as anybody may read it.
func (s *Server) thread(l pageRequest, t storage.Thread) commentThread {
	return commentThread{s.comment(l, t.ThreadComment), s.comments(l, t.Replies), t.More, t.MoreAfter}
}

func (s *Server) comments(l pageRequest, all []storage.ThreadComment) []threadComment {
	public := make([]threadComment, len(all))
	for i, c := range all {
		public[i] = s.comment(l, c)
	}
	return public
}

// comment is a comment as anybody may read it.
func (s *Server) comment(l pageRequest, c storage.ThreadComment) threadComment {
	shown := threadComment{ID: c.ID, ParentID: c.ParentID, Depth: c.Depth, Removed: c.Removed, CreatedAt: c.CreatedAt}
	if c.RootID != c.ID {
		shown.RootID = c.RootID
	}
	if c.Removed {
		return shown
	}
	if c.Site != l.site {
		shown.Site = c.Site
	}
	author := publicAuthorOf(c.Comment)
	shown.To, shown.Author, shown.Body = c.To, &author, c.Body
	shown.HTML, shown.Featured, shown.EditedAt = s.texts.of(c, l.settings.Links), c.Featured, c.EditedAt
	return shown
}

// listReplies returns the replies of one thread, in the order of the conversation.
func (s *Server) listReplies(c echo.Context) error {
	l, err := s.readAbout(c, "replies")
	if err != nil {
		return err
	}
	var bad models.Invalid
	if l.limit = pageLimit(c, 50, 100, &bad); bad.Err() != nil {
		return bad.Err()
	}
	return s.sendArticlePage(c, l, func(ctx context.Context, l pageRequest) (renderedPage, error) {
		p, err := s.db.ThreadReplies(ctx, models.ArticleRef{Site: l.site, Article: l.article}, l.comment, l.limit, l.cursor)
		if err != nil {
			return renderedPage{}, err
		}
		return renderJSON(l, p.Version, repliesReply{l.site, s.comments(l, p.Replies), p.Next})
	})
}

// permalink returns a comment in its thread.
func (s *Server) permalink(c echo.Context) error {
	l, err := s.readAbout(c, "permalink")
	if err != nil {
		return err
	}
	l.cursor = ""
	return s.sendArticlePage(c, l, func(ctx context.Context, l pageRequest) (renderedPage, error) {
		p, err := s.db.CommentThread(ctx, models.ArticleRef{Site: l.site, Article: l.article}, l.comment)
		if err != nil {
			return renderedPage{}, err
		}
		return renderJSON(l, p.Version, permalinkReply{l.site, p.Article, l.state(), l.settings, s.thread(l, p.Thread)})
	})
}

// readAbout reads a request for a page about the comment in its path.
func (s *Server) readAbout(c echo.Context, view string) (pageRequest, error) {
	l, err := s.readView(c, view)
	if err != nil {
		return l, err
	}
	l.comment = c.Param("id")
	of, err := s.db.ThreadOf(c.Request().Context(), l.site, l.comment)
	if l.article = of.Article; view == "replies" {
		l.comment = of.Root // the id may be that of a reply
	}
	return l, err
}
