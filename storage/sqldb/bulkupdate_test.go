package sqldb_test

import (
	"fmt"
	"slices"
	"testing"

	"winnow/storage/sqldb"
	"winnow/storage/storagetest"
)

type price struct {
	site, name string
	euros      int64
}

func (p price) String() string { return fmt.Sprintf("%s/%s %d", p.site, p.name, p.euros) }

// Rows of one site, and of several, get their own values; others, those of another site
// with the same key, and those that the condition leaves out, keep theirs.
func TestRowUpdate(t *testing.T) {
	update := sqldb.NewUpdate("prices", "euros = {euros}, name = {name}", "fixed = FALSE",
		sqldb.Text("site", func(p price) string { return p.site }),
		sqldb.Text("name", func(p price) string { return p.name }),
		sqldb.Int("euros", func(p price) int64 { return p.euros }),
	)
	for kind, url := range map[string]func(testing.TB) string{"SQLite": storagetest.SQLiteURL, "PostgreSQL": storagetest.PostgresURL} {
		for name, test := range map[string]struct {
			change []price
			want   []string
		}{
			"none":            {nil, []string{"a/x 1", "a/y 1", "a/z 1", "b/x 1", "b/y 1"}},
			"one site":        {[]price{{"a", "x", 2}, {"a", "y", 3}, {"a", "z", 4}, {"a", "none", 5}}, []string{"a/x 2", "a/y 3", "a/z 1", "b/x 1", "b/y 1"}},
			"several sites":   {[]price{{"b", "x", 2}, {"a", "y", 3}, {"c", "y", 4}}, []string{"a/x 1", "a/y 3", "a/z 1", "b/x 2", "b/y 1"}},
			"the same values": {[]price{{"b", "y", 1}}, []string{"a/x 1", "a/y 1", "a/z 1", "b/x 1", "b/y 1"}},
		} {
			t.Run(kind+"/"+name, func(t *testing.T) {
				db := open(t, url(t))
				got, err := sqldb.Update(t.Context(), db, func(x *sqldb.Tx) ([]price, error) {
					for _, query := range []string{
						`CREATE TABLE prices (site text, name text, euros bigint NOT NULL, fixed boolean NOT NULL, PRIMARY KEY (site, name))`,
						`INSERT INTO prices VALUES ('a', 'x', 1, FALSE), ('a', 'y', 1, FALSE), ('a', 'z', 1, TRUE), ('b', 'x', 1, FALSE), ('b', 'y', 1, FALSE)`,
					} {
						if _, err := x.Exec(query); err != nil {
							return nil, err
						}
					}
					if err := update.Change(x, test.change...); err != nil {
						return nil, err
					}
					return sqldb.List(x, func(scan sqldb.Scanner) (p price, err error) {
						err = scan(&p.site, &p.name, &p.euros)
						return p, err
					}, `SELECT site, name, euros FROM prices ORDER BY site, name`)
				})
				if err != nil {
					t.Fatal(err)
				}
				var texts []string
				for _, p := range got {
					texts = append(texts, p.String())
				}
				if !slices.Equal(texts, test.want) {
					t.Errorf("%v, want %v", texts, test.want)
				}
			})
		}
	}
}
