package node

import (
	"context"
	"strings"
	"time"
)

// maxOverrides is how many overrides of a site are read together.
const maxOverrides = 2000

// overrideCache keeps what a newsroom has set for a few of the many authors or
// articles of a site. All of a site are read together, so that most comments
// cost no query; on a site with more than maxOverrides each is read by itself.
// Overrides that have ended may still be among them.
type overrideCache[T any] struct {
	bySite *cache[map[string]T] // nil maps: more than maxOverrides
	byKey  *cache[T]            // by siteKey
}

func newOverrideCache[T any](ttl time.Duration, now func() time.Time,
	loadAll func(ctx context.Context, site string, limit int) (map[string]T, error),
	loadOne func(ctx context.Context, site, name string) (T, error),
) *overrideCache[T] {
	return &overrideCache[T]{
		bySite: newCache(ttl, now, func(ctx context.Context, site string) (map[string]T, error) {
			return loadAll(ctx, site, maxOverrides)
		}),
		byKey: newCache(ttl, now, func(ctx context.Context, key string) (T, error) {
			site, name := splitSiteKey(key)
			return loadOne(ctx, site, name)
		}),
	}
}

// get returns what is set for one name; the zero value when nothing is.
func (o *overrideCache[T]) get(ctx context.Context, site, name string) (T, error) {
	all, err := o.bySite.get(ctx, site)
	if err != nil || all != nil {
		return all[name], err
	}
	return o.byKey.get(ctx, siteKey(site, name))
}

func (o *overrideCache[T]) invalidate(site, name string) {
	o.bySite.invalidate(site)
	o.byKey.invalidate(siteKey(site, name))
}

func (o *overrideCache[T]) invalidateAll() {
	o.bySite.invalidateAll()
	o.byKey.invalidateAll()
}

// siteKey is the key of what belongs to a site. A slug has no space.
func siteKey(site, name string) string { return site + " " + name }

func splitSiteKey(key string) (site, name string) {
	site, name, _ = strings.Cut(key, " ")
	return site, name
}
