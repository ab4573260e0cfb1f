package handlers

import (
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"winnow/classifier"
	"winnow/handlers/console"
	"winnow/handlers/perspective"
	"winnow/handlers/widget"
	"winnow/models"
)

// route is one call of the API.
type route struct {
	method  string
	path    string
	handler echo.HandlerFunc
	who     access // see rights.go
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
	// maxTextBody has room for models.MaxBody characters with escapes.
	maxTextBody = 256 << 10
)

// requestTimeout is the time limit of most requests, for when the database does not
// answer.
const requestTimeout = 10 * time.Second

var (
	defaultBounds = bounds{maxBody, requestTimeout}
	commentBounds = bounds{maxTextBody, requestTimeout}
	streamBounds  = bounds{maxBody, 0} // for replies of unknown length
)

const metricsPath = "/metrics"

// routes is the whole API, with the table of rights: who may call each route, see
// access. openapi.yaml describes the same list.
func (s *Server) routes() []route {
	const get, post, put, patch = http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch
	consolePages, demoPages := page(console.Handler()), page(widget.Demo(s.base))
	return []route{
		{post, "/v1/comments", s.createComment, frontEnd, commentBounds},
		{get, "/v1/comments", s.listComments, optionalCredentials, defaultBounds},
		{get, "/v1/threads", s.listThreads, optionalCredentials, defaultBounds},
		{get, "/v1/threads.html", s.listThreadsHTML, optionalCredentials, defaultBounds},
		{get, "/v1/threads/events", s.countEvents, optionalCredentials, streamBounds},
		{get, "/v1/threads/:id", s.listReplies, optionalCredentials, defaultBounds},
		{get, "/v1/comments/:id/thread", s.permalink, optionalCredentials, defaultBounds},
		{get, "/v1/feed.atom", s.atomFeed, optionalCredentials, defaultBounds},
		{get, "/v1/feed.json", s.jsonFeed, optionalCredentials, defaultBounds},
		{get, "/v1/comments/counts", s.countComments, optionalCredentials, defaultBounds},
		{put, "/v1/comments/:id", s.editComment, frontEnd, commentBounds},
		{get, "/v1/challenge", s.newChallenge, optionalCredentials, defaultBounds},
		{post, "/v1/comments/check", s.checkComment, frontEnd, commentBounds},
		{post, "/v1/comments/:id/appeal", s.appeal, frontEnd, defaultBounds},
		{http.MethodDelete, "/v1/comments/:id", s.withdrawComment, frontEnd, defaultBounds},
		{get, ownPath, s.listOwnComments, frontEndReading, defaultBounds},
		{get, "/v1/comments/:id/outcome", s.outcome, frontEndReading, defaultBounds},
		{put, "/v1/comments/:id/mail", s.setMail, frontEnd, defaultBounds},
		{http.MethodDelete, "/v1/comments/:id/mail", s.endMail, frontEnd, defaultBounds},
		{get, confirmPath, s.confirmMail, noCredentials, defaultBounds},
		{post, confirmPath, s.confirmMail, noCredentials, defaultBounds},
		{get, unsubscribePath, s.unsubscribe, noCredentials, defaultBounds},
		{post, unsubscribePath, s.unsubscribe, noCredentials, defaultBounds},
		{post, "/v1/comments/:id/flags", s.flagComment, frontEnd, defaultBounds},
		{get, "/v1/comments/:id/flags", s.reportOutcome, frontEndReading, defaultBounds},

		{post, "/v1/auth/login", s.login, noCredentials, defaultBounds},
		{post, "/v1/auth/refresh", s.refresh, noCredentials, defaultBounds},
		{post, "/v1/auth/logout", s.logout, noCredentials, defaultBounds},

		{get, "/v1/auth/methods", s.loginMethods, noCredentials, defaultBounds},
		{get, "/v1/auth/oidc", s.startOIDC, noCredentials, defaultBounds},
		{get, callbackPath, s.finishOIDC, noCredentials, defaultBounds},

		{get, "/v1/queue", s.queue, moderators.orKey(models.ScopeModerate), defaultBounds},
		{get, "/v1/queue/scores", s.queueScores, moderators.orKey(models.ScopeModerate), defaultBounds},
		{get, "/v1/search", s.search, moderators.orKey(models.ScopeModerate), defaultBounds},
		{post, "/v1/queue/claim", s.claim, moderators.orKey(models.ScopeModerate), defaultBounds},
		{post, "/v1/queue/renew", s.renew, moderators.orKey(models.ScopeModerate), defaultBounds},
		{post, "/v1/queue/release", s.release, moderators.orKey(models.ScopeModerate), defaultBounds},
		{post, "/v1/queue/skip", s.skip, moderators.orKey(models.ScopeModerate), defaultBounds},
		{post, "/v1/queue/unskip", s.unskip, moderators.orKey(models.ScopeModerate), defaultBounds},
		{get, "/v1/comments/:id", s.commentDetail, moderators.orKey(models.ScopeModerate), defaultBounds},
		{post, "/v1/comments/:id/decision", s.decide, moderators.orKey(models.ScopeModerate), defaultBounds},
		{post, "/v1/comments/:id/replies", s.replyAsNewsroom, moderators, commentBounds},
		{patch, "/v1/replies/:id", s.changeReply, moderators, commentBounds},
		{put, "/v1/comments/:id/featured", s.featureComment, moderators.orKey(models.ScopeModerate), defaultBounds},
		{post, "/v1/comments/:id/redaction", s.redact, moderators.orKey(models.ScopeModerate), defaultBounds},
		{http.MethodDelete, "/v1/comments/:id/redaction", s.undoRedaction, moderators.orKey(models.ScopeModerate), defaultBounds},
		{post, "/v1/comments/:id/escalate", s.escalate, moderators.orKey(models.ScopeModerate), defaultBounds},
		{post, "/v1/decisions", s.decideMany, moderators.orKey(models.ScopeModerate), defaultBounds},
		{post, "/v1/decisions/preview", s.previewBatch, moderators.orKey(models.ScopeModerate), defaultBounds},
		{post, "/v1/decisions/:id/undo", s.undo, moderators.orKey(models.ScopeModerate), defaultBounds},
		{get, "/v1/views", s.listViews, moderators, defaultBounds},
		{post, "/v1/views", s.addView, moderators, defaultBounds},
		{http.MethodDelete, "/v1/views/:id", s.removeView, moderators, defaultBounds},
		{get, "/v1/handovers", s.listHandovers, moderators, defaultBounds},
		{post, "/v1/handovers", s.addHandover, moderators, defaultBounds},
		{post, "/v1/handovers/:id/answers", s.answerHandover, moderators, defaultBounds},
		{http.MethodDelete, "/v1/handovers/:id", s.removeHandover, moderators, defaultBounds},
		{get, "/v1/second-looks", s.secondLookState, moderators, defaultBounds},
		{post, "/v1/second-looks/claim", s.claimSecondLooks, moderators, defaultBounds},
		{post, "/v1/second-looks/:id", s.submitSecondLook, moderators, defaultBounds},
		{get, "/v1/events", s.events, moderators, streamBounds},

		{get, "/v1/authors", s.author, moderators, defaultBounds},
		{put, "/v1/authors", s.setAuthor, moderators, defaultBounds},
		{get, "/v1/bans", s.listBans, moderators, defaultBounds},
		{post, "/v1/bans", s.addBan, moderators, defaultBounds},
		{patch, "/v1/bans/:id", s.updateBan, moderators, defaultBounds},
		{http.MethodDelete, "/v1/bans/:id", s.liftBan, moderators, defaultBounds},
		{get, "/v1/articles", s.listArticles, moderators.orKey(models.ScopeArticles), defaultBounds},
		{put, "/v1/articles", s.setArticles, editors.orKey(models.ScopeArticles), bounds{maxArticleBatch, requestTimeout}},
		{get, "/v1/articles/merges", s.listMerges, editors, defaultBounds},
		{post, "/v1/articles/merges", s.mergeArticles, editors, defaultBounds},
		{post, "/v1/articles/merges/:id/undo", s.undoMerge, editors, defaultBounds},

		{get, "/v1/me", s.me, moderators, defaultBounds},
		{patch, "/v1/me", s.updateMe, moderators, defaultBounds},
		{put, "/v1/me/password", s.setOwnPassword, moderators, defaultBounds},
		{post, "/v1/me/totp", s.setUpTOTP, moderators, defaultBounds},
		{post, "/v1/me/totp/confirm", s.confirmTOTP, moderators, defaultBounds},
		{post, "/v1/me/totp/remove", s.removeTOTP, moderators, defaultBounds},
		{get, "/v1/me/sessions", s.listOwnSessions, moderators, defaultBounds},
		{http.MethodDelete, "/v1/me/sessions", s.endOwnSessions, moderators, defaultBounds},
		{http.MethodDelete, "/v1/me/sessions/:id", s.endOwnSessions, moderators, defaultBounds},
		{get, "/v1/sites", s.listSites, moderators, defaultBounds},
		{post, "/v1/sites", s.addSite, installationAdmins, defaultBounds},
		{patch, "/v1/sites/:slug", s.updateSite, admins, defaultBounds},
		{get, "/v1/sites/:slug/notices/failures", s.noticeFailures, admins, defaultBounds},
		{post, "/v1/sites/:slug/notices/test", s.testNotices, admins, defaultBounds},
		{post, "/v1/sites/:slug/key", s.rotateKey, admins, defaultBounds},
		{get, "/v1/sites/:slug/keys", s.listKeys, admins, defaultBounds},
		{post, "/v1/sites/:slug/keys", s.addKey, admins, defaultBounds},
		{http.MethodDelete, "/v1/sites/:slug/keys/:id", s.removeKey, admins, defaultBounds},
		{get, "/v1/sites/:slug/webhooks", s.listWebhooks, admins, defaultBounds},
		{post, "/v1/sites/:slug/webhooks", s.addWebhook, admins, defaultBounds},
		{patch, "/v1/sites/:slug/webhooks/:id", s.updateWebhook, admins, defaultBounds},
		{http.MethodDelete, "/v1/sites/:slug/webhooks/:id", s.removeWebhook, admins, defaultBounds},
		{post, "/v1/sites/:slug/webhooks/:id/secret", s.rotateWebhook, admins, defaultBounds},
		{post, "/v1/sites/:slug/webhooks/:id/test", s.testWebhook, admins, bounds{maxBody, 2 * requestTimeout}},
		{get, "/v1/sites/:slug/webhooks/:id/deliveries", s.listDeliveries, admins, defaultBounds},
		{post, "/v1/sites/:slug/webhooks/:id/replay", s.replayDeadLetters, admins, defaultBounds},
		{get, "/v1/sites/:slug/rules", s.siteRules, editors, defaultBounds},
		{put, "/v1/sites/:slug/rules", s.setRules, editors, bounds{maxRules, requestTimeout}},
		{post, "/v1/sites/:slug/rules/preview", s.previewRules, editors, defaultBounds},
		{post, "/v1/sites/:slug/test", s.testText, editors, defaultBounds},
		{post, "/v1/sites/:slug/what-if", s.whatIf, editors, bounds{maxRules, comparisonTimeout}},

		{get, "/v1/moderators", s.listModerators, installationAdmins, defaultBounds},
		{post, "/v1/moderators", s.addModerator, installationAdmins, defaultBounds},
		{patch, "/v1/moderators/:name", s.updateModerator, installationAdmins, defaultBounds},
		{get, "/v1/moderators/:name/sessions", s.listSessions, installationAdmins, defaultBounds},
		{http.MethodDelete, "/v1/moderators/:name/sessions", s.endModeratorSessions, installationAdmins, defaultBounds},
		{http.MethodDelete, "/v1/moderators/:name/sessions/:id", s.endModeratorSessions, installationAdmins, defaultBounds},

		{get, "/v1/findings", s.listFindings, installationAdmins, defaultBounds},
		{get, "/v1/audit", s.auditTrail, editors.orKey(models.ScopeExport), streamBounds},
		{get, "/v1/audit/head", s.auditHead, editors, defaultBounds},
		{get, "/v1/stats", s.stats, editors.orKey(models.ScopeExport), defaultBounds},
		{get, "/v1/stats/moderators", s.moderatorStats, editors, defaultBounds},
		{get, "/v1/labels", s.exportLabels, editors.orKey(models.ScopeExport), streamBounds},
		{post, "/v1/labels", s.importLabels, editors, bounds{maxLabels, 0}},
		{get, "/v1/labels/conflicts", s.labelConflicts, editors, bounds{maxBody, time.Minute}},
		{get, "/v1/golden-examples", s.listGolden, editors, defaultBounds},
		{post, "/v1/golden-examples", s.addGolden, editors, bounds{maxTextBody, requestTimeout}},
		{http.MethodDelete, "/v1/golden-examples/:id", s.removeGolden, editors, defaultBounds},
		{get, "/v1/readers", s.exportReader, admins, streamBounds},
		{http.MethodDelete, "/v1/readers", s.eraseReader, admins, defaultBounds},

		{get, "/v1/models", s.listModels, editors, defaultBounds},
		{post, "/v1/models", s.uploadModel, installationAdmins, bounds{classifier.MaxFile, 0}},
		{post, "/v1/models/train", s.trainModel, installationAdmins, defaultBounds},
		{http.MethodDelete, "/v1/models/train", s.cancelTraining, installationAdmins, defaultBounds},
		{get, "/v1/models/:version/card", s.modelCard, editors, defaultBounds},
		{get, "/v1/models/:version/comparison", s.compareModel, editors, bounds{maxBody, comparisonTimeout}},
		{post, "/v1/models/:version/promote", s.promoteModel, installationAdmins, bounds{maxBody, comparisonTimeout}},
		{post, "/v1/models/:version/shadow", s.startShadow, installationAdmins, defaultBounds},
		{http.MethodDelete, "/v1/models/:version/shadow", s.endShadow, installationAdmins, defaultBounds},
		{get, "/v1/models/drift", s.modelDrift, editors, defaultBounds},
		{post, "/v1/models/rollback", s.rollbackModel, installationAdmins, defaultBounds},

		{post, perspective.Path + "analyze", s.analyzeComment, perspectiveClients, bounds{maxPerspective, requestTimeout}},
		{post, perspective.Path + "suggestscore", s.suggestScore, perspectiveClients, bounds{maxPerspective, requestTimeout}},

		// Their keys are in the form or in the host name.
		{post, "/1.1/verify-key", s.asAkismetAccount(s.akismetVerifyKey), noCredentials, bounds{maxAkismet, requestTimeout}},
		{get, "/1.1/test", s.akismetTest, noCredentials, defaultBounds},
		{post, "/1.1/get-subscription", s.asAkismetAccount(s.akismetSubscription), noCredentials, defaultBounds},
		{post, "/1.1/get-stats", s.asAkismetAccount(s.akismetStats), noCredentials, defaultBounds},
		{post, "/1.1/deactivate", s.asAkismetAccount(s.akismetDeactivate), noCredentials, defaultBounds},
		{post, "/1.1/token", s.asAkismetAccount(s.akismetToken), noCredentials, defaultBounds},
		{get, "/1.2/compatible-plugins", s.akismetPlugins, noCredentials, defaultBounds},
		{post, akismetCheckPath, s.asAkismet(s.akismetCheck), noCredentials, bounds{maxAkismet, requestTimeout}},
		{post, "/1.1/submit-spam", s.asAkismet(s.akismetSubmit(models.Spam)), noCredentials, bounds{maxAkismet, requestTimeout}},
		{post, "/1.1/submit-ham", s.asAkismet(s.akismetSubmit(models.Ham)), noCredentials, bounds{maxAkismet, requestTimeout}},
		{get, "/1.2/usage-limit", s.asAkismet(s.akismetUsage), noCredentials, defaultBounds},
		{get, "/1.2/key-sites", s.asAkismet(s.akismetSites), noCredentials, streamBounds},

		{get, "/healthz", s.healthz, noCredentials, defaultBounds},
		{get, "/readyz", s.readyz, noCredentials, defaultBounds},
		{get, metricsPath, echo.WrapHandler(s.metrics.handler), noCredentials, defaultBounds},
		{get, "/.well-known/security.txt", s.securityText, noCredentials, defaultBounds},
		{get, "/openapi.yaml", s.openapi, noCredentials, defaultBounds},

		{get, "/", page(redirect("demo", http.StatusFound)), noCredentials, defaultBounds},
		{get, "/console", consolePages, noCredentials, defaultBounds},
		{get, "/console/*", consolePages, noCredentials, defaultBounds},
		{get, "/demo", demoPages, noCredentials, defaultBounds},
		{post, "/demo/token", s.demoToken, noCredentials, defaultBounds},
		{get, "/demo/*", demoPages, noCredentials, defaultBounds},
		{get, "/widget/*", page(widget.Script()), noCredentials, defaultBounds},
	}
}

// page mounts files for browsers. Their handlers set their own security policy.
func page(h http.Handler) echo.HandlerFunc { return echo.WrapHandler(h) }
