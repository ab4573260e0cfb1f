package traffic

import (
	"context"
	"sync"
	"time"

	"winnow/classifier/drift"
	"winnow/models"
)

// driftCache has the last result of Drift.
type driftCache struct {
	mu    sync.Mutex
	at    time.Time
	sites []drift.Site
}

// Drift returns the drift of all sites, by their names. It is computed at most once a
// minute, from some rows of counters for each site.
func (r *Reader) Drift(ctx context.Context) ([]drift.Site, error) {
	r.drift.mu.Lock()
	defer r.drift.mu.Unlock()
	if now := r.Now(); r.drift.at.IsZero() || now.Sub(r.drift.at) >= checkEvery {
		sites, err := r.assess(ctx, now)
		if err != nil {
			return nil, err
		}
		r.drift.at, r.drift.sites = now, sites
	}
	return r.drift.sites, nil
}

// LastDrift returns what Drift returned last, without computing anything.
func (r *Reader) LastDrift() []drift.Site {
	r.drift.mu.Lock()
	defer r.drift.mu.Unlock()
	return r.drift.sites
}

func (r *Reader) assess(ctx context.Context, now time.Time) ([]drift.Site, error) {
	sites, err := r.DB.Sites(ctx)
	if err != nil {
		return nil, err
	}
	days, err := r.DB.TrafficDays(ctx)
	if err != nil {
		return nil, err
	}
	bySite := map[string][]models.TrafficDay{}
	for _, d := range days {
		bySite[d.Site] = append(bySite[d.Site], d)
	}
	all := make([]drift.Site, len(sites))
	for i, s := range sites {
		all[i] = drift.Assess(s.Slug, r.Node.Model().Version(), bySite[s.Slug], now)
	}
	return all, nil
}

// checkDrift computes the drift, and tells people when a site has begun to drift.
func (r *Reader) checkDrift(ctx context.Context) error {
	sites, err := r.Drift(ctx)
	if err != nil {
		return err
	}
	for _, s := range sites {
		told, err := r.DB.NoteDrift(ctx, s.Site, s.Model, s.State == models.DriftDrifting)
		if err != nil {
			return err
		}
		if told {
			r.Log.WarnContext(ctx, "the comments of a site drift", "site", s.Site, "why", s.Sentence)
			r.Node.Publish(ctx, models.Event{Kind: models.Drift, Site: s.Site, Subject: s.Model})
		}
	}
	return nil
}
