package node

import "winnow/models"

// Kinds of change that stay on the node that makes them. Other nodes see them
// when their entries expire.
const (
	SiteChanged  models.EventKind = "site.changed"  // of Site: settings or key
	RulesChanged models.EventKind = "rules.changed" // of Site
)

// Kinds of change that other nodes are notified of, and that no client sees: they
// are not stored.
const (
	ModeratorChanged models.EventKind = "moderator.changed" // Subject is the name
	SessionEnded     models.EventKind = "session.ended"     // Subject is the id
	SiteAttacked     models.EventKind = "site.attacked"     // Site gets unusually much spam
)

// invalidation is what an event makes stale.
type invalidation struct {
	everywhere []func(models.Event) // on each node: with the notice, and when the event is read
	notified   []func(models.Event) // on each node with the notice, which is not late
	here       []func(models.Event) // only on the node that made the change
}

// invalidations is the table of what each kind of event makes stale. Events are
// handled several times: on the node that made the change before Publish returns,
// when the notifier delivers them, and when the hub reads them, whatever became of the
// notice.
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
		RulesChanged: {here: list{func(e models.Event) { c.rules.invalidate(e.Site) }}},
		ModeratorChanged: {everywhere: list{
			func(models.Event) { c.sessions.invalidateAll() }, // it has many, and changes rarely
			func(models.Event) { n.streams.checkSoon() },
		}},
		SessionEnded: {everywhere: list{
			func(e models.Event) { c.sessions.invalidate(e.Subject) },
			func(models.Event) { n.streams.checkSoon() },
		}},

		SiteAttacked: {notified: list{func(e models.Event) { n.attacks.Begin(e.Site, e.At) }}},

		models.CommentCreated: {here: list{n.invalidateVersion}},
		models.CommentChanged: {here: list{n.invalidateVersion}},
		models.ArticleChanged: {
			here: list{n.invalidateVersion},
			everywhere: list{
				func(e models.Event) { c.articles.invalidate(e.Site, e.Article) },
				func(e models.Event) { c.known.invalidate(siteKey(e.Site, e.Article)) },
			},
			// Later it would forget comments that came after the change.
			notified: list{func(e models.Event) { n.bursts.Reset(e.Site, e.Article) }},
		},
		models.ArticleDescribed: {
			here: list{n.invalidateVersion},
			everywhere: list{
				func(e models.Event) { c.articles.invalidate(e.Site, e.Article) },
				func(e models.Event) { c.known.invalidate(siteKey(e.Site, e.Article)) },
			},
		},
		models.AuthorChanged: {everywhere: list{func(e models.Event) { c.sanctions.invalidate(e.Site) }}},
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

// receive makes stale what a notice of any node makes stale.
func (n *Node) receive(e models.Event) {
	n.follow(e)
	for _, drop := range n.stale[e.Kind].notified {
		drop(e)
	}
}

// follow makes stale what an event that was read makes stale.
func (n *Node) follow(e models.Event) {
	for _, drop := range n.stale[e.Kind].everywhere {
		drop(e)
	}
}

// invalidateAll makes stale what any event makes stale: some could not be read.
func (n *Node) invalidateAll() {
	n.caches.articles.invalidateAll()
	n.caches.known.invalidateAll()
	n.caches.sanctions.invalidateAll()
	n.caches.versions.invalidateAll()
	n.invalidateModel(models.Event{})
}
