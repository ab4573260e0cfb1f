package node

import "winnow/models"

// Kinds of change that stay on the node that makes them. Other nodes see them
// when their entries expire.
const (
	SiteChanged      models.EventKind = "site.changed"      // of Site: settings or key
	RulesChanged     models.EventKind = "rules.changed"     // of Site
	ModeratorChanged models.EventKind = "moderator.changed" // Subject is the name
)

// invalidation is what an event makes stale.
type invalidation struct {
	everywhere []func(models.Event) // on each node that receives the event
	here       []func(models.Event) // only on the node that made the change
}

// invalidations is the table of what each kind of event makes stale. Events are
// handled twice on the node that made the change: before Publish returns, and
// when the notifier delivers them.
//
// Versions of articles are invalidated only here: on other nodes they expire
// within versionTTL, and each comment anywhere would cost every node a query.
func (n *Node) invalidations() map[models.EventKind]invalidation {
	c := n.caches
	type list = []func(models.Event)
	return map[models.EventKind]invalidation{
		SiteChanged: {here: list{
			func(e models.Event) { c.sites.invalidate(e.Site) },
			func(models.Event) { c.sitesByKey.invalidateAll() }, // which key was the site's is not known any more
			func(models.Event) { c.origins.invalidateAll() },
		}},
		RulesChanged:     {here: list{func(e models.Event) { c.rules.invalidate(e.Site) }}},
		ModeratorChanged: {here: list{func(e models.Event) { c.moderators.invalidate(e.Subject) }}},

		models.CommentCreated: {here: list{n.invalidateVersion}},
		models.CommentChanged: {here: list{n.invalidateVersion}},
		models.ArticleChanged: {
			here: list{n.invalidateVersion},
			everywhere: list{
				func(e models.Event) { c.articles.invalidate(e.Site, e.Article) },
				func(e models.Event) { n.bursts.Reset(e.Site, e.Article) },
			},
		},
		models.AuthorChanged: {everywhere: list{func(e models.Event) { c.sanctions.invalidateSite(e.Site) }}},
		models.ModelPromoted: {everywhere: list{n.invalidateModel}},
	}
}

// invalidateVersion makes the version of an article stale. An event without an
// article may be about many.
func (n *Node) invalidateVersion(e models.Event) {
	if e.Article == "" {
		n.caches.versions.invalidateAll()
		return
	}
	n.caches.versions.invalidate(siteKey(e.Site, e.Article))
}

// Invalidate makes stale what a change by this node makes stale. Publish does
// it too; Invalidate alone is for the kinds that stay on this node.
func (n *Node) Invalidate(e models.Event) {
	for _, drop := range n.stale[e.Kind].here {
		drop(e)
	}
	n.receive(e)
}

// receive makes stale what an event of any node makes stale.
func (n *Node) receive(e models.Event) {
	for _, drop := range n.stale[e.Kind].everywhere {
		drop(e)
	}
}
