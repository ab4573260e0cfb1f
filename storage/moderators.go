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
	row, err := moderatorRow(m)
	if err != nil {
		return err
	}
	added, err := t.InsertRow("moderators", "ON CONFLICT (name) DO NOTHING", append(row, "name", m.Name, "oidc_subject", m.Subject, "created_at", micros(t.Now))...)
	if err != nil {
		return err
	}
	if added == 0 {
		return models.Errorf(models.KindConflict, "moderator %q exists already", m.Name)
	}
	return t.audit(by, "", "moderator.add", m.Name, nil, auditModerator(m))
}

// moderatorRow returns the columns of a moderator that can be changed.
func moderatorRow(m models.Moderator) ([]any, error) {
	sites, err := toJSON(m.Sites)
	if err != nil {
		return nil, err
	}
	totp, err := toJSON(m.TOTP)
	return []any{
		"role", m.Role,
		"sites", sites,
		"disabled", m.Disabled,
		"password_hash", m.PasswordHash,
		"temporary_password", m.TemporaryPassword,
		"totp", totp,
	}, err
}

func auditModerator(m models.Moderator) map[string]any {
	shown := map[string]any{"role": m.Role, "sites": m.Sites, "disabled": m.Disabled}
	if m.TOTP.Secret != "" {
		shown["totp"] = true
	}
	return shown
}

const (
	moderatorFields  = `m.name, m.role, m.sites, m.disabled, m.password_hash, m.oidc_subject, m.temporary_password, m.totp, m.settings, m.created_at`
	moderatorColumns = `SELECT ` + moderatorFields + ` FROM moderators m`
)

func readModerator(scan sqldb.Scanner) (m models.Moderator, err error) {
	var sites, totp, settings string
	var at int64
	if err := scan(&m.Name, &m.Role, &sites, &m.Disabled, &m.PasswordHash, &m.Subject, &m.TemporaryPassword, &totp, &settings, &at); err != nil {
		return m, err
	}
	if err := json.Unmarshal([]byte(totp), &m.TOTP); err != nil {
		return m, err
	}
	if err := json.Unmarshal([]byte(settings), &m.Settings); err != nil {
		return m, err
	}
	m.CreatedAt, m.HasTOTP = fromMicros(at), m.TOTP.Secret != ""
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
		m.Sites, m.TOTP.Recovery = slices.Clone(old.Sites), slices.Clone(old.TOTP.Recovery)
		if err := change(&m); err != nil {
			return old, err
		}
		m.Name, m.CreatedAt, m.HasTOTP = old.Name, old.CreatedAt, m.TOTP.Secret != ""
		if err := m.Validate(); err != nil {
			return old, err
		}
		if old.IsGlobalAdmin() && !m.IsGlobalAdmin() && !slices.ContainsFunc(admins, func(a models.Moderator) bool { return a.Name != name && a.IsGlobalAdmin() }) {
			return old, models.Errorf(models.KindConflict, "%s is the last admin of all sites", name)
		}
		row, err := moderatorRow(m)
		if err != nil {
			return old, err
		}
		if _, err := t.UpdateRow("moderators", "name", name, row...); err != nil {
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

// UpdateSettings lets change edit what the caller has set for themselves.
func (db *DB) UpdateSettings(ctx context.Context, by models.Caller, change func(*models.Settings)) (models.Settings, error) {
	return update(ctx, db, func(t *tx) (models.Settings, error) {
		m, err := t.moderator(by.Name, t.ForUpdate())
		if err != nil {
			return m.Settings, err
		}
		old := m.Settings
		change(&m.Settings)
		settings, err := toJSON(m.Settings)
		if err != nil {
			return old, err
		}
		if _, err := t.UpdateRow("moderators", "name", by.Name, "settings", settings); err != nil {
			return old, err
		}
		return m.Settings, t.audit(by, "", "moderator.settings", by.Name, old, m.Settings)
	})
}

// RehashPassword replaces the stored hash of a password by another of the same
// password, unless the password was changed meanwhile. Sessions go on.
func (db *DB) RehashPassword(ctx context.Context, name, old, hash string) error {
	return apply(ctx, db, func(t *tx) error {
		changed, err := t.Exec(`UPDATE moderators SET password_hash = $1 WHERE name = $2 AND password_hash = $3`, hash, name, old)
		if err != nil || changed == 0 {
			return err
		}
		return t.audit(models.System, "", "moderator.rehash", name, nil, nil)
	})
}

// UseTOTPStep takes the time step of a code that a moderator has given. A step
// that is not after that of the last code is KindUnauthorized: it was used.
func (db *DB) UseTOTPStep(ctx context.Context, name string, step int64) error {
	return apply(ctx, db, func(t *tx) error {
		return t.updateTOTP(name, func(totp *models.TOTP) bool {
			used := step <= totp.Step
			totp.Step = step
			return !used
		})
	})
}

// UseRecoveryCode takes a recovery code, by its SHA-256 in hexadecimal. One that
// the moderator does not have, or has used, is KindUnauthorized.
func (db *DB) UseRecoveryCode(ctx context.Context, by models.Caller, hash string) error {
	return apply(ctx, db, func(t *tx) error {
		if err := t.updateTOTP(by.Name, func(totp *models.TOTP) bool {
			at := slices.Index(totp.Recovery, hash)
			if at < 0 {
				return false
			}
			totp.Recovery = slices.Delete(totp.Recovery, at, at+1)
			return true
		}); err != nil {
			return err
		}
		return t.audit(by, "", "moderator.recovery_code", by.Name, nil, nil)
	})
}

func (t *tx) updateTOTP(name string, use func(*models.TOTP) bool) error {
	m, err := t.moderator(name, t.ForUpdate())
	if err != nil {
		return err
	}
	if m.TOTP.Secret == "" || !use(&m.TOTP) {
		return models.Errorf(models.KindUnauthorized, "the code is wrong, or was used before")
	}
	row, err := moderatorRow(m)
	if err != nil {
		return err
	}
	_, err = t.UpdateRow("moderators", "name", name, row...)
	return err
}
