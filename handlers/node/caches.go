package node

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"winnow/classifier/rules"
	patterns "winnow/handlers/origin"
	"winnow/handlers/screening"
	"winnow/models"
	"winnow/storage"
)

// How long a node uses what it has read, if no event invalidates it: within
// this time a change by another node takes effect here. What has an event takes effect
// within hubPoll, whatever becomes of the notice.
const (
	// keyTTL is just long enough to save a busy front end the query.
	keyTTL = 100 * time.Millisecond
	// sessionTTL is below the two seconds within which the end of a session, or a
	// changed moderator, takes effect on every node.
	sessionTTL  = 1500 * time.Millisecond
	siteTTL     = 5 * time.Second
	overrideTTL = 5 * time.Second // sanctions, and states of articles
	// versionTTL makes the readers of one article cost at most 50 queries a
	// second.
	versionTTL = 20 * time.Millisecond
	// statsTTL is long because many people look at the statistics, and those of
	// a large site take some milliseconds to add up.
	statsTTL = 2 * time.Second
	// risksTTL is long because a month of decisions changes slowly.
	risksTTL = 10 * time.Minute
	// hostsTTL is long because a domain becomes known by several decisions, and their
	// comments are read for it.
	hostsTTL = time.Minute
)

// caches is what the node keeps of storage. Their invalidation is in
// invalidate.go.
type caches struct {
	sitesByKey *cache[storage.KeyOwner] // by secret key
	sites      *cache[models.Site]      // by slug
	origins    *cache[map[string][]string]
	sessions   *cache[models.OpenSession] // by id
	rules      *cache[*rules.Set]         // by site
	articles   *overrideCache[models.ArticleEntry]
	known      *cache[models.ArticleEntry]    // single articles, by siteKey
	sanctions  *cache[*storage.Sanctions]     // by site; nil: more than maxOverrides
	versions   *cache[int64]                  // of articles, by siteKey
	stats      *cache[storage.Stats]          // by statsKey
	risks      *cache[storage.RiskHistograms] // by site
	hosts      *cache[*screening.HostRecords] // by site
}

func (n *Node) newCaches() caches {
	db, now := n.db, n.now
	return caches{
		sitesByKey: newCache(keyTTL, now, db.SiteByKey),
		sites:      newCache(siteTTL, now, db.Site),
		origins:    newCache(siteTTL, now, n.loadOrigins),
		sessions:   newCache(sessionTTL, now, db.Session),
		rules:      newCache(siteTTL, now, n.loadRules),
		articles:   newOverrideCache(overrideTTL, now, db.ArticleOverrides, db.Article),
		known: newCache(overrideTTL, now, func(ctx context.Context, key string) (models.ArticleEntry, error) {
			site, article := splitSiteKey(key)
			return db.Article(ctx, site, article)
		}),
		sanctions: newCache(overrideTTL, now, func(ctx context.Context, site string) (*storage.Sanctions, error) {
			return db.Sanctions(ctx, site, maxOverrides)
		}),
		versions: newCache(versionTTL, now, func(ctx context.Context, key string) (int64, error) {
			site, article := splitSiteKey(key)
			return db.ArticleVersion(ctx, site, article)
		}),
		stats: newCache(statsTTL, now, n.loadStats),
		risks: newCache(risksTTL, now, db.RiskHistograms),
		hosts: newCache(hostsTTL, now, n.loadHosts),
	}
}

// SiteByKey returns the site that a secret key belongs to, and notes that the key is
// used.
func (n *Node) SiteByKey(ctx context.Context, key string) (storage.KeyOwner, error) {
	o, err := n.caches.sitesByKey.get(ctx, key)
	if err == nil {
		n.keyUses.note(o.Key.ID, n.now())
	}
	return o, err
}

// Site returns a site by its slug.
func (n *Node) Site(ctx context.Context, slug string) (models.Site, error) {
	return n.caches.sites.get(ctx, slug)
}

// SitesOfOrigin returns the slugs of the sites that a browser origin belongs to.
func (n *Node) SitesOfOrigin(ctx context.Context, origin string) ([]string, error) {
	all, err := n.caches.origins.get(ctx, "")
	if err != nil || origin == allSites {
		return nil, err
	}
	var slugs []string
	for _, pattern := range patterns.Patterns(origin) {
		slugs = append(slugs, all[pattern]...)
	}
	return slugs, nil
}

// allSites is what stands for an origin in the entry with the slugs of all sites.
const allSites = ""

// SiteCount returns how many sites there are.
func (n *Node) SiteCount(ctx context.Context) (int, error) {
	all, err := n.caches.origins.get(ctx, "")
	return len(all[allSites]), err
}

func (n *Node) loadOrigins(ctx context.Context, _ string) (map[string][]string, error) {
	sites, err := n.db.Sites(ctx)
	if err != nil {
		return nil, err
	}
	origins := map[string][]string{}
	for _, site := range sites {
		origins[allSites] = append(origins[allSites], site.Slug)
		for _, o := range site.Origins {
			if normal, err := patterns.Normalize(o); err == nil {
				o = normal // it may be stored as an earlier version took it
			}
			origins[o] = append(origins[o], site.Slug)
		}
	}
	return origins, nil
}

// Session returns a session with its moderator, or KindNotFound when it has ended.
func (n *Node) Session(ctx context.Context, id string) (models.OpenSession, error) {
	return n.caches.sessions.get(ctx, id)
}

// Rules returns the compiled rules of a site.
func (n *Node) Rules(ctx context.Context, site string) (*rules.Set, error) {
	return n.caches.rules.get(ctx, site)
}

// loadRules compiles a site's rules. Rules that this release cannot compile are
// logged and ignored: a site is better off without rules than without comments.
func (n *Node) loadRules(ctx context.Context, site string) (*rules.Set, error) {
	r, err := n.db.Rules(ctx, site)
	if err != nil {
		return nil, err
	}
	set, err := rules.Compile(r)
	if err != nil {
		n.log.ErrorContext(ctx, "site rules ignored, they do not compile", "site", site, "error", err)
		return nil, nil
	}
	return set, nil
}

// ArticleID returns the id of the article that an id stands for, itself included.
func (n *Node) ArticleID(ctx context.Context, site, id string) (string, error) {
	id = models.ArticleID(id)
	e, err := n.caches.articles.get(ctx, site, id)
	return cmp.Or(e.MergedInto, id), err
}

// Article returns what is set for an article that stands for itself, with the time
// when the site closes it; the zero value when nothing is. The state may have
// ended: see models.ArticleEntry.AsOf.
func (n *Node) Article(ctx context.Context, site, id string) (models.ArticleEntry, error) {
	e, err := n.caches.articles.get(ctx, site, id)
	if err != nil {
		return e, err
	}
	settings, err := n.Site(ctx, site)
	if models.KindOf(err) == models.KindNotFound || err == nil && settings.Closing.IsZero() {
		return e, nil
	}
	if err == nil && e.ID == "" {
		e, err = n.caches.known.get(ctx, siteKey(site, id))
	}
	return e.WithClosing(settings.Closing), err
}

// KnownArticle returns all that is stored of an article; one that is not is open.
func (n *Node) KnownArticle(ctx context.Context, site, id string) (models.ArticleEntry, error) {
	return n.caches.known.get(ctx, siteKey(site, id))
}

// Sanction returns what is imposed on a reader of a site; nil when nothing is. It may have
// ended. On a site with many bans it costs a query.
func (n *Node) Sanction(ctx context.Context, site string, who models.Identity) (*models.Sanction, error) {
	all, err := n.caches.sanctions.get(ctx, site)
	if err != nil {
		return nil, err
	}
	if all == nil {
		return n.db.Sanction(ctx, site, who)
	}
	return all.On(who), nil
}

// ArticleVersion returns a number that grows with each change of what readers
// see of an article.
func (n *Node) ArticleVersion(ctx context.Context, site, article string) (int64, error) {
	return n.caches.versions.get(ctx, siteKey(site, article))
}

// Stats returns the statistics of a site, or with "" those of all sites that
// the caller sees.
func (n *Node) Stats(ctx context.Context, by models.Caller, site string) (storage.Stats, error) {
	return n.caches.stats.get(ctx, statsKey(by, site))
}

// Risks returns the risks of a site's comments, and what moderators decided.
func (n *Node) Risks(ctx context.Context, site string) (storage.RiskHistograms, error) {
	return n.caches.risks.get(ctx, site)
}

// statsKey is a site and the sites that the caller sees, one a line. Callers
// who see the same share an entry.
func statsKey(by models.Caller, site string) string {
	return strings.Join(slices.Concat([]string{site}, by.Sites), "\n")
}

func (n *Node) loadStats(ctx context.Context, key string) (storage.Stats, error) {
	lines := strings.Split(key, "\n")
	return n.db.Stats(ctx, models.Caller{Kind: models.ByModerator, Sites: lines[1:]}, lines[0])
}

// HostRecords returns what moderators decided lately on the comments with links.
func (n *Node) HostRecords(ctx context.Context, site string) (*screening.HostRecords, error) {
	return n.caches.hosts.get(ctx, site)
}

// loadHosts reads the last decisions. Nothing is stored of domains, so an undo or an
// erased comment needs no more.
func (n *Node) loadHosts(ctx context.Context, slug string) (*screening.HostRecords, error) {
	site, err := n.Site(ctx, slug)
	if err != nil {
		return nil, err
	}
	set, err := n.Rules(ctx, slug)
	if err != nil {
		return nil, err
	}
	decided, err := n.db.DecidedLinks(ctx, slug)
	if err != nil {
		return nil, err
	}
	records := &screening.HostRecords{}
	for _, d := range decided {
		records.Count(screening.DomainsOf(site, set, d.Comment), d.Comment.Author.Key(), d.Action, 1)
	}
	return records, nil
}
