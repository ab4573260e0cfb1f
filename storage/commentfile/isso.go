package commentfile

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"html"
	"io"
	"iter"
	"net/url"
	"os"
	"path/filepath"
	"time"

	_ "modernc.org/sqlite" // driver "sqlite"

	"winnow/models"
)

// issoPage is how many comments are read at once.
const issoPage = 500

// readIsso reads the database of Isso: its tables comments and threads. It is opened for reading alone, and
// nothing that its schema brings along runs.
func readIsso(ctx context.Context, src Source, _ TableOptions) iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		f := &file{name: src.Name, yield: yield}
		if src.Path == "" {
			f.end(invalid("Isso's comments are a SQLite database, which cannot come from standard input"))
			return
		}
		if err := isSQLite(src.Path); err != nil {
			f.end(err)
			return
		}
		db, err := openSQLite(src.Path)
		if err != nil {
			f.end(err)
			return
		}
		defer db.Close()
		f.end(f.readIsso(ctx, db, src.In))
	}
}

func isSQLite(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	magic := []byte("SQLite format 3\x00")
	head := make([]byte, len(magic))
	if _, err := io.ReadFull(f, head); err != nil || !bytes.Equal(head, magic) {
		return invalid("the file is no SQLite database")
	}
	return nil
}

func openSQLite(path string) (*sql.DB, error) {
	absolute, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	name := url.URL{Scheme: "file", Path: filepath.ToSlash(absolute), RawQuery: url.Values{
		"mode": {"ro"}, "_pragma": {"query_only(1)", "trusted_schema(0)", "cell_size_check(1)", "busy_timeout(5000)"},
	}.Encode()}
	db, err := sql.Open("sqlite", name.String())
	if err == nil {
		db.SetMaxOpenConns(1)
	}
	return db, err
}

func (f *file) readIsso(ctx context.Context, db *sql.DB, progress io.Reader) error {
	tables := 0
	if err := db.QueryRowContext(ctx, `SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name IN ('comments', 'threads')`).Scan(&tables); err != nil {
		return invalid("the database cannot be read: %v", err)
	}
	if tables != 2 {
		return invalid("this is no database of Isso: it has no tables comments and threads")
	}
	for after, more := int64(-1<<62), true; more && !f.stopped; {
		page, err := readIssoPage(ctx, db, after)
		if err != nil {
			return invalid("the database cannot be read behind comment %d: %v", after, err)
		}
		for _, r := range page {
			after = r.id
			f.emitIsso(r)
		}
		more = len(page) == issoPage
	}
	_, _ = io.Copy(io.Discard, progress) // shows that the file was read
	return nil
}

type issoRow struct {
	id, parent                             int64
	created, modified                      float64
	mode                                   int
	text, author, email, site, page, title string
}

func readIssoPage(ctx context.Context, db *sql.DB, after int64) ([]issoRow, error) {
	// A text that is too long is cut to one that is still too long.
	rows, err := db.QueryContext(ctx, `SELECT c.id, CAST(coalesce(c.parent, 0) AS integer), CAST(coalesce(c.created, 0) AS real), CAST(coalesce(c.modified, 0) AS real),
		CAST(coalesce(c.mode, 0) AS integer), CAST(substr(coalesce(c.text, ''), 1, $1) AS text), CAST(substr(coalesce(c.author, ''), 1, 1000) AS text),
		CAST(substr(coalesce(c.email, ''), 1, 1000) AS text), CAST(substr(coalesce(c.website, ''), 1, 4000) AS text),
		CAST(substr(coalesce(t.uri, ''), 1, 4000) AS text), CAST(substr(coalesce(t.title, ''), 1, 4000) AS text)
		FROM comments c LEFT JOIN threads t ON t.id = c.tid WHERE c.id > $2 ORDER BY c.id LIMIT $3`, models.MaxBody+1, after, issoPage)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var page []issoRow
	for rows.Next() {
		var r issoRow
		if err := rows.Scan(&r.id, &r.parent, &r.created, &r.modified, &r.mode, &r.text, &r.author, &r.email, &r.site, &r.page, &r.title); err != nil {
			return nil, err
		}
		page = append(page, r)
	}
	return page, rows.Err()
}

func (f *file) emitIsso(r issoRow) {
	place := fmt.Sprintf(": comment %d", r.id)
	c := Comment{
		Key: fmt.Sprint(r.id), Article: r.page, Body: r.text,
		// Isso escapes these before it stores them, but not the text.
		Author: Author{Name: html.UnescapeString(r.author), Email: html.UnescapeString(r.email), URL: html.UnescapeString(r.site)},
		Status: models.Approved, CreatedAt: seconds(r.created), UpdatedAt: seconds(r.modified),
	}
	if r.parent != 0 {
		c.Parent = fmt.Sprint(r.parent)
	}
	switch r.mode {
	case 1:
	case 2:
		c.Status, c.Reason = models.Pending, models.ReasonImported
	case 4: // its text was removed, because others have answered it
		c.erase()
	default:
		f.bad(place, invalid("the mode %d is not known", r.mode))
		return
	}
	if r.page != "" && !f.emit(place, Record{Article: &Article{Key: r.page, ID: r.page, Title: r.title}}) {
		return
	}
	f.emit(place, Record{Comment: &c})
}

func seconds(s float64) time.Time {
	if !(s > 0 && s < 1e11) {
		return time.Time{}
	}
	return time.UnixMicro(int64(s * 1e6)).UTC()
}
