package handlers

import (
	"winnow/models"
)

// access is who may call a route: one cell for each kind of caller. With routes it is
// the table of rights. The zero value lets nobody in. The handler decides which sites'
// data a caller sees.
type access struct {
	open         bool            // anybody, without credentials
	ignored      bool            // credentials are not even read
	page         bool            // a browser on a page of the site, without credentials
	key          models.KeyScope // a site's key with this scope, for its own site
	queryKey     bool            // the key may also be in the query: foreign clients cannot do otherwise
	role         models.Role     // a moderator with this role or a higher one
	installation bool            // the role must be for all sites, because what is done reaches all of them
}

// The rows of the table.
var (
	noCredentials       = access{open: true, ignored: true}
	optionalCredentials = access{open: true, key: models.ScopeRead}

	frontEnd        = access{page: true, key: models.ScopePost}
	frontEndReading = access{page: true, key: models.ScopeRead}

	perspectiveClients = access{key: models.ScopePost, queryKey: true}

	moderators = access{role: models.RoleModerator} // each role has the rights of the ones before
	editors    = access{role: models.RoleEditor}
	admins     = access{role: models.RoleAdmin}

	installationAdmins = access{role: models.RoleAdmin, installation: true} // of models, sites and people
)

// orKey opens a route of moderators to keys with a scope.
func (a access) orKey(scope models.KeyScope) access {
	a.key = scope
	return a
}

// authorize reports whether a caller has the right. fromPage is true for a request
// that says of which page it is.
func (a access) authorize(by principal, fromPage bool) error {
	switch by.Kind {
	case models.ByKey:
		return a.authorizeKey(by.owner.Key)
	case models.ByModerator:
		return a.authorizeModerator(by.Caller)
	case models.Anonymous:
		if a.open || a.page && fromPage { // the handler checks the page's origin: see pageSite
			return nil
		}
	}
	return models.Errorf(models.KindUnauthorized, "credentials required")
}

func (a access) authorizeKey(key models.SiteKey) error {
	switch {
	case key.Allows(a.key):
		return nil
	case a.key != "":
		return models.Errorf(models.KindForbidden, "a key with the scope %s is required", a.key)
	}
	return models.Errorf(models.KindForbidden, "moderator credentials required")
}

func (a access) authorizeModerator(by models.Caller) error {
	switch {
	case a.open:
		return nil
	case a.role == "":
		return models.Errorf(models.KindForbidden, "a site key, or a page of the site, is required")
	case !by.Role.AtLeast(a.role):
		return models.Errorf(models.KindForbidden, "role %s required", a.role)
	case a.installation && len(by.Sites) > 0:
		return models.Errorf(models.KindForbidden, "role %s for all sites required", a.role)
	}
	return nil
}
