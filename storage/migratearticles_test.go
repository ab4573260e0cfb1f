package storage_test

import (
	"fmt"
	"testing"

	"winnow/storage"
	"winnow/storage/storagetest"
)

// TestDatesOfTheNewsroomDescribe: who had said only when an article was published has
// described it, unless a page had named it.
func TestDatesOfTheNewsroomDescribe(t *testing.T) {
	onBoth(t, func(t *testing.T, url string) {
		if err := open(t, url).MigrateTo(t.Context(), before("page_words.sql")); err != nil {
			t.Fatal(err)
		}
		raw := storagetest.Raw(t, url)
		for _, statement := range []string{
			`INSERT INTO sites (slug, name, origins, mode, sso_secret, key_hash, created_at, rules) VALUES ('gazette', 'G', '[]', 'post', '', 'k', 1, '{}')`,
			`INSERT INTO articles (site, id, url, title, section, version, approved, published_at) VALUES ('gazette', 'dated', '', '', 'Local', 1, 0, 7),
				('gazette', 'named', '', 'T', 'Sport', 1, 0, 7), ('gazette', 'plain', '', '', 'Sport', 1, 0, 0)`,
		} {
			if _, err := raw.ExecContext(t.Context(), statement); err != nil {
				t.Fatal(err)
			}
		}
		db := storagetest.Open(t, url, storage.Options{})
		for id, want := range map[string]string{"dated": " Local true", "named": "T Sport false", "plain": " Sport false"} {
			e, err := db.Article(t.Context(), "gazette", id)
			if got := fmt.Sprint(e.Title, " ", e.Section, " ", e.Described); err != nil || got != want {
				t.Errorf("%q became %q, %v", id, got, err)
			}
		}
	})
}
