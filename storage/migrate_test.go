package storage_test

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	"winnow/models"
	"winnow/storage"
	"winnow/storage/storagetest"
)

// A migration is applied once, so a released one must not change any more. New
// ones are added to the list of checksums, which sha256sum writes.
func TestReleasedMigrationsAreUnchanged(t *testing.T) {
	const folder = "migrations"
	files, err := filepath.Glob(filepath.Join(folder, "*.sql"))
	if err != nil {
		t.Fatal(err)
	}
	var found strings.Builder
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&found, "%x  %s\n", sha256.Sum256(text), filepath.Base(name))
	}
	known, err := os.ReadFile(filepath.Join(folder, "SHA256SUMS"))
	if err != nil {
		t.Fatal(err)
	}
	if found.String() != string(known) {
		t.Errorf("the migrations are\n%s\nand the list says\n%s", &found, known)
	}
}

// onEachVersion runs a test with each version of the schema up to one, on each kind of
// database. It migrates one database step by step, which the test copies.
func onEachVersion(t *testing.T, last int, test func(t *testing.T, original string, version int)) {
	t.Helper()
	onBoth(t, func(t *testing.T, url string) {
		for version := 1; version <= last; version++ {
			t.Run(fmt.Sprint("version ", version), func(t *testing.T) {
				db := open(t, url)
				if err := errors.Join(db.MigrateTo(t.Context(), version), db.Close()); err != nil {
					t.Fatal(err)
				}
				test(t, url, version)
			})
		}
	})
}

// After an update from any version, all rows are there and everything works on
// them.
func TestEveryEarlierSchemaIsMigrated(t *testing.T) {
	onEachVersion(t, storage.Versions()-1, func(t *testing.T, original string, version int) {
		url := storagetest.CopyURL(t, original)
		s, raw := schemaOf(t, version), storagetest.Raw(t, url)
		s.fill(t, raw, 3)
		before := s.dump(t, raw)
		db := storagetest.Open(t, url, storage.Options{})
		sameRows(t, s.dump(t, raw), before)
		if err := db.Ping(t.Context()); err != nil {
			t.Fatal(err)
		}
		useHotPaths(t, url, db)
	})
}

func TestNodesThatMigrateAtOnceShareTheWork(t *testing.T) {
	onBoth(t, func(t *testing.T, url string) {
		if err := open(t, url).Ping(t.Context()); models.KindOf(err) != models.KindUnavailable {
			t.Fatalf("before: %v", err)
		}
		nodes := []*storage.DB{open(t, url), open(t, url), open(t, url), open(t, url)}
		applied := make([]int, len(nodes))
		var wg sync.WaitGroup
		for i, db := range nodes {
			wg.Go(func() {
				var err error
				if applied[i], err = db.Migrate(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		total := 0
		for _, n := range applied {
			total += n
		}
		if total == 0 {
			t.Fatal("nobody migrated")
		}
		for _, db := range nodes {
			if n, err := db.Migrate(t.Context()); err != nil || n != 0 {
				t.Fatalf("again: %d steps, %v", n, err)
			}
			if err := db.Ping(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		var rows int
		if err := storagetest.Raw(t, url).QueryRow(`SELECT count(*) FROM migrations`).Scan(&rows); err != nil || rows != total {
			t.Fatalf("%d steps noted, %d applied, %v", rows, total, err)
		}
	})
}

func TestANewerSchemaIsRefused(t *testing.T) {
	onBoth(t, func(t *testing.T, url string) {
		db := storagetest.Open(t, url, storage.Options{})
		if _, err := storagetest.Raw(t, url).Exec(`INSERT INTO migrations (version, name, applied_at) VALUES (9999, 'future', 0)`); err != nil {
			t.Fatal(err)
		}
		_, err := db.Migrate(t.Context())
		for _, err := range []error{err, db.Ping(t.Context())} {
			if err == nil || !strings.Contains(err.Error(), "9999") {
				t.Fatalf("want an error that names the schema, got %v", err)
			}
		}
	})
}

// TestOldArticlesLoseQueriesAndSpellings: what a page had sent as the address of an
// article may name its reader, and ids that look the same were two articles.
func TestOldArticlesLoseQueriesAndSpellings(t *testing.T) {
	onBoth(t, func(t *testing.T, url string) {
		if err := open(t, url).MigrateTo(t.Context(), before("articles.sql")); err != nil {
			t.Fatal(err)
		}
		raw := storagetest.Raw(t, url)
		exec := func(query string, args ...any) {
			t.Helper()
			if _, err := raw.ExecContext(t.Context(), query, args...); err != nil {
				t.Fatal(err)
			}
		}
		exec(`INSERT INTO sites (slug, name, origins, mode, sso_secret, key_hash, created_at, rules) VALUES ('gazette', 'G', '[]', 'post', '', $1, 1, '{}')`, []byte("k"))
		for id, address := range map[string]string{
			"2026/quay": "https://gazette.example/quay?email=ada@mail.example&utm=1#c7", "2026/quay/": "https://gazette.example/quay/#top",
			"cafe\u0301": "https://gazette.example/cafe", "plain": "https://gazette.example/plain",
		} {
			exec(`INSERT INTO articles (site, id, url, title, version, approved) VALUES ('gazette', $1, $2, 'T', 7, 1)`, id, address)
		}
		exec(`INSERT INTO labels (id, comment_id, replaced_by, label, site, author, author_email, author_url, url, lang, source, labelled_by, created_at, body)
			VALUES ('l1', 'c1', '', 'ham', 'gazette', '', '', '', 'https://gazette.example/quay?email=ada@mail.example', '', '', '', 1, 'x'),
				('l2', '', '', 'ham', 'gazette', '', '', '', 'https://other.example/?id=5', '', 'import', '', 1, 'y')`)
		db := storagetest.Open(t, url, storage.Options{})
		for id, want := range map[string]string{"2026/quay": "https://gazette.example/quay", "caf\u00e9": "https://gazette.example/cafe", "plain": "https://gazette.example/plain"} {
			e, err := db.Article(t.Context(), "gazette", id)
			if err != nil || e.URL != want || e.Described || e.MergedInto != "" {
				t.Errorf("%q became %+v, %v", id, e, err)
			}
		}
		counts, err := db.ArticleCounts(t.Context(), "gazette", []string{"2026/quay", "caf\u00e9", "plain"})
		if err != nil || counts["2026/quay"] != 2 || counts["caf\u00e9"] != 1 || counts["plain"] != 1 {
			t.Errorf("counts %v, %v", counts, err)
		}
		var labels string
		if err := raw.QueryRowContext(t.Context(), `SELECT min(url) || ' ' || max(url) FROM labels`).Scan(&labels); err != nil || labels != "https://gazette.example/quay https://other.example/?id=5" {
			t.Errorf("labels have %q, %v", labels, err)
		}
	})
}

func TestSanctionsBecomeBans(t *testing.T) {
	onBoth(t, func(t *testing.T, url string) {
		if err := open(t, url).MigrateTo(t.Context(), before("readers.sql")); err != nil {
			t.Fatal(err)
		}
		raw := storagetest.Raw(t, url)
		for _, statement := range []string{
			`INSERT INTO sites (slug, name, origins, mode, sso_secret, key_hash, created_at, rules) VALUES ('gazette', 'Gazette', '[]', 'post', '', 'k', 1, '{}')`,
			`INSERT INTO standings (site, key, note, kind, reason, until, set_by, set_at) VALUES ('gazette', 'id:m1', 'a note', 'ban', 'insults', 0, 'ann', 7)`,
			`INSERT INTO standings (site, key, note, kind, reason, until, set_by, set_at) VALUES ('gazette', 'name:Troll', '', 'shadow', '', 4102444800000000, 'bob', 8)`,
			`INSERT INTO standings (site, key, note, kind, reason, until, set_by, set_at) VALUES ('gazette', 'name:Past', '', 'ban', '', 9, 'bob', 8)`,
		} {
			if _, err := raw.ExecContext(t.Context(), statement); err != nil {
				t.Fatal(err)
			}
		}
		db := storagetest.Open(t, url, storage.Options{})
		all, err := db.Sanctions(t.Context(), "gazette", 10)
		if err != nil {
			t.Fatal(err)
		}
		if x := all.On(models.Identity{ID: "m1"}); x == nil || x.Kind != models.Ban || x.Reason != "insults" || x.By != "ann" || x.At.UnixMicro() != 7 || !x.Until.IsZero() {
			t.Errorf("the ban of an id is %+v", x)
		}
		if x := all.On(models.Identity{Name: "troll"}); x == nil || x.Kind != models.Shadow || x.Until.Year() != 2100 {
			t.Errorf("the shadow ban of a name is %+v", x)
		}
		if x := all.On(models.Identity{Name: "past"}); x != nil {
			t.Errorf("a ban that has ended is %+v", x)
		}
		p, err := db.Author(t.Context(), models.Caller{Kind: models.ByCommand}, models.Reader{Site: "gazette", ID: "m1"}, "", 1)
		if err != nil || p.Note != "a note" || p.Sanction == nil {
			t.Errorf("the author is %+v, %v", p, err)
		}
	})
}

func TestOldNamesAreFolded(t *testing.T) {
	onBoth(t, func(t *testing.T, url string) {
		if err := open(t, url).MigrateTo(t.Context(), before("spellings.sql")); err != nil {
			t.Fatal(err)
		}
		raw := storagetest.Raw(t, url)
		for _, statement := range []string{
			`INSERT INTO sites (slug, name, origins, mode, sso_secret, key_hash, created_at, rules) VALUES ('gazette', 'Gazette', '[]', 'post', '', 'k', 1, '{}')`,
			`INSERT INTO authors (site, key, approved, rejected, pending) VALUES ('gazette', 'name:Troll', 1, 4, 0), ('gazette', 'name:Тroll', 0, 3, 0),
				('gazette', 'id:Troll', 9, 0, 0), ('gazette', 'name:', 7, 7, 7)`,
			`INSERT INTO standings (site, key, note, kind, reason, until, set_by, set_at) VALUES ('gazette', 'name:Troll', 'insults', '', '', 0, '', 0),
				('gazette', 'name:troll', 'again', '', '', 0, '', 0)`,
		} {
			if _, err := raw.ExecContext(t.Context(), statement); err != nil {
				t.Fatal(err)
			}
		}
		db := storagetest.Open(t, url, storage.Options{})
		p, err := db.Author(t.Context(), models.Caller{Kind: models.ByCommand}, models.Reader{Site: "gazette", Name: "TROLL"}, "", 1)
		if want := (models.AuthorRecord{Approved: 1, Rejected: 7}); err != nil || p.Record != want || !strings.Contains(p.Note, "insults") || !strings.Contains(p.Note, "again") {
			t.Errorf("the author is %+v, %v", p, err)
		}
	})
}

// before is the number of the migration before the one with this name.
func before(name string) int {
	files, _ := filepath.Glob(filepath.Join("migrations", "*_"+name))
	n, _ := strconv.Atoi(filepath.Base(files[0])[:4])
	return n - 1
}
