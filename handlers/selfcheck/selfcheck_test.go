package selfcheck_test

import (
	"context"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"winnow/handlers/selfcheck"
	"winnow/models"
	"winnow/storage"
	"winnow/storage/redis"
	"winnow/storage/storagetest"
)

func TestMain(m *testing.M) { os.Exit(storagetest.Main(m)) }

func newChecker(db *storage.DB, change ...func(*selfcheck.Config)) *selfcheck.Checker {
	cfg := selfcheck.Config{DB: db, Secret: []byte("one secret"), Now: time.Now, Log: slog.New(slog.DiscardHandler)}
	for _, c := range change {
		c(&cfg)
	}
	return selfcheck.New(cfg)
}

func TestFindsMessagesThatDoNotArrive(t *testing.T) {
	db := storagetest.Open(t, storagetest.ReadySQLiteURL(t), storage.Options{})
	ctx, c := t.Context(), newChecker(db)
	if _, err := db.AddSite(ctx, models.System, models.Site{Slug: "gazette", Name: "Gazette"}); err != nil {
		t.Fatal(err)
	}
	m := models.OutgoingMessage{Site: "gazette", ID: "m", Channel: models.ChannelWebhook}
	if err := db.EnqueueMessages(ctx, []models.OutgoingMessage{m}); err != nil {
		t.Fatal(err)
	}
	m, _, err := db.ClaimMessage(ctx, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	if err := db.RetryMessage(ctx, m, time.Minute, "the webhook answers with status 404"); err != nil {
		t.Fatal(err)
	}
	if found := names(t, c, "notices"); !strings.Contains(found[0].Problem, "cannot be sent: gazette.") {
		t.Errorf("found %+v", found)
	}
}

// names fails the test unless the findings are of these kinds, and each has a remedy.
func names(t *testing.T, c *selfcheck.Checker, want ...string) []models.Finding {
	t.Helper()
	found := c.Findings(t.Context())
	var got []string
	for _, f := range found {
		got = append(got, f.Name)
		if f.Problem == "" || f.Remedy == "" {
			t.Errorf("%+v says too little", f)
		}
		if strings.ContainsAny(f.Problem+f.Remedy, "{}") {
			t.Errorf("%+v has places that are not filled in", f)
		}
	}
	if strings.Join(got, " ") != strings.Join(want, " ") {
		t.Errorf("found %+v, want %q", found, want)
	}
	return found
}

func TestNothingIsWrong(t *testing.T) {
	names(t, newChecker(storagetest.SQLite(t)))
	names(t, newChecker(storagetest.Postgres(t)))
}

func TestClockDiffersFromTheDatabases(t *testing.T) {
	db := storagetest.Postgres(t)
	for _, ahead := range []time.Duration{time.Minute, -time.Minute} {
		names(t, newChecker(db, func(c *selfcheck.Config) { c.Now = func() time.Time { return time.Now().Add(ahead) } }), "clock")
	}
}

func TestDatabaseIsReadOnly(t *testing.T) {
	url := storagetest.ReadyPostgresURL(t)
	raw := storagetest.Raw(t, url)
	var name string
	if err := raw.QueryRow("SELECT current_database()").Scan(&name); err != nil {
		t.Fatal(err)
	}
	if _, err := raw.Exec(`ALTER DATABASE "` + name + `" SET default_transaction_read_only = on`); err != nil {
		t.Fatal(err)
	}
	db, err := storage.Open(t.Context(), url, storage.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	names(t, newChecker(db), "read-only")
}

func TestNodesWithOtherSecrets(t *testing.T) {
	db := storagetest.SQLite(t)
	report := func(id string, secret []byte, found ...models.Finding) {
		t.Helper()
		if err := db.ReportNode(t.Context(), models.NodeReport{ID: id, Name: id, Secret: selfcheck.SecretTag(secret), SeenAt: time.Now(), Findings: found}); err != nil {
			t.Fatal(err)
		}
	}
	report("left", []byte("one secret"), models.Finding{Name: "redis", Severity: models.SeverityError, Problem: "p", Remedy: "r"})
	if found := names(t, newChecker(db), "redis"); found[0].Node != "left" {
		t.Errorf("%+v is not of the other node", found[0])
	}
	report("right", []byte("another secret"))
	if found := names(t, newChecker(db), "secrets", "redis"); !strings.Contains(found[0].Problem, "right") || strings.Contains(found[0].Problem, "left") {
		t.Errorf("%+v", found[0])
	}
}

// TestNodeTellsTheOthers runs two checkers, one of which has something to tell.
func TestNodeTellsTheOthers(t *testing.T) {
	db := storagetest.SQLite(t)
	ctx, stop := context.WithCancel(t.Context())
	busy := newChecker(db)
	busy.Traffic.UnnamedClient("gazette")
	ended := make(chan error, 1)
	go func() { ended <- busy.Run(ctx) }()
	for end := time.Now().Add(time.Minute); ; time.Sleep(5 * time.Millisecond) {
		if found := newChecker(db).Findings(t.Context()); len(found) == 1 && found[0].Name == "client-ip" && found[0].Node != "" {
			break
		}
		if time.Now().After(end) {
			t.Fatal("the other node is not told")
		}
	}
	stop()
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	names(t, newChecker(db))
}

func TestRedisIsSlow(t *testing.T) {
	server := storagetest.Redis(t)
	slow := delayed(t, server.Addr(), 50*time.Millisecond)
	client, err := redis.Open(t.Context(), "redis://"+slow, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	db := storagetest.SQLite(t)
	found := names(t, newChecker(db, func(c *selfcheck.Config) { c.Redis = client }), "redis-slow")
	if !strings.Contains(found[0].Remedy, "wait=") {
		t.Errorf("the remedy is %q", found[0].Remedy)
	}
	patient, err := redis.Open(t.Context(), "redis://"+slow+"?wait=5s", slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer patient.Close()
	names(t, newChecker(db, func(c *selfcheck.Config) { c.Redis = patient }))
	server.Kill()
	names(t, newChecker(db, func(c *selfcheck.Config) { c.Redis = patient }), "redis")
}

// delayed returns the address of a proxy that holds back what the server answers.
func delayed(t *testing.T, to string, by time.Duration) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer client.Close()
				server, err := net.Dial("tcp", to)
				if err != nil {
					return
				}
				defer server.Close()
				go func() { _, _ = io.Copy(server, client); server.Close() }()
				buf := make([]byte, 32<<10)
				for {
					n, err := server.Read(buf)
					if err != nil {
						return
					}
					time.Sleep(by)
					if _, err := client.Write(buf[:n]); err != nil {
						return
					}
				}
			}()
		}
	}()
	return l.Addr().String()
}

func TestDemoIsOpen(t *testing.T) {
	db := storagetest.SQLite(t)
	by := models.Caller{Kind: models.ByCommand, Name: "test"}
	if _, err := db.AddSite(t.Context(), by, models.Site{Slug: selfcheck.DemoSite}); err != nil {
		t.Fatal(err)
	}
	public := func(c *selfcheck.Config) { c.Public = true }
	names(t, newChecker(db))
	names(t, newChecker(db, public), "demo")
	if _, err := db.AddSite(t.Context(), by, models.Site{Slug: "gazette"}); err != nil {
		t.Fatal(err)
	}
	names(t, newChecker(db, public))
}

func TestFilesAreOpen(t *testing.T) {
	folder := t.TempDir()
	file := filepath.Join(folder, "secret")
	if err := os.WriteFile(file, []byte("s"), 0o600); err != nil {
		t.Fatal(err)
	}
	mode := func(name string, m os.FileMode) {
		t.Helper()
		if err := os.Chmod(name, m); err != nil {
			t.Fatal(err)
		}
	}
	db := storagetest.SQLite(t)
	files := func(c *selfcheck.Config) { c.Files = []string{file, filepath.Join(folder, "missing")} }
	mode(folder, 0o755)
	names(t, newChecker(db, files))
	mode(file, 0o644)
	names(t, newChecker(db, files), "files")
	mode(folder, 0o700)
	names(t, newChecker(db, files))
}

func TestTraffic(t *testing.T) {
	now := time.Now()
	c := newChecker(storagetest.SQLite(t), func(c *selfcheck.Config) { c.Now = func() time.Time { return now } })
	c.Traffic.Forwarded(netip.MustParseAddr("198.51.100.1"), "203.0.113.9") // a stranger may send the header
	names(t, c)
	for n := range 30 {
		c.Traffic.Forwarded(netip.MustParseAddr("198.51.100.2"), netip.AddrFrom4([4]byte{203, 0, 113, byte(n)}).String())
	}
	c.Traffic.Forwarded(netip.MustParseAddr("10.0.0.4"), "203.0.113.9")
	c.Traffic.UnreadableHop(netip.MustParseAddr("10.0.0.5"), "unknown "+strings.Repeat("x", 1000))
	c.Traffic.UnnamedClient("gazette")
	found := names(t, c, "proxies", "hops", "client-ip")
	if want := "10.0.0.4,198.51.100.2"; !strings.Contains(found[0].Remedy, want) || strings.Contains(found[0].Remedy, "198.51.100.1 ") {
		t.Errorf("the remedy is %q", found[0].Remedy)
	}
	if len(found[1].Problem) > 300 {
		t.Errorf("a stranger's text of %d bytes", len(found[1].Problem))
	}
	now = now.Add(2 * time.Hour)
	names(t, c)
	for n := range 10_000 { // bounded
		c.Traffic.Forwarded(netip.AddrFrom4([4]byte{10, 1, byte(n >> 8), byte(n)}), "203.0.113.9")
	}
	if problem := names(t, c, "proxies")[0].Problem; len(problem) > 2000 {
		t.Errorf("%d bytes", len(problem))
	}
}
