package storage

import (
	"context"
	"slices"

	"winnow/models"
	"winnow/storage/sqldb"
)

// oidcSignIn is who changes moderators as the groups of an OpenID provider say.
var oidcSignIn = models.Caller{Kind: models.BySystem, Name: "oidc"}

// SignInModerator returns the moderator with the subject of m, with its role and sites; one
// who is new is added, by its name. A name that somebody with another subject or a password
// has is KindConflict: nobody becomes them by taking their name elsewhere. One who is
// disabled stays so.
func (db *DB) SignInModerator(ctx context.Context, m models.Moderator) (models.Moderator, error) {
	known, err := read(ctx, db, func(t *tx) ([]models.Moderator, error) {
		return sqldb.List(t, readModerator, moderatorColumns+` WHERE oidc_subject = $1 AND oidc_subject <> ''`, m.Subject)
	})
	switch {
	case err != nil:
		return m, err
	case len(known) == 0:
		if err := db.AddModerator(ctx, oidcSignIn, m); err != nil {
			return m, err
		}
		return db.Moderator(ctx, m.Name)
	case known[0].Role == m.Role && slices.Equal(known[0].Sites, m.Sites) || known[0].Disabled:
		return known[0], nil
	}
	return db.UpdateModerator(ctx, oidcSignIn, known[0].Name, func(old *models.Moderator) error {
		old.Role, old.Sites = m.Role, m.Sites
		return nil
	})
}
