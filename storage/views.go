package storage

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"winnow/classifier/text/names"
	"winnow/models"
	"winnow/storage/sqldb"
)

const viewColumns = `SELECT id, owner, site, name, filter, created_at FROM queue_views`

func readView(scan sqldb.Scanner) (v models.View, err error) {
	var filter string
	var at int64
	err = scan(&v.ID, &v.Owner, &v.SharedWith, &v.Name, &filter, &at)
	v.Filter, v.CreatedAt = json.RawMessage(filter), fromMicros(at)
	return v, err
}

// Views returns the caller's views and those that are shared with the sites that they see,
// by name.
func (db *DB) Views(ctx context.Context, by models.Caller) ([]models.View, error) {
	views, err := readFor(ctx, db, sqldb.Desk, func(t *tx) ([]models.View, error) {
		var shared sqldb.Where
		if err := addVisible(&shared, by, "site", ""); err != nil {
			return nil, err
		}
		shared.Add("owner <> ?", by.Name)
		shared.AddText("site <> ''")
		others, err := sqldb.List(t, readView, viewColumns+shared.String(), shared.Args()...)
		if err != nil {
			return nil, err
		}
		own, err := sqldb.List(t, readView, viewColumns+` WHERE owner = $1`, by.Name)
		return append(own, others...), err
	})
	slices.SortFunc(views, func(a, b models.View) int { return strings.Compare(a.Name, b.Name) })
	return views, err
}

// AddView stores a view. It gets an id, its time and the caller as owner. A person may own
// MaxViews, and as many may be shared with a site.
func (db *DB) AddView(ctx context.Context, by models.Caller, v models.View) (models.View, error) {
	if err := v.Validate(); err != nil {
		return v, err
	}
	return update(ctx, db, func(t *tx) (models.View, error) {
		if err := t.checkViews(by, v.SharedWith); err != nil {
			return v, err
		}
		v.ID, v.Owner, v.CreatedAt = newID(), by.Name, t.Now
		if _, err := t.InsertRow("queue_views", "",
			"id", v.ID,
			"owner", v.Owner,
			"site", v.SharedWith,
			"name", v.Name,
			"filter", string(v.Filter),
			"created_at", micros(v.CreatedAt),
		); err != nil {
			return v, err
		}
		return v, t.audit(by, v.SharedWith, "view.add", v.ID, nil, map[string]string{"name": v.Name})
	})
}

// checkViews checks that there may be another view. The rows of the site and of the owner
// are locked: several views may be saved at once.
func (t *tx) checkViews(by models.Caller, site string) error {
	count := func(column, value, who string) error {
		n, err := sqldb.One(t, sqldb.ScanOne[int], `SELECT count(*) FROM queue_views WHERE `+column+` = $1`, value)
		if err == nil && n >= models.MaxViews {
			return models.Errorf(models.KindConflict, "%s %d views already: remove one first", who, n)
		}
		return err
	}
	if site != "" {
		if _, err := t.site(site, t.ForUpdate()); err != nil {
			return err
		}
		if err := count("site", site, "the site shares"); err != nil {
			return err
		}
	}
	if _, err := t.moderator(by.Name, t.ForUpdate()); err != nil {
		return err
	}
	return count("owner", by.Name, "you have")
}

// RemoveView removes a view of the caller's own, or, for editors, one that is shared with a
// site that they see.
func (db *DB) RemoveView(ctx context.Context, by models.Caller, id string) error {
	return apply(ctx, db, func(t *tx) error {
		v, err := sqldb.One(t, readView, viewColumns+` WHERE id = $1`+t.ForUpdate(), id)
		isOwn := v.Owner == by.Name
		if err = notFoundIf(err, "there is no such view"); err != nil {
			return err
		}
		if !isOwn && (v.SharedWith == "" || !by.CanSee(v.SharedWith)) {
			return models.Errorf(models.KindNotFound, "there is no such view")
		}
		if !isOwn && !by.Role.AtLeast(models.RoleEditor) {
			return models.Errorf(models.KindForbidden, "only its owner, %s, or an editor removes this view", v.Owner)
		}
		if _, err := t.Exec(`DELETE FROM queue_views WHERE id = $1`, id); err != nil {
			return err
		}
		return t.audit(by, v.SharedWith, "view.remove", id, map[string]string{"name": v.Name}, nil)
	})
}

// eraseViews removes the views that name a reader: those of their site, and those of all
// sites. There are few, and no index has what they select by.
func (t *tx) eraseViews(r models.Reader) error {
	views, err := sqldb.List(t, readView, viewColumns+` WHERE filter LIKE '%"author"%'`)
	if err != nil {
		return err
	}
	for _, v := range views {
		var of struct{ Site, Author string }
		if err := json.Unmarshal(v.Filter, &of); err != nil {
			return err
		}
		isNamed := r.ID != "" && of.Author == r.ID || r.Name != "" && names.Fold(of.Author) == names.Fold(r.Name)
		if !isNamed || of.Site != "" && of.Site != r.Site {
			continue
		}
		if _, err := t.Exec(`DELETE FROM queue_views WHERE id = $1`, v.ID); err != nil {
			return err
		}
	}
	return nil
}

// CountQueue counts the comments that a filter selects, up to a limit: more says that there
// are more.
func (db *DB) CountQueue(ctx context.Context, by models.Caller, f models.QueueFilter) (total int, more bool, err error) {
	f.Grouped, f.Cursor = false, ""
	q, err := newQueueQuery(&f)
	if err != nil {
		return 0, false, err
	}
	total, err = readQueue(ctx, db, f, func(t *tx) (int, error) {
		sites, err := t.queueSites(by, f.Site)
		if err != nil {
			return 0, err
		}
		q, err := t.narrowed(q, sites)
		if err != nil {
			return 0, err
		}
		return t.queueTotal(by, sites, q)
	})
	if total > maxCounted && isNarrowed(f) {
		return maxCounted, true, err
	}
	return total, false, err
}
