package importer

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"

	"winnow/models"
)

// ArticleIDs says what becomes the id of an article that is not mapped.
type ArticleIDs string

const (
	ByID   ArticleIDs = "id"   // the id that the site gave it there, else the path
	ByPath ArticleIDs = "path" // path and query of its address, else the id
	ByURL  ArticleIDs = "url"  // its whole address, else the id
)

// Valid reports whether a is one of the three.
func (a ArticleIDs) Valid() bool { return a == ByID || a == ByPath || a == ByURL }

// Map says which ids articles and authors have here. It is read row by row: a file of all
// articles may be long.
type Map struct {
	In   io.Reader // CSV with the columns kind (article or author), from and to; nil: nothing is mapped
	Name string    // for messages
}

// Kinds of a mapping.
const (
	mapsArticle = "article"
	mapsAuthor  = "author"
)

// store reads the mapping into the temporary file.
func (m Map) store(t *table) error {
	if m.In == nil {
		return nil
	}
	r := csv.NewReader(m.In)
	r.FieldsPerRecord, r.ReuseRecord, r.TrimLeadingSpace = 3, true, true
	for {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			return t.commit()
		}
		if err != nil {
			return models.Errorf(models.KindInvalid, "%s: %v", m.Name, err)
		}
		line, _ := r.FieldPos(0)
		kind, from, to := strings.TrimPrefix(row[0], "\ufeff"), models.ValidText(row[1]), models.Clean(row[2])
		switch {
		case line == 1 && kind == "kind":
			continue
		case kind != mapsArticle && kind != mapsAuthor:
			return models.Errorf(models.KindInvalid, "%s:%d: kind must be article or author, not %.40q", m.Name, line, kind)
		case from == "" || to == "":
			return models.Errorf(models.KindInvalid, "%s:%d: from and to must not be empty", m.Name, line)
		}
		if _, err := t.exec(`INSERT INTO mapped (kind, was, becomes) VALUES (?, ?, ?) ON CONFLICT (kind, was) DO UPDATE SET becomes = excluded.becomes`,
			kind, from, to); err != nil {
			return err
		}
	}
}

// articleID returns the id of an article here, or what is wrong with it.
func (r *run) articleID(a articleRow, mapped map[string]string) (string, error) {
	id := ""
	for _, name := range []string{a.ID, a.URL, a.Key} {
		if to := mapped[name]; name != "" && to != "" && id == "" {
			id = to
		}
	}
	if id == "" {
		id = r.opt.ArticleIDs.of(a)
	}
	id = models.ArticleID(id)
	e := models.ArticleEntry{Article: models.Article{ID: id}, State: models.ArticleOpen}
	if err := e.Validate(); err != nil {
		return "", fmt.Errorf("the article %.60q cannot have the id %.60q: %w", a.Key, id, err)
	}
	return id, nil
}

func (by ArticleIDs) of(a articleRow) string {
	path := ""
	if u, err := url.Parse(a.URL); err == nil {
		if path = u.Path; u.RawQuery != "" {
			path += "?" + u.RawQuery
		}
	}
	order := []string{a.ID, path, a.Key}
	switch by {
	case ByPath:
		order = []string{path, a.ID, a.Key}
	case ByURL:
		order = []string{a.URL, a.ID, a.Key}
	}
	for _, id := range order {
		if id != "" {
			return id
		}
	}
	return ""
}
