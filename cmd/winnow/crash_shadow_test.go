package main

import (
	"database/sql"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"winnow/storage/storagetest"
)

// TestKilledBesideAShadow kills servers while a candidate runs beside the live model,
// and then commands that promote it. Each comment counts once, and a promotion is done
// whole or not at all.
func TestKilledBesideAShadow(t *testing.T) {
	onBothDatabases(t, func(t *testing.T, url string) {
		t.Parallel()
		database, raw := "--database="+url, storagetest.Raw(t, url)
		server := launch(t, database)
		base := server.base()
		l := newLoad(t, database)
		l.unreliable = true
		file := filepath.Join(t.TempDir(), "model.wnw")
		must(t, "", "train", "--labels", labels(t), "--out", file)
		version := strings.TrimSpace(must(t, "", "model", "import", file, database))
		poll(t, "the server reads in the background", func() bool {
			return count(t, raw, `SELECT count(*) FROM tasks WHERE name = 'traffic'`) == 1
		})
		must(t, "", "model", "shadow", version, database)

		l.start(base)
		for range *kills {
			l.waitAcknowledged(1 + rand.IntN(40))
			randomDelay(5 * time.Second)
			server.kill()
			server = launch(t, database)
			l.useNodes(server.base())
		}
		l.waitAcknowledged(20)
		l.stop()
		const arrived = `SELECT count(*) FROM comments WHERE created_at >= (SELECT since FROM shadows)`
		poll(t, "all comments are counted", func() bool {
			return count(t, raw, `SELECT comments FROM shadows`) >= count(t, raw, arrived)
		})
		if n, want := count(t, raw, `SELECT comments FROM shadows`), count(t, raw, arrived); n != want {
			t.Errorf("%d comments counted, %d arrived", n, want)
		}
		if n, all := count(t, raw, `SELECT sum(comments) FROM shadow_sites`), count(t, raw, `SELECT comments FROM shadows`); n != all {
			t.Errorf("%d comments counted by site, %d in all", n, all)
		}

		for range *kills {
			killedPromotion(t, raw, version, database)
		}
		must(t, "", "model", "promote", version, "--force", "--note", "a drill", database)
		l.checkDatabase(url)
		server.running()
	})
}

// killedPromotion kills a promotion at any point, and takes it back if it was done.
func killedPromotion(t *testing.T, raw *sql.DB, version, database string) {
	t.Helper()
	promote := exec.Command(os.Args[0], "model", "promote", version, "--force", "--note", "a drill", database)
	promote.Env = append(os.Environ(), runAsProgram+"=1")
	if err := promote.Start(); err != nil {
		t.Fatal(err)
	}
	randomDelay(time.Second)
	_ = promote.Process.Kill() // fails if it has already ended
	_ = promote.Wait()
	live := count(t, raw, `SELECT CASE WHEN version = '`+version+`' THEN 1 ELSE 0 END FROM promotions
		WHERE rolled_back_at IS NULL ORDER BY id DESC LIMIT 1`)
	ended := count(t, raw, `SELECT count(*) FROM shadows WHERE until IS NOT NULL`)
	promoted := count(t, raw, `SELECT count(*) FROM promotions WHERE version = '`+version+`'`)
	audited := count(t, raw, `SELECT count(*) FROM audit WHERE action = 'model.promote' AND subject = '`+version+`'`)
	if live != ended || promoted != audited {
		t.Errorf("live %d, shadow ended %d, promoted %d times, audited %d times", live, ended, promoted, audited)
	}
	if live == 1 {
		must(t, "", "model", "rollback", database)
		must(t, "", "model", "shadow", version, database)
	}
}

// count returns the number that a query finds; 0 for NULL.
func count(t *testing.T, raw *sql.DB, query string) (n int) {
	t.Helper()
	var found sql.NullInt64
	if err := raw.QueryRowContext(t.Context(), query).Scan(&found); err != nil {
		t.Fatal(err)
	}
	return int(found.Int64)
}
