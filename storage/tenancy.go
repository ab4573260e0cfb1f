package storage

import (
	"slices"

	"winnow/models"
	"winnow/storage/sqldb"
)

// addVisible narrows a query to one site, or to those that the caller sees when
// site is "".
func addVisible(w *sqldb.Where, by models.Caller, column, site string) error {
	sites, all, err := visibleSites(by, site)
	if err == nil && !all {
		w.In(column, sites)
	}
	return err
}

// visibleSites returns the site, or those that the caller sees when site is "".
func visibleSites(by models.Caller, site string) (sites []string, all bool, err error) {
	switch {
	case site != "" && !by.CanSee(site):
		return nil, false, models.Errorf(models.KindNotFound, "there is no site %q", site)
	case site != "":
		return []string{site}, false, nil
	case by.Kind == models.ByModerator && len(by.Sites) > 0:
		return slices.Compact(slices.Sorted(slices.Values(by.Sites))), false, nil
	case by.Kind == models.ByKey || by.Kind == models.ByOrigin:
		return []string{by.Site}, false, nil
	case !by.CanSee(""):
		return nil, false, models.Errorf(models.KindForbidden, "credentials required")
	}
	return nil, true, nil
}
