package node

import (
	"context"
	"testing"
	"time"
)

func TestOverridesAreReadTogetherOrOneByOne(t *testing.T) {
	together, single := 0, 0
	few := true
	o := newOverrideCache(time.Hour, time.Now,
		func(context.Context, string, int) (map[string]string, error) {
			if together++; few {
				return map[string]string{"harbour": "closed"}, nil
			}
			return nil, nil
		},
		func(_ context.Context, site, name string) (string, error) {
			single++
			return site + "/" + name, nil
		})
	get := func(site, name, want string) {
		t.Helper()
		if got, err := o.get(t.Context(), site, name); err != nil || got != want {
			t.Errorf("%s of %s is %q, %v, want %q", name, site, got, err, want)
		}
	}
	get("gazette", "harbour", "closed")
	get("gazette", "old tower", "")
	if together != 1 || single != 0 {
		t.Errorf("%d and %d queries for a site with few overrides", together, single)
	}
	few = false
	get("herald", "old tower", "herald/old tower")
	get("herald", "old tower", "herald/old tower")
	get("herald", "quay", "herald/quay")
	if together != 2 || single != 2 {
		t.Errorf("%d and %d queries for a site with many overrides", together, single)
	}
	o.invalidate("herald", "quay")
	get("herald", "quay", "herald/quay")
	get("herald", "old tower", "herald/old tower")
	if together != 3 || single != 3 {
		t.Errorf("%d and %d queries after an invalidation", together, single)
	}
}
