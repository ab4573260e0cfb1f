package importer

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"

	_ "modernc.org/sqlite" // driver "sqlite"

	"winnow/storage/commentfile"
)

// table is the temporary file of a run.
type table struct {
	ctx    context.Context
	folder string
	db     *sql.DB
	tx     *sql.Tx
	stmts  map[string]*sql.Stmt // of tx
	held   int                  // changes since the last commit

	articles map[string]string // as they were added last, by key
}

// schema of the temporary file. Times are microseconds.
const schema = `
CREATE TABLE article (key text PRIMARY KEY, data text NOT NULL, winnow text, fault text, first_at integer, last_at integer) WITHOUT ROWID;
CREATE TABLE author (key text PRIMARY KEY, data text NOT NULL) WITHOUT ROWID;
CREATE TABLE comment (seq integer PRIMARY KEY, key text NOT NULL UNIQUE, parent text NOT NULL, article text NOT NULL, at integer NOT NULL,
	depth integer, who text NOT NULL, place text NOT NULL, data text NOT NULL);
CREATE TABLE label (seq integer PRIMARY KEY, comment text NOT NULL, place text NOT NULL, data text NOT NULL);
CREATE TABLE archived (seq integer PRIMARY KEY, kind text NOT NULL, comment text NOT NULL, data text NOT NULL);
CREATE TABLE mapped (kind text NOT NULL, was text NOT NULL, becomes text NOT NULL, PRIMARY KEY (kind, was)) WITHOUT ROWID;`

// commitAfter is how many changes one transaction of the temporary file has.
const commitAfter = 20_000

func newTable(ctx context.Context, folder string) (t *table, err error) {
	t = &table{ctx: ctx, articles: map[string]string{}}
	if t.folder, err = os.MkdirTemp(folder, "winnow-import-"); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			t.close()
		}
	}()
	// Nothing of it outlives the run.
	pragmas := url.Values{"_pragma": {"journal_mode(OFF)", "synchronous(OFF)", "cache_size(-16000)", "locking_mode(EXCLUSIVE)", "temp_store(1)"}}
	if t.db, err = sql.Open("sqlite", "file:"+filepath.ToSlash(filepath.Join(t.folder, "records.db"))+"?"+pragmas.Encode()); err != nil {
		return nil, err
	}
	t.db.SetMaxOpenConns(1)
	if _, err = t.db.ExecContext(ctx, schema); err != nil {
		return nil, fmt.Errorf("temporary file: %w", err)
	}
	return t, nil
}

func (t *table) close() {
	if t.tx != nil {
		_ = t.tx.Rollback() // the file goes
	}
	if t.db != nil {
		_ = t.db.Close()
	}
	_ = os.RemoveAll(t.folder)
}

// exec runs a change and returns how many rows it has changed.
func (t *table) exec(query string, args ...any) (int64, error) {
	if t.tx == nil {
		tx, err := t.db.BeginTx(t.ctx, nil)
		if err != nil {
			return 0, err
		}
		t.tx, t.stmts = tx, map[string]*sql.Stmt{}
	}
	stmt := t.stmts[query]
	if stmt == nil {
		var err error
		if stmt, err = t.tx.PrepareContext(t.ctx, query); err != nil {
			return 0, err
		}
		t.stmts[query] = stmt
	}
	result, err := stmt.ExecContext(t.ctx, args...)
	if err != nil {
		return 0, fmt.Errorf("temporary file: %w", err)
	}
	if t.held++; t.held >= commitAfter {
		if err := t.commit(); err != nil {
			return 0, err
		}
	}
	return result.RowsAffected()
}

func (t *table) commit() error {
	if t.tx == nil {
		return nil
	}
	for _, stmt := range t.stmts {
		_ = stmt.Close()
	}
	err := t.tx.Commit()
	t.tx, t.stmts, t.held = nil, nil, 0
	return err
}

// list reads all rows of a query after the changes so far.
func list[T any](t *table, scan func(*sql.Rows) (T, error), query string, args ...any) ([]T, error) {
	if err := t.commit(); err != nil {
		return nil, err
	}
	rows, err := t.db.QueryContext(t.ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []T
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return nil, err
		}
		all = append(all, v)
	}
	return all, rows.Err()
}

func (t *table) count(query string, args ...any) (int, error) {
	found, err := list(t, func(rows *sql.Rows) (n int, err error) { return n, rows.Scan(&n) }, query, args...)
	if err != nil || len(found) == 0 {
		return 0, err
	}
	return found[0], nil
}

// addArticle adds an article, or completes the one with its key: formats without a list of
// articles describe them with each comment.
func (t *table) addArticle(a commentfile.Article) error {
	data, err := json.Marshal(a)
	if err != nil || t.articles[a.Key] == string(data) {
		return err
	}
	if len(t.articles) >= articlesSeen {
		clear(t.articles)
	}
	t.articles[a.Key] = string(data)
	if before, err := t.article(a.Key); err != nil {
		return err
	} else if before != nil {
		a = complete(*before, a)
		if data, err = json.Marshal(a); err != nil {
			return err
		}
	}
	_, err = t.exec(`INSERT INTO article (key, data) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET data = excluded.data`, a.Key, string(data))
	return err
}

// articlesSeen is how many articles are remembered, so that not each comment changes its
// article.
const articlesSeen = 1000

// article returns an article by its key; nil: there is none yet.
func (t *table) article(key string) (*commentfile.Article, error) {
	query, found := t.db.QueryRowContext, ""
	if t.tx != nil {
		query = t.tx.QueryRowContext
	}
	if err := query(t.ctx, `SELECT data FROM article WHERE key = ?`, key).Scan(&found); err != nil {
		if errors.Is(err, sql.ErrNoRows) {
			return nil, nil //nolint:nilnil // documented
		}
		return nil, err
	}
	a := new(commentfile.Article)
	return a, json.Unmarshal([]byte(found), a)
}

// complete adds to an article what it lacks.
func complete(a, more commentfile.Article) commentfile.Article {
	a.ID, a.URL, a.Title, a.Section = cmp.Or(a.ID, more.ID), cmp.Or(a.URL, more.URL), cmp.Or(a.Title, more.Title), cmp.Or(a.Section, more.Section)
	a.State, a.Described = cmp.Or(a.State, more.State), a.Described || more.Described
	if a.PublishedAt.IsZero() {
		a.PublishedAt = more.PublishedAt
	}
	return a
}

func (t *table) addAuthor(a commentfile.Author) error {
	data, err := json.Marshal(a)
	if err != nil {
		return err
	}
	_, err = t.exec(`INSERT INTO author (key, data) VALUES (?, ?) ON CONFLICT DO NOTHING`, a.Key, string(data))
	return err
}

// addComment reports whether the comment is the first with its key.
func (t *table) addComment(place string, c commentfile.Comment) (bool, error) {
	data, err := json.Marshal(c)
	if err != nil {
		return false, err
	}
	who := "key " + c.Author.Key
	if c.Author.Key == "" {
		who = "name " + c.Author.Name
	}
	n, err := t.exec(`INSERT INTO comment (key, parent, article, at, who, place, data) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
		c.Key, c.Parent, c.Article, c.CreatedAt.UnixMicro(), who, place, string(data))
	return n > 0, err
}

// add adds a record of another kind, and the key of its comment.
func (t *table) add(kind, comment string, record any) error {
	data, err := json.Marshal(record)
	if err != nil {
		return err
	}
	_, err = t.exec(`INSERT INTO archived (kind, comment, data) VALUES (?, ?, ?)`, kind, comment, string(data))
	return err
}

func (t *table) addLabel(place string, l commentfile.Label) error {
	data, err := json.Marshal(l.Label)
	if err != nil {
		return err
	}
	_, err = t.exec(`INSERT INTO label (comment, place, data) VALUES (?, ?, ?)`, l.Comment, place, string(data))
	return err
}

// resolve finds out how deep each comment is in its thread: 0 for those that answer
// nothing, or what is not in the file. Comments that answer each other in a circle answer
// nothing.
func (r *run) resolve() (err error) {
	t, s := r.table, r.summary
	for _, statement := range []string{
		`CREATE INDEX comment_parent ON comment (parent) WHERE parent <> ''`,
		`INSERT INTO article (key, data) SELECT DISTINCT article, json_object('key', article) FROM comment WHERE true ON CONFLICT DO NOTHING`,
		`UPDATE comment SET depth = 0 WHERE parent = '' OR parent NOT IN (SELECT key FROM comment)`,
		`CREATE INDEX comment_depth ON comment (depth, at, seq)`,
	} {
		if _, err := t.exec(statement); err != nil {
			return err
		}
	}
	for depth, found := 0, int64(1); found > 0; depth++ {
		if found, err = t.exec(`UPDATE comment SET depth = ? + 1 WHERE seq IN
			(SELECT c.seq FROM comment p CROSS JOIN comment c WHERE p.depth = ? AND c.parent = p.key AND c.parent <> '')`, depth, depth); err != nil {
			return err
		}
	}
	circles, err := t.exec(`UPDATE comment SET depth = 0, parent = '' WHERE depth IS NULL`)
	if err != nil {
		return err
	}
	s.Detached += int(circles)
	if _, err := t.exec(`UPDATE article SET first_at = n.first, last_at = n.last
		FROM (SELECT article AS key, min(nullif(at, ?)) AS first, max(at) AS last FROM comment GROUP BY article) n WHERE n.key = article.key`, zeroMicros); err != nil {
		return err
	}
	for _, c := range []struct {
		into  *int
		query string
	}{
		{&s.Comments, `SELECT count(*) FROM comment`},
		{&s.Articles, `SELECT count(*) FROM article`},
		{&s.Authors, `SELECT count(DISTINCT who) FROM comment`},
	} {
		if *c.into, err = t.count(c.query); err != nil {
			return err
		}
	}
	return nil
}
