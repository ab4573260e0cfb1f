package storage

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"winnow/models"
	"winnow/storage/sqldb"
)

// AddModerator adds a moderator. A name that exists is a conflict.
func (db *DB) AddModerator(ctx context.Context, by models.Caller, m models.Moderator) error {
	return apply(ctx, db, func(t *tx) error { return t.addModerator(by, m) })
}

func (t *tx) addModerator(by models.Caller, m models.Moderator) error {
	if err := m.Validate(); err != nil {
		return err
	}
	sites, err := toJSON(m.Sites)
	if err != nil {
		return err
	}
	added, err := t.InsertRow("moderators", "ON CONFLICT (name) DO NOTHING",
		"name", m.Name,
		"role", m.Role,
		"sites", sites,
		"disabled", m.Disabled,
		"password_hash", m.PasswordHash,
		"oidc_subject", m.Subject,
		"created_at", micros(t.Now),
	)
	if err != nil {
		return err
	}
	if added == 0 {
		return models.Errorf(models.KindConflict, "moderator %q exists already", m.Name)
	}
	return t.audit(by, "", "moderator.add", m.Name, nil, auditModerator(m))
}

func auditModerator(m models.Moderator) map[string]any {
	return map[string]any{"role": m.Role, "sites": m.Sites, "disabled": m.Disabled}
}

const moderatorColumns = `SELECT name, role, sites, disabled, password_hash, oidc_subject, created_at FROM moderators`

func readModerator(scan sqldb.Scanner) (m models.Moderator, err error) {
	var sites string
	var at int64
	if err := scan(&m.Name, &m.Role, &sites, &m.Disabled, &m.PasswordHash, &m.Subject, &at); err != nil {
		return m, err
	}
	m.CreatedAt = fromMicros(at)
	return m, json.Unmarshal([]byte(sites), &m.Sites)
}

// Moderators returns all moderators by name.
func (db *DB) Moderators(ctx context.Context) ([]models.Moderator, error) {
	all, err := read(ctx, db, func(t *tx) ([]models.Moderator, error) { return sqldb.List(t, readModerator, moderatorColumns) })
	// The order of names depends on the database's locale, so it is made here.
	slices.SortFunc(all, func(a, b models.Moderator) int { return strings.Compare(a.Name, b.Name) })
	return all, err
}

// Moderator returns one moderator, or KindNotFound.
func (db *DB) Moderator(ctx context.Context, name string) (models.Moderator, error) {
	return read(ctx, db, func(t *tx) (models.Moderator, error) { return t.moderator(name, "") })
}

func (t *tx) moderator(name, lock string) (models.Moderator, error) {
	m, err := sqldb.One(t, readModerator, moderatorColumns+` WHERE name = $1`+lock, name)
	return m, notFoundIf(err, "there is no moderator %q", name)
}

// UpdateModerator lets change edit a moderator, and stores the result if it is
// valid. The name stays. Sessions end when the moderator is disabled or gets
// another password. To remove the last admin of all sites is a conflict. change
// must be quick, because others wait for it: it hashes no password.
func (db *DB) UpdateModerator(ctx context.Context, by models.Caller, name string, change func(*models.Moderator) error) (models.Moderator, error) {
	return update(ctx, db, func(t *tx) (models.Moderator, error) {
		// The admins are locked first, and always in the same order: two of them
		// may remove each other at the same moment.
		admins, err := sqldb.List(t, readModerator, moderatorColumns+` WHERE role = $1 ORDER BY name`+t.ForUpdate(), models.RoleAdmin)
		if err != nil {
			return models.Moderator{}, err
		}
		old, err := t.moderator(name, t.ForUpdate())
		if err != nil {
			return old, err
		}
		m := old
		m.Sites = slices.Clone(old.Sites)
		if err := change(&m); err != nil {
			return old, err
		}
		m.Name, m.CreatedAt = old.Name, old.CreatedAt
		if err := m.Validate(); err != nil {
			return old, err
		}
		if old.IsGlobalAdmin() && !m.IsGlobalAdmin() && !slices.ContainsFunc(admins, func(a models.Moderator) bool { return a.Name != name && a.IsGlobalAdmin() }) {
			return old, models.Errorf(models.KindConflict, "%s is the last admin of all sites", name)
		}
		sites, err := toJSON(m.Sites)
		if err != nil {
			return old, err
		}
		if _, err := t.UpdateRow("moderators", "name", name,
			"role", m.Role,
			"sites", sites,
			"disabled", m.Disabled,
			"password_hash", m.PasswordHash,
		); err != nil {
			return old, err
		}
		before, after := auditModerator(old), auditModerator(m)
		if m.PasswordHash != old.PasswordHash {
			after["password"] = "changed"
		}
		if m.Disabled || m.PasswordHash != old.PasswordHash {
			if _, err := t.Exec(`DELETE FROM sessions WHERE moderator = $1`, name); err != nil {
				return old, err
			}
		}
		return m, t.audit(by, "", "moderator.update", name, before, after)
	})
}
