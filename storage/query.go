package storage

import (
	"context"
	"database/sql"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"winnow/models"
)

// runner is what statements run on: a pool, a connection or a transaction.
type runner interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// tx runs the statements of one transaction, or of one read. It lives no
// longer than they do, so it may hold their context.
type tx struct {
	ctx       context.Context
	on        runner
	d         *dialect
	now       time.Time
	counters  counterDeltas
	auditRows []models.Audit // to be written by seal
	wrote     bool           // the change at hand has done something
	rows      int64          // written by all changes
}

// exec returns how many rows were changed.
func (t *tx) exec(query string, args ...any) (int64, error) {
	r, err := t.on.ExecContext(t.ctx, query, sanitizeAll(args)...)
	if err != nil {
		return 0, err
	}
	n, err := r.RowsAffected()
	t.wrote = t.wrote || n > 0
	t.rows += n
	return n, err
}

// scanner reads the columns of the row at hand.
type scanner func(into ...any) error

// list returns every row of a query, never nil.
func list[T any](t *tx, read func(scanner) (T, error), query string, args ...any) ([]T, error) {
	rows, err := t.on.QueryContext(t.ctx, query, sanitizeAll(args)...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	all := []T{}
	for rows.Next() {
		row, err := read(rows.Scan)
		if err != nil {
			return nil, err
		}
		all = append(all, row)
	}
	return all, rows.Err()
}

// one returns the first row of a query, or sql.ErrNoRows.
func one[T any](t *tx, read func(scanner) (T, error), query string, args ...any) (T, error) {
	all, err := list(t, read, query, args...)
	if err == nil && len(all) == 0 {
		err = sql.ErrNoRows
	}
	if err != nil {
		var zero T
		return zero, err
	}
	return all[0], nil
}

// column reads rows of one column.
func scanOne[T any](scan scanner) (v T, err error) {
	err = scan(&v)
	return v, err
}

// missing replaces sql.ErrNoRows by a KindNotFound that names what was sought.
func notFoundIf(err error, format string, args ...any) error {
	if errors.Is(err, sql.ErrNoRows) {
		return models.Errorf(models.KindNotFound, format, args...)
	}
	return err
}

// storables replaces what PostgreSQL refuses and SQLite would keep: NUL and
// invalid UTF-8 become U+FFFD in every text.
func sanitizeAll(args []any) []any {
	for i, a := range args {
		args[i] = sanitize(a)
	}
	return args
}

func sanitize(v any) any {
	if s, ok := v.(string); ok {
		if p := sanitizeText(s); p != s {
			return p
		}
	}
	return v
}

func sanitizeText(s string) string {
	if utf8.ValidString(s) && strings.IndexByte(s, 0) < 0 {
		return s // as nearly all are, and this is quicker to see
	}
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "\uFFFD")
}

// read runs do against the readers.
func read[T any](ctx context.Context, db *DB, query func(*tx) (T, error)) (T, error) {
	v, err := query(&tx{ctx: ctx, on: db.readers, d: db.d, now: db.now()})
	return v, db.d.explain(err)
}

// prepared keeps the statements that ran on it compiled. Texts that vary with
// the number of their arguments could be many, hence the limit.
type prepared struct {
	runner
	prepare func(context.Context, string) (*sql.Stmt, error)

	mu    sync.Mutex
	stmts map[string]*sql.Stmt
}

const maxPrepared = 200

func (p *prepared) stmt(query string) (*sql.Stmt, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if s := p.stmts[query]; s != nil || len(p.stmts) >= maxPrepared {
		return s, nil
	}
	// The statement outlives the call that needed it first.
	s, err := p.prepare(context.Background(), query)
	if err == nil {
		p.stmts[query] = s
	}
	return s, err
}

// close gives the statements back: a file with one left open stays open, and
// keeps its log.
func (p *prepared) close() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	var err error
	for _, s := range p.stmts {
		err = errors.Join(err, s.Close())
	}
	clear(p.stmts)
	return err
}

func (p *prepared) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	s, err := p.stmt(query)
	switch {
	case err != nil:
		return nil, err
	case s == nil:
		return p.runner.ExecContext(ctx, query, args...)
	}
	return s.ExecContext(ctx, args...)
}

func (p *prepared) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	s, err := p.stmt(query)
	switch {
	case err != nil:
		return nil, err
	case s == nil:
		return p.runner.QueryContext(ctx, query, args...)
	}
	return s.QueryContext(ctx, args...)
}

// where gathers conditions; each ? becomes the next $n.
type where struct {
	conds []string
	args  []any
}

func (w *where) add(cond string, args ...any) {
	for _, a := range args {
		cond = strings.Replace(cond, "?", w.arg(a), 1)
	}
	w.conds = append(w.conds, cond)
}

// arg adds a value that belongs to no condition and returns its $n.
func (w *where) arg(v any) string {
	w.args = append(w.args, v)
	return "$" + strconv.Itoa(len(w.args))
}

func (w *where) in(column string, values []string) {
	marks := strings.TrimSuffix(strings.Repeat("?,", len(values)), ",")
	args := make([]any, len(values))
	for i, v := range values {
		args[i] = v
	}
	w.add(column+" IN ("+marks+")", args...)
}

// seen narrows to one site, or to those that the caller sees when site is "".
func (w *where) addVisible(by models.Caller, column, site string) error {
	sites, all, err := visibleSites(by, site)
	if err == nil && !all {
		w.in(column, sites)
	}
	return err
}

// seenSites returns the site, or those that the caller sees when site is "".
func visibleSites(by models.Caller, site string) (sites []string, all bool, err error) {
	switch {
	case site != "" && !by.Sees(site):
		return nil, false, models.Errorf(models.KindNotFound, "there is no site %q", site)
	case site != "":
		return []string{site}, false, nil
	case by.Kind == models.ByModerator && len(by.Sites) > 0:
		return slices.Compact(slices.Sorted(slices.Values(by.Sites))), false, nil
	case by.Kind == models.ByKey || by.Kind == models.ByOrigin:
		return []string{by.Site}, false, nil
	case !by.Sees(""):
		return nil, false, models.Errorf(models.KindForbidden, "nobody known asks")
	}
	return nil, true, nil
}

func (w *where) clone() *where { return &where{slices.Clone(w.conds), slices.Clone(w.args)} }

// and returns a copy with one condition more.
func (w *where) and(cond string, args ...any) *where {
	w = w.clone()
	w.add(cond, args...)
	return w
}

func (w *where) String() string {
	if len(w.conds) == 0 {
		return ""
	}
	return " WHERE " + strings.Join(w.conds, " AND ")
}

// cursor is the place in an order where the next page starts: after the row
// with these values. Callers see it as opaque text.
type cursor struct {
	Order string  `json:"o"`
	Risk  float64 `json:"r,omitempty"`
	At    int64   `json:"t"`
	ID    string  `json:"i"`
}

func (c cursor) String() string {
	b, err := json.Marshal(c)
	if err != nil {
		panic(err) // numbers from the database, never NaN
	}
	return base64.RawURLEncoding.EncodeToString(b)
}

// parseCursor reads a cursor of an order. ok is false for "".
func parseCursor(s, order string) (c cursor, ok bool, err error) {
	if s == "" {
		return cursor{}, false, nil
	}
	b, err := base64.RawURLEncoding.DecodeString(s)
	if err == nil {
		err = json.Unmarshal(b, &c)
	}
	if err != nil || c.Order != order {
		var bad models.Invalid
		bad.Add("cursor", "is not one that was given for this list")
		return cursor{}, false, bad.Err()
	}
	return c, true, nil
}

const (
	defaultPage = 50
	maxPage     = 500
)

// pageSize is how many rows a page has: limit, within reason.
func pageSize(limit int) int {
	if limit <= 0 {
		return defaultPage
	}
	return min(limit, maxPage)
}

func newID() string { return uuid.Must(uuid.NewV7()).String() }

// micros is how times are kept; the zero time is 0.
func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

func fromMicros(n int64) time.Time { return time.UnixMicro(n).UTC() }

func toJSON(v any) (string, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return "", fmt.Errorf("encode %T: %w", v, err)
	}
	return string(b), nil
}
