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
	noCredentials       access = iota // credentials are ignored
	optionalCredentials               // credentials are optional, but must be valid
	frontEnd                          // a site's key, or a browser on a page of the site
	moderators                        // each of the three roles has the rights of the ones before
	editors
	admins
	articleEditors // editors, and a site's key for the articles of the site
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
	maxBytes int64         // size of the body, in bytes
	timeout  time.Duration // for the whole request; 0: no limit, because its time depends on the client's network
}

const (
	maxBody  = 64 << 10
	maxRules = 1 << 20
	// maxExample has room for models.MaxBody characters with escapes.
	maxExample = 256 << 10
	maxModel   = 256 << 20
)

// requestTimeout is the time limit of most requests, for when the database does not
// answer.
const requestTimeout = 10 * time.Second

var (
	defaultBounds = bounds{maxBody, requestTimeout}
	streamBounds  = bounds{maxBody, 0} // for replies of unknown length
)

const metricsPath = "/metrics"

// routes is the whole API. openapi.yaml describes the same list.
func (s *Server) routes() []route {
	const get, post, put, patch = http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch
	consolePages, demoPages := page(console.Handler()), page(widget.Demo(s.base))
	return []route{
		{post, "/v1/comments", s.createComment, frontEnd, defaultBounds},
		{get, "/v1/comments", s.listComments, optionalCredentials, defaultBounds},
		{get, "/v1/comments/counts", s.countComments, optionalCredentials, defaultBounds},
		{put, "/v1/comments/:id", s.editComment, frontEnd, defaultBounds},
		{get, "/v1/comments/:id/outcome", s.outcome, frontEnd, defaultBounds},
		{post, "/v1/comments/:id/flags", s.flagComment, frontEnd, defaultBounds},

		{post, "/v1/auth/login", s.login, noCredentials, defaultBounds},
		{post, "/v1/auth/refresh", s.refresh, noCredentials, defaultBounds},
		{post, "/v1/auth/logout", s.logout, noCredentials, defaultBounds},

		{get, "/v1/auth/methods", s.loginMethods, noCredentials, defaultBounds},
		{get, "/v1/auth/oidc", s.startOIDC, noCredentials, defaultBounds},
		{get, callbackPath, s.finishOIDC, noCredentials, defaultBounds},

		{get, "/v1/queue", s.queue, moderators, defaultBounds},
		{post, "/v1/queue/claim", s.claim, moderators, defaultBounds},
		{post, "/v1/queue/renew", s.renew, moderators, defaultBounds},
		{post, "/v1/queue/release", s.release, moderators, defaultBounds},
		{post, "/v1/queue/skip", s.skip, moderators, defaultBounds},
		{get, "/v1/comments/:id", s.commentDetail, moderators, defaultBounds},
		{post, "/v1/comments/:id/decision", s.decide, moderators, defaultBounds},
		{post, "/v1/comments/:id/escalate", s.escalate, moderators, defaultBounds},
		{post, "/v1/decisions", s.decideMany, moderators, defaultBounds},
		{post, "/v1/decisions/preview", s.previewBatch, moderators, defaultBounds},
		{post, "/v1/decisions/:id/undo", s.undo, moderators, defaultBounds},
		{get, "/v1/second-looks", s.secondLookState, moderators, defaultBounds},
		{post, "/v1/second-looks/claim", s.claimSecondLooks, moderators, defaultBounds},
		{post, "/v1/second-looks/:id", s.submitSecondLook, moderators, defaultBounds},
		{get, "/v1/events", s.events, moderators, streamBounds},

		{get, "/v1/authors", s.author, moderators, defaultBounds},
		{put, "/v1/authors", s.setAuthor, moderators, defaultBounds},
		{get, "/v1/articles", s.listArticles, moderators, defaultBounds},
		{put, "/v1/articles", s.setArticles, articleEditors, bounds{maxArticleBatch, requestTimeout}},
		{get, "/v1/articles/merges", s.listMerges, editors, defaultBounds},
		{post, "/v1/articles/merges", s.mergeArticles, editors, defaultBounds},
		{post, "/v1/articles/merges/:id/undo", s.undoMerge, editors, defaultBounds},

		{get, "/v1/me", s.me, moderators, defaultBounds},
		{get, "/v1/sites", s.listSites, moderators, defaultBounds},
		{post, "/v1/sites", s.addSite, admins, defaultBounds},
		{patch, "/v1/sites/:slug", s.updateSite, admins, defaultBounds},
		{post, "/v1/sites/:slug/key", s.rotateKey, admins, defaultBounds},
		{get, "/v1/sites/:slug/rules", s.siteRules, editors, defaultBounds},
		{put, "/v1/sites/:slug/rules", s.setRules, editors, bounds{maxRules, requestTimeout}},
		{post, "/v1/sites/:slug/rules/preview", s.previewRules, editors, defaultBounds},
		{post, "/v1/sites/:slug/test", s.testText, editors, defaultBounds},
		{post, "/v1/sites/:slug/what-if", s.whatIf, editors, bounds{maxRules, comparisonTimeout}},

		{get, "/v1/moderators", s.listModerators, admins, defaultBounds},
		{post, "/v1/moderators", s.addModerator, admins, defaultBounds},
		{patch, "/v1/moderators/:name", s.updateModerator, admins, defaultBounds},

		{get, "/v1/findings", s.listFindings, admins, defaultBounds},
		{get, "/v1/audit", s.auditTrail, editors, streamBounds},
		{get, "/v1/audit/head", s.auditHead, editors, defaultBounds},
		{get, "/v1/stats", s.stats, editors, defaultBounds},
		{get, "/v1/labels", s.exportLabels, editors, streamBounds},
		{post, "/v1/labels", s.importLabels, editors, bounds{maxLabels, 0}},
		{get, "/v1/labels/conflicts", s.labelConflicts, editors, bounds{maxBody, time.Minute}},
		{get, "/v1/golden-examples", s.listGolden, editors, defaultBounds},
		{post, "/v1/golden-examples", s.addGolden, editors, bounds{maxExample, requestTimeout}},
		{http.MethodDelete, "/v1/golden-examples/:id", s.removeGolden, editors, defaultBounds},
		{get, "/v1/readers", s.exportReader, admins, streamBounds},
		{http.MethodDelete, "/v1/readers", s.eraseReader, admins, defaultBounds},

		{get, "/v1/models", s.listModels, editors, defaultBounds},
		{post, "/v1/models", s.uploadModel, admins, bounds{maxModel, 0}},
		{post, "/v1/models/train", s.trainModel, admins, defaultBounds},
		{http.MethodDelete, "/v1/models/train", s.cancelTraining, admins, defaultBounds},
		{get, "/v1/models/:version/card", s.modelCard, editors, defaultBounds},
		{get, "/v1/models/:version/comparison", s.compareModel, editors, bounds{maxBody, comparisonTimeout}},
		{post, "/v1/models/:version/promote", s.promoteModel, admins, bounds{maxBody, comparisonTimeout}},
		{post, "/v1/models/:version/shadow", s.startShadow, admins, defaultBounds},
		{http.MethodDelete, "/v1/models/:version/shadow", s.endShadow, admins, defaultBounds},
		{get, "/v1/models/drift", s.modelDrift, editors, defaultBounds},
		{post, "/v1/models/rollback", s.rollbackModel, admins, defaultBounds},

		{get, "/healthz", s.healthz, noCredentials, defaultBounds},
		{get, "/readyz", s.readyz, noCredentials, defaultBounds},
		{get, metricsPath, echo.WrapHandler(s.metrics.handler), noCredentials, defaultBounds},
		{get, "/openapi.yaml", s.openapi, noCredentials, defaultBounds},

		{get, "/", page(redirect("demo", http.StatusFound)), noCredentials, defaultBounds},
		{get, "/console", consolePages, noCredentials, defaultBounds},
		{get, "/console/*", consolePages, noCredentials, defaultBounds},
		{get, "/demo", demoPages, noCredentials, defaultBounds},
		{get, "/demo/*", demoPages, noCredentials, defaultBounds},
		{get, "/widget/*", page(widget.Script()), noCredentials, defaultBounds},
	}
}

// page mounts files for browsers. Their handlers set their own security policy.
func page(h http.Handler) echo.HandlerFunc { return echo.WrapHandler(h) }
