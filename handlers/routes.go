package handlers

import (
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"winnow/handlers/console"
	"winnow/handlers/widget"
)

// access is who may call a route. Its handler decides which data a caller sees.
type access int

const (
	everyone   access = iota // credentials are ignored
	anyone                   // credentials are optional, but must be valid
	frontEnd                 // a site's key, or a browser on a page of the site
	moderators               // each of the three roles has the rights of the ones before
	editors
	admins
)

// route is one call of the API.
type route struct {
	method  string
	path    string
	handler echo.HandlerFunc
	who     access
	bounds
}

// bounds are the limits of a request.
type bounds struct {
	body int64         // size of the body, in bytes
	time time.Duration // for the whole request; 0: no limit, because its time depends on the client's network
}

const (
	maxBody  = 64 << 10
	maxRules = 1 << 20
	maxModel = 256 << 20
)

// answerTime is the time limit of most requests, for when the database does not
// answer.
const answerTime = 10 * time.Second

var (
	usual   = bounds{maxBody, answerTime}
	streams = bounds{maxBody, 0} // for replies of unknown length
)

// routes is the whole API. openapi.yaml describes the same list.
func (s *Server) routes() []route {
	const get, post, put, patch = http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch
	desk, demo := page(console.Handler()), page(widget.Demo())
	return []route{
		{post, "/v1/comments", s.createComment, frontEnd, usual},
		{get, "/v1/comments", s.listComments, anyone, usual},
		{get, "/v1/comments/counts", s.countComments, anyone, usual},
		{put, "/v1/comments/:id", s.editComment, frontEnd, usual},
		{get, "/v1/comments/:id/outcome", s.outcome, frontEnd, usual},
		{post, "/v1/comments/:id/flags", s.flagComment, frontEnd, usual},

		{post, "/v1/auth/login", s.login, everyone, usual},
		{post, "/v1/auth/refresh", s.refresh, everyone, usual},
		{post, "/v1/auth/logout", s.logout, everyone, usual},

		{get, "/v1/queue", s.queue, moderators, usual},
		{post, "/v1/queue/claim", s.claim, moderators, usual},
		{post, "/v1/queue/renew", s.renew, moderators, usual},
		{post, "/v1/queue/release", s.release, moderators, usual},
		{post, "/v1/queue/skip", s.skip, moderators, usual},
		{get, "/v1/comments/:id", s.commentDetail, moderators, usual},
		{post, "/v1/comments/:id/decision", s.decide, moderators, usual},
		{post, "/v1/comments/:id/escalate", s.escalate, moderators, usual},
		{post, "/v1/decisions", s.decideMany, moderators, usual},
		{post, "/v1/decisions/preview", s.previewBatch, moderators, usual},
		{post, "/v1/decisions/:id/undo", s.undo, moderators, usual},
		{post, "/v1/second-looks/claim", s.claimSecondLooks, moderators, usual},
		{post, "/v1/second-looks/:id", s.submitSecondLook, moderators, usual},
		{get, "/v1/events", s.events, moderators, streams},

		{get, "/v1/authors", s.author, moderators, usual},
		{put, "/v1/authors", s.setAuthor, moderators, usual},
		{get, "/v1/articles", s.listArticles, moderators, usual},
		{put, "/v1/articles", s.setArticle, editors, usual},

		{get, "/v1/me", s.me, moderators, usual},
		{get, "/v1/sites", s.listSites, moderators, usual},
		{post, "/v1/sites", s.addSite, admins, usual},
		{patch, "/v1/sites/:slug", s.updateSite, admins, usual},
		{post, "/v1/sites/:slug/key", s.rotateKey, admins, usual},
		{get, "/v1/sites/:slug/rules", s.siteRules, editors, usual},
		{put, "/v1/sites/:slug/rules", s.setRules, editors, bounds{maxRules, answerTime}},
		{post, "/v1/sites/:slug/test", s.testText, editors, usual},

		{get, "/v1/moderators", s.listModerators, admins, usual},
		{post, "/v1/moderators", s.addModerator, admins, usual},
		{patch, "/v1/moderators/:name", s.updateModerator, admins, usual},

		{get, "/v1/audit", s.auditTrail, editors, streams},
		{get, "/v1/audit/head", s.auditHead, editors, usual},
		{get, "/v1/stats", s.stats, editors, usual},
		{get, "/v1/labels", s.exportLabels, editors, streams},
		{get, "/v1/readers", s.exportReader, admins, streams},
		{http.MethodDelete, "/v1/readers", s.eraseReader, admins, usual},

		{get, "/v1/models", s.listModels, editors, usual},
		{post, "/v1/models", s.uploadModel, admins, bounds{maxModel, 0}},
		{post, "/v1/models/train", s.trainModel, admins, usual},
		{post, "/v1/models/:version/promote", s.promoteModel, admins, usual},
		{post, "/v1/models/rollback", s.rollbackModel, admins, usual},

		{get, "/healthz", s.healthz, everyone, usual},
		{get, "/readyz", s.readyz, everyone, usual},
		{get, "/metrics", echo.WrapHandler(s.metrics.handler), everyone, usual},
		{get, "/openapi.yaml", s.openapi, everyone, usual},

		{get, "/", page(http.RedirectHandler("/demo", http.StatusFound)), everyone, usual},
		{get, "/console", desk, everyone, usual},
		{get, "/console/*", desk, everyone, usual},
		{get, "/demo", demo, everyone, usual},
		{get, "/demo/*", demo, everyone, usual},
		{get, "/widget/*", page(widget.Script()), everyone, usual},
	}
}

// page mounts files for browsers. Their handlers set their own security policy.
func page(h http.Handler) echo.HandlerFunc { return echo.WrapHandler(h) }
