package storage

import (
	"context"
	"errors"
	"fmt"
	"math"
	"sync"
	"time"

	"winnow/models"
	"winnow/storage/sqldb"
)

// Events have numbers, and a cursor is the number of the last event that was read: who
// goes on from there misses nothing and reads nothing twice, because no event gets a number
// below one that somebody can see.
//
// SQLite numbers a row when it is inserted. Whoever inserts has the file for itself until
// its commit, so numbers become visible in their order.
//
// PostgreSQL has many transactions at once, and a number taken during one may become visible
// after a greater one. There a row is written without, and numberEvents numbers what is
// committed. Proof: who numbers holds the lock of event_head until the end of the
// transaction, and looks for rows only after it has the lock. So numbers are given by one
// transaction after the other, each above those of the ones before, and a snapshot that has
// the numbers of one has those of all before it. A row that is committed later gets a
// number later; it makes nobody else wait, however long its transaction or any other one of
// the cluster takes.

var eventRows = sqldb.NewInsert("events", "",
	sqldb.Text("kind", func(e models.Event) string { return string(e.Kind) }),
	sqldb.Text("site", func(e models.Event) string { return e.Site }),
	sqldb.Text("subject", func(e models.Event) string { return e.Subject }),
	sqldb.Text("article", func(e models.Event) string { return e.Article }),
	sqldb.Text("status", func(e models.Event) string { return string(e.Status) }),
	sqldb.Text("cause", func(e models.Event) string { return string(e.Cause) }),
	sqldb.Int("at", func(e models.Event) int64 { return micros(e.At) }),
)

// event adds an event for other nodes and open consoles.
func (t *tx) event(kind models.EventKind, site, subject, article string, status models.Status) error {
	return eventRows.Add(t, t.newEvent(kind, site, subject, article, status))
}

// commentChanged adds the event of a change to a comment.
func (t *tx) commentChanged(c models.Comment, cause models.EventCause) error {
	return eventRows.Add(t, t.newCommentChanged(c, cause))
}

func (t *tx) newCommentChanged(c models.Comment, cause models.EventCause) models.Event {
	e := t.newEvent(models.CommentChanged, c.Site, c.ID, c.Article.ID, c.Status)
	e.Cause = cause
	return e
}

func (t *tx) newEvent(kind models.EventKind, site, subject, article string, status models.Status) models.Event {
	return models.Event{Kind: kind, Site: site, Subject: subject, Article: article, Status: status, At: t.Now}
}

// ErrEventsMissing says that the event of a cursor is not stored any more, so that events
// after it may be missing too.
var ErrEventsMissing = errors.New("the events after this one are not all stored")

// EventsSince returns up to limit events after a cursor, in their order; with the cursor 0,
// those that are stored. Whatever is committed before the call is among them. It fails with
// ErrEventsMissing when the event of the cursor was removed, or never was: a database that
// was restored has other events than those after its backup.
func (db *DB) EventsSince(ctx context.Context, after int64, limit int) ([]models.Event, error) {
	if err := db.numberEvents(ctx, 0); err != nil {
		return nil, err
	}
	return read(ctx, db, func(t *tx) ([]models.Event, error) { return t.eventsSince(after, limit) })
}

// RecentEventsSince is EventsSince without looking for what was committed by transactions that
// took some seconds. Looking for those costs more while PostgreSQL cannot remove old versions
// of rows, because of a transaction that takes long: then do so once a second.
func (db *DB) RecentEventsSince(ctx context.Context, after int64, limit int) ([]models.Event, error) {
	if err := db.numberEvents(ctx, db.numbered.before()); err != nil {
		return nil, err
	}
	return read(ctx, db, func(t *tx) ([]models.Event, error) { return t.eventsSince(after, limit) })
}

func (t *tx) eventsSince(after int64, limit int) ([]models.Event, error) {
	found, err := sqldb.List(t, readEvent, `SELECT `+eventColumns+` FROM events WHERE seq >= $1 ORDER BY seq LIMIT $2`, after, limit+1)
	switch {
	case err != nil:
		return nil, err
	case after <= 0:
		return found[:min(limit, len(found))], nil
	case len(found) == 0 || found[0].Seq != after:
		return nil, ErrEventsMissing
	}
	return found[1:], nil
}

const eventColumns = `seq, kind, site, subject, article, status, cause, at`

func readEvent(scan sqldb.Scanner) (e models.Event, err error) {
	var at int64
	err = scan(&e.Seq, &e.Kind, &e.Site, &e.Subject, &e.Article, &e.Status, &e.Cause, &at)
	e.At = fromMicros(at)
	return e, err
}

// NewestEvent returns the cursor after all events that are committed before the call.
func (db *DB) NewestEvent(ctx context.Context) (int64, error) {
	if err := db.numberEvents(ctx, 0); err != nil {
		return 0, err
	}
	return read(ctx, db, func(t *tx) (int64, error) { return t.newestEvent() })
}

func (t *tx) newestEvent() (int64, error) {
	return sqldb.One(t, sqldb.ScanOne[int64], `SELECT coalesce(max(seq), 0) FROM events WHERE seq > 0`)
}

// numberedAtOnce is how many events one transaction numbers.
const numberedAtOnce = 1000

// numberEvents numbers the events that are committed before the call, of the rows after n. It
// costs a look when there are none, and nothing with SQLite. What is committed meanwhile is
// for the next call: under load there is always more.
func (db *DB) numberEvents(ctx context.Context, n int64) error {
	if db.sql.IsSQLite() {
		return nil
	}
	for until := int64(math.MaxInt64); ; {
		last, err := read(ctx, db, func(t *tx) (int64, error) {
			return sqldb.One(t, sqldb.ScanOne[int64], `SELECT coalesce(max(n), 0) FROM events WHERE seq IS NULL AND n > $1 AND n <= $2`, n, until)
		})
		if err != nil || last == 0 {
			return err
		}
		until = min(until, last)
		if err := apply(ctx, db, func(t *tx) error { return t.numberEvents(n) }); err != nil {
			return fmt.Errorf("number events: %w", err)
		}
		db.numbered.note(last)
	}
}

// numberEvents is sent as a whole, so that the lock is held for no round trip. Each of its
// statements sees what is committed when it begins: the second one begins with the lock.
// Rows are numbered as they were written, n: what depends on a change that was made under a
// lock comes after it.
func (t *tx) numberEvents(n int64) error {
	if err := t.Write(`SELECT seq FROM event_head FOR UPDATE`); err != nil {
		return err
	}
	if err := t.Write(`UPDATE events SET seq = numbered.seq FROM (SELECT w.site, w.n, h.seq + row_number() OVER (ORDER BY w.n) AS seq
		FROM (SELECT site, n FROM events WHERE seq IS NULL AND n > $1 ORDER BY n LIMIT $2) w, event_head h) numbered
		WHERE events.site = numbered.site AND events.n = numbered.n`, n, numberedAtOnce); err != nil {
		return err
	}
	return t.Write(`UPDATE event_head SET seq = greatest(seq, (SELECT coalesce(max(seq), 0) FROM events))`)
}

// numbered remembers which rows were numbered some seconds ago. The zero value is ready to
// use.
type numbered struct {
	mu                    sync.Mutex
	newest, older, oldest int64     // n of rows: of the newest one, and a period and two before
	since                 time.Time // when the period began
}

const numberedPeriod = 2 * time.Second

func (r *numbered) note(n int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if time.Since(r.since) > numberedPeriod {
		r.since, r.oldest, r.older = time.Now(), r.older, r.newest
	}
	r.newest = n
}

// before returns the n of a row that was numbered at least a period ago.
func (r *numbered) before() int64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.oldest
}

// restoredGap is how many numbers are left out when a backup is restored: more than were
// given since it was made. A cursor of that time has no event, and is not taken for one of
// the time after.
const restoredGap = 1 << 32

// leaveEventGap does so in a SQLite file.
func (t *tx) leaveEventGap() error {
	last, err := sqldb.One(t, sqldb.ScanOne[int64], `SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'events'`)
	if err != nil {
		return err
	}
	if _, err := t.Exec(`DELETE FROM sqlite_sequence WHERE name = 'events'`); err != nil {
		return err
	}
	_, err = t.Exec(`INSERT INTO sqlite_sequence (name, seq) VALUES ('events', $1)`, last+restoredGap)
	return err
}
