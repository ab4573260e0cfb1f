package storage

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"winnow/models"
	"winnow/storage/sqldb"
)

// nodeTTL is how long after its last report a node counts as running.
const nodeTTL = time.Minute

// ReportNode stores what a running node says of itself, and forgets nodes that have
// been silent for a day.
func (db *DB) ReportNode(ctx context.Context, n models.NodeReport) error {
	findings, err := toJSON(n.Findings)
	if err != nil {
		return err
	}
	return apply(ctx, db, func(t *tx) error {
		if _, err := t.Exec(`DELETE FROM nodes WHERE id = $1 OR seen_at < $2`, n.ID, micros(n.SeenAt.Add(-24*time.Hour))); err != nil {
			return err
		}
		_, err := t.InsertRow("nodes", "ON CONFLICT (id) DO NOTHING",
			"id", n.ID,
			"name", n.Name,
			"version", n.Version,
			"secret", n.Secret,
			"ahead", n.Ahead.Microseconds(),
			"seen_at", micros(n.SeenAt),
			"findings", findings,
		)
		return err
	})
}

// ForgetNode removes the report of a node that ends.
func (db *DB) ForgetNode(ctx context.Context, id string) error {
	return apply(ctx, db, func(t *tx) error {
		_, err := t.Exec(`DELETE FROM nodes WHERE id = $1`, id)
		return err
	})
}

// RunningNodes returns the last reports of the nodes that run at a time of the
// database's clock.
func (db *DB) RunningNodes(ctx context.Context, at time.Time) ([]models.NodeReport, error) {
	return read(ctx, db, func(t *tx) ([]models.NodeReport, error) {
		return sqldb.List(t, func(scan sqldb.Scanner) (n models.NodeReport, err error) {
			var findings string
			var ahead, seen int64
			if err := scan(&n.ID, &n.Name, &n.Version, &n.Secret, &ahead, &seen, &findings); err != nil {
				return n, err
			}
			n.Ahead, n.SeenAt = time.Duration(ahead)*time.Microsecond, fromMicros(seen)
			return n, json.Unmarshal([]byte(findings), &n.Findings)
		}, `SELECT id, name, version, secret, ahead, seen_at, findings FROM nodes WHERE seen_at >= $1 ORDER BY name, id`, micros(at.Add(-nodeTTL)))
	})
}

// ServerTime returns the time of the database server's clock; the zero time with
// SQLite, which has no other clock than the process.
func (db *DB) ServerTime(ctx context.Context) (time.Time, error) {
	if db.sql.IsSQLite() {
		return time.Time{}, nil
	}
	return read(ctx, db, func(t *tx) (time.Time, error) {
		at, err := sqldb.One(t, sqldb.ScanOne[int64], `SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint`)
		return fromMicros(at), err
	})
}

var errRollback = errors.New("not to be committed")

// CheckWritable returns an error when the database accepts no changes, as a standby
// of PostgreSQL or a file on a read-only disk. It changes nothing.
func (db *DB) CheckWritable(ctx context.Context) error {
	err := apply(ctx, db, func(t *tx) error {
		if _, err := t.Exec(`DELETE FROM nodes WHERE id = ''`); err != nil {
			return err
		}
		return errRollback
	})
	if errors.Is(err, errRollback) {
		return nil
	}
	return err
}
