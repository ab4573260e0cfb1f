package storage

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/base32"
	"encoding/hex"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"winnow/models"
	"winnow/storage/sqldb"
)

// KeyOwner is a key in force with its site.
type KeyOwner struct {
	models.Site
	Key models.SiteKey
}

// SiteByKey returns the site that a secret key belongs to, or KindUnauthorized.
func (db *DB) SiteByKey(ctx context.Context, secret string) (KeyOwner, error) {
	return read(ctx, db, func(t *tx) (o KeyOwner, err error) {
		var slug string
		o.Key, err = sqldb.One(t, func(scan sqldb.Scanner) (models.SiteKey, error) {
			return readSiteKey(func(into ...any) error { return scan(append(into, &slug)...) })
		}, `SELECT `+siteKeyColumns+`, site FROM site_keys WHERE key_hash = $1 AND (until IS NULL OR until > $2)`, hashSecret(secret), micros(db.sql.Now()))
		if errors.Is(err, sql.ErrNoRows) {
			err = models.Errorf(models.KindUnauthorized, "unknown site key")
		}
		if err != nil {
			return o, err
		}
		o.Site, err = t.site(slug, "")
		return o, err
	})
}

const siteKeyColumns = `id, name, scopes, created_at, created_by, until, used_at`

func readSiteKey(scan sqldb.Scanner) (k models.SiteKey, err error) {
	var scopes string
	var created int64
	var until, used *int64
	if err := scan(&k.ID, &k.Name, &scopes, &created, &k.CreatedBy, &until, &used); err != nil {
		return k, err
	}
	k.CreatedAt, k.Until, k.UsedAt = fromMicros(created), timePointer(until), timePointer(used)
	return k, json.Unmarshal([]byte(scopes), &k.Scopes)
}

// SiteKeys returns the keys of a site that work, by name, newest first.
func (db *DB) SiteKeys(ctx context.Context, site string) ([]models.SiteKey, error) {
	return read(ctx, db, func(t *tx) ([]models.SiteKey, error) { return t.siteKeys(site, micros(db.sql.Now())) })
}

func (t *tx) siteKeys(site string, now int64) ([]models.SiteKey, error) {
	return sqldb.List(t, readSiteKey, `SELECT `+siteKeyColumns+` FROM site_keys WHERE site = $1 AND (until IS NULL OR until > $2)
		ORDER BY name, created_at DESC, id DESC`, site, now)
}

// AddSiteKey adds a key under a name that none of the site's keys has, and returns
// its secret, of which only a hash is stored.
func (db *DB) AddSiteKey(ctx context.Context, by models.Caller, site string, k models.SiteKey) (added models.SiteKey, secret string, err error) {
	if err := k.Validate(db.sql.Now()); err != nil {
		return k, "", err
	}
	secret = newSiteSecret(k)
	added, err = update(ctx, db, func(t *tx) (models.SiteKey, error) {
		known, err := t.lockSiteKeys(site)
		if err != nil {
			return k, err
		}
		for _, other := range known {
			if other.Name == k.Name {
				return k, models.Errorf(models.KindConflict, "site %q has a key %q already", site, k.Name)
			}
		}
		added, err := t.addSiteKey(by, site, k, secret, len(known))
		if err != nil {
			return added, err
		}
		return added, t.audit(by, site, "site.add_key", site, nil, auditSiteKey(added))
	})
	return added, secret, err
}

const keyPrefix = "wk_"

// newSiteSecret makes the secret of a key. It is also the label of a host name, where clients of
// Akismet write it: without upper case, and of less than 63 characters (RFC 1035, 2.3.4).
func newSiteSecret(k models.SiteKey) string {
	if k.Allows(models.ScopeAkismet) {
		b := make([]byte, models.AkismetKeyDigits/2)
		rand.Read(b) // never fails
		return hex.EncodeToString(b)
	}
	b := make([]byte, 32)
	rand.Read(b)
	return keyPrefix + strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(b))
}

// lockSiteKeys removes the keys that have ended and returns the others. Nobody else
// changes the keys of the site until the transaction ends.
func (t *tx) lockSiteKeys(site string) ([]models.SiteKey, error) {
	if _, err := t.site(site, t.ForUpdate()); err != nil {
		return nil, err
	}
	if _, err := t.Exec(`DELETE FROM site_keys WHERE site = $1 AND until <= $2`, site, micros(t.Now)); err != nil {
		return nil, err
	}
	return t.siteKeys(site, micros(t.Now))
}

func (t *tx) addSiteKey(by models.Caller, site string, k models.SiteKey, secret string, known int) (models.SiteKey, error) {
	if known >= models.MaxSiteKeys {
		return k, models.Errorf(models.KindConflict, "a site can have at most %d keys: remove one", models.MaxSiteKeys)
	}
	scopes, err := toJSON(k.Scopes)
	if err != nil {
		return k, err
	}
	k.ID, k.CreatedAt, k.CreatedBy = newID(), t.Now, by.String()
	var until any
	if k.Until != nil {
		end := k.Until.UTC().Truncate(time.Microsecond)
		k.Until, until = &end, micros(end)
	}
	_, err = t.InsertRow("site_keys", "",
		"id", k.ID,
		"site", site,
		"name", k.Name,
		"scopes", scopes,
		"key_hash", hashSecret(secret),
		"created_at", micros(t.Now),
		"created_by", k.CreatedBy,
		"until", until,
	)
	return k, err
}

// auditSiteKey is what the audit trail stores of a key: not its secret.
func auditSiteKey(k models.SiteKey) map[string]any {
	return map[string]any{"id": k.ID, "key": k.Name, "scopes": k.Scopes, "until": k.Until}
}

// RotateSiteKey adds a key with the name and scopes of another, and returns its
// secret. The old one works until a time: when that is not later than now, it ends at
// once, with all others of the name.
func (db *DB) RotateSiteKey(ctx context.Context, by models.Caller, site, name string, oldUntil time.Time) (secret string, err error) {
	err = apply(ctx, db, func(t *tx) error {
		known, err := t.lockSiteKeys(site)
		if err != nil {
			return err
		}
		i := 0
		for i < len(known) && known[i].Name != name { // the newest of a name stands first
			i++
		}
		if i == len(known) {
			return models.Errorf(models.KindNotFound, "site %q has no key %q", site, name)
		}
		old := known[i]
		if oldUntil.After(t.Now) {
			_, err = t.Exec(`UPDATE site_keys SET until = $1 WHERE site = $2 AND name = $3 AND (until IS NULL OR until > $1)`, micros(oldUntil), site, name)
		} else {
			_, err = t.Exec(`DELETE FROM site_keys WHERE site = $1 AND name = $2`, site, name)
			oldUntil = t.Now
		}
		if err != nil {
			return err
		}
		secret = newSiteSecret(old)
		fresh, err := t.addSiteKey(by, site, models.SiteKey{Name: name, Scopes: old.Scopes, Until: old.Until}, secret, len(known)-1)
		if err != nil {
			return err
		}
		before := auditSiteKey(old)
		before["until"] = oldUntil.UTC()
		return t.audit(by, site, "site.rotate_key", site, before, auditSiteKey(fresh))
	})
	if err != nil {
		return "", err
	}
	return secret, nil
}

// RemoveSiteKey ends a key at once.
func (db *DB) RemoveSiteKey(ctx context.Context, by models.Caller, site, id string) error {
	return apply(ctx, db, func(t *tx) error {
		if _, err := t.site(site, t.ForUpdate()); err != nil {
			return err
		}
		removed, err := sqldb.List(t, readSiteKey, `DELETE FROM site_keys WHERE site = $1 AND id = $2 RETURNING `+siteKeyColumns, site, id)
		if err == nil && len(removed) == 0 {
			err = models.Errorf(models.KindNotFound, "site %q has no such key", site)
		}
		if err != nil {
			return err
		}
		return t.audit(by, site, "site.remove_key", site, auditSiteKey(removed[0]), nil)
	})
}

// TouchSiteKeys stores when keys were used last, by their ids.
func (db *DB) TouchSiteKeys(ctx context.Context, used map[string]time.Time) error {
	return apply(ctx, db, func(t *tx) error {
		for id, at := range used {
			if _, err := t.Exec(`UPDATE site_keys SET used_at = $1 WHERE id = $2 AND (used_at IS NULL OR used_at < $1)`, micros(at), id); err != nil {
				return err
			}
		}
		return nil
	})
}
