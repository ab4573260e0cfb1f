package storage_test

import (
	"fmt"
	"testing"
	"time"

	"winnow/storage"
	"winnow/storage/storagetest"
)

// Rows that are older than the chain are added to it in the order of their times.
func TestMigrationChainsAnOlderAuditTrail(t *testing.T) {
	onBoth(t, func(t *testing.T, url string) {
		forget := storage.MigrationsBefore("0005_audit_chain.sql")
		defer forget()
		db := storagetest.Open(t, url, storage.Options{})
		const rows = 1203 // several pages
		raw := storagetest.Raw(t, url)
		for n := range rows {
			if _, err := raw.Exec(`INSERT INTO audit (id, at, actor, site, action, subject, address, before, after)
				VALUES ($1, $2, 'browser:gazette', 'gazette', 'comment.flag', $3, '192.0.2.7', '', '{"n": 1}')`,
				fmt.Sprint("id", (n*7)%rows), 1000+n/3, fmt.Sprint(n/3)); err != nil {
				t.Fatal(err)
			}
		}
		forget()
		if _, err := db.Migrate(t.Context()); err != nil {
			t.Fatal(err)
		}
		heads, err := db.VerifyAudit(t.Context(), nil, func(int64, int64) {})
		if err != nil || len(heads) != 1 || heads[0].Seq != rows {
			t.Fatal(heads, err)
		}
		last, lastID := 0, ""
		for a, err := range db.AuditTrail(t.Context(), "gazette", time.Time{}) {
			if err != nil {
				t.Fatal(err)
			}
			var at int
			if _, err := fmt.Sscan(a.Subject, &at); err != nil || at < last || (at == last && a.ID < lastID) {
				t.Fatalf("row %d is %s of time %d, after %s of %d", a.Seq, a.ID, at, lastID, last)
			}
			if last, lastID = at, a.ID; a.Address != "" {
				t.Fatal("the address of a reader was stored")
			}
		}
	})
}
