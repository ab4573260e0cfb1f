package handlers

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"winnow/handlers/console"
	"winnow/handlers/widget"
)

// access says who may call a route. The route's handler decides what of it a
// caller may see.
type access int

const (
	everyone   access = iota // credentials are not looked at
	anyone                   // with or without credentials; wrong ones are refused
	frontEnd                 // a site's key, or a browser on one of the site's pages
	moderators               // each of the three roles may do what the ones before may
	editors
	admins
)

// route is one call of the interface.
type route struct {
	method  string
	path    string
	handler echo.HandlerFunc
	who     access
	body    int64 // bytes a request may have; 0 means maxBody
}

const (
	maxBody  = 64 << 10
	maxRules = 1 << 20
	maxModel = 256 << 20
)

// routes is the whole interface. openapi.yaml describes the same list.
func (s *Server) routes() []route {
	const get, post, put, patch = http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch
	desk := page(console.Handler())
	return []route{
		{post, "/v1/comments", s.createComment, frontEnd, 0},
		{get, "/v1/comments", s.listComments, anyone, 0},
		{get, "/v1/comments/counts", s.countComments, anyone, 0},
		{put, "/v1/comments/:id", s.editComment, frontEnd, 0},
		{get, "/v1/comments/:id/outcome", s.outcome, frontEnd, 0},
		{post, "/v1/comments/:id/flags", s.flagComment, frontEnd, 0},

		{post, "/v1/auth/login", s.login, everyone, 0},
		{post, "/v1/auth/refresh", s.refresh, everyone, 0},
		{post, "/v1/auth/logout", s.logout, everyone, 0},

		{get, "/v1/queue", s.queue, moderators, 0},
		{post, "/v1/queue/claim", s.claim, moderators, 0},
		{post, "/v1/queue/renew", s.renew, moderators, 0},
		{post, "/v1/queue/release", s.release, moderators, 0},
		{post, "/v1/queue/skip", s.skip, moderators, 0},
		{get, "/v1/comments/:id", s.commentDetail, moderators, 0},
		{post, "/v1/comments/:id/decision", s.decide, moderators, 0},
		{post, "/v1/comments/:id/escalate", s.escalate, moderators, 0},
		{post, "/v1/decisions", s.decideMany, moderators, 0},
		{post, "/v1/decisions/preview", s.previewBatch, moderators, 0},
		{post, "/v1/decisions/:id/undo", s.undo, moderators, 0},
		{post, "/v1/second-looks/claim", s.claimLooks, moderators, 0},
		{post, "/v1/second-looks/:id", s.lookAgain, moderators, 0},
		{get, "/v1/events", s.events, moderators, 0},

		{get, "/v1/authors", s.author, moderators, 0},
		{put, "/v1/authors", s.setAuthor, moderators, 0},
		{get, "/v1/articles", s.listArticles, moderators, 0},
		{put, "/v1/articles", s.setArticle, editors, 0},

		{get, "/v1/me", s.me, moderators, 0},
		{get, "/v1/sites", s.listSites, moderators, 0},
		{post, "/v1/sites", s.addSite, admins, 0},
		{patch, "/v1/sites/:slug", s.updateSite, admins, 0},
		{post, "/v1/sites/:slug/key", s.rotateKey, admins, 0},
		{get, "/v1/sites/:slug/rules", s.siteRules, editors, 0},
		{put, "/v1/sites/:slug/rules", s.setRules, editors, maxRules},
		{post, "/v1/sites/:slug/test", s.testText, editors, 0},

		{get, "/v1/moderators", s.listModerators, admins, 0},
		{post, "/v1/moderators", s.addModerator, admins, 0},
		{patch, "/v1/moderators/:name", s.updateModerator, admins, 0},

		{get, "/v1/audit", s.auditTrail, editors, 0},
		{get, "/v1/audit/head", s.auditHead, editors, 0},
		{get, "/v1/stats", s.stats, editors, 0},
		{get, "/v1/labels", s.exportLabels, editors, 0},
		{get, "/v1/readers", s.exportReader, admins, 0},
		{http.MethodDelete, "/v1/readers", s.eraseReader, admins, 0},

		{get, "/v1/models", s.listModels, editors, 0},
		{post, "/v1/models", s.uploadModel, admins, maxModel},
		{post, "/v1/models/train", s.trainModel, admins, 0},
		{post, "/v1/models/:version/promote", s.promoteModel, admins, 0},
		{post, "/v1/models/rollback", s.rollbackModel, admins, 0},

		{get, "/healthz", s.healthz, everyone, 0},
		{get, "/readyz", s.readyz, everyone, 0},
		{get, "/metrics", echo.WrapHandler(s.metrics.handler), everyone, 0},
		{get, "/openapi.yaml", s.openapi, everyone, 0},

		{get, "/", page(http.RedirectHandler("/demo", http.StatusFound)), everyone, 0},
		{get, "/console", desk, everyone, 0},
		{get, "/console/*", desk, everyone, 0},
		{get, "/demo", page(widget.Demo()), everyone, 0},
		{get, "/demo/*", page(widget.Demo()), everyone, 0},
		{get, "/widget/*", page(widget.Script()), everyone, 0},
	}
}

// page mounts files that people see. They say themselves what they may load.
func page(h http.Handler) echo.HandlerFunc { return echo.WrapHandler(h) }
